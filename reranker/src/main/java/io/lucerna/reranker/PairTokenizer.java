package io.lucerna.reranker;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.model.Role;
import io.lucerna.instrumentation.model.RoleTagger;
import io.lucerna.instrumentation.model.TermForm;
import io.lucerna.instrumentation.model.Token;
import io.lucerna.instrumentation.model.TokenSequence;
import io.lucerna.reranker.Subwords.Piece;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Text to token ids, in the form that a ranker reads, and the one place that decides what is cut:
 * the passage's end, never the query, and nothing of a prompt.
 *
 * <p>Cutting drops the last tokens of the passage from the whole input, so what is left has the ids
 * that it has in the whole. Thread-safe.
 */
final class PairTokenizer implements AutoCloseable {
  /**
   * A passage is cut to this many characters for each token that it may have before it is
   * tokenized, so that a huge document costs no more than a long one. Hardly any piece of a
   * vocabulary is nearly as long.
   */
  private static final int CHARACTERS_PER_TOKEN = 200;

  private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

  private final Path folder;
  private final Subwords subwords;
  private final InputForm form;
  private final @Nullable Marks marks;
  private final int maxTokens;
  private final RoleTagger roles;

  /** A vocabulary's entry. */
  private record Entry(String text, long id) {
    Token token() {
      return new Token(text, -1, -1, 0, 0, Role.SEP);
    }
  }

  /** What is put into ColBERT's inputs. */
  private record Marks(Entry query, Entry passage, Entry mask) {}

  private PairTokenizer(
      Path folder,
      Subwords subwords,
      InputForm form,
      @Nullable Marks marks,
      int maxTokens,
      RoleTagger roles) {
    this.folder = folder;
    this.subwords = subwords;
    this.form = form;
    this.marks = marks;
    this.maxTokens = maxTokens;
    this.roles = roles;
  }

