package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.config.ModelConfig;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attention whose queries and keys are turned by their positions before they meet ({@link Rotary}),
 * normed before that in some models, and whose scores some models keep between two bounds.
 */
public final class RotaryAttention extends Attention {
  private final double scale;
  private final @Nullable Norm queryNorm;
  private final @Nullable Norm keyNorm;
  private final @Nullable Double cap;

  /**
   * Attention of one layer.
   *
   * @param config the sizes
   * @param scale what scores are multiplied by
   * @param qkv queries, keys and values in one product [(N + 2K) D, H]
   * @param output the output projection [H, N D]
   * @param queryNorm the norm of each head's query; null where there is none
   * @param keyNorm the norm of each head's key; null where there is none
   * @param cap scaled scores s become cap tanh(s / cap); null where they stay
   */
  public RotaryAttention(
      int layer,
      ModelConfig config,
      double scale,
      Linear qkv,
      Linear output,
      @Nullable Norm queryNorm,
      @Nullable Norm keyNorm,
      @Nullable Double cap) {
    super(layer, config, scale, qkv, output);
    this.scale = scale;
    this.queryNorm = queryNorm;
    this.keyNorm = keyNorm;
    this.cap = cap;
  }

  /** Attention without norms and bounds. */
  public RotaryAttention(int layer, ModelConfig config, double scale, Linear qkv, Linear output) {
    this(layer, config, scale, qkv, output, null, null, null);
  }

  @Override
  public boolean plain() {
    return false;
  }

  @Override
  boolean rotates() {
    return true;
  }

  @Override
  NDArray placed(NDArray x, boolean ofQueries, Places places, Pass pass) {
    NDArray cos = Objects.requireNonNull(places.cos());
    NDArray sin = Objects.requireNonNull(places.sin());
    Norm norm = ofQueries ? queryNorm : keyNorm;
    if (norm == null) {
      return Rotary.turned(x, cos, sin, pass.kernels());
    }
    try (NDArray normed = norm.apply(x, pass)) {
      return Rotary.turned(normed, cos, sin, pass.kernels());
    }
  }

  @Override
  NDArray scores(NDArray q, NDArray k, Places places, Pass pass) {
    // Scaled after the product, as in the reference.
    NDArray scores = pass.kernels().times(dot(q, k, 1, pass), scale);
    return cap == null ? scores : pass.kernels().capped(scores, cap);
  }
}
