package io.lucerna.instrumentation.sweep;

import java.util.List;

/**
 * One dimension of a sweep's cells.
 *
 * @param name {@code component}, {@code layer}, {@code head}, {@code unit} or {@code position}
 * @param labels what each index stands for, such as {@code resid_pre}, {@code 3}, {@code 3.7}; a
 *     position's label is its number
 */
public record Axis(String name, List<String> labels) {
  /** The name of the axis of token positions, which is always the last. */
  public static final String POSITION = "position";

  /** Copies the labels. */
  public Axis {
    labels = List.copyOf(labels);
  }

  /** Number of indices. */
  public int size() {
    return labels.size();
  }
}
