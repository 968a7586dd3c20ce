package io.lucerna.instrumentation.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes the inputs of a base and a perturbed passage equally long, token by token: at every edit,
 * the shorter side gets filler tokens at its end. Works on token ids; nothing is turned back into
 * text.
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
  public record Span(int baseStart, int baseEnd, int perturbedStart, int perturbedEnd) {}

  /**
   * What came of an attempt.
   *
   * @param pair the aligned inputs, if it succeeded
   * @param problem what stands in the way, if it did not
   */
  public record Result(Optional<AlignedPair> pair, String problem) {
    static Result failed(String problem) {
      return new Result(Optional.empty(), problem);
    }
  }

  /** A run of tokens: from {@code start} to before {@code end}. */
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
   */
  public Result align(TokenSequence base, TokenSequence perturbed, int segment, List<Span> edits) {
    if (base.truncated() || perturbed.truncated()) {
      return Result.failed("truncated: a passage is longer than " + maxTokens + " tokens allow");
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

  /** The tokens that each edit touches, widened until both sides go on alike, and merged. */
  private static List<Region> regions(
      TokenSequence base, TokenSequence perturbed, int segment, List<Span> edits) {
    List<Region> regions = new ArrayList<>();
    for (Span edit : edits) {
      Range b = touched(base, segment, edit.baseStart, edit.baseEnd);
      Range p = touched(perturbed, segment, edit.perturbedStart, edit.perturbedEnd);
      if (!regions.isEmpty()) {
        Region last = regions.getLast();
        // Two edits in one word, or with a different number of tokens between them, are one region.
        boolean apart =
            b.start >= last.base.end
                && p.start >= last.perturbed.end
                && b.start - last.base.end == p.start - last.perturbed.end;
        if (!apart) {
          regions.removeLast();
          b = new Range(last.base.start, Math.max(b.end, last.base.end));
          p = new Range(last.perturbed.start, Math.max(p.end, last.perturbed.end));
        }
      }
      regions.add(new Region(b, p));
    }
    return regions;
  }

  /** The tokens of the words that overlap the characters; an empty range where none does. */
  private static Range touched(TokenSequence input, int segment, int from, int to) {
    List<Token> tokens = input.tokens();
    int start = -1;
    int end = -1;
    int before = -1;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.segment() != segment) {
        continue;
      }
      boolean overlaps = token.start() < to && token.end() > from;
      // An insertion inside a word changes the word.
      boolean around = from == to && token.start() < from && token.end() > from;
      if (overlaps || around) {
        start = start < 0 ? i : start;
        end = i + 1;
      }
      if (token.end() <= from) {
        before = i;
      }
    }
    if (start < 0) {
      int at = before < 0 ? first(tokens, segment) : before + 1;
      return new Range(at, at);
    }
    while (start > 0 && sameWord(tokens.get(start - 1), tokens.get(start))) {
      start--;
    }
    while (end < tokens.size() && sameWord(tokens.get(end - 1), tokens.get(end))) {
      end++;
    }
    return new Range(start, end);
  }

  private static boolean sameWord(Token a, Token b) {
    return !a.special() && a.segment() == b.segment() && a.word() == b.word();
  }

  /** Where the segment's first token stands, or would stand. */
  private static int first(List<Token> tokens, int segment) {
    int special = 0;
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).segment() == segment) {
        return i;
      }
      if (tokens.get(i).special() && special++ == segment) {
        return i + 1;
      }
    }
    return tokens.size();
  }

  private static boolean same(
      TokenSequence base, int baseFrom, int baseTo, TokenSequence other, int from, int to) {
    return Arrays.equals(base.ids(), baseFrom, baseTo, other.ids(), from, to)
        && Arrays.equals(base.types(), baseFrom, baseTo, other.types(), from, to);
  }

  /** One side while it is being built. */
  private final class Side {
    private final TokenSequence from;
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> types = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();

    Side(TokenSequence from) {
      this.from = from;
    }

    void copy(int start, int end, boolean injected) {
      for (int i = start; i < end; i++) {
        Token token = from.tokens().get(i);
        add(from.ids()[i], from.types()[i], injected ? token.as(Role.INJECTED) : token);
      }
    }

    void fill(int count, int segment) {
      int last = tokens.isEmpty() ? 0 : tokens.getLast().end();
      long type = segment == 0 ? from.types()[0] : from.types()[from.length() - 1];
      for (int i = 0; i < count; i++) {
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
          false);
    }
  }
}
