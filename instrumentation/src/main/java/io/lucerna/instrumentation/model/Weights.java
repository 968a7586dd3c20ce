package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Takes the weights of a model out of a checkpoint, each exactly once and with the expected shape,
 * and checks at the end that nothing was left over but what the family is known to leave.
 */
final class Weights {
  private final Checkpoint checkpoint;
  private final NDManager manager;
  private final DataType type;
  private final String prefix;
  private final Set<String> used = new HashSet<>();
  private final LongAdder work;
  private long parameters;

  /**
   * Starts reading.
   *
   * @param work what the maps made of these weights count their operations in
   * @param prefix what every name starts with in this file, such as {@code bert.}, or nothing
   */
  Weights(Checkpoint checkpoint, NDManager manager, DataType type, String prefix, LongAdder work) {
    this.checkpoint = checkpoint;
    this.manager = manager;
    this.type = type;
    this.prefix = prefix;
    this.work = work;
  }

  /** A weight whose name has the prefix. */
  NDArray body(String name, long... shape) {
    return create(take(prefix + name, shape), shape);
  }

  /** A weight whose name has no prefix. */
  NDArray head(String name, long... shape) {
    return create(take(name, shape), shape);
  }

  /** Weights of the same shape stacked along the first dimension. */
  NDArray stacked(List<String> names, long... shape) {
    List<float[]> parts = names.stream().map(name -> take(prefix + name, shape)).toList();
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    long[] stackedShape = shape.clone();
    stackedShape[0] *= names.size();
    return create(all, stackedShape);
  }

  private float[] take(String name, long... shape) {
    long[] found = checkpoint.shape(name);
    if (!Arrays.equals(found, shape)) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: tensor %s has shape %s, config.json asks for %s",
              checkpoint,
              name,
              Arrays.toString(found),
              Arrays.toString(shape)));
    }
    if (!used.add(name)) {
      throw new IllegalStateException("tensor " + name + " is used twice");
    }
    float[] values = checkpoint.floats(name);
    parameters += values.length;
    return values;
  }

  private NDArray create(float[] values, long[] shape) {
    NDArray array = manager.create(values, new Shape(shape));
    if (type == DataType.FLOAT32) {
      return array;
    }
    try (array) {
      return array.toType(type, true);
    }
  }

  LongAdder work() {
    return work;
  }

  long parameters() {
    return parameters;
  }

  /**
   * Checks that every tensor was used.
   *
   * @param leftOver patterns of names that this family may leave unused, without prefix
   * @throws CheckpointException naming the tensors that are neither
   */
  void finish(String leftOver) {
    List<String> unknown = new ArrayList<>(checkpoint.names());
    unknown.removeAll(used);
    unknown.removeIf(
        name ->
            (name.startsWith(prefix) ? name.substring(prefix.length()) : name).matches(leftOver));
    if (!unknown.isEmpty()) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: %d tensors do not belong to this architecture: %s%s",
              checkpoint,
              unknown.size(),
              String.join(", ", unknown.subList(0, Math.min(5, unknown.size()))),
              unknown.size() > 5 ? ", ..." : ""));
    }
  }
}
