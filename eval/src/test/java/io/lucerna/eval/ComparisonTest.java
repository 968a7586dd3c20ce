package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.eval.Comparison.Settings;
import io.lucerna.testkit.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  /** Student (1908), hours of sleep gained by ten patients under two drugs: t = 4.0621, 9 df. */
  private static final double[] DEXTRO = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};

  private static final double[] LAEVO = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

  private static final Settings SETTINGS = Settings.DEFAULT;

  @Test
  void agreesWithStudentsExample() {
    Comparison c = Comparison.of(DEXTRO, LAEVO, new Settings(1, 100_000, 3));
    assertEquals(10, c.topics());
    assertEquals(0.75, c.baseline(), 1e-12);
    assertEquals(2.33, c.treatment(), 1e-12);
    assertEquals(1.58, c.change(), 1e-12);
    assertEquals(1.58 / 0.75, c.relativeChange().orElseThrow(), 1e-12);
    assertEquals(0.00283289, c.tTest().orElseThrow(), 1e-8);
    assertEquals(4.062128 / Math.sqrt(10), c.effectSize().orElseThrow(), 1e-6);
    assertEquals(9, c.wins());
    assertEquals(1, c.ties());
    assertEquals(0, c.losses());
    // No loss and one zero: of 2^10 sign assignments 4 reach the observed sum.
    assertEquals(4 / 1024.0, c.randomization().orElseThrow(), 0.001);
    assertTrue(c.lower().orElseThrow() > 0.8 && c.lower().orElseThrow() < 1.1);
    assertTrue(c.upper().orElseThrow() > 2.2 && c.upper().orElseThrow() < 2.5);
    // Upper tail of t = (3 - 1.58) / (1.229995 / sqrt(10)) = 3.65078 with 9 df.
    assertEquals(0.00266, c.equivalence().orElseThrow(), 5e-5);
  }

  @Test
  void adjustsLikePublishedExamples() {
    // R: p.adjust(c(.01, .04, .03, .005), "holm") and "BH".
    double[] p = {0.01, 0.04, 0.03, 0.005};
    assertArrayEquals(new double[] {0.03, 0.06, 0.06, 0.02}, Correction.HOLM.adjust(p), 1e-12);
    assertArrayEquals(new double[] {0.02, 0.04, 0.04, 0.02}, Correction.BH.adjust(p), 1e-12);
    assertArrayEquals(p, Correction.NONE.adjust(p));
    // Benjamini and Hochberg (1995), section 3: at .05 theirs rejects 4 of 15, Holm's rejects 3.
    double[] cardiac = {
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
      0.5719, 0.6528, 0.7590, 1.0
    };
    assertEquals(4, rejected(Correction.BH.adjust(cardiac)));
    assertEquals(3, rejected(Correction.HOLM.adjust(cardiac)));
    assertEquals(
        "correction 'fdr' is not one of holm, bh, none",
        assertThrows(IllegalArgumentException.class, () -> Correction.parse("fdr")).getMessage());
  }

  private static long rejected(double[] p) {
    return Arrays.stream(p).filter(value -> value <= 0.05).count();
  }

  private static double[] normal(Random random, int n) {
    return random.doubles(n).map(u -> random.nextGaussian()).toArray();
  }

  @Test
  void swappingTheRunsMirrorsTheResult() {
    Random random = new Random(3);
    for (int i = 0; i < 20; i++) {
      double[] a = normal(random, 2 + random.nextInt(40));
      double[] b = normal(random, a.length);
      Comparison ab = Comparison.of(a, b, new Settings(i, 500, 0.1));
      Comparison ba = Comparison.of(b, a, new Settings(i, 500, 0.1));
      assertEquals(ab.change(), -ba.change(), 1e-15);
      assertEquals(ab.randomization(), ba.randomization());
      assertEquals(ab.tTest().orElseThrow(), ba.tTest().orElseThrow(), 1e-12);
      assertEquals(ab.lower().orElseThrow(), -ba.upper().orElseThrow(), 1e-15);
      assertEquals(ab.wins(), ba.losses());
      assertEquals(ab.equivalence().orElseThrow(), ba.equivalence().orElseThrow(), 1e-12);
      assertEquals(ab, Comparison.of(a, b, new Settings(i, 500, 0.1)), "same seed, same numbers");
    }
  }

  @Test
  void pValuesAreUniformWhenSignsAreRandom() {
    Random random = new Random(11);
    int trials = 400;
    double[] t = new double[trials];
    double[] flips = new double[trials];
    for (int i = 0; i < trials; i++) {
      Comparison c =
          Comparison.of(
              new double[30], normal(random, 30), new Settings(random.nextLong(), 400, 1));
      t[i] = c.tTest().orElseThrow();
      flips[i] = c.randomization().orElseThrow();
    }
    // Kolmogorov's distance: 1.63 / sqrt(n) is exceeded once in a hundred seeds, and this is one.
    double bound = 1.63 / Math.sqrt(trials);
    assertTrue(distanceToUniform(t) < bound, "t-test, distance " + distanceToUniform(t));
    assertTrue(distanceToUniform(flips) < bound, "flips, distance " + distanceToUniform(flips));
  }

  /** By topic, what zeroing all heads of minilm changes in nDCG@10 on CACM, BM25's top 50. */
  private static final double[] REAL = {
    -.2520, .0000, -.1009, -.2390, -.0331, -.5357, -.1299, .1490, -.4225, -.0855, -.0688, .0679,
    -.1229, -.2547, -.1760, -.2508, -.3183, -.0254, .0710, .0816, -.2588, -.2146, -.1403, .0079,
    -.0106, -.5685, .0113, -.0235, -.4441, .0533, -.1772, .0000, -.1667, -.2656, -.0346, -.4909,
    -.0273, -.5377, .0039, -.0050, .0636, .1040, .0000, -.0761, -1.0000, -.2318, .1541, -.5392,
    -.0592, -.0954, .1917, -1.0000
  };

  @Test
  void pValuesAreUniformWhenSignsOfRealDifferencesAreRandom() {
    Random random = new Random(12);
    int trials = 400;
    double[] t = new double[trials];
    double[] flips = new double[trials];
    for (int i = 0; i < trials; i++) {
      double[] flipped = REAL.clone();
      for (int topic = 0; topic < flipped.length; topic++) {
        flipped[topic] *= random.nextBoolean() ? 1 : -1;
      }
      Settings settings = new Settings(random.nextLong(), 400, 1);
      Comparison c = Comparison.of(new double[REAL.length], flipped, settings);
      t[i] = c.tTest().orElseThrow();
      flips[i] = c.randomization().orElseThrow();
    }
    double bound = 1.63 / Math.sqrt(trials);
    assertTrue(distanceToUniform(t) < bound, "t-test, distance " + distanceToUniform(t));
    assertTrue(distanceToUniform(flips) < bound, "flips, distance " + distanceToUniform(flips));
  }

  private static double distanceToUniform(double[] p) {
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double distance = 0;
    for (int i = 0; i < sorted.length; i++) {
      distance = Math.max(distance, Math.abs(sorted[i] - (i + 0.5) / sorted.length));
    }
    return distance;
  }

  @Test
  void whatIsNotDefinedIsEmptyAndNeverNaN() {
    Comparison none = Comparison.of(new double[0], new double[0], SETTINGS);
    assertEquals(OptionalDouble.empty(), none.tTest());
    assertEquals(OptionalDouble.empty(), none.randomization());
    assertEquals(OptionalDouble.empty(), none.lower());
    assertEquals(0, none.change());
    Comparison one = Comparison.of(new double[] {0}, new double[] {1}, SETTINGS);
    assertEquals(OptionalDouble.empty(), one.lower());
    assertEquals(OptionalDouble.empty(), one.upper());
    assertEquals(OptionalDouble.empty(), one.tTest());
    assertEquals(OptionalDouble.empty(), one.relativeChange());
    assertEquals(OptionalDouble.of(1), one.randomization());
    assertEquals(OptionalDouble.empty(), one.equivalence());
    Comparison same = Comparison.of(LAEVO, LAEVO, SETTINGS);
    assertEquals(OptionalDouble.of(1), same.tTest());
    assertEquals(OptionalDouble.of(1), same.randomization());
    assertEquals(OptionalDouble.empty(), same.effectSize());
    assertEquals(OptionalDouble.of(0), same.equivalence());
    Comparison shifted =
        Comparison.of(new double[] {.1, .2, .3}, new double[] {.2, .3, .4}, SETTINGS);
    assertEquals(OptionalDouble.empty(), shifted.tTest());
    assertEquals(OptionalDouble.of(1), shifted.equivalence());
    assertThrows(
        IllegalArgumentException.class,
        () -> Comparison.of(new double[1], new double[2], SETTINGS));
    assertThrows(
        IllegalArgumentException.class,
        () -> Comparison.of(new double[1], new double[] {Double.NaN}, SETTINGS));
  }

  @Test
  void seventyTwoConditionsTakeSecondsOfTheProcessor() {
    Random random = new Random(5);
    Work work = Work.begin();
    for (int i = 0; i < 72; i++) {
      Comparison.of(normal(random, 50), normal(random, 50), SETTINGS);
    }
    work.within("72 conditions", Duration.ofSeconds(20), 72L * 100 * SETTINGS.rounds());
  }

  @Test
  void countsRankChangesAsAPlainLoopDoes() {
    Random random = new Random(8);
    for (int round = 0; round < 50; round++) {
      List<String> docs = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(30); i++) {
        docs.add("d" + i);
      }
      List<String> other = new ArrayList<>(docs);
      Collections.shuffle(other, random);
      long swapped = 0;
      long moves = 0;
      for (int i = 0; i < docs.size(); i++) {
        moves += Math.abs(i - other.indexOf(docs.get(i)));
        for (int j = 0; j < i; j++) {
          swapped += other.indexOf(docs.get(j)) > other.indexOf(docs.get(i)) ? 1 : 0;
        }
      }
      RankChanges changes = RankChanges.of(ranked(docs), ranked(other));
      assertEquals(docs.size(), changes.docs());
      assertEquals(swapped, changes.swappedPairs());
      assertEquals(moves, changes.totalMoves());
    }
    assertEquals(
        new RankChanges(2, 1, 2, 1, 2),
        RankChanges.of(ranked(List.of("a", "x", "b")), ranked(List.of("y", "b", "a"))));
  }

  private static Ranking ranked(List<String> docnos) {
    List<RankedDoc> docs = new ArrayList<>();
    for (String docno : docnos) {
      docs.add(new RankedDoc(docno, -docs.size()));
    }
    return Ranking.of("1", docs);
  }

  /** The interval of rho is over topics: those that agree leave none, and few have none. */
  @Test
  void rankCorrelationOverTopics() {
    double[] y = {1, 2, 3, 4, 5, 6};
    double[][] same = new double[8][];
    Arrays.setAll(same, topic -> new double[] {-1, -2, -3, -4, -5, -6});
    Estimate exact = Correlation.spearman(same, Math::abs, y, 3, 500);
    assertEquals(1, exact.value(), 1e-15);
    assertEquals(1, exact.lower(), 1e-15);
    assertEquals(1, exact.upper(), 1e-15);
    Random random = new Random(5);
    double[][] noisy = new double[40][y.length];
    double[] means = new double[y.length];
    for (double[] topic : noisy) {
      for (int i = 0; i < topic.length; i++) {
        topic[i] = y[i] + 8 * random.nextGaussian();
        means[i] += topic[i] / noisy.length;
      }
    }
    Estimate drawn = Correlation.spearman(noisy, x -> x, y, 3, 2000);
    assertEquals(Correlation.spearman(means, y), drawn.value(), 1e-12);
    assertTrue(drawn.lower() < drawn.value() && drawn.value() <= drawn.upper(), drawn.toString());
    assertEquals(drawn, Correlation.spearman(noisy, x -> x, y, 3, 2000), "the same seed");
    double[][] few = Arrays.copyOf(noisy, 4);
    assertTrue(Double.isNaN(Correlation.spearman(few, x -> x, y, 3, 100).lower()));
  }

  @Test
  void rankCorrelationsAgreeWithPlainCounting() {
    // Kendall 1945: the two rankings of the paper's example without ties, and by hand with ties.
    assertEquals(
        1 - 2 * 2 / 6.0,
        Correlation.kendall(new double[] {1, 2, 3, 4}, new double[] {2, 1, 4, 3}),
        1e-15);
    assertEquals(
        4 / Math.sqrt(5 * 5),
        Correlation.kendall(new double[] {1, 1, 2, 3}, new double[] {1, 2, 3, 3}),
        1e-15);
    assertTrue(Double.isNaN(Correlation.kendall(new double[] {1, 1}, new double[] {1, 2})));
    double[] rising = {1, 2, 3, 4, 5};
    // Of the 120 orders of five, two have a rho of size 1.
    assertEquals(2 / 120.0, Correlation.spearmanP(rising, rising, 1, 100_000), 2e-3);
    assertEquals(1, Correlation.spearmanP(new double[] {1, 2}, new double[] {2, 1}, 1, 50));
  }
}
