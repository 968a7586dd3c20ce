package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final double NONE = Double.NaN;

  /** Worked out by hand: the means are (2, -1, .5, 0) against (1, -2, -.25, 3). */
  @Test
  void comparesMeansOverTheItemsThatHaveAPart() {
    double[][] estimated = {{1, -1, .5, 0}, {3, NONE, .5, 0}};
    double[][] exact = {{2, -2, -.5, 3}, {0, NONE, 0, 3}};
    Agreement all = Agreement.of(estimated, exact, new int[] {0, 1}, 1, 10);
    double[] x = {2, -1, .5, 0};
    double[] y = {1, -2, -.25, 3};
    assertEquals(Correlation.pearson(x, y), all.pearson(), 1e-15);
    assertEquals(Correlation.spearman(x, y), all.spearman().value(), 1e-15);
    assertEquals(
        Correlation.pearson(
            new double[] {1, -1, .5, 0, 3, .5, 0}, new double[] {2, -2, -.5, 3, 0, 0, 3}),
        all.pearsonOfItems(),
        1e-15);
    assertEquals(0.5, all.signs(), "the first two");
    assertTrue(Double.isNaN(all.overlap()), "all four would be among the ten largest");
    assertEquals(4, all.parts());
    assertTrue(Double.isNaN(all.spearman().lower()), "two clusters have no interval");
  }

  @Test
  void comparesTheTenLargestWhateverTheirSigns() {
    double[] exact = IntStream.range(0, 30).mapToDouble(i -> i % 2 == 0 ? i : -i).toArray();
    double[] estimated = exact.clone();
    // Part 29 falls out of the ten largest, and part 0 comes in.
    estimated[29] = 0;
    estimated[0] = -100;
    int[] one = {0};
    double[][] y = {exact};
    assertEquals(.9, Agreement.of(new double[][] {estimated}, y, one, 1, 1).overlap());
    Agreement same = Agreement.of(y, y, one, 1, 1);
    assertEquals(1, same.pearson(), 1e-12);
    assertEquals(1, same.signs());
  }

  @Test
  void intervalHoldsTheValueAndComesAgainWithItsSeed() {
    SplittableRandom random = new SplittableRandom(5);
    int items = 60;
    int parts = 12;
    double[][] exact = new double[items][parts];
    double[][] estimated = new double[items][parts];
    for (int i = 0; i < items; i++) {
      for (int part = 0; part < parts; part++) {
        exact[i][part] = part + random.nextGaussian() * 20;
        estimated[i][part] = exact[i][part] + random.nextGaussian() * 20;
      }
    }
    int[] clusters = IntStream.range(0, items).map(i -> i % 20).toArray();
    Agreement all = Agreement.of(estimated, exact, clusters, 7, 500);
    assertEquals(all, Agreement.of(estimated, exact, clusters, 7, 500));
    Estimate rho = all.spearman();
    assertTrue(rho.lower() < rho.value() && rho.value() < rho.upper(), rho.toString());
    Estimate exactly = Agreement.of(exact, exact, clusters, 7, 500).spearman();
    assertEquals(1, exactly.lower(), 1e-12);
    // The same items, all in one cluster each of twenty: as if every item were drawn with its twin.
    double[][] means = new double[20][];
    Arrays.setAll(means, c -> mean(exact, clusters, c));
    double[][] meansOfEstimates = new double[20][];
    Arrays.setAll(meansOfEstimates, c -> mean(estimated, clusters, c));
    Estimate byCluster =
        Agreement.of(meansOfEstimates, means, IntStream.range(0, 20).toArray(), 7, 500).spearman();
    assertEquals(byCluster.lower(), rho.lower(), 1e-12);
    assertEquals(byCluster.upper(), rho.upper(), 1e-12);
  }

  private static double[] mean(double[][] items, int[] clusters, int cluster) {
    double[] mean = new double[items[0].length];
    for (int i = 0; i < items.length; i++) {
      for (int part = 0; part < mean.length && clusters[i] == cluster; part++) {
        mean[part] += items[i][part] / 3;
      }
    }
    return mean;
  }

  @Test
  void refusesOtherSizes() {
    double[][] one = {{1, 2}};
    double[][] two = {{1, 2}, {1}};
    int[] clusters = {0};
    assertThrows(IllegalArgumentException.class, () -> Agreement.of(one, two, clusters, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> Agreement.of(two, two, new int[] {0, 0}, 1, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> Agreement.of(new double[0][], new double[0][], new int[0], 1, 1));
  }
}
