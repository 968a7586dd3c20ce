package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Gradient;
import java.util.List;
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
 *   <li>{@link #ATP_QK}: the same, but where what enters a block is patched, its attention patterns
 *       are computed anew with the patched queries and keys, and their change is contracted with
 *       the gradient by the pattern (the QK fix, equations 7 to 10; a key has a part in the
 *       patterns of all queries, which are summed up). The other cells of sweeps meet no softmax of
 *       their own block, and are those of attribution patching.
 *   <li>{@link #integrated}: its mean on the way from the recipient's to the donor's activation, at
 *       the midpoints of steps (Sundararajan et al. 2017, equation 2, of an activation). The
 *       estimates of one activation's parts add up to the effect of the whole, but for what the
 *       steps leave out.
 *   <li>{@link #FROZEN}: the gradient of the network made linear ({@link Gradient#FROZEN}).
 * </ul>
 *
 * @param gradient which gradient
 * @param steps how many points of the way have one; 0: the recipient's own
 * @param patterns whether patterns are computed anew where what enters a block is patched
 */
public record Estimate(Gradient gradient, int steps, boolean patterns)
    implements PatchingSweep.Method {
  /** Attribution patching. */
  public static final Estimate ATP = new Estimate(Gradient.TRUE, 0, false);

  /** Attribution patching with the QK fix. */
  public static final Estimate ATP_QK = new Estimate(Gradient.TRUE, 0, true);

  /** The network made linear. */
  public static final Estimate FROZEN = new Estimate(Gradient.FROZEN, 0, false);

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
    if (patterns && (steps > 0 || gradient != Gradient.TRUE)) {
      throw new IllegalArgumentException("patterns are computed anew in attribution patching only");
    }
  }

  /**
   * {@return integrated gradients}
   *
   * @param steps how many points of the way have a gradient
   * @throws IllegalArgumentException if that is less than 1
   */
  public static Estimate integrated(int steps) {
    return new Estimate(Gradient.TRUE, steps == 0 ? -1 : steps, false);
  }

  @Override
  public String option() {
    if (steps > 0) {
      return "ig:" + steps;
    }
    if (patterns) {
      return "atp-qk";
    }
    return gradient == Gradient.TRUE ? "atp" : gradient.name().toLowerCase(Locale.ROOT);
  }

  /** Whether a cell's patterns are computed anew. */
  boolean renews(Cell cell) {
    return patterns && cell.site() == Site.RESID_PRE;
  }

  @Override
  public PatchingSweep.Cost cost(List<Cell> cells, ModelConfig model, int width) {
    long points = cells.stream().map(Cell::point).distinct().count();
    if (steps > 0) {
      return new PatchingSweep.Cost(2 + points * steps, points * steps);
    }
    int gradients = cells.stream().allMatch(this::renews) ? 0 : 1;
    PatchingSweep.Cost of = new PatchingSweep.Cost(2 + gradients, gradients);
    long renewed = cells.stream().filter(this::renews).map(Cell::layer).distinct().count();
    return of.plus(RenewedPatterns.cost((int) renewed, model, width));
  }

  /**
   * {@return the estimate of a name}
   *
   * @param option {@code atp}, {@code atp-qk}, {@code ig:N} or {@code frozen}
   * @throws IllegalArgumentException naming these
   */
  public static Estimate parse(String option) {
    Matcher integrated = INTEGRATED.matcher(option);
    if (integrated.matches()) {
      return integrated(Integer.parseInt(integrated.group(1)));
    }
    return switch (option) {
      case "atp" -> ATP;
      case "atp-qk" -> ATP_QK;
      case "frozen" -> FROZEN;
      default ->
          throw new IllegalArgumentException(
              "method must be exact, or an estimate: atp, atp-qk, ig:N (1 to 9999 steps) or frozen, got "
                  + option);
    };
  }
}
