package io.lucerna.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Correlation of two lists of numbers of the same items. */
public final class Correlation {
  private Correlation() {}

  /**
   * {@return Pearson's r; NaN if a list does not vary}
   *
   * @param x a number for each item
   * @param y another number for each item, in the same order
   * @throws IllegalArgumentException if the lengths differ
   */
  public static double pearson(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(x.length + " values against " + y.length);
    }
    double meanX = Arrays.stream(x).average().orElse(Double.NaN);
    double meanY = Arrays.stream(y).average().orElse(Double.NaN);
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - meanX;
      double dy = y[i] - meanY;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
    return xy / Math.sqrt(xx * yy);
  }

  /**
   * {@return Spearman's rho: Pearson's r of the ranks, where equal values share their mean rank}
   *
   * @param x a number for each item
   * @param y another number for each item, in the same order
   * @throws IllegalArgumentException if the lengths differ
   */
  public static double spearman(double[] x, double[] y) {
    return pearson(ranks(x), ranks(y));
  }

  /**
   * {@return Kendall's tau-b ("The treatment of ties in ranking problems", Biometrika 33, 1945):
   * pairs in the same order less pairs in opposite order, over the geometric mean of the pairs that
   * each list does not tie; NaN if a list does not vary}
   *
   * @param x a number for each item
   * @param y another number for each item, in the same order
   * @throws IllegalArgumentException if the lengths differ
   */
  public static double kendall(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(x.length + " values against " + y.length);
    }
    long balance = 0;
    long inX = 0;
    long inY = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        int a = Double.compare(x[i] + 0.0, x[j] + 0.0);
        int b = Double.compare(y[i] + 0.0, y[j] + 0.0);
        balance += Integer.signum(a) * Integer.signum(b);
        inX += a == 0 ? 0 : 1;
        inY += b == 0 ? 0 : 1;
      }
    }
    return balance / Math.sqrt((double) inX * inY);
  }

  /**
   * {@return Spearman's rho of the means over topics with another list, with the 95% percentile
   * interval of a bootstrap that draws topics with replacement (Efron and Tibshirani 1993, chapter
   * 13); without an interval for fewer than five topics} The other list stays as it is.
   *
   * @param byTopic for each topic a number for each item
   * @param of what is made of an item's mean, such as its size
   * @param y another number for each item, in the same order
   * @param seed the same seed gives the same numbers
   * @param rounds of the bootstrap, 1 or more; those in which a list does not vary do not count
   * @throws IllegalArgumentException if the lengths differ, or there is no topic
   */
  public static Estimate spearman(
      double[][] byTopic, DoubleUnaryOperator of, double[] y, long seed, int rounds) {
    if (byTopic.length == 0) {
      throw new IllegalArgumentException("there is no topic");
    }
    double[] ranksY = ranks(y);
    int[] each = IntStream.range(0, byTopic.length).toArray();
    double value = pearson(ranks(means(byTopic, each, of)), ranksY);
    if (byTopic.length < ClusteredRatios.FEWEST_CLUSTERS) {
      return new Estimate(value, Double.NaN, Double.NaN);
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] drawn = new double[rounds];
    int defined = 0;
    for (int round = 0; round < rounds; round++) {
      int[] topics = new int[byTopic.length];
      Arrays.setAll(topics, i -> random.nextInt(byTopic.length));
      double rho = pearson(ranks(means(byTopic, topics, of)), ranksY);
      if (!Double.isNaN(rho)) {
        drawn[defined++] = rho;
      }
    }
    return Estimate.of(value, Arrays.copyOf(drawn, defined));
  }

  private static double[] means(double[][] byTopic, int[] topics, DoubleUnaryOperator of) {
    double[] means = new double[byTopic[0].length];
    for (int topic : topics) {
      for (int i = 0; i < means.length; i++) {
        means[i] += byTopic[topic][i];
      }
    }
    for (int i = 0; i < means.length; i++) {
      means[i] = of.applyAsDouble(means[i] / topics.length);
    }
    return means;
  }

  /**
   * {@return the two-sided p-value of Spearman's rho by random permutations: (b + 1) / (n + 1)
   * where b of n permutations of one list give at least the observed size (Pitman 1937; Phipson and
   * Smyth 2010 for the + 1); NaN if a list does not vary}
   *
   * @param x a number for each item
   * @param y another number for each item, in the same order
   * @param seed the same seed gives the same number
   * @param rounds n, 1 or more
   * @throws IllegalArgumentException if the lengths differ
   */
  public static double spearmanP(double[] x, double[] y, long seed, int rounds) {
    double[] ranksX = ranks(x);
    double[] ranksY = ranks(y);
    double observed = Math.abs(pearson(ranksX, ranksY));
    if (Double.isNaN(observed)) {
      return Double.NaN;
    }
    SplittableRandom random = new SplittableRandom(seed);
    int asLarge = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = ranksX.length - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        double moved = ranksX[i];
        ranksX[i] = ranksX[other];
        ranksX[other] = moved;
      }
      asLarge += Math.abs(pearson(ranksX, ranksY)) >= observed - 1e-12 ? 1 : 0;
    }
    return (asLarge + 1.0) / (rounds + 1.0);
  }

  /** Ranks from 0; NaN for all if one of the values is. */
  private static double[] ranks(double[] values) {
    if (Arrays.stream(values).anyMatch(Double::isNaN)) {
      double[] none = new double[values.length];
      Arrays.fill(none, Double.NaN);
      return none;
    }
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
