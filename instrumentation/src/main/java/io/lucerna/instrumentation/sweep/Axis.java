package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One dimension of a sweep's cells.
 *
 * @param name {@code component}, {@code layer}, {@code head}, {@code unit} or {@code position}
 * @param labels what each index stands for, such as {@code resid_pre}, {@code 3}, {@code L3H7}; a
 *     position's label is its number
 */
public record Axis(String name, List<String> labels) {
  /** The name of the axis of token positions, which is always the last. */
  public static final String POSITION = "position";

  /** Copies the labels. */
  public Axis {
    labels = List.copyOf(labels);
  }

  static Axis layers(ModelConfig model) {
    return numbers("layer", model.layers());
  }

  static Axis positions(int count) {
    return numbers(POSITION, count);
  }

  static Axis numbers(String name, int count) {
    return new Axis(name, IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  /** {@return the number of indices} */
  public int size() {
    return labels.size();
  }
}
