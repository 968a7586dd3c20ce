package io.lucerna.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How well estimates of effects agree with the exact effects, of the same parts over the same
 * items: pairs or topics. A part's effect is its mean over the items that have it.
 *
 * @param items how many there are
 * @param parts how many of them some item has
 * @param pearson Pearson's r of the parts' effects; NaN if one list of them does not vary
 * @param spearman Spearman's rho of them, with the 95% percentile interval of a bootstrap that
 *     draws clusters of items with replacement (Efron and Tibshirani 1993, chapter 13); without an
 *     interval for fewer than five clusters
 * @param pearsonOfItems Pearson's r over each part of each item, before means are taken
 * @param overlap the share of the ten parts with the largest exact effects that is among the ten
 *     with the largest estimates; sizes count, not signs; NaN where there are no more than ten
 * @param signs the share of the parts with an exact effect other than 0 whose estimate has its
 *     sign; NaN without such a part
 */
public record Agreement(
    int items,
    int parts,
    double pearson,
    Estimate spearman,
    double pearsonOfItems,
    double overlap,
    double signs) {
  /** How many of the largest effects are compared. */
  public static final int TOP = 10;

  /**
   * {@return how two lists of effects agree}
   *
   * @param estimated for each item the estimate of each part; NaN where the item lacks the part
   * @param exact the exact effects, NaN in the same places
   * @param clusters for each item the number of its cluster, such as its query, from 0
   * @param seed the same seed gives the same interval
   * @param rounds of the bootstrap, 0 for no interval; those in which a list does not vary do not
   *     count
   * @throws IllegalArgumentException if there is no item, or sizes or places of NaN differ
   */
  public static Agreement of(
      double[][] estimated, double[][] exact, int[] clusters, long seed, int rounds) {
    if (exact.length == 0 || estimated.length != exact.length || clusters.length != exact.length) {
      throw new IllegalArgumentException(
          estimated.length + " and " + exact.length + " items in " + clusters.length);
    }
    Builder builder = new Builder(clusters);
    int parts = exact[0].length;
    for (int i = 0; i < exact.length; i++) {
      if (estimated[i].length != parts || exact[i].length != parts) {
        throw new IllegalArgumentException(
            "item " + i + " has " + estimated[i].length + " and " + exact[i].length + " parts");
      }
    }
    for (int part = 0; part < parts; part++) {
      int at = part;
      builder.add(
          Arrays.stream(estimated).mapToDouble(item -> item[at]).toArray(),
          Arrays.stream(exact).mapToDouble(item -> item[at]).toArray());
    }
    return builder.build(seed, rounds);
  }

  /** Takes part after part; memory grows with parts x clusters, not with items. Not thread-safe. */
  public static final class Builder {
    private final int[] clusters;
    private final int count;
    private final List<Sums> estimates = new ArrayList<>();
    private final List<Sums> effects = new ArrayList<>();
    private final Moments all = new Moments();

    /**
     * Begins without a part.
     *
     * @param clusters for each item the number of its cluster, such as its query, from 0
     */
    public Builder(int[] clusters) {
      this.clusters = clusters.clone();
      this.count = Arrays.stream(clusters).max().orElse(-1) + 1;
    }

    /**
     * Adds a part.
     *
     * @param estimated for each item its estimate; NaN where the item lacks the part
     * @param exact the exact effects, NaN in the same places
     * @throws IllegalArgumentException if sizes or places of NaN differ
     */
    public void add(double[] estimated, double[] exact) {
      if (estimated.length != clusters.length || exact.length != clusters.length) {
        throw new IllegalArgumentException(
            estimated.length + " and " + exact.length + " items in " + clusters.length);
      }
      Sums x = new Sums(count);
      Sums y = new Sums(count);
      for (int i = 0; i < exact.length; i++) {
        if (Double.isNaN(estimated[i]) != Double.isNaN(exact[i])) {
          throw new IllegalArgumentException(
              "item " + i + " has the part in one list alone: " + estimated[i] + ", " + exact[i]);
        }
        if (!Double.isNaN(exact[i])) {
          x.add(clusters[i], estimated[i]);
          y.add(clusters[i], exact[i]);
          all.add(estimated[i], exact[i]);
        }
      }
      estimates.add(x);
      effects.add(y);
    }

    /**
     * {@return how the two lists agree}
     *
     * @param seed the same seed gives the same interval
     * @param rounds of the bootstrap, 0 for no interval
     */
    public Agreement build(long seed, int rounds) {
      int[] each = IntStream.range(0, count).toArray();
      double[] wide = means(effects, each);
      int[] present = IntStream.range(0, wide.length).filter(i -> !Double.isNaN(wide[i])).toArray();
      double[] x = pick(means(estimates, each), present);
      double[] y = pick(wide, present);
      double rho = Correlation.spearman(x, y);
      Estimate spearman = new Estimate(rho, Double.NaN, Double.NaN);
      if (count >= ClusteredRatios.FEWEST_CLUSTERS) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawn =
            IntStream.range(0, rounds)
                .mapToDouble(
                    round -> {
                      int[] some = new int[count];
                      Arrays.setAll(some, i -> random.nextInt(count));
                      double[] b = means(effects, some);
                      int[] had =
                          IntStream.range(0, b.length).filter(i -> !Double.isNaN(b[i])).toArray();
                      return Correlation.spearman(pick(means(estimates, some), had), pick(b, had));
                    })
                .filter(r -> !Double.isNaN(r))
                .toArray();
        spearman = Estimate.of(rho, drawn);
      }
      return new Agreement(
          clusters.length,
          present.length,
          Correlation.pearson(x, y),
          spearman,
          all.pearson(),
          overlap(x, y),
          signs(x, y));
    }

    /** The parts' means over the items of some clusters; NaN where none of them has the part. */
    private static double[] means(List<Sums> parts, int[] some) {
      return parts.stream().mapToDouble(part -> part.mean(some)).toArray();
    }
  }

  private static double overlap(double[] x, double[] y) {
    if (y.length <= TOP) {
      return Double.NaN;
    }
    Set<Integer> both = largest(x, TOP);
    both.retainAll(largest(y, TOP));
    return both.size() / (double) TOP;
  }

  private static Set<Integer> largest(double[] values, int most) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -Math.abs(values[i])))
        .limit(most)
        .collect(HashSet::new, HashSet::add, HashSet::addAll);
  }

  private static double signs(double[] x, double[] y) {
    return IntStream.range(0, y.length)
        .filter(i -> y[i] != 0)
        .mapToDouble(i -> Math.signum(x[i]) == Math.signum(y[i]) ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }

  private static double[] pick(double[] values, int[] places) {
    return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
  }

  /**
   * One part's effects added up by cluster, so that a round of a bootstrap goes through clusters.
   */
  private record Sums(double[] sums, int[] counts) {
    Sums(int clusters) {
      this(new double[clusters], new int[clusters]);
    }

    void add(int cluster, double value) {
      sums[cluster] += value;
      counts[cluster]++;
    }

    double mean(int[] some) {
      double sum = 0;
      int count = 0;
      for (int cluster : some) {
        sum += sums[cluster];
        count += counts[cluster];
      }
      return sum / count;
    }
  }

  /** Pearson's r of pairs of numbers that are seen once (Welford 1962). */
  private static final class Moments {
    private long count;
    private double meanX;
    private double meanY;
    private double xx;
    private double yy;
    private double xy;

    void add(double x, double y) {
      count++;
      double dx = x - meanX;
      double dy = y - meanY;
      meanX += dx / count;
      meanY += dy / count;
      xx += dx * (x - meanX);
      yy += dy * (y - meanY);
      xy += dx * (y - meanY);
    }

    double pearson() {
      return xy / Math.sqrt(xx * yy);
    }
  }
}
