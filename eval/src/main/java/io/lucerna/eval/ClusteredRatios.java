package io.lucerna.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Aggregates of ratios over items that come in clusters, such as pairs of one query, with 95%
 * percentile intervals of a bootstrap that draws whole clusters (Davison and Hinkley 1997, section
 * 3.8; Field and Welsh 2007). Many columns of numerators share the items, their denominators and
 * the draws.
 *
 * <p>Cost: all but the median need only the sums of each cluster, so that a round costs as many
 * multiplications as there are clusters. The median of a round is found from the sample's: the
 * weight up to there is again a sum over clusters, and from there it is a short walk, about the
 * square root of the number of items. Columns are worked on in parallel; the numbers do not depend
 * on it.
 *
 * <p>Memory: about 64 MiB, and 24 bytes for each column and round of the columns that are asked for
 * at once.
 *
 * <p>Not thread-safe.
 */
public final class ClusteredRatios {
  private static final double TAIL = 0.025;

  /**
   * With fewer clusters there is no interval: so few can be drawn in fewer than 100 ways, of which
   * no 95% can be told.
   */
  static final int FEWEST_CLUSTERS = 5;

  private final double[] denominators;
  private final int[] clusters;
  private final int clusterCount;
  private final int rounds;
  private final ClusterWeights weights;

  /** Of each cluster, and of each round of the chunk, over all items: for columns without holes. */
  private final double[] allDivisors;

  private final double[] allCounts;
  private final double[] drawnDivisors;
  private final double[] drawnCounts;

  /**
   * Creates the aggregates of some items.
   *
   * @param denominators one for each item, finite and not 0
   * @param clusters the number of each item's cluster, from 0
   * @param seed of the draws: the same seed gives the same intervals
   * @param rounds of the bootstrap, 1 or more
   * @throws IllegalArgumentException if a denominator is 0 or not finite
   */
  public ClusteredRatios(double[] denominators, int[] clusters, long seed, int rounds) {
    if (denominators.length != clusters.length || rounds < 1) {
      throw new IllegalArgumentException(
          denominators.length
              + " denominators, "
              + clusters.length
              + " clusters, "
              + rounds
              + " rounds");
    }
    for (double denominator : denominators) {
      if (denominator == 0 || !Double.isFinite(denominator)) {
        throw new IllegalArgumentException("denominator " + denominator);
      }
    }
    this.denominators = denominators.clone();
    this.clusters = clusters.clone();
    this.clusterCount = Arrays.stream(clusters).max().orElse(-1) + 1;
    this.rounds = rounds;
    this.weights = new ClusterWeights(clusterCount, rounds, seed);
    this.allDivisors = new double[clusterCount];
    this.allCounts = new double[clusterCount];
    for (int i = 0; i < clusters.length; i++) {
      allDivisors[clusters[i]] += denominators[i];
      allCounts[clusters[i]]++;
    }
    this.drawnDivisors = new double[rounds];
    this.drawnCounts = new double[rounds];
  }

  /** {@return the number of items} */
  public int items() {
    return denominators.length;
  }

  /** {@return the number of clusters, the highest cluster's number plus 1} */
  public int clusters() {
    return clusterCount;
  }

  /**
   * The aggregates of some columns.
   *
   * @param numerators for each column one for each item; NaN where an item has none, which leaves
   *     it out of that column
   * @return for each column all aggregates
   * @throws IllegalArgumentException if a column has more or fewer numerators than there are items
   */
  public List<Map<RatioAggregate, Estimate>> of(double[][] numerators) {
    Column[] columns = Arrays.stream(numerators).parallel().map(Column::new).toArray(Column[]::new);
    if (clusterCount >= 2) {
      weights.start();
      do {
        weights.sum(allDivisors, drawnDivisors);
        weights.sum(allCounts, drawnCounts);
        Arrays.stream(columns).parallel().forEach(Column::resample);
      } while (weights.next());
    }
    return Arrays.stream(columns).parallel().map(Column::estimates).toList();
  }

  /** One column while it is being worked on. */
  private final class Column {
    private final int[] order;
    private final double[] sorted;
    private final double[] sums = new double[clusterCount];
    private final double[] ratios = new double[clusterCount];
    private final double[] robust = new double[clusterCount];
    private final double[] divisors = new double[clusterCount];
    private final double[] counts = new double[clusterCount];

    /** Of each cluster, how many items are not above the sample's median. */
    private final double[] below = new double[clusterCount];

    private final int middle;
    private final int represented;
    private final double[][] drawn;

