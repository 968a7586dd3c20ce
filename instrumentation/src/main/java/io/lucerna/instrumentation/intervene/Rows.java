package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.nn.Derivatives;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one text that are targeted at a point: some positions, some heads, and some
 * numbers of each, which are taken out, changed and put back. Where each of the three is a range,
 * nothing is moved: what is taken is a view of the activation.
 */
final class Rows {
  /** Below every score; what a mask adds is lower. */
  private static final double LOWEST_SCORE = -1e38;

  private final NDManager scope;
  private final NDArray texts;
  private final int[] positions;
  private final int[] heads;
  private final int[] elements;
  private final NDIndex index;
  private final boolean ranges;
  private final @Nullable NDArray hidden;
  private @Nullable NDArray taken;

  /**
   * Targets numbers of a text, none of the three being empty.
   *
   * @param scope where arrays are made
   * @param texts [text, position, head, element]
   * @param row the text
   * @param positions ascending; 0 where the point has none
   * @param heads ascending; 0 where the point has none
   * @param elements ascending: units, or tokens that are attended to
   * @param masked whether these are scores that carry a mask: what it hides stays hidden
   */
  Rows(
      NDManager scope,
      NDArray texts,
      int row,
      int[] positions,
      int[] heads,
      int[] elements,
      boolean masked) {
    this.scope = scope;
    this.texts = texts;
    this.positions = positions;
    this.heads = heads;
    this.elements = elements;
    int[][] axes = {{row}, positions, heads, elements};
    this.ranges = isRange(positions) && isRange(heads) && isRange(elements);
    this.index = ranges ? slices(axes) : numbers(axes);
    NDArray below = masked ? texts.get(scope, index).lte(LOWEST_SCORE) : null;
    this.hidden = below != null && below.any().getBoolean() ? below : null;
  }

  /** The texts of a batch, [text, position, head, element]: a view of the activation. */
  static NDArray texts(NDArray activation, PointShape shape) {
    Shape size = activation.getShape();
    return switch (shape.kind()) {
      case BY_POSITION -> activation.reshape(size.get(0), size.get(1), shape.heads(), -1);
      case BY_KEY -> activation.transpose(0, 2, 1, 3);
      case WHOLE, WHOLE_BY_KEY -> activation.reshape(size.get(0), 1, shape.heads(), -1);
    };
  }

  private static boolean isRange(int[] numbers) {
    return numbers[numbers.length - 1] - numbers[0] == numbers.length - 1;
  }

  private static NDIndex slices(int[][] axes) {
    NDIndex slices = new NDIndex();
    for (int[] numbers : axes) {
      slices.addSliceDim(numbers[0], numbers[0] + numbers.length);
    }
    return slices;
  }

  /** Arrays of numbers, of which PyTorch makes all combinations since their shapes say so. */
  private NDIndex numbers(int[][] axes) {
    NDArray[] arrays = new NDArray[axes.length];
    for (int axis = 0; axis < axes.length; axis++) {
      long[] shape = {1, 1, 1, 1};
      shape[axis] = axes[axis].length;
      long[] numbers = Arrays.stream(axes[axis]).asLongStream().toArray();
      arrays[axis] = scope.create(numbers, new Shape(shape));
    }
    return new NDIndex("{}, {}, {}, {}", (Object[]) arrays);
  }

  /** Where arrays that are made on the way are freed. */
  NDManager scope() {
    return scope;
  }

  int[] positions() {
    return positions;
  }

  int[] heads() {
    return heads;
  }

  int[] elements() {
    return elements;
  }

  /** The numbers, [1, positions, heads, elements], to be changed in place or not. */
  NDArray take() {
    taken = texts.get(scope, index);
    return taken;
  }

  /**
   * The same in an array of their own, in double precision unless derivatives are wanted: DJL's
   * conversion has none.
   */
  NDArray takeDouble() {
    return Derivatives.wanted() ? take().add(0) : take().toType(DataType.FLOAT64, true);
  }

  /**
   * Puts numbers in the place of those that are targeted, rounded to the activation's precision.
   *
   * @param numbers what {@link #take} returned, changed; or others of that shape; or one number
   */
  void put(NDArray numbers) {
    if (!ranges || numbers != taken) {
      texts.set(index, ranges ? numbers : numbers.toType(texts.getDataType(), false));
    }
    if (hidden != null) {
      NDArray scores = texts.get(scope, index);
      NDArray lowest = scope.full(scores.getShape(), -Float.MAX_VALUE, scores.getDataType());
      texts.set(index, NDArrays.where(hidden, lowest, scores));
    }
  }
}
