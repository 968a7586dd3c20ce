package io.lucerna.instrumentation.recording;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is kept of one batch on its way through the network: only the wanted positions leave native
 * memory. It serves one forward call.
 */
public final class Capture {
  private final List<PointShape> points;
  private final Kept kept;
  private final TokenBatch batch;
  private final List<int[]> positions = new ArrayList<>();

  /** Each kept position as a row of the batch's activations, laid out as [batch x pos]. */
  private final long[] picked;

  /** For each row of the batch, which of the picked positions is its first. */
  private final int[] first;

  /** For each point, the picked rows. */
  private final float[][] values;

  Capture(List<PointShape> points, Kept kept, TokenBatch batch) {
    this.points = points;
    this.kept = kept;
    this.batch = batch;
    this.values = new float[points.size()][];
    this.first = new int[batch.size() + 1];
    int width = batch.width();
    long[] all = new long[batch.size() * width];
    int count = 0;
    for (int row = 0; row < batch.size(); row++) {
      int[] own = kept.positions().in(batch.sequences().get(row));
      positions.add(own);
      for (int position : own) {
        all[count++] = (long) row * width + position;
      }
      first[row + 1] = count;
    }
    this.picked = Arrays.copyOf(all, count);
  }

  /**
   * The hooks to give to the forward call of this batch.
   *
   * @param earlier hooks whose effect is to be recorded
   * @return these hooks and, after them, one observer for each point
   */
  public Hooks after(Hooks earlier) {
    Hooks hooks = earlier;
    for (int i = 0; i < values.length; i++) {
      int number = i;
      PointShape point = points.get(i);
      Hook.Observer observer =
          (context, activation) -> values[number] = copy(point.kind(), activation);
      hooks = hooks.with(point.point().toString(), observer);
    }
    return hooks;
  }

  /**
   * The hooks to give to a call of this batch that goes back from its scores.
   *
   * @param earlier hooks whose effect is to be recorded
   * @return these hooks and one observer of each point's gradient
   */
  public Hooks back(Hooks earlier) {
    Hooks hooks = earlier;
    for (int i = 0; i < values.length; i++) {
      int number = i;
      PointShape point = points.get(i);
      Hook.Observer observer = (context, gradient) -> values[number] = copy(point.kind(), gradient);
      hooks = hooks.observeGradient(point.point().toString(), observer);
    }
    return hooks;
  }

  private float[] copy(PointShape.Kind kind, NDArray activation) {
    return switch (kind) {
      case WHOLE, WHOLE_BY_KEY -> floats(activation);
      case BY_POSITION -> pick(activation);
      case BY_KEY -> {
        try (NDArray byPosition = activation.transpose(0, 2, 1, 3)) { // [B, Q, N, K]
          yield pick(byPosition);
        }
      }
    };
  }

  /** [B, S, ...] to the picked rows of [B x S, ...]. */
  private float[] pick(NDArray activation) {
    if (picked.length == 0) {
      return new float[0];
    }
    long rows = activation.getShape().get(0) * activation.getShape().get(1);
    try (NDManager scope = activation.getManager().newSubManager();
        NDArray table = activation.reshape(rows, -1)) {
      NDArray ids = scope.create(picked);
      NDArray rowsPicked =
          ids.getNDArrayInternal().embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
      return floats(rowsPicked);
    }
  }

  private static float[] floats(NDArray array) {
    if (array.getDataType() == DataType.FLOAT32) {
      return array.toFloatArray();
    }
    try (NDArray single = array.toType(DataType.FLOAT32, true)) {
      return single.toFloatArray();
    }
  }

  TokenBatch batch() {
    return batch;
  }

  /** How many rows a row of the batch has of a point with positions. */
  int rows(int row) {
    return kept.rows(positions.get(row).length);
  }

  /** The positions that are kept, or of which the mean is. */
  int[] positions(int row) {
    return positions.get(row);
  }

  /** What was kept of one point for one row of the batch, without padding. */
  float[] of(int point, int row) {
    float[] from = values[point];
    if (from == null) {
      throw new IllegalStateException("the batch has not been through the network");
    }
    PointShape shape = points.get(point);
    float[] own = of(shape, row, from);
    return kept.mean() && shape.hasPositions() ? mean(own, positions(row).length) : own;
  }

  /** The mean of rows of the same length, summed in double precision; of none, none. */
  private static float[] mean(float[] values, int rows) {
    float[] mean = new float[rows == 0 ? 0 : values.length / rows];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (int at = i; at < values.length; at += mean.length) {
        sum += values[at];
      }
      mean[i] = (float) (sum / rows);
    }
    return mean;
  }

  /** What is wanted of an activation, for each row of the batch; nothing of it is kept here. */
  List<Slice> slices(PointShape shape, NDArray activation) {
    float[] from = copy(shape.kind(), activation);
    List<Slice> slices = new ArrayList<>(batch.size());
    for (int row = 0; row < batch.size(); row++) {
      int[] places = shape.hasPositions() ? positions(row) : new int[1];
      long[] size = shape.shape(places.length, batch.sequences().get(row).length());
      slices.add(new Slice(places, size, of(shape, row, from)));
    }
    return slices;
  }

  private float[] of(PointShape shape, int row, float[] from) {
    int tokens = batch.sequences().get(row).length();
    boolean byKey = shape.hasKeys();
    int padded = byKey ? batch.width() : tokens;
    int perRow = Math.toIntExact(shape.perRow(padded));
    int start = (shape.hasPositions() ? first[row] : row) * perRow;
    int end = start + shape.rows(positions(row).length) * perRow;
    if (!byKey || padded == tokens) {
      return Arrays.copyOfRange(from, start, end);
    }
    float[] kept = new float[(end - start) / padded * tokens];
    for (int at = start, to = 0; at < end; at += padded, to += tokens) {
      System.arraycopy(from, at, kept, to, tokens);
    }
    return kept;
  }
}
