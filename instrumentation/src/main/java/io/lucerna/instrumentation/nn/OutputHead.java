package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What turns the last block's output into the model's output. In shapes B is the batch, S the
 * longest text, H the residual width.
 */
public interface OutputHead {

  /** hidden [B, S, H] -> the output, its first dimension B, in the scope of hidden. */
  NDArray apply(NDArray hidden, Pass pass);

  /** The points of this part, in forward order. */
  List<HookPoint> points();

  /** Numbers per text; of one token, where every token has some. */
  int outputs();

  /** The sizes of dimensions that only this part has, by their letters. */
  default Map<String, Integer> sizes() {
    return Map.of();
  }

  /** Whether the output depends on the first token's hidden state alone. */
  boolean readsFirstOnly();

  /** One row of numbers per text. */
  default float[][] rows(NDArray output, TokenBatch batch) {
    int columns = (int) (output.size() / batch.size());
    float[] flat = output.toType(DataType.FLOAT32, false).toFloatArray();
    float[][] rows = new float[batch.size()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = Arrays.copyOfRange(flat, row * columns, (row + 1) * columns);
    }
    return rows;
  }

  /**
   * Derivatives by the rows of {@link #rows} as derivatives by the output.
   *
   * @param rows one row of numbers per text
   * @param output what {@link #apply} gave
   * @return in the shape, type and scope of the output
   * @throws IllegalArgumentException if a row has another length than the output's
   */
  default NDArray slopes(float[][] rows, NDArray output, TokenBatch batch) {
    int columns = (int) (output.size() / batch.size());
    float[] flat = new float[(int) output.size()];
    for (int row = 0; row < batch.size(); row++) {
      requireLength(row, rows[row].length, columns);
      System.arraycopy(rows[row], 0, flat, row * columns, columns);
    }
    return output.getManager().create(flat, output.getShape()).toType(output.getDataType(), false);
  }

  /** Refuses derivatives by something else. */
  static void requireLength(int row, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "text %d has %d outputs, and %d derivatives by them",
              row,
              expected,
              found));
    }
  }

  /**
   * A classifier over one vector per text: a map, an activation function and a norm, as far as
   * there are such, and a map to the labels.
   *
   * @param pooling which vector
   * @param dense the first map; null where the classifier reads the vector as it is
   * @param activation after the first map
   * @param norm after the activation function; null where there is none
   * @param classifier the map to the labels
   */
  record Classifier(
      Pooling pooling,
      @Nullable Linear dense,
      Activation activation,
      @Nullable Norm norm,
      Linear classifier)
      implements OutputHead {
    @Override
    public NDArray apply(NDArray hidden, Pass pass) {
      NDArray pooled = Pooled.vector(pooling, hidden, pass.batch()); // [B, H]
      if (dense != null) {
        pooled = activation.apply(dense.apply(pooled, pass), pass);
      }
      if (norm != null) {
        pooled = norm.apply(pooled, pass);
      }
      pooled = pass.at(Site.POOLER_OUT, pooled);
      return pass.at(Site.LOGITS, classifier.apply(pooled, pass)); // [B, labels]
    }

    @Override
    public List<HookPoint> points() {
      return List.of(HookPoint.of(Site.POOLER_OUT), HookPoint.of(Site.LOGITS));
    }

    @Override
    public boolean readsFirstOnly() {
      return pooling == Pooling.CLS;
    }

    @Override
    public int outputs() {
      return (int) classifier.bias().getShape().get(0);
    }

    @Override
    public Map<String, Integer> sizes() {
      return Map.of("label", outputs());
    }
  }

  /** One vector per text. */
  record Vector(Pooling pooling, int width) implements OutputHead {
    @Override
    public NDArray apply(NDArray hidden, Pass pass) {
      return pass.at(Site.POOLER_OUT, Pooled.vector(pooling, hidden, pass.batch())); // [B, H]
    }

    @Override
    public List<HookPoint> points() {
      return List.of(HookPoint.of(Site.POOLER_OUT));
    }

    @Override
    public boolean readsFirstOnly() {
      return pooling == Pooling.CLS;
    }

    @Override
    public int outputs() {
      return width;
    }
  }

  /**
   * A norm before another head, as pre-norm models have.
   *
   * @param norm the norm of what leaves the last block
   * @param head what reads it
   */
  record Normed(Norm norm, OutputHead head) implements OutputHead {
    @Override
    public NDArray apply(NDArray hidden, Pass pass) {
      return head.apply(pass.at(Site.FINAL_NORM, norm.apply(hidden, pass)), pass);
    }

    @Override
    public List<HookPoint> points() {
      List<HookPoint> points = new java.util.ArrayList<>(List.of(HookPoint.of(Site.FINAL_NORM)));
      points.addAll(head.points());
      return points;
    }

    @Override
    public boolean readsFirstOnly() {
      return head.readsFirstOnly();
    }

    @Override
    public int outputs() {
      return head.outputs();
    }

    @Override
    public Map<String, Integer> sizes() {
      return head.sizes();
    }

    @Override
    public float[][] rows(NDArray output, TokenBatch batch) {
      return head.rows(output, batch);
    }

    @Override
    public NDArray slopes(float[][] rows, NDArray output, TokenBatch batch) {
      return head.slopes(rows, output, batch);
    }
  }
}
