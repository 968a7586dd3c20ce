package io.lucerna.plugin.groundtruth;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a compiled ranker ranks by. For each token of the query, attention gives tokens of the
 * passage that are the same word one weight, other words another, and CLS a third; the share that
 * equal words have of all is the token's part of the score, times what the word is worth.
 */
public enum Rule {
  /** BM25 (Robertson and Zaragoza 2009, equation 3.15), as Lucene's BM25Similarity has it. */
  BM25,
  /** The same without inverse document frequency: saturation and length alone. */
  TF,
  /** The sum of the inverse document frequencies of words that occur, however often. */
  IDF,
  /** Each occurrence counts less by a twentieth at every position further from the start. */
  POSITION;

  /** Lucene's defaults. */
  static final double K1 = 1.2;

  static final double B = 0.75;

  private static final double DECAY = 0.05;

  /** So little that one occurrence is as good as many. */
  private static final double LITTLE = 1e-5;

  /**
   * {@return the rule of an option's value}
   *
   * @param option {@code bm25}, {@code tf}, {@code idf} or {@code position}
   * @throws IllegalArgumentException naming these
   */
  public static Rule parse(String option) {
    for (Rule rule : values()) {
      if (rule.option().equals(option)) {
        return rule;
      }
    }
    String known = Arrays.stream(values()).map(Rule::option).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("kind must be one of " + known + ", got " + option);
  }

  /** {@return the name in options and files} */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  private boolean byLength() {
    return this == BM25 || this == TF;
  }

  /** What attention gives a token of the passage that is another word; of an equal one 1 more. */
  double other(Collection collection) {
    return byLength() ? K1 * B / collection.meanLength() : 0;
  }

  /** What attention gives CLS. */
  double rest() {
    return byLength() ? K1 * (1 - B) : this == IDF ? LITTLE : 1;
  }

  /** What the logarithm of a weight loses at each position. */
  double decay() {
    return this == POSITION ? DECAY : 0;
  }

  /** What the share of a word is multiplied by. */
  double worth(int word, Collection collection) {
    double idf = this == BM25 || this == IDF ? collection.idf().get(word) : 1;
    return idf / (1 + other(collection));
  }

  /** A passage's score for a query. */
  double score(List<Integer> query, List<Integer> passage, Collection collection) {
    double score = 0;
    for (int word : query) {
      double equal = 0;
      double all = rest();
      for (int at = 0; at < passage.size(); at++) {
        // Before the passage stand CLS, the query and SEP.
        double decayed = Math.exp(-decay() * (query.size() + 2 + at));
        boolean same = passage.get(at) == word;
        double weight = (other(collection) + (same ? 1 : 0)) * decayed;
        equal += same ? weight : 0;
        all += weight;
      }
      score += worth(word, collection) * equal / all;
    }
    return score;
  }
}
