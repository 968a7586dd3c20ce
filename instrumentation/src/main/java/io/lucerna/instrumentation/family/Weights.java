package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.base.Counted;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Norm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
public final class Weights {
  /** Numbers that are read at once: a transposed matrix of this size is read but once. */
  private static final int PIECE = 1 << 22;

  /** Numbers that are copied at once, through memory that stays until Java collects it. */
  private static final int SLICE = 1 << 18;

  private final Checkpoint checkpoint;
  private final Set<String> names;
  private final NDManager manager;
  private final DataType type;
  private String family = "";
  private String prefix = "";
  private final Set<String> used = new HashSet<>();
  private final LongAdder work;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(SLICE * Float.BYTES).order(ByteOrder.nativeOrder());
  private long parameters;

  /**
   * Starts reading.
   *
   * @param work what the maps made of these weights count their operations in
   */
  public Weights(Checkpoint checkpoint, NDManager manager, DataType type, LongAdder work) {
    this.checkpoint = checkpoint;
    this.names = checkpoint.names();
    this.manager = manager;
    this.type = type;
    this.work = work;
  }

  /**
   * Says what the names of the body start with.
   *
   * @param beginning such as {@code bert.}, in every class that has a head; files may lack it, and
   *     files of a bare model may have it
   * @param bare whether the class is that of the bare model
   */
  void prefix(String beginning, boolean bare) {
    family = beginning;
    prefix = bare ? "" : beginning;
  }

  /** What the names of the body start with in the Hugging Face class: a prefix, or nothing. */
  String prefix() {
    return prefix;
  }

  /**
   * The name of a weight in the file, which may have the body's beginning where the class does not,
   * and the other way round; transformers looks for both too (rename_source_key).
   */
  private String stored(String name) {
    String shorter = name.startsWith(family) ? name.substring(family.length()) : name;
    return List.of(name, shorter, family + name).stream()
        .filter(names::contains)
        .findFirst()
        .orElse(name);
  }

  /**
   * The number of labels of a classifier, which a ranker has one or two of.
   *
   * @param name a tensor without prefix whose first dimension are the labels
   */
  long labels(String name) {
    long[] shape = checkpoint.shape(stored(name));
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
    return names.contains(stored(name));
  }

  /** The shape of a weight whose name has the prefix. */
  long[] bodyShape(String name) {
    return checkpoint.shape(stored(prefix + name));
  }

  /** A weight whose name has the prefix. */
  NDArray body(String name, long... shape) {
    return head(prefix + name, shape);
  }

  /** A weight whose name has no prefix. */
  NDArray head(String name, long... shape) {
    String stored = claim(name, shape);
    NDArray array = manager.create(new Shape(shape), type);
    copy(stored, 0, array, 0, array.size());
    return array;
  }

