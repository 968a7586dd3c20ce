package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.nn.Derivatives;
import java.util.Arrays;
import java.util.Optional;

/**
 * What an operation does to the texts at one point. Vectors are rounded to the model's precision,
 * and combined with the activation in it, as the model's own weights are; all else gives the bits
 * of a computation in doubles that is rounded once.
 *
 * @param computes whether the numbers that it makes are to be looked at, since they can be too
 *     large
 * @param maker makes it ready for a batch
 * @param removed the subspace whose part it takes out, if that is all it does
 */
record Edit(boolean computes, Maker maker, Optional<Subspace> removed) {
  private Edit(boolean computes, Maker maker) {
    this(computes, maker, Optional.empty());
  }

  /** Makes an edit ready for a batch. */
  @FunctionalInterface
  interface Maker {
    /**
     * Keeps what all texts of the batch need.
     *
     * @param scope where
     * @param type the activation's precision
     */
    Step of(NDManager scope, DataType type);
  }

  /** What is done to the texts of a batch. */
  @FunctionalInterface
  interface Step {
    /**
     * Changes a text's targeted numbers.
     *
     * @return at how many of the positions there was all that the operation needs; at others
     *     nothing or not all was changed
     */
    int apply(Rows rows, InputText text);
  }

  /** Changes numbers of all positions. */
  @FunctionalInterface
  private interface Change {
    void apply(Rows rows);
  }

  private static Step everywhere(Change change) {
    return (rows, text) -> {
      change.apply(rows);
      return rows.positions().length;
    };
  }

  /** Sets every number to a value. */
  static Edit set(double value) {
    return new Edit(
        false,
        (scope, type) -> {
          NotFiniteException.check(value);
          NDArray number = scope.create(value).toType(type, false);
          return everywhere(rows -> rows.put(number));
        });
  }

  /** Multiplies every number. */
  static Edit scale(double factor) {
    boolean narrow = isFloat(factor);
    return new Edit(
        true,
        (scope, type) -> {
          NDArray f = scope.create(factor);
          // Of two fp32 numbers, fp32 rounds the exact product as it rounds their double's.
          return everywhere(
              rows ->
                  rows.put((narrow ? rows.take() : rows.takeDouble()).muli(f).addi(0))); // no -0
        });
  }

  /** Adds a vector, whose numbers are for the targeted ones in order. */
  static Edit add(double[] vector, double dose) {
    double[] dosed = Arrays.stream(vector).map(v -> dose * v).toArray();
    return new Edit(
        true,
        (scope, type) -> {
          NDArray v = scope.create(dosed).toType(type, false);
          return everywhere(rows -> rows.put(rows.take().addi(v)));
        });
  }

  /** Takes the part in a subspace out, or leaves nothing but it. */
  static Edit project(Subspace subspace, boolean onto) {
    double[] flat = Arrays.stream(subspace.basis()).flatMapToDouble(Arrays::stream).toArray();
    Shape shape = new Shape(subspace.basis().length, flat.length / subspace.basis().length);
    return new Edit(
        true,
        (scope, type) -> {
          NDArray q = scope.create(flat, shape).toType(type, false); // [k, elements]
          NDArray transposed = q.transpose();
          return everywhere(
              rows -> {
                NDArray x = rows.take();
                NDArray table = x.reshape(-1, shape.get(1)); // two axes are multiplied at once
                NDArray part = table.matMul(transposed).matMul(q).reshape(x.getShape());
                rows.put(onto ? part : x.subi(part));
              });
        },
        onto ? Optional.empty() : Optional.of(subspace));
  }

  /** Adds normal noise. Which other numbers are targeted does not change a number's noise. */
  static Edit noise(double std, long seed, PointShape shape) {
    String point = shape.point().toString();
    int heads = shape.heads();
    return new Edit(
        true,
        (scope, type) ->
            (rows, text) -> {
              long key = Chance.hash(seed, text.side().name(), text.identity(), point);
              NDArray x = rows.takeDouble();
              double[] noise = new double[Math.toIntExact(x.size())];
              int at = 0;
              for (int position : rows.positions()) {
                for (int head : rows.heads()) {
                  long cell = Chance.number(key, (long) position * heads + head);
                  for (int e : rows.elements()) {
                    noise[at++] = std * Chance.normal(cell, e);
                  }
                }
              }
              NDArray drawn = rows.scope().create(noise, x.getShape());
              rows.put(x.addi(drawn.toType(x.getDataType(), false)));
              return rows.positions().length;
            });
  }

  /** Puts recorded numbers in the place of a text's. */
  static Edit recorded(Recall recall) {
    return new Edit(
        true,
        (scope, type) ->
            (rows, text) -> {
              Cell cell = recall.of(text);
              NDArray x = rows.takeDouble();
              double[] values;
              if (Derivatives.wanted()) {
                values = new double[Math.toIntExact(x.size())];
                Arrays.fill(values, Double.NaN);
              } else {
                values = x.toDoubleArray();
              }
              int changed = 0;
              int offset = 0;
              for (int position : rows.positions()) {
                boolean all = true;
                for (int head : rows.heads()) {
                  all &= cell.apply(values, offset, rows.elements(), position, head);
                  offset += rows.elements().length;
                }
                changed += all ? 1 : 0;
              }
              rows.put(
                  Derivatives.wanted()
                      ? beside(x, values)
                      : rows.scope().create(values, x.getShape()));
              return changed;
            });
  }

  /** Values where there are any, and where there is none (NaN) x, with its derivative. */
  private static NDArray beside(NDArray x, double[] values) {
    double[] stays = Arrays.stream(values).map(value -> Double.isNaN(value) ? 1 : 0).toArray();
    double[] given = Arrays.stream(values).map(value -> Double.isNaN(value) ? 0 : value).toArray();
    NDManager scope = x.getManager();
    DataType type = x.getDataType();
    return x.mul(scope.create(stays, x.getShape()).toType(type, false))
        .add(scope.create(given, x.getShape()).toType(type, false));
  }

  /** Lets a person's own code make what takes the place of a text's numbers. */
  static Edit custom(LoadedHook hook, PointShape shape) {
    return new Edit(
        true,
        (scope, type) ->
            (rows, text) -> {
              NDArray taken = rows.take();
              NDArray own = Derivatives.wanted() ? taken.add(0) : taken.duplicate();
              Shape size = taken.getShape();
              NDArray x =
                  shape.hasHeads()
                      ? own.reshape(size.slice(1))
                      : own.reshape(size.get(1), size.get(3));
              HookedText hooked =
                  new HookedText(
                      shape.point(),
                      text.side(),
                      text.tokens(),
                      rows.positions(),
                      rows.heads(),
                      rows.elements());
              rows.put(hook.change(x, hooked).reshape(size));
              return rows.positions().length;
            });
  }

  /** Finds what was recorded for a text. */
  @FunctionalInterface
  interface Recall {
    /** What takes the place of the text's numbers. */
    Cell of(InputText text);
  }

  /** Recorded numbers of one position and head. */
  @FunctionalInterface
  interface Cell {
    /**
     * Writes them.
     *
     * @param values where to
     * @param offset where those of the position and head start
     * @param elements which numbers are wanted: that of {@code elements[i]} goes to {@code offset +
     *     i}
     * @return whether all of them were recorded; others stay
     */
    boolean apply(double[] values, int offset, int[] elements, int position, int head);
  }

  private static boolean isFloat(double value) {
    return (float) value == value;
  }
}
