package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.nn.Activation;
import org.jspecify.annotations.Nullable;

/**
 * Gemma (Gemma Team 2024): embeddings are scaled, and are the output matrix too, and norms store
 * their gain minus 1; and Gemma 2 (Gemma Team 2024, "Improving open language models at a practical
 * size", section 2): four norms in a block, bounded scores and logits, and a window in every other
 * layer.
 */
final class Gemma extends CausalFamily {
  static final Family FIRST = new Gemma(false).family("gemma", "Gemma");
  static final Family SECOND = new Gemma(true).family("gemma2", "Gemma2");

  private static final String TANH = "gelu_pytorch_tanh";

  private final boolean second;

  private Gemma(boolean second) {
    this.second = second;
  }

  @Override
  int maxPositions() {
    return 8192;
  }

  @Override
  int keyHeads(int heads) {
    return second ? 4 : 16;
  }

  @Override
  int headWidth(Settings settings, int width, int heads) {
    return 256;
  }

  @Override
  Biases biases(Settings settings) {
    settings.require("use_bidirectional_attention", "false");
    boolean bias = settings.flag("attention_bias", false);
    return new Biases(bias, bias, false);
  }

  /** Every other layer from the first on. */
  @Override
  int window(Settings settings, int layer) {
    return second && slides(settings, layer, layer % 2 == 0)
        ? window(settings)
        : CausalModel.UNLIMITED;
  }

  @Override
  boolean normsOutputs() {
    return second;
  }

  @Override
  double gainOffset() {
    return 1;
  }

  @Override
  double scale(Settings settings, ModelConfig config) {
    double divisor = settings.decimal("query_pre_attn_scalar", 256);
    if (second && !(divisor > 0)) {
      throw settings.error("query_pre_attn_scalar must be above 0, got " + divisor);
    }
    return second ? 1 / Math.sqrt(divisor) : super.scale(settings, config);
  }

  @Override
  @Nullable Double scoreCap(Settings settings) {
    return second ? cap(settings, "attn_logit_softcapping", 50) : null;
  }

  @Override
  @Nullable Double logitCap(Settings settings) {
    return second ? cap(settings, "final_logit_softcapping", 30) : null;
  }

  /** The first Gemma's first files say gelu, and mean its approximation. */
  @Override
  Activation activation(Settings settings) {
    if (second) {
      return settings.activation("hidden_activation", TANH);
    }
    settings.require("hidden_activation", TANH);
    return settings.text("hidden_act", TANH).equals("gelu")
        ? Activation.GELU_TANH
        : settings.activation("hidden_act", TANH);
  }

  /** A number of single precision, as Hugging Face stores it. */
  @Override
  double wordFactor(ModelConfig config) {
    return (float) Math.sqrt(config.width());
  }

  @Override
  boolean tied() {
    return true;
  }
}
