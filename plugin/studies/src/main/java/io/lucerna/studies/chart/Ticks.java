package io.lucerna.studies.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Round numbers along an axis that holds 0.
 *
 * @param step between two of them: 1, 2 or 5 times a power of ten
 * @param values from the lowest to the highest; the axis ends at them
 */
record Ticks(double step, List<Double> values) {
  private static final int WANTED = 8;

  /** The ticks that hold these numbers and 0. */
  static Ticks holding(double least, double most) {
    double low = Math.min(0, least);
    double high = Math.max(0, most);
    if (low == high) {
      low = -1;
      high = 1;
    }
    double raw = (high - low) / WANTED;
    double unit = Math.pow(10, Math.floor(Math.log10(raw)));
    double step =
        raw <= unit ? unit : raw <= 2 * unit ? 2 * unit : raw <= 5 * unit ? 5 * unit : 10 * unit;
    List<Double> values = new ArrayList<>();
    long first = Math.round(Math.floor(low / step + 1e-9));
    long last = Math.round(Math.ceil(high / step - 1e-9));
    for (long i = first; i <= last; i++) {
      values.add(i * step);
    }
    return new Ticks(step, values);
  }

  double low() {
    return values.getFirst();
  }

  double high() {
    return values.getLast();
  }

  /** How ticks are printed. */
  NumberForm form() {
    return new NumberForm(Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9)));
  }
}
