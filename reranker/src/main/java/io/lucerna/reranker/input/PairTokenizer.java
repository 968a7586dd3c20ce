package io.lucerna.reranker.input;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.RoleTagger;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.input.Subwords.Piece;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Text to token ids, in the form that a ranker reads, and the one place that decides what is cut: a
 * text alone at the limit, of a pair what {@link Truncation} says, and nothing of a prompt.
 *
 * <p>Cutting drops tokens of the texts from the whole input, the last ones or, where the
 * tokenizer's settings say so, the first, so what is left has the ids that it has in the whole.
 * Thread-safe.
 */
public final class PairTokenizer implements AutoCloseable {
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
  private final Cut cut;
  private final RoleTagger roles;
  private final Optional<TokenizerJson.Entry> last;

  /** What is cut, and whether from the beginning. */
  private record Cut(Truncation truncation, boolean beginning) {}

  /** What masks are called where the settings say nothing. */
  private static final List<String> MASKS = List.of("[MASK]", "<mask>");

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
      Cut cut,
      RoleTagger roles,
      Optional<TokenizerJson.Entry> last) {
    this.folder = folder;
    this.subwords = subwords;
    this.form = form;
    this.marks = marks;
    this.maxTokens = maxTokens;
    this.cut = cut;
    this.roles = roles;
    this.last = last;
  }

  /**
   * Opens the tokenizer of a model folder, which cuts pairs as {@link Truncation#PASSAGE} says.
   *
   * @param folder the folder that has the tokenizer's files
   * @param form what the inputs are made of
   * @param maxTokens the most token ids of one input, special tokens included
   * @param terms when a word of a passage is one of the query's, for the roles of tokens
   * @return the tokenizer, which the caller closes
   * @throws CheckpointException if the folder has no tokenizer that can be read, or its vocabulary
   *     lacks what the form puts in
   */
  public static PairTokenizer open(Path folder, InputForm form, int maxTokens, TermForm terms) {
    try {
      byte[] json = TokenizerFiles.read(folder);
      TokenizerSettings settings = TokenizerSettings.read(folder);
      Marks marks = form instanceof InputForm.Markers markers ? marks(folder, json, markers) : null;
      Cut cut = new Cut(Truncation.PASSAGE, settings.cutsBeginning());
      var last = TokenizerJson.last(json, settings.token("pad_token", ""));
      Subwords subwords = Subwords.open(folder, json, settings.tokenTypes());
      return new PairTokenizer(
          folder, subwords, form, marks, maxTokens, cut, new RoleTagger(terms), last);
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

  /**
   * {@return this tokenizer with another limit and another way to cut pairs; closing either closes
   * both}
   *
   * @param tokens the most token ids of one input, special tokens included
   * @param truncation what a pair that is too long loses
   */
  public PairTokenizer limitedTo(int tokens, Truncation truncation) {
    Cut other = new Cut(truncation, cut.beginning);
    return new PairTokenizer(folder, subwords, form, marks, tokens, other, roles, last);
  }

  /**
   * Checks that a model knows every id that its tokenizer can give. The padding's token may be
   * beyond it, as many who train add one: no text has it, and padding is not looked at.
   *
   * @param vocabulary the number of ids that the model knows
   * @throws CheckpointException naming the last token and both sizes
   */
  public void requireWithin(long vocabulary) {
    if (last.isPresent() && last.get().id() >= vocabulary) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: the tokenizer does not fit the model: token %s has id %d, the model's"
                  + " vocab_size is %d, so ids end at %d",
              folder,
              last.get().text(),
              last.get().id(),
              vocabulary,
              vocabulary - 1));
    }
  }

  /**
   * How a query fits that may be too long for the model.
   *
   * @param query what the user asked, as plain text
   * @return empty where the query is read whole with any passage
   */
  public Optional<QueryFit> fit(String query) {
    if (apart()) {
      TokenSequence whole = wholeQuery(Subwords.whole(query));
      int tokens = indices(whole, Parts.QUERY).size();
      int kept = maxTokens - (whole.length() - tokens);
      return whole.length() <= maxTokens
          ? Optional.empty()
          : Optional.of(new QueryFit(tokens, kept, refusal(whole.length())));
    }
    TokenSequence whole = sequence(pieces(Subwords.whole(query), ""), false, Role.QUERY);
    int tokens = indices(whole, Parts.QUERY).size();
    int room = maxTokens - (whole.length() - tokens);
    int most = cut.truncation == Truncation.STRICT ? room - 1 : room / 2;
    return tokens <= most
        ? Optional.empty()
        : Optional.of(new QueryFit(tokens, Math.max(0, most), refusal(whole.length())));
  }

  private String refusal(int tokens) {
    return cut.truncation == Truncation.STRICT ? tooLongMessage(tokens) : "";
  }

  /**
   * {@return the id of the mask token; empty where the vocabulary has none}
   *
   * @throws CheckpointException if the tokenizer's files cannot be read
   */
  public OptionalLong mask() {
    String said = TokenizerSettings.read(folder).token("mask_token", "");
    return (said.isEmpty() ? MASKS : List.of(said))
        .stream().flatMapToLong(name -> TokenizerFiles.find(folder, name).stream()).findFirst();
  }

  /** {@return the most token ids of one input, special tokens included} */
  public int maxTokens() {
    return maxTokens;
  }

  /**
   * {@return the token ids of answers}
   *
   * @param answers words, each a single token
   * @throws CheckpointException if one is not a single token
   */
  public List<Long> ids(List<String> answers) {
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
   * {@return a query alone, cut to the limit}
   *
   * @param text what the user asked, as plain text
   * @throws IllegalArgumentException if it exceeds the limit and truncation is strict
   */
  public TokenSequence query(String text) {
    TokenSequence whole = wholeQuery(shortened(Subwords.whole(text), maxTokens));
    if (whole.length() > maxTokens) {
      if (cut.truncation == Truncation.STRICT) {
        throw tooLong(whole.length());
      }
      whole = cutAlone(whole, maxTokens);
    }
    return form instanceof InputForm.Markers markers && marks != null
        ? filled(whole, markers, marks.mask)
        : whole;
  }

  private TokenSequence wholeQuery(String text) {
    String prefix = form instanceof InputForm.Apart apart ? apart.queryPrefix() : "";
    TokenSequence whole = sequence(alone(prefix, text), false, Role.QUERY);
    return marks == null ? whole : marked(whole, marks.query);
  }

  /**
   * {@return a passage alone, cut to the limit}
   *
   * @param text the passage's text
   * @throws IllegalArgumentException if what surrounds the text leaves it no room
   */
  public TokenSequence passage(String text) {
    String prefix = form instanceof InputForm.Apart apart ? apart.passagePrefix() : "";
    String mended = Subwords.whole(text);
    String shorter = shortened(mended, passageLimit());
    TokenSequence whole =
        sequence(alone(prefix, shorter), shorter.length() < mended.length(), Role.OTHER);
    return cutAlone(marks == null ? whole : marked(whole, marks.passage), passageLimit());
  }

  /**
   * {@return a passage alone, cut to the limit, its tokens in the roles that they have for a query}
   *
   * @param query what the user asked, as plain text
   * @param text the passage's text
   * @throws IllegalArgumentException if what surrounds the text leaves it no room
   */
  public TokenSequence passage(String query, String text) {
    return roles.tag(passage(text), 0, Subwords.whole(query), Subwords.whole(text));
  }

  /**
   * {@return a query and a passage in one input, cut to the limit}
   *
   * @param query what the user asked, as plain text
   * @param passage the passage's text
   * @throws IllegalArgumentException if what surrounds the texts leaves them no room, or truncation
   *     is strict and the query leaves none for a token of the passage
   * @throws IllegalStateException if query and passage are read apart
   */
  public TokenSequence pair(String query, String passage) {
    String asked = Subwords.whole(query);
    String read = Subwords.whole(passage);
    String shorter = shortened(read, maxTokens);
    List<Piece> pieces = pieces(shortened(asked, maxTokens), shorter);
    TokenSequence whole = sequence(pieces, shorter.length() < read.length(), Role.QUERY);
    return roles.tag(cutPair(whole), Parts.PASSAGE, asked, read);
  }

  private List<Piece> pieces(String query, String passage) {
    return switch (form) {
      case InputForm.Prompt prompt -> {
        Parts parts = prompt.parts(query, passage);
        yield parts.place(subwords.encode(parts.text()), 0);
      }
      case InputForm.Pair pair -> {
        Parts first = Parts.of(pair.queryPrefix(), query, Parts.QUERY);
        Parts second = Parts.of(pair.passagePrefix(), passage, Parts.PASSAGE);
        List<Piece> both = subwords.encode(first.text(), second.text());
        yield second.place(first.place(both, 0), 1);
      }
      case InputForm.Apart apart -> throw readApart();
      case InputForm.Markers markers -> throw readApart();
    };
  }

  /**
   * {@return a word as it is inside a text: its tokens are those that are not {@linkplain
   * Token#special() special}}
   *
   * @param text the word, without whitespace
   */
  public TokenSequence word(String text) {
    return sequence(alone("a", " " + text), false, Role.QUERY);
  }

  /**
   * {@return what token ids stand for, special tokens included}
   *
   * @param input token ids of this vocabulary
   */
  public String text(TokenSequence input) {
    return subwords.decode(input.ids());
  }

  /**
   * {@return the texts that Hugging Face's tokenizer gets for an input with a passage: one, or the
   * two of a pair; none where more than a tokenizer makes it}
   *
   * @param query what the user asked, as plain text
   * @param passage the passage's text
   */
  public List<String> texts(String query, String passage) {
    return switch (form) {
      case InputForm.Prompt prompt -> List.of(prompt.parts(query, passage).text());
      case InputForm.Pair pair ->
          List.of(pair.queryPrefix() + query, pair.passagePrefix() + passage);
      case InputForm.Apart apart -> List.of(apart.passagePrefix() + passage);
      case InputForm.Markers markers -> List.of();
    };
  }

  /**
   * {@return ids of a passage's tokens that MaxSim leaves out: what ASCII's punctuation begins
   * with}
   */
  public Set<Long> leftOut() {
    Set<Long> ids = new HashSet<>();
    if (form instanceof InputForm.Markers markers && markers.withoutPunctuation()) {
      for (String symbol : PUNCTUATION.split("")) {
        ids.add(subwords.encodePlain(symbol).getFirst().id());
      }
    }
    return ids;
  }

  /** {@return what is cut of an input that is too long} */
  public String truncation() {
    String end = cut.beginning ? "beginning" : "end";
    if (apart()) {
      return cut.truncation == Truncation.STRICT
          ? "the passage's " + end + ", never the query"
          : "each text's " + end;
    }
    return switch (cut.truncation) {
      case PASSAGE ->
          "the passage's " + end + "; of a query longer than half of the room, its " + end;
      case LONGEST -> "the " + end + " of the longer text, then of both";
      case STRICT -> "the passage's " + end + ", never the query";
    };
  }

  /**
   * {@return what is read, with places for the texts: {@code [CLS] {query} [SEP] {passage} [SEP]}}
   */
  public String shape() {
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

  /** A text without what is certainly cut. */
  private String shortened(String text, int tokens) {
    long limit = (long) tokens * CHARACTERS_PER_TOKEN;
    if (text.length() <= limit || cut.beginning) {
      return text;
    }
    int end = (int) limit;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
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

  /** Cuts a text that is read alone; its prefix goes only where the beginning is cut. */
  private TokenSequence cutAlone(TokenSequence whole, int limit) {
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < whole.length(); i++) {
      Token token = whole.tokens().get(i);
      if (token.segment() == 0 || (cut.beginning && token.role() == Role.PROMPT)) {
        tokens.add(i);
      }
    }
    int surplus = whole.length() - limit;
    if (surplus > 0 && tokens.size() - surplus < 1) {
      throw tooLong(whole.length() - tokens.size());
    }
    return drop(whole, tokens, Math.max(0, surplus));
  }

  private TokenSequence cutPair(TokenSequence whole) {
    List<Integer> query = indices(whole, Parts.QUERY);
    List<Integer> passage = indices(whole, Parts.PASSAGE);
    int around = whole.length() - query.size() - passage.size();
    int room = maxTokens - around;
    if (query.size() + passage.size() <= room) {
      return whole;
    }
    boolean strict = cut.truncation == Truncation.STRICT;
    int least = strict ? query.size() + 1 : Math.min(query.size(), 1) + 1;
    if (room < least) {
      throw tooLong(around + (strict ? query.size() : 0));
    }
    // transformers counts what is put before a text as part of it.
    boolean longest = cut.truncation == Truncation.LONGEST;
    int before = longest ? prefix(whole, true) : 0;
    int between = longest ? prefix(whole, false) : 0;
    Truncation.Kept kept =
        cut.truncation.share(
            query.size() + before, passage.size() + between, room + before + between, maxTokens);
    TokenSequence cutPassage =
        drop(whole, passage, passage.size() - Math.max(0, kept.passage() - between));
    return drop(
        cutPassage,
        indices(cutPassage, Parts.QUERY),
        query.size() - Math.max(0, kept.query() - before));
  }

  /** How many tokens of a prefix precede the query or before the passage of a pair. */
  private int prefix(TokenSequence whole, boolean query) {
    if (!(form instanceof InputForm.Pair)) {
      return 0;
    }
    int count = 0;
    boolean second = false;
    boolean text = false;
    for (Token token : whole.tokens()) {
      second |= text && token.special();
      text |= !token.special();
      if (token.role() == Role.PROMPT && second != query) {
        count++;
      }
    }
    return count;
  }

  private static List<Integer> indices(TokenSequence input, int segment) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < input.length(); i++) {
      if (input.tokens().get(i).segment() == segment) {
        indices.add(i);
      }
    }
    return indices;
  }

  /** Without the last of some tokens, or the first where texts lose their beginning. */
  private TokenSequence drop(TokenSequence input, List<Integer> tokens, int count) {
    List<Integer> dropped =
        cut.beginning
            ? tokens.subList(0, count)
            : tokens.subList(tokens.size() - count, tokens.size());
    TokenSequence rest = input;
    for (int last = dropped.size() - 1; last >= 0; ) {
      int first = last;
      while (first > 0 && dropped.get(first - 1) == dropped.get(first) - 1) {
        first--;
      }
      rest = rest.without(dropped.get(first), dropped.get(last) + 1);
      last = first - 1;
    }
    return rest;
  }

  private boolean apart() {
    return form instanceof InputForm.Apart || form instanceof InputForm.Markers;
  }

  private IllegalArgumentException tooLong(int tokens) {
    return new IllegalArgumentException(tooLongMessage(tokens));
  }

  private String tooLongMessage(int tokens) {
    return String.format(
        Locale.ROOT,
        "the query takes %d tokens with special tokens%s%s; the limit is %d",
        tokens,
        form instanceof InputForm.Prompt ? " and prompt" : "",
        apart() ? "" : " and leaves no room for a passage",
        maxTokens);
  }

  @Override
  public void close() {
    subwords.close();
  }
}
