package io.lucerna.instrumentation.sweep;

import java.util.Arrays;

/**
 * What a patch of queries and keys does by the attention pattern of one layer: the softmax is
 * computed anew with the patched rows, and its change contracted with the gradient by the pattern
 * (AtP*, Kramar et al. 2024, equations 7 to 10, for query and key of a token together; a key has a
 * part in the patterns of all queries).
 *
 * <p>All arrays are {@code [head, query, key]}, the last dimension fastest.
 */
final class PatternChange {
  /** From which share of a pattern on the rest is computed anew, and not as what is left. */
  private static final double MOST = 0.99;

  private final int tokens;
  private final double[] scores;
  private final double[] queries;
  private final double[] keys;
  private final double[] both;
  private final double[] slopes;
  private final double[] largest;
  private final double[] sums;
  private final double[] products;

  /**
   * A change.
   *
   * @param tokens how many queries and keys there are
   * @param scores those of the pattern as it is
   * @param queries those of patched queries and the keys as they are
   * @param keys those of the queries as they are and patched keys
   * @param both those of patched queries and keys
   * @param slopes the gradient by the pattern
   */
  PatternChange(
      int tokens,
      double[] scores,
      double[] queries,
      double[] keys,
      double[] both,
      double[] slopes) {
    this.tokens = tokens;
    this.scores = scores;
    this.queries = queries;
    this.keys = keys;
    this.both = both;
    this.slopes = slopes;
    int rows = scores.length / tokens;
    largest = new double[rows];
    sums = new double[rows];
    products = new double[rows];
    for (int row = 0; row < rows; row++) {
      int from = row * tokens;
      largest[row] = Arrays.stream(scores, from, from + tokens).max().orElseThrow();
      for (int i = from; i < from + tokens; i++) {
        double weight = Math.exp(scores[i] - largest[row]);
        sums[row] += weight;
        products[row] += weight * slopes[i];
      }
    }
  }

  /** What a patch of one token's query and key does. */
  double at(int token) {
    double change = 0;
    for (int row = 0; row < sums.length; row++) {
      int from = row * tokens;
      if (row % tokens == token) {
        double[] patched = Arrays.copyOfRange(queries, from, from + tokens);
        patched[token] = both[from + token];
        change += contracted(patched, from) - products[row] / sums[row];
      } else {
        change += oneKey(row, token);
      }
    }
    return change;
  }

  /** What a patch of all tokens' queries and keys does. */
  double everywhere() {
    double change = 0;
    for (int row = 0; row < sums.length; row++) {
      int from = row * tokens;
      change += contracted(Arrays.copyOfRange(both, from, from + tokens), from);
      change -= products[row] / sums[row];
    }
    return change;
  }

  /** A row in which one key's score is another. */
  private double oneKey(int row, int token) {
    int at = row * tokens + token;
    double old = Math.exp(scores[at] - largest[row]);
    double before = products[row] / sums[row];
    if (old > MOST * sums[row]) {
      double[] patched = Arrays.copyOfRange(scores, row * tokens, (row + 1) * tokens);
      patched[token] = keys[at];
      return contracted(patched, row * tokens) - before;
    }
    double most = Math.max(largest[row], keys[at]);
    double rest = Math.exp(largest[row] - most);
    double now = Math.exp(keys[at] - most);
    double sum = (sums[row] - old) * rest + now;
    return ((products[row] - old * slopes[at]) * rest + now * slopes[at]) / sum - before;
  }

  /** The softmax of a row times its gradient. */
  private double contracted(double[] row, int from) {
    double most = Arrays.stream(row).max().orElseThrow();
    double sum = 0;
    double product = 0;
    for (int i = 0; i < row.length; i++) {
      double weight = Math.exp(row[i] - most);
      sum += weight;
      product += weight * slopes[from + i];
    }
    return product / sum;
  }
}
