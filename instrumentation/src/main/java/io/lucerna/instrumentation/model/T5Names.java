package io.lucerna.instrumentation.model;

import io.lucerna.instrumentation.hooks.HookPoint;
import org.jspecify.annotations.Nullable;

/** What a reference made with Hugging Face calls the points of T5. */
final class T5Names {
  private T5Names() {}

  /**
   * The tensor of a point; null where there is none.
   *
   * @param layers the encoder's blocks
   * @param decoderLayers the decoder's blocks
   */
  static @Nullable String of(HookPoint point, int layers, int decoderLayers) {
    int layer = point.layer();
    String encoder = "encoder.block." + layer + ".layer.";
    String decoder = "decoder.block." + layer + ".layer.";
    return switch (point.site()) {
      case EMBED -> "out:encoder.embed_tokens";
      case RESID_PRE -> "encoder_hidden_states." + layer;
      case RESID_POST -> hidden("encoder", layer, layers);
      case NORMALIZED_RESID_PRE -> "out:" + encoder + "0.layer_norm";
      case NORMALIZED_RESID_MID -> "out:" + encoder + "1.layer_norm";
      case Q, K, V, Z, ATTN_OUT -> attention(point, encoder + "0.SelfAttention.");
      default -> "";
    };
  }
}
