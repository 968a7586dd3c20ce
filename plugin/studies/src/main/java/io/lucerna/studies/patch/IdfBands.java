package io.lucerna.studies.patch;

import io.lucerna.topics.ContrastPair;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Terciles of the pairs' inverse document frequencies; equal values fall into one band.
 *
 * @param low the highest value of the lowest band
 * @param mid the highest value of the middle band
 */
record IdfBands(double low, double mid) {
  /** The bands of these pairs; pairs without a value do not count. */
  static IdfBands of(List<ContrastPair> pairs) {
    double[] values =
        pairs.stream()
            .map(ContrastPair::idf)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .sorted()
            .toArray();
    return new IdfBands(quantile(values, 1), quantile(values, 2));
  }

  /** The least value that has at least this many thirds of the values at or below it. */
  private static double quantile(double[] sorted, int thirds) {
    return sorted.length == 0 ? Double.NaN : sorted[Math.ceilDiv(sorted.length * thirds, 3) - 1];
  }

  /** The band of a pair: {@code low}, {@code mid}, {@code high}, {@code none}. */
  String of(ContrastPair pair) {
    if (pair.idf().isEmpty()) {
      return Stratum.NONE;
    }
    double idf = pair.idf().getAsDouble();
    return idf <= low ? "low" : idf <= mid ? "mid" : "high";
  }

  /** The names of the bands in order. */
  static List<String> names() {
    return Arrays.asList("low", "mid", "high", Stratum.NONE);
  }
}
