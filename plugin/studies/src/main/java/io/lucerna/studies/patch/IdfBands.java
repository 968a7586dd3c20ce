package io.lucerna.studies.patch;

import io.lucerna.topics.ContrastPair;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Terciles of the pairs' inverse document frequencies; equal values fall into one band.
 *
 * @param low the highest value of the lowest band
 * @param mid the highest value of the middle band
 */
record IdfBands(double low, double mid) {
  /** The bands of these pairs; pairs without a value do not count. */
  static IdfBands of(List<ContrastPair> pairs) {
    return of(pairs.stream().map(ContrastPair::idf));
  }

  /** The bands of pairs with these values; those without one do not count. */
  static IdfBands of(Stream<OptionalDouble> idfs) {
    double[] values = idfs.flatMapToDouble(OptionalDouble::stream).sorted().toArray();
    return new IdfBands(quantile(values, 1), quantile(values, 2));
  }

  /** The least value that has at least this many thirds of the values at or below it. */
  private static double quantile(double[] sorted, int thirds) {
    return sorted.length == 0 ? Double.NaN : sorted[Math.ceilDiv(sorted.length * thirds, 3) - 1];
  }

  /** The band of a pair: {@code low}, {@code mid}, {@code high}, {@code none}. */
  String of(ContrastPair pair) {
    return of(pair.idf());
  }

  /** The band of a pair with this value. */
  String of(OptionalDouble idf) {
    if (idf.isEmpty()) {
      return Stratum.NONE;
    }
    double value = idf.getAsDouble();
    return value <= low ? "low" : value <= mid ? "mid" : "high";
  }

  /** The names of the bands in order. */
  static List<String> names() {
    return Arrays.asList("low", "mid", "high", Stratum.NONE);
  }
}
