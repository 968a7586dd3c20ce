package io.lucerna.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * What a grade is worth: by default the grade itself, unless a parameter such as {@code 1=3.5,2=9}
 * says otherwise. Gains may be negative; what was not judged gains nothing.
 */
record Gains(IntToDoubleFunction gain) {
  /** Every grade is its own gain. */
  static final Gains GRADES = new Gains(grade -> Math.max(grade, 0));

  /** ir-measures' {@code dcg='exp-log2'}, which is gdeval's gain: 2 to the grade, less 1. */
  static final Gains EXPONENTIAL = new Gains(grade -> Math.scalb(1.0, Math.max(grade, 0)) - 1);

  private static final double LN_2 = Math.log(2);

  static Gains parse(String pairs) {
    Map<Integer, Double> stated = new HashMap<>();
    for (String pair : pairs.split(",")) {
      String[] sides = pair.split("=", -1);
      try {
        if (sides.length == 2) {
          stated.put(Integer.valueOf(sides[0]), Double.valueOf(sides[1]));
          continue;
        }
      } catch (NumberFormatException e) {
        // Reported below, like a wrong number of sides.
      }
      throw new IllegalArgumentException("'" + pair + "' is not grade=gain, such as 2=9.0");
    }
    return new Gains(grade -> stated.getOrDefault(grade, GRADES.of(grade)));
  }

  double of(int grade) {
    return gain.applyAsDouble(grade);
  }

  /** The positive gains of all judged documents, best first: the ideal ranking. */
  double[] ideal(JudgedRanking topic) {
    int[] grades = topic.givenGrades();
    double[] gains = new double[topic.relevant(0)];
    int filled = 0;
    for (int i = 0; i < grades.length; i++) {
      double gain = of(grades[i]);
      if (gain > 0) {
        Arrays.fill(gains, filled, filled + topic.count(i), gain);
        filled += topic.count(i);
      }
    }
    Arrays.sort(gains, 0, filled);
    double[] ideal = new double[filled];
    for (int i = 0; i < filled; i++) {
      ideal[i] = gains[filled - 1 - i];
    }
    return ideal;
  }

  /** The gains of the retrieved documents in rank order. */
  double[] retrieved(JudgedRanking topic) {
    double[] gains = new double[topic.retrieved()];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = of(topic.grade(i));
    }
    return gains;
  }

  /**
   * Discounted cumulative gain of the first 0, 1, … {@code gains.length} documents: gain over
   * log2(rank + 1), summed.
   */
  static double[] cumulated(double[] gains) {
    double[] dcg = new double[gains.length + 1];
    for (int i = 0; i < gains.length; i++) {
      dcg[i + 1] = gains[i] == 0 ? dcg[i] : dcg[i] + gains[i] / log2(i + 2);
    }
    return dcg;
  }

  /** Binary logarithm, exact at the powers of two as C's. */
  static double log2(double x) {
    int exponent = Math.getExponent(x);
    return exponent + Math.log(Math.scalb(x, -exponent)) / LN_2;
  }
}
