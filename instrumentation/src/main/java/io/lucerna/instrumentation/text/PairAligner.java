package io.lucerna.instrumentation.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes the inputs of a base and a perturbed passage equally long, token by token: at every edit,
 * the shorter side gets filler tokens at the end of what changes. Works on token ids; nothing is
 * turned back into text.
 *
 * @param fillerId the token that fills
 * @param fillerPiece its piece
 * @param maxTokens the most tokens of one input
 */
public record PairAligner(long fillerId, String fillerPiece, int maxTokens) {

  /**
   * An edit in characters of the two passages.
   *
   * @param baseStart where it starts in the base, inclusive
   * @param baseEnd where it ends there, exclusive
   * @param perturbedStart where it starts in the perturbed passage
   * @param perturbedEnd where it ends there
   */
  public record Span(int baseStart, int baseEnd, int perturbedStart, int perturbedEnd) {
    private boolean reaches(Span next) {
      return next.baseStart < baseEnd || next.perturbedStart < perturbedEnd;
    }

    private Span with(Span next) {
      return new Span(baseStart, next.baseEnd, perturbedStart, next.perturbedEnd);
    }
  }

  /**
   * What came of an attempt.
   *
   * @param pair the aligned inputs, if it succeeded
   * @param problem the reason, if it did not
   */
  public record Result(Optional<AlignedPair> pair, String problem) {
    static Result failed(String problem) {
      return new Result(Optional.empty(), problem);
    }
  }

  /** A run of tokens or characters: from {@code start} to before {@code end}. */
  private record Range(int start, int end) {
    int length() {
      return end - start;
    }
  }

  private record Region(Range base, Range perturbed) {}

  /**
   * Aligns two inputs.
   *
   * @param base the input of the base passage, not truncated
   * @param perturbed the input of the perturbed passage, not truncated
   * @param segment the segment of both that is the passage
   * @param edits where the passages differ, in order
   * @return the aligned pair, or why there is none: an input is truncated, too long with filler, or
   *     differs outside of the edits
   */
  public Result align(TokenSequence base, TokenSequence perturbed, int segment, List<Span> edits) {
    if (base.truncated() || perturbed.truncated()) {
      return Result.failed("truncated: a passage is longer than " + maxTokens + " tokens allow");
    }
    if (lost(base, segment) || lost(perturbed, segment)) {
      return Result.failed("a passage without tokens has no position in a prompt");
    }
    for (int i = 1; i < edits.size(); i++) {
      if (edits.get(i - 1).reaches(edits.get(i))) {
        return Result.failed("the edits are not in order");
      }
    }
    List<Region> regions = regions(base, perturbed, segment, edits);
    Side one = new Side(base);
    Side two = new Side(perturbed);
    int inBase = 0;
    int inPerturbed = 0;
    for (Region region : regions) {
      Range b = region.base;
      Range p = region.perturbed;
      if (!same(base, inBase, b.start, perturbed, inPerturbed, p.start)) {
        return Result.failed("tokens differ outside of the edits");
      }
      one.copy(inBase, b.start, false);
      two.copy(inPerturbed, p.start, false);
      one.copy(b.start, b.end, false);
      two.copy(p.start, p.end, true);
      one.fill(p.length() - b.length(), segment);
      two.fill(b.length() - p.length(), segment);
      inBase = b.end;
      inPerturbed = p.end;
    }
    if (!same(base, inBase, base.length(), perturbed, inPerturbed, perturbed.length())) {
      return Result.failed("tokens differ outside of the edits");
    }
    one.copy(inBase, base.length(), false);
    two.copy(inPerturbed, perturbed.length(), false);
    AlignedPair pair = new AlignedPair(one.sequence(), two.sequence());
    if (pair.length() > maxTokens) {
      return Result.failed(
          String.format(
              Locale.ROOT,
              "too long: %d tokens with filler, %d are allowed",
              pair.length(),
              maxTokens));
    }
    return pair.same()
        ? Result.failed("nothing changes: the same token ids")
        : new Result(Optional.of(pair), "");
  }

  /** Whether the segment has no tokens that would show where in a prompt it is. */
  private static boolean lost(TokenSequence input, int segment) {
    List<Token> tokens = input.tokens();
    return tokens.stream().anyMatch(token -> token.role() == Role.PROMPT)
        && tokens.stream().noneMatch(token -> token.segment() == segment);
  }

  /** The tokens that the edits change: whole words on both sides, less what both have in common. */
  private static List<Region> regions(
      TokenSequence base, TokenSequence perturbed, int segment, List<Span> edits) {
    List<Range> baseWords = words(base, segment);
    List<Range> perturbedWords = words(perturbed, segment);
    List<Span> spans = new ArrayList<>();
    for (Span edit : edits) {
      Span span = widened(edit, baseWords, perturbedWords);
      while (!spans.isEmpty() && spans.getLast().reaches(span)) {
        span = widened(spans.removeLast().with(span), baseWords, perturbedWords);
      }
      spans.add(span);
    }
    List<Region> regions = new ArrayList<>();
    for (Span span : spans) {
      Range b = within(base, segment, span.baseStart, span.baseEnd);
      Range p = within(perturbed, segment, span.perturbedStart, span.perturbedEnd);
      regions.add(trimmed(base, b, perturbed, p));
    }
    return regions;
  }

