package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.model.Gradient;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A way to estimate what patches do from gradients, all cells of an activation at once: the product
 * of the patched part's change with a gradient of the recipient's score.
 *
 * <ul>
 *   <li>{@link #ATP}: the gradient at the recipient's activation (attribution patching; Kramar et
 *       al. 2024, equation 4).
 *   <li>{@link #integrated}: its mean on the way from the recipient's to the donor's activation, at
 *       the midpoints of steps (Sundararajan et al. 2017, equation 2, of an activation). The
 *       estimates of one activation's parts add up to the effect of the whole, but for what the
 *       steps leave out.
 *   <li>{@link #FROZEN}: the gradient of the network made linear ({@link Gradient#FROZEN}).
 * </ul>
 *
 * @param gradient which gradient
 * @param steps how many points of the way have one; 0: the recipient's own
 */
public record Estimate(Gradient gradient, int steps) implements PatchingSweep.Method {
  /** Attribution patching. */
  public static final Estimate ATP = new Estimate(Gradient.TRUE, 0);

  /** The network made linear. */
  public static final Estimate FROZEN = new Estimate(Gradient.FROZEN, 0);

  private static final Pattern INTEGRATED = Pattern.compile("ig:([1-9]\\d{0,3})");

  /**
   * Checks the steps.
   *
   * @throws IllegalArgumentException if there are fewer than 0
   */
  public Estimate {
    if (steps < 0) {
      throw new IllegalArgumentException("steps must be at least 1, got " + steps);
    }
  }

  /**
   * {@return integrated gradients}
   *
   * @param steps how many points of the way have a gradient
   * @throws IllegalArgumentException if that is less than 1
   */
  public static Estimate integrated(int steps) {
    return new Estimate(Gradient.TRUE, steps == 0 ? -1 : steps);
  }

  /** {@return the name in options and files: {@code atp}, {@code ig:5} or {@code frozen}} */
  public String option() {
    if (steps > 0) {
      return "ig:" + steps;
    }
    return gradient == Gradient.TRUE ? "atp" : gradient.name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the estimate of a name}
   *
   * @param option {@code atp}, {@code ig:N} or {@code frozen}
   * @throws IllegalArgumentException naming these
   */
  public static Estimate parse(String option) {
    Matcher integrated = INTEGRATED.matcher(option);
    if (integrated.matches()) {
      return integrated(Integer.parseInt(integrated.group(1)));
    }
    return switch (option) {
      case "atp" -> ATP;
      case "frozen" -> FROZEN;
      default ->
          throw new IllegalArgumentException(
              "an estimate is atp, ig:N (1 to 9999 steps) or frozen, got " + option);
    };
  }
}
