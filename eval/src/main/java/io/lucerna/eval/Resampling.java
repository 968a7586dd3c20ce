package io.lucerna.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Sign flips and the bootstrap over paired differences; the same seed gives the same numbers. */
final class Resampling {
  /** Sums of the same numbers in another order differ by less than this share of them. */
  private static final double ROUNDING = 1e-12;

  private static final double TAIL = 0.025;

  private final double[] differences;
  private final long seed;
  private final int rounds;
  private double[] means = {};

  Resampling(double[] differences, long seed, int rounds) {
    this.differences = differences;
    this.seed = seed;
    this.rounds = rounds;
  }

  /** The p-value (b + 1) / (rounds + 1): see {@link Comparison#randomization}. */
  double signFlips() {
    double magnitude = Arrays.stream(differences).map(Math::abs).sum();
    double observed = Math.abs(Arrays.stream(differences).sum()) - ROUNDING * magnitude;
    SplittableRandom random = new SplittableRandom(seed);
    int asLarge = 0;
    for (int round = 0; round < rounds; round++) {
      long signs = 0;
      double sum = 0;
      for (int i = 0; i < differences.length; i++) {
        signs = i % Long.SIZE == 0 ? random.nextLong() : signs >>> 1;
        sum += (1 - 2 * (signs & 1)) * differences[i];
      }
      if (Math.abs(sum) >= observed) {
        asLarge++;
      }
    }
    return (asLarge + 1.0) / (rounds + 1.0);
  }

  /** The lower end of the 95% percentile interval of the mean. */
  double lower() {
    return means()[(int) (TAIL * rounds)];
  }

  /** The upper end, as far from the top as the lower one is from the bottom. */
  double upper() {
    return means()[rounds - 1 - (int) (TAIL * rounds)];
  }

  private double[] means() {
    if (means.length == 0) {
      means = new double[rounds];
      SplittableRandom random = new SplittableRandom(seed);
      for (int round = 0; round < rounds; round++) {
        double sum = 0;
        for (int i = 0; i < differences.length; i++) {
          sum += differences[random.nextInt(differences.length)];
        }
        means[round] = sum / differences.length;
      }
      Arrays.sort(means);
    }
    return means;
  }
}
