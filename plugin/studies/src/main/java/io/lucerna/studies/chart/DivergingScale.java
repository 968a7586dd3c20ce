package io.lucerna.studies.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * Colours for numbers around 0: blue below, red above, the same distance from 0 equally dark. The
 * hues are the eleven stops of ColorBrewer's {@code RdBu} (Cynthia Brewer, colorbrewer2.org, which
 * lists it as safe for colour-blind readers and for print); between them the stops are moved so
 * that CIELAB lightness falls evenly from the middle to both ends, and both ends are equally dark.
 *
 * @param limit the number that has the darkest colour, above 0; larger ones have it too
 */
public record DivergingScale(double limit) {
  private static final List<Lab> BELOW =
      stops("#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061");
  private static final List<Lab> ABOVE =
      stops("#f7f7f7", "#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f");

  /** Dark enough to see, light enough that hues differ: the ends of RdBu are near black. */
  private static final double DARKEST = 26;

  /** What the colour of a number that is not defined is. */
  public static final Rgb UNDEFINED = Rgb.parse("#d9d9d9");

  /** Checks the limit. */
  public DivergingScale {
    if (!(limit > 0) || Double.isInfinite(limit)) {
      throw new IllegalArgumentException("limit " + limit + " is not above 0");
    }
  }

  /** The scale that just holds these numbers, its limit rounded up to two digits. */
  public static DivergingScale holding(double[] values) {
    double largest = 0;
    for (double value : values) {
      if (Double.isFinite(value)) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return new DivergingScale(
        largest == 0
            ? 1
            : new BigDecimal(largest).round(new MathContext(2, RoundingMode.UP)).doubleValue());
  }

  /** The colour of a number; {@link #UNDEFINED} for NaN. */
  public Rgb colour(double value) {
    if (Double.isNaN(value)) {
      return UNDEFINED;
    }
    List<Lab> arm = value < 0 ? BELOW : ABOVE;
    double light = arm.getFirst().lightness();
    double wanted = light - Math.min(Math.abs(value) / limit, 1) * (light - DARKEST);
    for (int i = 1; ; i++) {
      Lab from = arm.get(i - 1);
      Lab to = arm.get(i);
      if (wanted >= to.lightness() || i == arm.size() - 1) {
        double share = (from.lightness() - wanted) / (from.lightness() - to.lightness());
        return from.towards(to, share).rgb();
      }
    }
  }

  private static List<Lab> stops(String... hex) {
    return List.of(hex).stream().map(Rgb::parse).map(Lab::of).toList();
  }
}
