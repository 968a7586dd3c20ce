package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One intervention, ready for one ranker.
 *
 * @param intervention what it was made of
 * @param places what it does at each point, in forward order
 */
record AppliedIntervention(Intervention intervention, Map<HookPoint, Place> places) {

  /**
   * What is done at one point.
   *
   * @param layout how numbers are laid out there
   * @param heads the targeted heads
   * @param units the targeted numbers of the last dimension; of attention, the keys are instead
   * @param edit what becomes of them
   */
  record Place(PointLayout layout, int[] heads, int[] units, Edit edit) {}

  /** Whether texts of this side are changed. */
  boolean on(Side side) {
    Optional<Side> only = intervention.target().side();
    return only.isEmpty() || only.get() == side;
  }

  /**
   * Whether what is done to a text read alone can depend on the other text of its pair: on the
   * roles that words have for a query, on the pair's id, or on the score.
   */
  boolean readsAcross() {
    return places.keySet().stream().anyMatch(point -> point.site() == Site.SCORE)
        || intervention.target().at().filter(Positions::partPassage).isPresent()
        || intervention.target().keys().filter(Positions::partPassage).isPresent()
        || intervention.operation().readsAcross();
  }

  /** The hook for a call, which counts what it did. */
  Hook.Intervention hook(TextIds ids, Tally tally) {
    HookPoint first = places.keySet().iterator().next();
    return (context, activation) -> {
      Place place = places.get(context.point());
      if (place != null && on(context.batch().side())) {
        for (int row = 0; row < context.batch().size(); row++) {
          int[] outcome = edit(place, context, row, activation, ids);
          if (context.point().equals(first)) {
            tally.count(outcome[0], outcome[1]);
          }
        }
      }
      return activation;
    };
  }

  /** Edits one text in place; returns how many positions were targeted, and how many changed. */
  private int[] edit(Place place, HookContext context, int row, NDArray activation, TextIds ids) {
    TokenBatch batch = context.batch();
    TokenSequence tokens = batch.sequences().get(row);
    int[] positions = positions(place, tokens);
    int[] elements = elements(place, tokens);
    if (positions.length == 0 || elements.length == 0) {
      return new int[2];
    }
    Edit.Cell cell = place.edit.on(ids.text(batch, row));
    double[] values = read(activation, row);
    int changed = 0;
    for (int position : positions) {
      boolean all = true;
      for (int head : place.heads) {
        int offset = place.layout.offset(position, head, batch.width());
        all &= cell.apply(values, offset, elements, position, head);
      }
      changed += all ? 1 : 0;
    }
    requireFinite(values, context.point());
    write(activation, row, values);
    return new int[] {positions.length, changed};
  }

  private void requireFinite(double[] values, HookPoint point) {
    for (double value : values) {
      if (!(Math.abs(value) <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "the intervention '"
                + intervention
                + "' makes a number of "
                + point
                + " "
                + value
                + ", which fp32 cannot hold");
      }
    }
  }

  private int[] positions(Place place, TokenSequence tokens) {
    return !place.layout.hasPositions()
        ? new int[1]
        : intervention
            .target()
            .at()
            .map(at -> at.in(tokens))
            .orElseGet(() -> IntStream.range(0, tokens.length()).toArray());
  }

  private int[] elements(Place place, TokenSequence tokens) {
    return !place.layout.hasKeys()
        ? place.units
        : intervention
            .target()
            .keys()
            .map(keys -> keys.in(tokens))
            .orElseGet(() -> IntStream.range(0, tokens.length()).toArray());
  }

  private static double[] read(NDArray activation, int row) {
    try (NDArray one = activation.get(row)) {
      if (one.getDataType() == DataType.FLOAT64) {
        return one.toDoubleArray();
      }
      float[] narrow = one.toFloatArray();
      double[] values = new double[narrow.length];
      for (int i = 0; i < narrow.length; i++) {
        values[i] = narrow[i];
      }
      return values;
    }
  }

  private static void write(NDArray activation, int row, double[] values) {
    try (NDArray old = activation.get(row);
        NDArray one = array(activation, old, values)) {
      activation.set(new NDIndex(row), one);
    }
  }

  private static NDArray array(NDArray activation, NDArray old, double[] values) {
    if (activation.getDataType() == DataType.FLOAT64) {
      return activation.getManager().create(values, old.getShape());
    }
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return activation.getManager().create(narrow, old.getShape());
  }
}
