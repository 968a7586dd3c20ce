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
  private String prefix = "";
  private final Set<String> used = new HashSet<>();
  private final LongAdder work;
  private long parameters;

  /**
   * Starts reading.
   *
   * @param work what the maps made of these weights count their operations in
   */
  Weights(Checkpoint checkpoint, NDManager manager, DataType type, LongAdder work) {
    this.checkpoint = checkpoint;
    this.manager = manager;
    this.type = type;
    this.work = work;
  }

  /**
   * Finds out what the names of the body start with in this file.
   *
   * @param candidate such as {@code bert.}; files of bare models have nothing instead
   * @param name a name that every file has after it
   */
  void prefix(String candidate, String name) {
    prefix = checkpoint.names().contains(candidate + name) ? candidate : "";
  }

  /** What the names of the body start with: a prefix, or nothing. */
  String prefix() {
    return prefix;
  }

  /**
   * The number of labels of a classifier, which a ranker has one or two of.
   *
   * @param name a tensor without prefix whose first dimension are the labels
   */
  long labels(String name) {
    long[] shape = checkpoint.shape(name);
    if (shape.length == 0 || shape[0] < 1 || shape[0] > 2) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: the classifier has %d labels; a ranker has one or two",
              checkpoint,
              shape.length == 0 ? 0 : shape[0]));
    }
    return shape[0];
  }

  /** Whether there is a weight of that name, without prefix. */
  boolean has(String name) {
    return checkpoint.names().contains(name);
  }

  /** The shape of a weight whose name has the prefix. */
  long[] bodyShape(String name) {
    return checkpoint.shape(prefix + name);
  }

  /** A weight whose name has the prefix. */
  NDArray body(String name, long... shape) {
    return create(take(prefix + name, shape), shape);
  }

  /** A weight whose name has no prefix. */
  NDArray head(String name, long... shape) {
    return create(take(name, shape), shape);
  }

  /**
   * Weights stacked along the first dimension.
   *
   * @param firsts the first dimension of each
   * @param rest the other dimensions, the same for all
   */
  private NDArray stacked(List<String> names, long[] firsts, long... rest) {
    long[] shape = new long[rest.length + 1];
    System.arraycopy(rest, 0, shape, 1, rest.length);
    List<float[]> parts = new ArrayList<>();
    for (int i = 0; i < firsts.length; i++) {
      shape[0] = firsts[i];
      parts.add(take(prefix + names.get(i), shape.clone()));
    }
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    shape[0] = Arrays.stream(firsts).sum();
    return create(all, shape);
  }

  /** A map of the body with its bias. */
  Linear linear(String name, long out, long in) {
    return new Linear(body(name + ".weight", out, in), body(name + ".bias", out), work);
  }

  /** A map of the body without a bias. */
  Linear unbiased(String name, long out, long in) {
    return new Linear(body(name + ".weight", out, in), zeros(out), work);
  }

  /** Maps of the same input in one, their outputs side by side. */
  Linear stackedLinear(List<String> names, boolean bias, long[] outs, long in) {
    List<String> weights = names.stream().map(name -> name + ".weight").toList();
    List<String> biases = names.stream().map(name -> name + ".bias").toList();
    long all = Arrays.stream(outs).sum();
    return new Linear(stacked(weights, outs, in), bias ? stacked(biases, outs) : zeros(all), work);
  }

  /** A map whose name has no prefix, with its bias. */
  Linear headLinear(String name, long out, long in) {
    return new Linear(head(name + ".weight", out, in), head(name + ".bias", out), work);
  }

  /** A LayerNorm of the body. */
  Norm layerNorm(String name, long size, double epsilon) {
    return new Norm.Layer(body(name + ".weight", size), body(name + ".bias", size), epsilon);
  }

  /** A LayerNorm whose name has no prefix. */
  Norm headNorm(String name, long size, double epsilon) {
    return new Norm.Layer(head(name + ".weight", size), head(name + ".bias", size), epsilon);
  }

  /**
   * A weight that a file leaves out, or stores once more, if it is the same as another.
   *
   * @param name without prefix
   * @param other what it is then
   */
  NDArray tied(String name, NDArray other) {
    if (!has(name)) {
      return other;
    }
    long[] shape = other.getShape().getShape();
    float[] values = take(name, shape);
    try (NDArray single = other.toType(DataType.FLOAT32, true)) {
      if (!Arrays.equals(values, single.toFloatArray())) {
        return create(values, shape);
      }
    }
    parameters -= values.length;
    return other;
  }

  /** A bias that adds nothing, for maps without one. */
  NDArray zeros(long size) {
    return manager.zeros(new Shape(size), type);
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
