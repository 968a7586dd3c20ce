package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.hooks.HookPoint;
import org.jspecify.annotations.Nullable;

/**
 * What a reference made with Hugging Face calls the points of T5.
 *
 * @param layers the encoder's blocks
 * @param decoderLayers the decoder's blocks
 * @param gated whether MLPs are gated
 */
record T5Names(int layers, int decoderLayers, boolean gated) {

  /** The tensor of a point; null where there is none. */
  @Nullable String of(HookPoint point) {
    int layer = point.layer();
    String encoder = "encoder.block." + layer + ".layer.";
    String decoder = "decoder.block." + layer + ".layer.";
    return switch (point.site()) {
      case EMBED -> "out:encoder.embed_tokens";
      case RESID_PRE -> "encoder_hidden_states." + layer;
      case NORMALIZED_RESID_PRE -> "out:" + encoder + "0.layer_norm";
      case Q, K, V, Z, ATTN_OUT -> attention(point, encoder + "0.SelfAttention");
      case PATTERN -> "encoder_attentions." + layer;
      case NORMALIZED_RESID_MID -> "out:" + encoder + "1.layer_norm";
      case MLP_PRE, MLP_PRE_LINEAR, MLP_POST, MLP_OUT -> mlp(point, encoder + "1.DenseReluDense");
      case RESID_POST -> after(layer, layers, "encoder");
      case FINAL_NORM -> "encoder_hidden_states." + layers;
      case DECODER_EMBED -> "out:decoder.embed_tokens";
      case DECODER_RESID_PRE -> "decoder_hidden_states." + layer;
      case DECODER_NORMALIZED_RESID_PRE -> "out:" + decoder + "0.layer_norm";
      case DECODER_Q, DECODER_K, DECODER_V, DECODER_Z, DECODER_ATTN_OUT ->
          attention(point, decoder + "0.SelfAttention");
      case DECODER_PATTERN -> "decoder_attentions." + layer;
      case DECODER_NORMALIZED_RESID_MID -> "out:" + decoder + "1.layer_norm";
      case CROSS_Q, CROSS_K, CROSS_V, CROSS_Z, CROSS_ATTN_OUT ->
          attention(point, decoder + "1.EncDecAttention");
      case CROSS_PATTERN -> "cross_attentions." + layer;
      case DECODER_NORMALIZED_RESID_MID_CROSS -> "out:" + decoder + "2.layer_norm";
      case DECODER_MLP_PRE, DECODER_MLP_PRE_LINEAR, DECODER_MLP_POST, DECODER_MLP_OUT ->
          mlp(point, decoder + "2.DenseReluDense");
      case DECODER_RESID_POST -> after(layer, decoderLayers, "decoder");
      case DECODER_FINAL_NORM -> "decoder_hidden_states." + decoderLayers;
      default -> null;
    };
  }

  private static String attention(HookPoint point, String at) {
    return switch (point.site()) {
      case Q, DECODER_Q, CROSS_Q -> "out:" + at + ".q";
      case K, DECODER_K, CROSS_K -> "out:" + at + ".k";
      case V, DECODER_V, CROSS_V -> "out:" + at + ".v";
      case Z, DECODER_Z, CROSS_Z -> "in:" + at + ".o";
      default -> "out:" + at + ".o";
    };
  }

  private String mlp(HookPoint point, String at) {
    return switch (point.site()) {
      case MLP_PRE, DECODER_MLP_PRE -> "out:" + at + (gated ? ".wi_0" : ".wi");
      case MLP_PRE_LINEAR, DECODER_MLP_PRE_LINEAR -> "out:" + at + ".wi_1";
      case MLP_POST, DECODER_MLP_POST -> "in:" + at + ".wo";
      default -> "out:" + at + ".wo";
    };
  }

  /** Hugging Face's last hidden state is what the final norm gives. */
  private static String after(int layer, int layers, String side) {
    return layer == layers - 1
        ? "in:" + side + ".final_layer_norm"
        : side + "_hidden_states." + (layer + 1);
  }
}
