package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import java.util.List;

/**
 * A kind of sweep: its axes, and what the cell at an index of them replaces. The plain and the fast
 * form of its cells follow from that.
 */
interface CellKind {
  /**
   * The cells' dimensions, outermost first; positions are the last.
   *
   * @param sweep what was chosen of the kind
   */
  List<Axis> axes(Sweep sweep, ModelConfig model, int positions);

  /** What is patched, for a title: {@code attention heads (z)}. */
  String title(Sweep sweep);

  /**
   * A cell.
   *
   * @param at its index on each axis
   */
  Cell cell(Sweep sweep, int... at);
}
