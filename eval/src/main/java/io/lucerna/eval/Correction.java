package io.lucerna.eval;

import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/** Adjusts the p-values of several comparisons for being several. */
public enum Correction {
  /** Leaves p-values as they are. */
  NONE,

  /**
   * Controls the chance of any false finding: for planned contrasts. Holm, "A simple sequentially
   * rejective multiple test procedure" (Scandinavian Journal of Statistics 6, 1979).
   */
  HOLM,

  /**
   * Controls the share of false findings: for screens. Benjamini and Hochberg, "Controlling the
   * False Discovery Rate" (Journal of the Royal Statistical Society B 57, 1995).
   */
  BH;

  /**
   * {@return the correction of this name}
   *
   * @param name {@code holm}, {@code bh} or {@code none}
   * @throws IllegalArgumentException if there is no such correction
   */
  public static Correction parse(String name) {
    for (Correction correction : values()) {
      if (correction.toString().equals(name)) {
        return correction;
      }
    }
    throw new IllegalArgumentException("correction '" + name + "' is not one of holm, bh, none");
  }

  /**
   * {@return adjusted p-values in the order of the given ones, each in [0, 1]: compare them with
   * the level wanted}
   *
   * @param p the p-values, unchanged here
   * @throws IllegalArgumentException if a p-value is not in [0, 1]
   */
  public double[] adjust(double[] p) {
    for (double value : p) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("p-value " + value + " is not in [0, 1]");
      }
    }
    int[] ascending =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    return switch (this) {
      case NONE -> p.clone();
      case HOLM -> holm(p, ascending);
      case BH -> benjaminiHochberg(p, ascending);
    };
  }

  private static double[] holm(double[] p, int[] ascending) {
    double[] adjusted = new double[p.length];
    double largest = 0;
    for (int i = 0; i < p.length; i++) {
      largest = Math.max(largest, Math.min(1, (p.length - i) * p[ascending[i]]));
      adjusted[ascending[i]] = largest;
    }
    return adjusted;
  }

  private static double[] benjaminiHochberg(double[] p, int[] ascending) {
    double[] adjusted = new double[p.length];
    double smallest = 1;
    for (int i = p.length - 1; i >= 0; i--) {
      smallest = Math.min(smallest, p.length * p[ascending[i]] / (i + 1));
      adjusted[ascending[i]] = smallest;
    }
    return adjusted;
  }

  /** {@return its name in sentences, such as {@code Benjamini-Hochberg}} */
  public String words() {
    return switch (this) {
      case NONE -> "not corrected";
      case HOLM -> "Holm";
      case BH -> "Benjamini-Hochberg";
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