  /**
   * Opens the tokenizer of a model folder.
   *
   * @throws CheckpointException if the folder has no tokenizer that can be read, or its vocabulary
   *     lacks what the form puts in
   */
  static PairTokenizer open(Path folder, InputForm form, int maxTokens, TermForm terms) {
    try {
      byte[] json = TokenizerFiles.read(folder);
      Marks marks = form instanceof InputForm.Markers markers ? marks(folder, json, markers) : null;
      return new PairTokenizer(
          folder, Subwords.open(folder, json), form, marks, maxTokens, new RoleTagger(terms));
    } catch (IOException e) {
      throw new CheckpointException(
          folder + ": the tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  private static Marks marks(Path folder, byte[] json, InputForm.Markers markers)
      throws IOException {
    String mask = TokenizerSettings.read(folder).token("mask_token", "[MASK]");
    return new Marks(
        new Entry(markers.query(), TokenizerFiles.id(folder, json, markers.query())),
        new Entry(markers.passage(), TokenizerFiles.id(folder, json, markers.passage())),
        new Entry(mask, TokenizerFiles.id(folder, json, mask)));
  }

  /** The same with another limit; closing either closes both. */
  PairTokenizer limitedTo(int tokens) {
    return new PairTokenizer(folder, subwords, form, marks, tokens, roles);
  }

  int maxTokens() {
    return maxTokens;
  }

  /**
   * The token ids of answers.
   *
   * @throws CheckpointException if one is not a single token
   */
  List<Long> ids(List<String> answers) {
    List<Long> ids = new ArrayList<>();
    for (String answer : answers) {
      List<Piece> pieces = subwords.encodePlain(answer);
      if (pieces.size() != 1) {
        throw new CheckpointException(
            String.format(
                Locale.ROOT,
                "%s: the answer %s is %d tokens; its logit needs it to be one",
                folder,
                answer,
                pieces.size()));
      }
      ids.add(pieces.getFirst().id());
    }
    return ids;
  }

  /**
   * A query alone.
   *
   * @throws IllegalArgumentException if it exceeds the limit
   */
  TokenSequence query(String text) {
    String prefix = form instanceof InputForm.Apart apart ? apart.queryPrefix() : "";
    TokenSequence whole = sequence(alone(prefix, text), false, Role.QUERY);
    if (marks != null) {
      whole = marked(whole, marks.query);
    }
    if (whole.length() > maxTokens) {
      throw tooLong(whole.length());
    }
    return form instanceof InputForm.Markers markers && marks != null
        ? filled(whole, markers, marks.mask)
        : whole;
  }

  /** A passage alone, cut at its end to the limit. */
  TokenSequence passage(String text) {
    String prefix = form instanceof InputForm.Apart apart ? apart.passagePrefix() : "";
    String cut = cut(text);
    TokenSequence whole = sequence(alone(prefix, cut), cut.length() < text.length(), Role.OTHER);
    return cut(marks == null ? whole : marked(whole, marks.passage), 0);
  }

  /** The same, its tokens in the roles that they have for a query. */
  TokenSequence passage(String query, String text) {
    return roles.tag(passage(text), 0, query, text);
  }

  /**
   * A query and a passage in one input; the passage is cut at its end to the limit.
   *
   * @throws IllegalArgumentException if the query leaves no room for a single token of the passage
   */
  TokenSequence pair(String query, String passage) {
    String cut = cut(passage);
    List<Piece> pieces =
        switch (form) {
          case InputForm.Prompt prompt -> {
            Parts parts = prompt.parts(query, cut);
            yield parts.place(subwords.encode(parts.text()), 0);
          }
          case InputForm.Pair pair -> {
            Parts first = Parts.of(pair.queryPrefix(), query, Parts.QUERY);
            Parts second = Parts.of(pair.passagePrefix(), cut, Parts.PASSAGE);
            List<Piece> both = subwords.encode(first.text(), second.text());
            yield second.place(first.place(both, 0), 1);
          }
          case InputForm.Apart apart -> throw readApart();
          case InputForm.Markers markers -> throw readApart();
        };
    TokenSequence whole = sequence(pieces, cut.length() < passage.length(), Role.QUERY);
    return roles.tag(cut(whole, Parts.PASSAGE), Parts.PASSAGE, query, passage);
  }

  /**
   * A word as it stands inside a text: its tokens are those that are not {@linkplain
   * Token#special() special}.
   */
  TokenSequence word(String text) {
    return sequence(alone("a", " " + text), false, Role.QUERY);
  }

  /** What token ids stand for, special tokens included. */
  String text(TokenSequence input) {
    return subwords.decode(input.ids());
  }

  /** Ids of a passage's tokens that MaxSim leaves out: what ASCII's punctuation begins with. */
  Set<Long> leftOut() {
    Set<Long> ids = new HashSet<>();
    if (form instanceof InputForm.Markers markers && markers.withoutPunctuation()) {
      for (String symbol : PUNCTUATION.split("")) {
        ids.add(subwords.encodePlain(symbol).getFirst().id());
      }
    }
    return ids;
  }

  /** What is read, with places for the texts: {@code [CLS] {query} [SEP] {passage} [SEP]}. */
  String shape() {
    return switch (form) {
      case InputForm.Pair pair -> InputShape.of(subwords, pair);
      case InputForm.Prompt prompt -> InputShape.of(subwords, prompt);
      case InputForm.Apart apart -> InputShape.of(subwords, apart);
      case InputForm.Markers markers ->
          InputShape.of(subwords, markers, marks == null ? "" : marks.mask.text, passageLimit());
    };
  }

  private static IllegalStateException readApart() {
    return new IllegalStateException("query and passage are read apart");
  }

  private List<Piece> alone(String prefix, String text) {
    Parts parts = Parts.of(prefix, text, Parts.QUERY);
    return parts.place(subwords.encode(parts.text()), 0);
  }

  /** Most tokens of an input with a passage. */
  private int passageLimit() {
    return form instanceof InputForm.Markers markers
        ? Math.min(maxTokens, markers.passageLength())
        : maxTokens;
  }

  private String cut(String passage) {
    int limit = passageLimit() * CHARACTERS_PER_TOKEN;
    if (passage.length() <= limit) {
      return passage;
    }
    return passage.substring(
        0, Character.isHighSurrogate(passage.charAt(limit - 1)) ? limit - 1 : limit);
  }

  private TokenSequence sequence(List<Piece> pieces, boolean truncated, Role first) {
    long[] ids = new long[pieces.size()];
    long[] types = new long[pieces.size()];
    List<Token> tokens = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      Piece piece = pieces.get(i);
      ids[i] = piece.id();
      types[i] = piece.type();
      boolean literal = piece.segment() == Parts.LITERAL;
      if (piece.special() || (literal && subwords.special(piece.id()))) {
        tokens.add(new Token(piece.text(), -1, -1, 0, 0, i == 0 ? Role.CLS : Role.SEP));
      } else if (literal) {
        tokens.add(new Token(piece.text(), -1, -1, 0, 0, Role.PROMPT));
      } else {
        Role role = piece.segment() == Parts.QUERY ? first : Role.OTHER;
        tokens.add(
            new Token(
                piece.text(), piece.segment(), piece.word(), piece.start(), piece.end(), role));
      }
    }
    return new TokenSequence(ids, types, tokens, truncated);
  }

  /** With a marker after the first special token. */
  private static TokenSequence marked(TokenSequence input, Entry marker) {
    return with(input, 1, marker, 1, input.length() + 1);
  }

  /** With masks up to the length of a query. */
  private TokenSequence filled(TokenSequence query, InputForm.Markers markers, Entry mask) {
    int length = Math.min(markers.queryLength(), maxTokens);
    int count = Math.max(0, length - query.length());
    int attended = markers.masksAttended() ? query.length() + count : query.length();
    return with(query, query.length(), mask, count, attended);
  }

  private static TokenSequence with(
      TokenSequence input, int at, Entry entry, int count, int attended) {
    int length = input.length() + count;
    long[] ids = new long[length];
    long[] types = new long[length];
    for (int i = 0; i < length; i++) {
      int from = i < at ? i : i - count;
      boolean own = i < at || i >= at + count;
      ids[i] = own ? input.ids()[from] : entry.id;
      types[i] = own ? input.types()[from] : 0;
    }
    List<Token> tokens = new ArrayList<>(input.tokens());
    tokens.addAll(at, Collections.nCopies(count, entry.token()));
    return new TokenSequence(ids, types, tokens, input.truncated(), attended);
  }

  /** Drops the last tokens of one segment until the whole fits; all others stay. */
  private TokenSequence cut(TokenSequence whole, int segment) {
    int surplus = whole.length() - passageLimit();
    if (surplus <= 0) {
      return whole;
    }
    List<Token> tokens = whole.tokens();
    int end = whole.length();
    while (end > 0 && tokens.get(end - 1).segment() != segment) {
      end--;
    }
    int start = end - surplus;
    if (start < 1 || tokens.get(start - 1).segment() != segment) {
      throw tooLong((int) tokens.stream().filter(token -> token.segment() != segment).count());
    }
    return whole.without(start, end);
  }

  private boolean apart() {
    return form instanceof InputForm.Apart || form instanceof InputForm.Markers;
  }

  private IllegalArgumentException tooLong(int tokens) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "the query takes %d tokens with special tokens%s%s; the limit is %d",
            tokens,
            form instanceof InputForm.Prompt ? " and prompt" : "",
            apart() ? "" : " and leaves no room for a passage",
            maxTokens));
  }

  @Override
  public void close() {
    subwords.close();
  }
}
