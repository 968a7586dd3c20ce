package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * What patches do, estimated: the recipient's score and, for each cell, the sum of (donor -
 * recipient) times gradient over its part of the activation. The cost does not grow with the number
 * of cells ({@link Estimate#cost}): a pass of each input, and one there and back of the recipient;
 * with steps, one there and back of as many copies for each activation.
 */
final class EstimatedSweep {
  /** Tokens of all copies of a text that go through the network together. */
  private static final int TOKENS = 2048;

  private final HookedModel model;
  private final TokenBatch recipient;
  private final TokenBatch donor;
  private final Estimate estimate;
  private final Readout readout;

  EstimatedSweep(
      HookedModel model,
      TokenBatch recipient,
      TokenBatch donor,
      Estimate estimate,
      Readout readout) {
    this.model = model;
    this.recipient = recipient;
    this.donor = donor;
    this.estimate = estimate;
    this.readout = readout;
  }

  /** One text's numbers at a point. */
  private record Values(long[] shape, double[] values) {
    static Values of(NDArray array) {
      return new Values(array.getShape().getShape(), Numbers.doubles(array));
    }
  }

  /** The estimated scores. */
  PatchingSweep.Scores run(List<Cell> cells) {
    List<Cell> plain = cells.stream().filter(cell -> !estimate.renews(cell)).toList();
    List<HookPoint> points = plain.stream().map(Cell::point).distinct().toList();
    Map<HookPoint, Values> donors = new LinkedHashMap<>();
    Map<HookPoint, Values> own = new LinkedHashMap<>();
    float donorScore = readout.score(model.forward(donor, observed(points, donors))[0]);
    float score = readout.score(model.forward(recipient, observed(points, own))[0]);
    Map<HookPoint, Values> gradients = gradients(points, own, donors);
    Map<HookPoint, Parts> parts = new LinkedHashMap<>();
    for (HookPoint point : points) {
      Values from = Objects.requireNonNull(own.get(point));
      double[] to = Objects.requireNonNull(donors.get(point)).values;
      double[] slopes = Objects.requireNonNull(gradients.get(point)).values;
      double[] products = new double[slopes.length];
      Arrays.setAll(products, i -> (to[i] - from.values[i]) * slopes[i]);
      parts.put(point, Parts.of(point.site(), from.shape, products));
    }
    RenewedPatterns renewed = new RenewedPatterns(model, recipient, donor, this::goBack);
    Map<Cell, Double> changes = renewed.changes(cells.stream().filter(estimate::renews).toList());
    float[] estimates = new float[cells.size()];
    for (int i = 0; i < estimates.length; i++) {
      Cell cell = cells.get(i);
      Double change = changes.get(cell);
      double moved =
          change == null ? Objects.requireNonNull(parts.get(cell.point())).sum(cell) : change;
      estimates[i] = (float) (score + moved);
    }
    return new PatchingSweep.Scores(estimates, score, donorScore);
  }

  private Map<HookPoint, Values> gradients(
      List<HookPoint> points, Map<HookPoint, Values> own, Map<HookPoint, Values> donors) {
    Map<HookPoint, Values> gradients = new LinkedHashMap<>();
    if (estimate.steps() > 0) {
      List<Callable<Values>> ways =
          points.stream().<Callable<Values>>map(point -> () -> along(point, own, donors)).toList();
      List<Values> means = model.runAll(ways);
      for (int i = 0; i < means.size(); i++) {
        gradients.put(points.get(i), means.get(i));
      }
    } else if (!points.isEmpty()) {
      Hooks hooks = Hooks.none();
      for (HookPoint point : points) {
        hooks = hooks.observeGradient(point.toString(), keep(gradients));
      }
      goBack(recipient, hooks);
    }
    return gradients;
  }

  private static Hooks observed(List<HookPoint> points, Map<HookPoint, Values> to) {
    Hooks hooks = Hooks.none();
    for (HookPoint point : points) {
      hooks = hooks.observe(point.toString(), keep(to));
    }
    return hooks;
  }

  private static Hook.Observer keep(Map<HookPoint, Values> to) {
    return (context, array) -> to.put(context.point(), Values.of(array));
  }

  private void goBack(TokenBatch batch, Hooks hooks) {
    boolean frozen = estimate.gradient() == Gradient.FROZEN;
    model.gradients(
        batch,
        hooks,
        estimate.gradient(),
        rows ->
            Arrays.stream(rows)
                .map(row -> frozen ? readout.frozenSlope(row) : readout.slope(row))
                .toArray(float[][]::new));
  }

  /** Points on the way, each in the middle of its step, one behind the other. */
  static double[] midpoints(double[] from, double[] to, int steps, int first, int count) {
    double[] way = new double[count * from.length];
    for (int i = 0; i < way.length; i++) {
      double share = (first + i / from.length + 0.5) / steps;
      int at = i % from.length;
      way[i] = from[at] + share * (to[at] - from[at]);
    }
    return way;
  }

  /**
   * The mean gradient at the midpoints of the way from the recipient's activation to the donor's;
   * some copies of the text go through the network together.
   */
  private Values along(HookPoint point, Map<HookPoint, Values> own, Map<HookPoint, Values> donors) {
    int steps = estimate.steps();
    Values from = Objects.requireNonNull(own.get(point));
    double[] to = Objects.requireNonNull(donors.get(point)).values;
    double[] mean = new double[to.length];
    int most = Math.max(1, TOKENS / recipient.width());
    for (int first = 0; first < steps; first += most) {
      int count = Math.min(most, steps - first);
      double[] way = midpoints(from.values, to, steps, first, count);
      Hook.Intervention move =
          (context, x) -> x.getManager().create(way, x.getShape()).toType(x.getDataType(), false);
      Hook.Observer add =
          (context, gradient) -> {
            double[] some = Numbers.doubles(gradient);
            for (int i = 0; i < some.length; i++) {
              mean[i % mean.length] += some[i] / steps;
            }
          };
      goBack(
          TokenBatch.repeated(
              recipient.sequences().getFirst(),
              count,
              recipient.padId(),
              recipient.side(),
              recipient.width()),
          Hooks.none().intervene(point.toString(), move).observeGradient(point.toString(), add));
    }
    return new Values(from.shape, mean);
  }

  /**
   * Products added up as far as cells go: by position and part.
   *
   * @param sums [positions, parts]
   */
  private record Parts(double[][] sums) {
    static Parts of(Site site, long[] shape, double[] products) {
      int first = (int) shape[1];
      int second = shape.length > 2 ? (int) shape[2] : 1;
      boolean parted = site == Site.Z || site == Site.PATTERN || site == Site.MLP_POST;
      int positions = site == Site.PATTERN ? second : first;
      int parts = site == Site.PATTERN ? first : parted ? second : 1;
      double[][] sums = new double[positions][parts];
      int inner = products.length / first / second;
      for (int i = 0; i < products.length; i++) {
        int one = i / inner / second;
        int two = i / inner % second;
        int position = site == Site.PATTERN ? two : one;
        int part = site == Site.PATTERN ? one : parted ? two : 0;
        sums[position][part] += products[i];
      }
      return new Parts(sums);
    }

    double sum(Cell cell) {
      int part = Math.max(0, cell.part());
      if (cell.position() != Cell.ALL) {
        return sums[cell.position()][part];
      }
      double sum = 0;
      for (double[] position : sums) {
        sum += position[part];
      }
      return sum;
    }
  }
}