  /**
   * Moves the ends of an edit outwards until they cut no word of either side. Outside of the edit
   * the texts are the same, so an end moves by as many characters on both sides: an {@code s} after
   * {@code lamp} changes that word on the side that does not have it too.
   */
  private static Span widened(Span edit, List<Range> baseWords, List<Range> perturbedWords) {
    Span span = edit;
    while (true) {
      int left =
          Math.max(before(baseWords, span.baseStart), before(perturbedWords, span.perturbedStart));
      int right =
          Math.max(after(baseWords, span.baseEnd), after(perturbedWords, span.perturbedEnd));
      if (left == 0 && right == 0) {
        return span;
      }
      span =
          new Span(
              span.baseStart - left,
              span.baseEnd + right,
              span.perturbedStart - left,
              span.perturbedEnd + right);
    }
  }

  /** Characters of the word around a place that are before it. */
  private static int before(List<Range> words, int at) {
    return words.stream().filter(w -> w.start < at && at < w.end).mapToInt(w -> at - w.start).sum();
  }

  /** Characters of the word around a place that are after it. */
  private static int after(List<Range> words, int at) {
    return words.stream().filter(w -> w.start < at && at < w.end).mapToInt(w -> w.end - at).sum();
  }

  /** The words of a segment, in characters. */
  private static List<Range> words(TokenSequence input, int segment) {
    List<Range> words = new ArrayList<>();
    int word = -1;
    for (Token token : input.tokens()) {
      if (token.segment() == segment) {
        if (token.word() == word) {
          words.add(new Range(words.removeLast().start, token.end()));
        } else {
          words.add(new Range(token.start(), token.end()));
          word = token.word();
        }
      }
    }
    return words;
  }

  /** The tokens within the characters; where there are none, the place for them. */
  private static Range within(TokenSequence input, int segment, int from, int to) {
    List<Token> tokens = input.tokens();
    int start = first(tokens, segment);
    while (start < tokens.size()
        && tokens.get(start).segment() == segment
        && tokens.get(start).start() < from) {
      start++;
    }
    int end = start;
    while (end < tokens.size()
        && tokens.get(end).segment() == segment
        && tokens.get(end).end() <= to) {
      end++;
    }
    return new Range(start, end);
  }

  private static Region trimmed(TokenSequence base, Range b, TokenSequence perturbed, Range p) {
    int most = Math.min(b.length(), p.length());
    int head = 0;
    while (head < most && base.ids()[b.start + head] == perturbed.ids()[p.start + head]) {
      head++;
    }
    int tail = 0;
    while (tail < most - head
        && base.ids()[b.end - 1 - tail] == perturbed.ids()[p.end - 1 - tail]) {
      tail++;
    }
    return new Region(
        new Range(b.start + head, b.end - tail), new Range(p.start + head, p.end - tail));
  }

  /** Where the segment's first token is, or would be: after the special tokens before it. */
  private static int first(List<Token> tokens, int segment) {
    int special = 0;
    int place = tokens.size();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).segment() == segment) {
        return i;
      }
      if (tokens.get(i).special() && special++ == segment) {
        place = i + 1;
        while (place < tokens.size() - 1 && tokens.get(place).special()) {
          place++;
        }
      }
    }
    return place;
  }

  private static boolean same(
      TokenSequence base, int baseFrom, int baseTo, TokenSequence other, int from, int to) {
    return baseFrom <= baseTo
        && from <= to
        && Arrays.equals(base.ids(), baseFrom, baseTo, other.ids(), from, to)
        && Arrays.equals(base.types(), baseFrom, baseTo, other.types(), from, to);
  }

  /** One side while it is being built. */
  private final class Side {
    private final TokenSequence from;
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> types = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();
    private int attended;

    Side(TokenSequence from) {
      this.from = from;
    }

    void copy(int start, int end, boolean injected) {
      for (int i = start; i < end; i++) {
        Token token = from.tokens().get(i);
        attended += i < from.attended() ? 1 : 0;
        add(from.ids()[i], from.types()[i], injected ? token.as(Role.INJECTED) : token);
      }
    }

    void fill(int count, int segment) {
      int last = tokens.isEmpty() ? 0 : tokens.getLast().end();
      long type = segment == 0 ? from.types()[0] : from.types()[from.length() - 1];
      for (int i = 0; i < count; i++) {
        // Before what attention leaves, if there is any.
        attended += attended == tokens.size() ? 1 : 0;
        add(fillerId, type, new Token(fillerPiece, segment, -1, last, last, Role.FILLER));
      }
    }

    private void add(long id, long type, Token token) {
      ids.add(id);
      types.add(type);
      tokens.add(token);
    }

    TokenSequence sequence() {
      return new TokenSequence(
          ids.stream().mapToLong(Long::longValue).toArray(),
          types.stream().mapToLong(Long::longValue).toArray(),
          tokens,
          false,
          attended);
    }
  }
}