  /**
   * Weights stacked along the first dimension.
   *
   * @param firsts the first dimension of each
   * @param rest the other dimensions, the same for all
   */
  private NDArray stacked(List<String> maps, long[] firsts, long... rest) {
    long[] shape = new long[rest.length + 1];
    System.arraycopy(rest, 0, shape, 1, rest.length);
    shape[0] = Arrays.stream(firsts).sum();
    NDArray all = manager.create(new Shape(shape), type);
    long at = 0;
    for (int i = 0; i < firsts.length; i++) {
      shape[0] = firsts[i];
      String stored = claim(prefix + maps.get(i), shape);
      long count = new Shape(shape).size();
      copy(stored, 0, all, at, count);
      at += count;
    }
    return all;
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

  /**
   * The rows of an output matrix for the answers. The others are not read.
   *
   * @param name without prefix
   * @param out the number of all rows
   * @throws IllegalArgumentException if there are no answers, or one is no row's number
   */
  Linear answers(String name, long out, long in, OutputSettings output) {
    long[] ids = answers(output, out);
    String stored = claim(name, out, in);
    NDArray rows = manager.create(new Shape(ids.length, in), type);
    for (int i = 0; i < ids.length; i++) {
      copy(stored, ids[i] * in, rows, i * in, in);
    }
    return new Linear(rows, zeros(ids.length), work);
  }

  /** The same where the output matrix is that of the word embeddings [V, H]. */
  Linear answers(NDArray words, OutputSettings output) {
    long[] ids = answers(output, words.getShape().get(0));
    try (NDArray index = manager.create(ids, new Shape(ids.length))) {
      return new Linear(Embeddings.lookup(index, words), zeros(ids.length), work);
    }
  }

  private static long[] answers(OutputSettings output, long vocabulary) {
    long[] ids = output.answers().stream().mapToLong(Long::longValue).toArray();
    if (ids.length == 0) {
      throw new IllegalArgumentException("a model that answers needs the token ids of its answers");
    }
    for (long id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the answers' token ids must be in 0..%d, got %d",
                vocabulary - 1,
                id));
      }
    }
    return ids;
  }

  /**
   * Tables of words, positions and token types, and the norm of their sum, under BERT's names.
   *
   * @param at what the names start with after the prefix of the body
   * @param width E
   * @param firstPosition the row of the first token's position
   */
  Embeddings embeddings(
      String at, ModelConfig config, long width, int firstPosition, double epsilon) {
    long rows = (long) config.maxPositions() + firstPosition;
    return new Embeddings(
        body(at + "word_embeddings.weight", config.vocabulary(), width),
        body(at + "position_embeddings.weight", rows, width),
        firstPosition,
        config.tokenTypes() == 0
            ? null
            : body(at + "token_type_embeddings.weight", config.tokenTypes(), width),
        layerNorm(at + "LayerNorm", width, epsilon));
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
    NDArray own = head(name, other.getShape().getShape());
    if (!own.contentEquals(other)) {
      return own;
    }
    parameters -= own.size();
    own.close();
    return other;
  }

  /** A bias that adds nothing, for maps without one. */
  NDArray zeros(long size) {
    return manager.zeros(new Shape(size), type);
  }

  /** Checks a weight's shape, and that it is used for the first time; gives its stored name. */
  private String claim(String wanted, long... shape) {
    String name = stored(wanted);
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
    return name;
  }

  /**
   * Copies numbers of a stored weight into an array piece by piece: there is never a second whole
   * one.
   */
  private void copy(String name, long from, NDArray to, long at, long count) {
    try (NDArray flat = to.reshape(-1)) {
      for (long done = 0; done < count; done += PIECE) {
        int size = (int) Math.min(PIECE, count - done);
        put(checkpoint.floats(name, from + done, size), flat, at + done);
      }
    }
    parameters += count;
  }

  private void put(float[] values, NDArray flat, long at) {
    for (int done = 0; done < values.length; done += SLICE) {
      int size = Math.min(SLICE, values.length - done);
      buffer.clear().limit(size * Float.BYTES);
      buffer.asFloatBuffer().put(values, done, size);
      try (NDArray piece = manager.create(buffer, new Shape(size), DataType.FLOAT32);
          NDArray typed = piece.toType(type, false)) {
        flat.set(new NDIndex("{}:{}", at + done, at + done + size), typed);
      }
    }
  }

  LongAdder work() {
    return work;
  }

  public long parameters() {
    return parameters;
  }

  /**
   * Checks that every tensor was used.
   *
   * @param leftOver patterns of names that this family may leave unused, without prefix
   * @throws CheckpointException naming the tensors that are neither
   */
  void finish(String leftOver) {
    List<String> unknown = new ArrayList<>(names);
    unknown.removeAll(used);
    unknown.removeIf(
        name ->
            (name.startsWith(family) ? name.substring(family.length()) : name).matches(leftOver));
    if (!unknown.isEmpty()) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: this architecture has no place for %s: %s%s",
              checkpoint,
              Counted.of(unknown.size(), "tensor"),
              String.join(", ", unknown.subList(0, Math.min(5, unknown.size()))),
              unknown.size() > 5 ? ", ..." : ""));
    }
  }
}
