package io.lucerna.instrumentation.sweep;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a patching sweep patches, cell by cell. */
public enum SweepKind {
  /** {resid_pre, attn_out, mlp_out} x layer x position. */
  BLOCK,
  /** z of each head at all positions: layer x head. */
  HEAD,
  /** {z, pattern} of chosen heads x position; for the pattern, the position is the query row. */
  HEAD_POS,
  /** mlp_out of each layer at all positions. */
  MLP,
  /** Each unit of mlp.hook_post of one layer at all positions. */
  NEURON;

  /** The name in options and files: {@code head-pos}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The kind of an option's value.
   *
   * @throws IllegalArgumentException naming the kinds
   */
  public static SweepKind parse(String option) {
    for (SweepKind kind : values()) {
      if (kind.option().equals(option)) {
        return kind;
      }
    }
    List<String> known = Arrays.stream(values()).map(SweepKind::option).toList();
    throw new IllegalArgumentException("sweep must be one of " + known + ", got " + option);
  }
}
