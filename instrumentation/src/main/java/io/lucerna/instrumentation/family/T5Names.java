package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
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
    return switch (point.stack()) {
      case TEXT ->
          switch (point.site()) {
            case EMBED -> "out:encoder.embed_tokens";
            case RESID_PRE -> "encoder_hidden_states." + layer;
            case NORMALIZED_RESID_PRE -> "out:" + encoder + "0.layer_norm";
            case PATTERN -> "encoder_attentions." + layer;
            case NORMALIZED_RESID_MID -> "out:" + encoder + "1.layer_norm";
            case RESID_POST -> after(layer, layers, "encoder");
            case FINAL_NORM -> "encoder_hidden_states." + layers;
            default ->
                part(point.site(), encoder + "0.SelfAttention", encoder + "1.DenseReluDense");
          };
      case DECODER ->
          switch (point.site()) {
            case EMBED -> "out:decoder.embed_tokens";
            case RESID_PRE -> "decoder_hidden_states." + layer;
            case NORMALIZED_RESID_PRE -> "out:" + decoder + "0.layer_norm";
            case PATTERN -> "decoder_attentions." + layer;
            case NORMALIZED_RESID_MID -> "out:" + decoder + "1.layer_norm";
            case RESID_POST -> after(layer, decoderLayers, "decoder");
            case FINAL_NORM -> "decoder_hidden_states." + decoderLayers;
            default ->
                part(point.site(), decoder + "0.SelfAttention", decoder + "2.DenseReluDense");
          };
      case CROSS ->
          switch (point.site()) {
            case PATTERN -> "cross_attentions." + layer;
            case NORMALIZED_RESID_MID -> "out:" + decoder + "2.layer_norm";
            default -> part(point.site(), decoder + "1.EncDecAttention", "");
          };
    };
  }

  /** A point inside of an attention or an MLP, whose modules these are. */
  private @Nullable String part(Site site, String attention, String mlp) {
    return switch (site) {
      case Q -> "out:" + attention + ".q";
      case K -> "out:" + attention + ".k";
      case V -> "out:" + attention + ".v";
      case Z -> "in:" + attention + ".o";
      case ATTN_OUT -> "out:" + attention + ".o";
      case MLP_PRE -> "out:" + mlp + (gated ? ".wi_0" : ".wi");
      case MLP_PRE_LINEAR -> "out:" + mlp + ".wi_1";
      case MLP_POST -> "in:" + mlp + ".wo";
      case MLP_OUT -> "out:" + mlp + ".wo";
      default -> null;
    };
  }

  /** Hugging Face's last hidden state is what the final norm gives. */
  private static String after(int layer, int layers, String side) {
    return layer == layers - 1
        ? "in:" + side + ".final_layer_norm"
        : side + "_hidden_states." + (layer + 1);
  }
}
