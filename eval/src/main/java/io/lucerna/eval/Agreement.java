package io.lucerna.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
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
 *     with the largest estimates, of as many as there are if fewer; sizes count, not signs
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
   * @param rounds of the bootstrap, 1 or more; those in which a list does not vary do not count
   * @throws IllegalArgumentException if there is no item, or sizes differ
   */
  public static Agreement of(
      double[][] estimated, double[][] exact, int[] clusters, long seed, int rounds) {
    if (exact.length == 0 || estimated.length != exact.length || clusters.length != exact.length) {
      throw new IllegalArgumentException(
          estimated.length + " and " + exact.length + " items in " + clusters.length);
    }
    int count = Arrays.stream(clusters).max().orElse(0) + 1;
    Sums of = new Sums(estimated, clusters, count);
    Sums to = new Sums(exact, clusters, count);
    int[] each = IntStream.range(0, count).toArray();
    double[] estimates = of.means(each);
    double[] effects = to.means(each);
    int[] present =
        IntStream.range(0, effects.length).filter(i -> !Double.isNaN(effects[i])).toArray();
    double[] x = pick(estimates, present);
    double[] y = pick(effects, present);
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
                    double[] a = of.means(some);
                    double[] b = to.means(some);
                    int[] had = Arrays.stream(present).filter(i -> !Double.isNaN(b[i])).toArray();
                    return Correlation.spearman(pick(a, had), pick(b, had));
                  })
              .filter(r -> !Double.isNaN(r))
              .toArray();
      spearman = Estimate.of(rho, drawn);
    }
    return new Agreement(
        exact.length,
        present.length,
        Correlation.pearson(x, y),
        spearman,
        ofItems(estimated, exact),
        overlap(x, y),
        signs(x, y));
  }

  private static double ofItems(double[][] estimated, double[][] exact) {
    double[] y = Arrays.stream(exact).flatMapToDouble(Arrays::stream).toArray();
    double[] x = Arrays.stream(estimated).flatMapToDouble(Arrays::stream).toArray();
    int[] present = IntStream.range(0, y.length).filter(i -> !Double.isNaN(y[i])).toArray();
    return Correlation.pearson(pick(x, present), pick(y, present));
  }

  private static double overlap(double[] x, double[] y) {
    int most = Math.min(TOP, y.length);
    Set<Integer> both = largest(x, most);
    both.retainAll(largest(y, most));
    return both.size() / (double) most;
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

  /** Effects added up by cluster, so that a round of a bootstrap goes through clusters. */
  private static final class Sums {
    private final double[][] sums;
    private final int[][] counts;

    Sums(double[][] items, int[] clusters, int count) {
      int parts = items[0].length;
      this.sums = new double[count][parts];
      this.counts = new int[count][parts];
      for (int i = 0; i < items.length; i++) {
        if (items[i].length != parts) {
          throw new IllegalArgumentException(items[i].length + " parts against " + parts);
        }
        for (int part = 0; part < parts; part++) {
          if (!Double.isNaN(items[i][part])) {
            sums[clusters[i]][part] += items[i][part];
            counts[clusters[i]][part]++;
          }
        }
      }
    }

    /** The means over the items of some clusters; NaN where none of them has the part. */
    double[] means(int[] some) {
      double[] means = new double[sums[0].length];
      int[] number = new int[means.length];
      for (int cluster : some) {
        for (int part = 0; part < means.length; part++) {
          means[part] += sums[cluster][part];
          number[part] += counts[cluster][part];
        }
      }
      Arrays.setAll(means, part -> means[part] / number[part]);
      return means;
    }
  }
}