    Column(double[] numerators) {
      if (numerators.length != denominators.length) {
        throw new IllegalArgumentException(
            numerators.length + " numerators, " + denominators.length + " denominators");
      }
      order =
          IntStream.range(0, numerators.length)
              .filter(i -> !Double.isNaN(numerators[i]))
              .boxed()
              .sorted(Comparator.comparingDouble(i -> numerators[i] / denominators[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      sorted = Arrays.stream(order).mapToDouble(i -> numerators[i] / denominators[i]).toArray();
      middle = (order.length - 1) / 2;
      for (int i = 0; i < numerators.length; i++) {
        if (!Double.isNaN(numerators[i])) {
          sums[clusters[i]] += numerators[i];
          ratios[clusters[i]] += numerators[i] / denominators[i];
          robust[clusters[i]] += robust(numerators[i], denominators[i]);
          divisors[clusters[i]] += denominators[i];
          counts[clusters[i]]++;
        }
      }
      for (int place = 0; place < order.length && place <= middle; place++) {
        below[clusters[order[place]]]++;
      }
      represented = (int) Arrays.stream(counts).filter(c -> c > 0).count();
      drawn =
          new double[RatioAggregate.values().length][represented < FEWEST_CLUSTERS ? 0 : rounds];
    }

    void resample() {
      if (represented < FEWEST_CLUSTERS) {
        return;
      }
      int size = weights.size();
      double[] numerator = new double[size];
      boolean complete = order.length == denominators.length;
      double[] divisor = complete ? drawnDivisors : weights.sum(divisors, new double[size]);
      double[] count = complete ? drawnCounts : weights.sum(counts, new double[size]);
      weights.sum(sums, numerator);
      divide(numerator, divisor, drawn[RatioAggregate.RATIO_OF_SUMS.ordinal()]);
      weights.sum(ratios, numerator);
      divide(numerator, count, drawn[RatioAggregate.MEAN_OF_RATIOS.ordinal()]);
      weights.sum(robust, numerator);
      divide(numerator, count, drawn[RatioAggregate.MEAN_ROBUST.ordinal()]);
      weights.sum(below, numerator);
      double[] medians = drawn[RatioAggregate.MEDIAN.ordinal()];
      for (int round = 0; round < size; round++) {
        medians[weights.from() + round] =
            median(weights.round(round), (long) numerator[round], (long) count[round]);
      }
    }

    private void divide(double[] numerator, double[] denominator, double[] into) {
      for (int round = 0; round < numerator.length; round++) {
        into[weights.from() + round] = numerator[round] / denominator[round];
      }
    }

    /**
     * The median of a round.
     *
     * @param weight how often each cluster was drawn
     * @param upToMiddle how many drawn items are at or below the sample's middle
     * @param total how many items were drawn
     */
    private double median(short[] weight, long upToMiddle, long total) {
      if (total == 0) {
        return Double.NaN;
      }
      long rank = (total - 1) / 2;
      int place = middle;
      long upTo = upToMiddle;
      while (upTo <= rank) {
        place++;
        upTo += weight[clusters[order[place]]];
      }
      while (upTo - weight[clusters[order[place]]] > rank) {
        upTo -= weight[clusters[order[place]]];
        place--;
      }
      double low = sorted[place];
      if (total % 2 == 1 || upTo > rank + 1) {
        return low;
      }
      do {
        place++;
      } while (weight[clusters[order[place]]] == 0);
      return (low + sorted[place]) / 2;
    }

    Map<RatioAggregate, Estimate> estimates() {
      Map<RatioAggregate, Estimate> all = new EnumMap<>(RatioAggregate.class);
      int n = order.length;
      for (RatioAggregate aggregate : RatioAggregate.values()) {
        double value =
            switch (aggregate) {
              case RATIO_OF_SUMS -> total(sums) / total(divisors);
              case MEAN_OF_RATIOS -> total(ratios) / n;
              case MEAN_ROBUST -> total(robust) / n;
              case MEDIAN -> n == 0 ? Double.NaN : (sorted[middle] + sorted[n / 2]) / 2;
            };
        all.put(aggregate, interval(value, drawn[aggregate.ordinal()]));
      }
      return all;
    }

    /** The percentile interval over the rounds where the number is defined. */
    private Estimate interval(double value, double[] values) {
      double[] defined = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
      if (defined.length == 0) {
        return new Estimate(value, Double.NaN, Double.NaN);
      }
      int low = (int) (TAIL * defined.length);
      int high = defined.length - 1 - low;
      return new Estimate(value, Selection.select(defined, low), Selection.select(defined, high));
    }
  }

  /**
   * {@return the robust effect: numerator / sqrt(1 + denominator^2)}
   *
   * @param numerator what is put in relation
   * @param denominator to what
   */
  public static double robust(double numerator, double denominator) {
    return numerator / Math.sqrt(1 + denominator * denominator);
  }

  private static double total(double[] values) {
    return Arrays.stream(values).sum();
  }
}
