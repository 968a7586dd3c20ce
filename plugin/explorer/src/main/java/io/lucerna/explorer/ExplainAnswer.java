package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What scores of the plain model are made of, as {@code explain} says it.
 *
 * @param passages in the order of the request
 * @param difference of two passages; null for one
 */
record ExplainAnswer(List<Passage> passages, @Nullable Difference difference) {
  /**
   * A passage with its query.
   *
   * @param unread the end of the text, which the model does not read; empty if it reads all
   * @param sides one for each text that the model reads: the pair, or query and passage
   * @param meeting where query and passage meet; null where they are read together, or without
   *     detail
   */
  record Passage(
      String docno,
      String query,
      float score,
      String unread,
      List<Side> sides,
      @Nullable Meeting meeting) {}

  /**
   * The parts of one text: words and biases add up to the score, and so do components, embeddings
   * and the biases on that way.
   *
   * @param side {@code pair}, {@code query} or {@code passage}
   * @param words all of its tokens
   * @param biases what biases add
   * @param rounding what words and biases leave of the score
   * @param components heads and MLPs in forward order
   * @param embeddings what words add straight
   * @param straightBiases biases on the straight way
   * @param straightRounding what these leave of the score
   */
  record Side(
      String side,
      List<Word> words,
      double biases,
      double rounding,
      List<Component> components,
      double embeddings,
      double straightBiases,
      double straightRounding) {}

  /**
   * A word, or a special token.
   *
   * @param from {@code query}, {@code passage}, or empty for a special token
   * @param gap whether whitespace was before it
   * @param straight what of {@code adds} goes through no component
   */
  record Word(String text, String from, boolean gap, double adds, double straight) {}

  /**
   * A head or an MLP.
   *
   * @param words what it has from each word; left out without detail
   */
  record Component(
      String name,
      double adds,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Double> words) {}

  /**
   * Where two texts that are read apart meet.
   *
   * @param kind {@code pairs}, {@code maxsim} or {@code terms}
   * @param terms of {@code terms}, the name of each row
   * @param rows by word of the query or by term, and then by word of the passage
   * @param taken of {@code maxsim}, for each word of the query the words whose products count
   */
  record Meeting(
      String kind, List<Term> terms, List<List<Double>> rows, List<List<Integer>> taken) {}

  /**
   * A term of the vocabulary.
   *
   * @param adds the product of its weights
   */
  record Term(String text, double query, double passage, double adds) {}

  /**
   * What the first score has beyond the second, the largest differences first.
   *
   * @param rounding what the words leave of it
   * @param words wherever they stand, and the biases
   * @param components and the rest
   */
  record Difference(double score, double rounding, List<Row> words, List<Row> components) {}

  /** Something that both scores can have. */
  record Row(String name, double one, double other) {}
}
