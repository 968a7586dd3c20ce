package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.hooks.Site;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a patching sweep patches, cell by cell. */
public enum SweepKind {
  /** {resid_pre, attn_out, mlp_out} x layer x position. */
  BLOCK(new BlockCells()),
  /** What enters each block at all positions. */
  RESID(new LayerCells(Site.RESID_PRE, "residual stream, whole layers")),
  /** attn_out of each layer at all positions. */
  ATTN(new LayerCells(Site.ATTN_OUT, "attention outputs")),
  /** mlp_out of each layer at all positions. */
  MLP(new LayerCells(Site.MLP_OUT, "MLP outputs")),
  /** z of each head at all positions: layer x head. */
  HEAD(new HeadCells()),
  /** {z, pattern} of chosen heads x position; for the pattern, the position is the query row. */
  HEAD_POS(new HeadPosCells()),
  /** Each unit of mlp.hook_post of one layer at all positions. */
  NEURON(new NeuronCells());

  private final CellKind cells;

  SweepKind(CellKind cells) {
    this.cells = cells;
  }

  CellKind cells() {
    return cells;
  }

  /** {@return the name in options and files: {@code head-pos}} */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * {@return the kind of an option's value}
   *
   * @param option a kind's name, such as {@code head-pos}
   * @throws IllegalArgumentException naming the kinds
   */
  public static SweepKind parse(String option) {
    for (SweepKind kind : values()) {
      if (kind.option().equals(option)) {
        return kind;
      }
    }
    String known = Arrays.stream(values()).map(SweepKind::option).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("sweep must be one of " + known + ", got " + option);
  }
}
