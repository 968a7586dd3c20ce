package io.lucerna.studies.patch;

import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.PairAligner;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Ranker;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.PairTokens;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Contrast pairs as a model reads them, with a filler word. */
public final class PairAlignment {
  private final Ranker ranker;

  /**
   * Fillers where none is asked for; {@code a} is one token of most vocabularies, but not of all.
   */
  private static final List<String> USUAL = List.of("a", "the", "of", "and", ".", ",", "-", "?");

  /** Entries of a vocabulary that are tried where none of these is one token. */
  private static final int MOST_TRIED = 5000;

  private final String filler;
  private final PairAligner aligner;
  private final Side side;
  private final boolean ofQuery;

  /**
   * Aligns pairs that change the passage.
   *
   * @param ranker the ranker that reads them; it stays the caller's
   * @param filler the word that fills; where it is the usual one, and is more than one token,
   *     another is taken
   * @throws IllegalArgumentException if the model does not have the filler as one token
   */
  public PairAlignment(Ranker ranker, String filler) {
    this(ranker, filler, false);
  }

  /**
   * Aligns pairs that change one of the two texts.
   *
   * @param ranker the ranker that reads them; it stays the caller's
   * @param filler the word that fills; where it is the usual one, and is more than one token, the
   *     first of a few others, and of the vocabulary, that is one is taken
   * @param ofQuery whether the text that changes is the query, and the other one the passage
   * @throws IllegalArgumentException if the model does not have the filler as one token
   */
  public PairAlignment(Ranker ranker, String filler, boolean ofQuery) {
    this.ofQuery = ofQuery;
    this.ranker = ranker;
    this.filler =
        !filler.equals(USUAL.getFirst())
            ? filler
            : Stream.concat(USUAL.stream(), vocabulary(ranker))
                .filter(word -> places(ranker.reading().word(word)).size() == 1)
                .findFirst()
                .orElse(filler);
    TokenSequence word = ranker.reading().word(this.filler);
    List<Integer> own = places(word);
    if (own.size() != 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "filler '%s' is %d tokens of %s; it must be one",
              filler,
              own.size(),
              ranker.card().name()));
    }
    int at = own.getFirst();
    this.aligner =
        new PairAligner(word.ids()[at], word.tokens().get(at).piece(), ranker.card().maxTokens());
    this.side = ofQuery ? ranker.reading().sides().getFirst() : ranker.reading().sides().getLast();
  }

  /** The words of a vocabulary's first entries. */
  private static Stream<String> vocabulary(Ranker ranker) {
    return LongStream.range(0, Math.min(MOST_TRIED, ranker.reading().model().config().vocabulary()))
        .mapToObj(
            id -> ranker.reading().text(TokenSequence.ofIds(new long[] {id}, new long[1])).strip())
        .filter(text -> text.matches("\\p{L}+"));
  }

  /** Where a word's own tokens are. */
  private static List<Integer> places(TokenSequence word) {
    return IntStream.range(0, word.length())
        .filter(i -> !word.tokens().get(i).special())
        .boxed()
        .toList();
  }

  /** {@return the word that fills} */
  public String filler() {
    return filler;
  }

  /**
   * Aligns the two inputs that hold the texts of a pair.
   *
   * @param pair two texts, with the edits between them
   * @return the aligned inputs, or why there are none
   * @throws IllegalArgumentException if the query is too long for the model
   */
  public PairAligner.Result align(ContrastPair pair) {
    List<PairAligner.Span> edits =
        pair.edits().stream()
            .map(
                e ->
                    new PairAligner.Span(
                        e.baseStart(), e.baseEnd(), e.perturbedStart(), e.perturbedEnd()))
            .toList();
    return aligner.align(
        input(pair, pair.base()),
        input(pair, pair.perturbed()),
        side == Side.PAIR && !ofQuery ? 1 : 0,
        edits);
  }

  private TokenSequence input(ContrastPair pair, String text) {
    return ofQuery
        ? ranker.reading().input(side, text, pair.query())
        : ranker.reading().input(side, pair.query(), text);
  }

  /** The inputs that are aligned. */
  Side side() {
    return side;
  }

  /**
   * {@return an aligned pair as it is written to files}
   *
   * @param pair two inputs that {@link #align} made
   */
  public PairTokens tokens(AlignedPair pair) {
    return new PairTokens(
        ranker.card().name(),
        filler,
        pair.base().ids(),
        pair.perturbed().ids(),
        roles(pair.base()),
        roles(pair.perturbed()));
  }

  private static List<String> roles(TokenSequence side) {
    return side.tokens().stream().map(Token::role).map(role -> role.option()).toList();
  }
}
