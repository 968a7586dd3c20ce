package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusteredRatiosTest {
  private static Estimate get(Map<RatioAggregate, Estimate> all, RatioAggregate aggregate) {
    return Objects.requireNonNull(all.get(aggregate));
  }

  /** Items of random clusters with random holes. */
  private record Items(double[] numerators, double[] denominators, int[] clusters) {
    static Items random(SplittableRandom random, int n, int clusters, double holes) {
      Items items = new Items(new double[n], new double[n], new int[n]);
      for (int i = 0; i < n; i++) {
        items.clusters[i] = i < clusters ? i : random.nextInt(clusters);
        items.denominators[i] = random.nextDouble() + (random.nextInt(5) == 0 ? -1.2 : 0.1);
        items.numerators[i] =
            random.nextDouble() < holes ? Double.NaN : random.nextInt(7) * 0.25 - 0.5;
      }
      return items;
    }

    double plain(RatioAggregate aggregate) {
      List<Double> ratios = new ArrayList<>();
      double numerator = 0;
      double denominator = 0;
      for (int i = 0; i < numerators.length; i++) {
        if (!Double.isNaN(numerators[i])) {
          ratios.add(numerators[i] / denominators[i]);
          numerator += numerators[i];
          denominator += denominators[i];
        }
      }
      ratios.sort(null);
      int n = ratios.size();
      return switch (aggregate) {
        case RATIO_OF_SUMS -> numerator / denominator;
        case MEAN_OF_RATIOS -> ratios.stream().mapToDouble(r -> r).sum() / n;
        case MEAN_ROBUST ->
            IntStream.range(0, numerators.length)
                    .filter(i -> !Double.isNaN(numerators[i]))
                    .mapToDouble(i -> numerators[i] / Math.hypot(1, denominators[i]))
                    .sum()
                / n;
        case MEDIAN -> n == 0 ? Double.NaN : (ratios.get((n - 1) / 2) + ratios.get(n / 2)) / 2;
      };
    }

    /** The items of the clusters that a round draws, item by item. */
    Items drawn(int[] clustersDrawn) {
      List<Integer> chosen = new ArrayList<>();
      for (int cluster : clustersDrawn) {
        for (int i = 0; i < clusters.length; i++) {
          if (clusters[i] == cluster) {
            chosen.add(i);
          }
        }
      }
      int[] at = chosen.stream().mapToInt(i -> i).toArray();
      return new Items(
          Arrays.stream(at).mapToDouble(i -> numerators[i]).toArray(),
          Arrays.stream(at).mapToDouble(i -> denominators[i]).toArray(),
          Arrays.stream(at).map(i -> clusters[i]).toArray());
    }
  }

  @Test
  void equalsThePlainSlowComputation() {
    for (long seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int clusters = 2 * ClusteredRatios.FEWEST_CLUSTERS + random.nextInt(9);
      Items items =
          Items.random(random, clusters + random.nextInt(30), clusters, seed % 2 == 0 ? 0 : 0.4);
      int rounds = 200;
      Map<RatioAggregate, Estimate> fast =
          new ClusteredRatios(items.denominators, items.clusters, seed, rounds)
              .of(new double[][] {items.numerators})
              .getFirst();
      SplittableRandom draws = new SplittableRandom(seed);
      Map<RatioAggregate, double[]> slow = new TreeMap<>();
      for (RatioAggregate aggregate : RatioAggregate.values()) {
        slow.put(aggregate, new double[rounds]);
      }
      for (int round = 0; round < rounds; round++) {
        int[] drawn = new int[clusters];
        for (int i = 0; i < clusters; i++) {
          drawn[i] = draws.nextInt(clusters);
        }
        Items resampled = items.drawn(drawn);
        for (RatioAggregate aggregate : RatioAggregate.values()) {
          Objects.requireNonNull(slow.get(aggregate))[round] = resampled.plain(aggregate);
        }
      }
      for (RatioAggregate aggregate : RatioAggregate.values()) {
        String where = aggregate + ", seed " + seed;
        Estimate estimate = get(fast, aggregate);
        assertEquals(items.plain(aggregate), estimate.value(), 1e-12, where);
        double[] defined =
            Arrays.stream(Objects.requireNonNull(slow.get(aggregate)))
                .filter(v -> !Double.isNaN(v))
                .sorted()
                .toArray();
        int low = (int) (0.025 * defined.length);
        assertEquals(
            defined[low], estimate.lower(), 1e-9 * Math.max(1, Math.abs(defined[low])), where);
        double high = defined[defined.length - 1 - low];
        assertEquals(high, estimate.upper(), 1e-9 * Math.max(1, Math.abs(high)), where);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameNumbersWhateverTheColumnsBeside() {
    SplittableRandom random = new SplittableRandom(1);
    Items items = Items.random(random, 300, 100, 0.1);
    double[][] columns = new double[20][];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = Arrays.stream(items.numerators).map(v -> v * random.nextDouble()).toArray();
    }
    ClusteredRatios ratios = new ClusteredRatios(items.denominators, items.clusters, 7, 1000);
    List<Map<RatioAggregate, Estimate>> together = ratios.of(columns);
    for (int i = 0; i < columns.length; i++) {
      assertEquals(together.get(i), ratios.of(new double[][] {columns[i]}).getFirst());
    }
    Estimate other =
        get(
            new ClusteredRatios(items.denominators, items.clusters, 8, 1000).of(columns).getFirst(),
            RatioAggregate.MEDIAN);
    assertFalse(other.equals(get(together.getFirst(), RatioAggregate.MEDIAN)));
  }

  /** So many clusters that the draws do not fit into one chunk. */
  @Test
  void chunksOfRoundsChangeNothing() {
    int clusters = 6000;
    SplittableRandom random = new SplittableRandom(3);
    Items items = Items.random(random, clusters, clusters, 0);
    int rounds = 1500;
    ClusteredRatios ratios = new ClusteredRatios(items.denominators, items.clusters, 5, rounds);
    Estimate mean =
        get(ratios.of(new double[][] {items.numerators}).getFirst(), RatioAggregate.MEAN_OF_RATIOS);
    SplittableRandom draws = new SplittableRandom(5);
    double[] plain = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      double sum = 0;
      for (int i = 0; i < clusters; i++) {
        int drawn = draws.nextInt(clusters);
        sum += items.numerators[drawn] / items.denominators[drawn];
      }
      plain[round] = sum / clusters;
    }
    Arrays.sort(plain);
    assertEquals(plain[(int) (0.025 * rounds)], mean.lower(), 1e-9);
    assertEquals(plain[rounds - 1 - (int) (0.025 * rounds)], mean.upper(), 1e-9);
  }

  /**
   * Clustered data with a known truth: of 300 samples, the 95% interval of each aggregate holds it
   * about as often as it says (percentile intervals of 30 clusters are a little short), and an
   * interval that ignored the clusters would not.
   */
  @Test
  void coversTheTruthOfClusteredData() {
    int samples = 300;
    int clusters = 30;
    int each = 8;
    double truth = 0.4;
    Map<RatioAggregate, Integer> covered = new TreeMap<>();
    int ignoring = 0;
    SplittableRandom random = new SplittableRandom(11);
    for (int sample = 0; sample < samples; sample++) {
      double[] numerators = new double[clusters * each];
      double[] denominators = new double[clusters * each];
      int[] ofCluster = new int[clusters * each];
      int[] ofItem = new int[clusters * each];
      for (int cluster = 0; cluster < clusters; cluster++) {
        double shift = 0.3 * gaussian(random);
        for (int i = 0; i < each; i++) {
          int item = cluster * each + i;
          ofCluster[item] = cluster;
          ofItem[item] = item;
          denominators[item] = 0.5 + random.nextDouble();
          numerators[item] = denominators[item] * (truth + shift + 0.1 * gaussian(random));
        }
      }
      Map<RatioAggregate, Estimate> all =
          new ClusteredRatios(denominators, ofCluster, sample, 500)
              .of(new double[][] {numerators})
              .getFirst();
      for (RatioAggregate aggregate : RatioAggregate.values()) {
        Estimate estimate = get(all, aggregate);
        // The mean of d / sqrt(1 + d^2) for d in .5 to 1.5 is sqrt(1 + 1.5^2) - sqrt(1 + .5^2).
        double own =
            aggregate == RatioAggregate.MEAN_ROBUST
                ? truth * (Math.hypot(1, 1.5) - Math.hypot(1, 0.5))
                : truth;
        boolean holds = estimate.lower() <= own && own <= estimate.upper();
        covered.merge(aggregate, holds ? 1 : 0, Integer::sum);
      }
      Estimate naive =
          get(
              new ClusteredRatios(denominators, ofItem, sample, 500)
                  .of(new double[][] {numerators})
                  .getFirst(),
              RatioAggregate.RATIO_OF_SUMS);
      ignoring += naive.lower() <= truth && truth <= naive.upper() ? 1 : 0;
    }
    for (RatioAggregate aggregate : RatioAggregate.values()) {
      double share = Objects.requireNonNull(covered.get(aggregate)) / (double) samples;
      assertTrue(share > 0.89 && share < 0.99, aggregate + " covers in " + share);
    }
    assertTrue(ignoring < 0.65 * samples, "ignoring clusters covers in " + ignoring);
  }

  private static double gaussian(SplittableRandom random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  @Test
  void whatIsNotDefinedIsNaN() {
    double[] denominators = {1, 2, 3, 4, 5, 6};
    int[] clusters = {0, 1, 2, 3, 4, 4};
    ClusteredRatios ratios = new ClusteredRatios(denominators, clusters, 1, 100);
    double none = Double.NaN;
    List<Map<RatioAggregate, Estimate>> all =
        ratios.of(
            new double[][] {
              {none, none, none, none, none, none}, {none, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, none}
            });
    for (RatioAggregate aggregate : RatioAggregate.values()) {
      assertTrue(Double.isNaN(get(all.get(0), aggregate).value()), "no items");
      assertFalse(Double.isNaN(get(all.get(1), aggregate).value()));
      assertTrue(Double.isNaN(get(all.get(1), aggregate).lower()), "four clusters");
      assertFalse(get(all.get(1), aggregate).excludesZero());
      assertTrue(get(all.get(2), aggregate).excludesZero());
    }
  }

  @Test
  void refusesDenominatorsThatDivideNothing() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ClusteredRatios(new double[] {1, 0}, new int[] {0, 1}, 1, 10));
    assertEquals("denominator 0.0", refused.getMessage());
  }

  @Test
  void correlationsAreThoseOfTheTextbook() {
    double[] x = {1, 2, 3, 4, 5};
    double[] y = {2, 1, 4, 3, 7};
    assertEquals(0.8241633836921342, Correlation.pearson(x, y), 1e-14);
    assertEquals(0.8, Correlation.spearman(x, y), 1e-15);
    assertEquals(
        0.9486832980505138,
        Correlation.spearman(new double[] {1, 1, 2, 3}, new double[] {1, 2, 3, 4}),
        1e-15);
    assertTrue(Double.isNaN(Correlation.pearson(x, new double[5])));
  }

  /** Polyakov et al. 2025, worked out by hand. */
  @Test
  void theRobustEffect() {
    assertEquals(0.7071, ClusteredRatios.robust(1, 1), 5e-5);
    assertEquals(0.0995, ClusteredRatios.robust(0.1, 0.1), 5e-5);
    assertEquals(0.4851, ClusteredRatios.robust(2, 4), 5e-5);
    assertEquals(-0.3536, ClusteredRatios.robust(-0.5, -1), 5e-5);
  }
}
