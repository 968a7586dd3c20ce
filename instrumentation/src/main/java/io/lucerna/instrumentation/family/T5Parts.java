package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Attention;
import io.lucerna.instrumentation.nn.DecoderBlock;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Mlp;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.PreNormBlock;
import io.lucerna.instrumentation.nn.RelativeBias;
import java.util.List;
import java.util.Locale;

/**
 * Makes the parts of T5's encoder and decoder: no map has a bias, norms do not center, and scores
 * are not divided by the square root of a head's width.
 *
 * @param weights the weights
 * @param config the sizes
 * @param epsilon what norms add to the mean square
 * @param activation the MLPs' activation function
 * @param gated whether the MLPs are gated
 * @param buckets of distances
 * @param farthest the distance from which on all share a bucket
 */
record T5Parts(
    Weights weights,
    ModelConfig config,
    double epsilon,
    Activation activation,
    boolean gated,
    int buckets,
    int farthest) {

  /**
   * Reads the settings of the parts.
   *
   * @param feedForward the MLP where no key says: an activation function, or {@code gated-} and one
   */
  static T5Parts of(Loading loading, ModelConfig config, String feedForward) {
    Settings settings = loading.settings();
    String named = settings.text("feed_forward_proj", feedForward);
    boolean gated = named.startsWith("gated-");
    String function = gated ? named.substring("gated-".length()) : named;
    // Hugging Face's own exception; elsewhere gelu is the exact one.
    String meant = named.equals("gated-gelu") ? "gelu_new" : function;
    int buckets = settings.integer("relative_attention_num_buckets", 32);
    int farthest = settings.integer("relative_attention_max_distance", 128);
    if (buckets < RelativeBias.FEWEST_BUCKETS) {
      throw settings.error(
          String.format(
              Locale.ROOT,
              "relative_attention_num_buckets must be at least %d, got %d",
              RelativeBias.FEWEST_BUCKETS,
              buckets));
    }
    if (farthest <= buckets / 4) {
      throw settings.error(
          String.format(
              Locale.ROOT,
              "relative_attention_max_distance must be more than a quarter of the %d buckets, got %d",
              buckets,
              farthest));
    }
    return new T5Parts(
        loading.weights(),
        config,
        settings.epsilon("layer_norm_epsilon", 1e-6),
        settings.activation("dense_act_fn", meant),
        settings.flag("is_gated_act", gated),
        buckets,
        farthest);
  }

  /** The table of what distances add in the encoder or decoder [buckets, N]. */
  NDArray distances(String side) {
    String name = ".block.0.layer.0.SelfAttention.relative_attention_bias.weight";
    return weights.body(side + name, buckets, config.heads());
  }

  Norm norm(String name) {
    NDArray gain = weights.body(name + ".weight", config.width());
    return new Norm.RootMeanSquare(gain, epsilon);
  }

  Attention attention(int layer, String at) {
    long h = config.width();
    long inner = (long) config.heads() * config.headWidth();
    long[] outs = {inner, inner, inner};
    Linear qkv = weights.stackedLinear(List.of(at + ".q", at + ".k", at + ".v"), false, outs, h);
    return new Attention(layer, config, 1, qkv, weights.unbiased(at + ".o", h, inner));
  }

  Mlp mlp(int layer, String at) {
    long h = config.width();
    long m = config.mlpWidth();
    return new Mlp(
        layer,
        weights.unbiased(at + (gated ? ".wi_0" : ".wi"), m, h),
        gated ? weights.unbiased(at + ".wi_1", m, h) : null,
        activation,
        weights.unbiased(at + ".wo", h, m));
  }

  PreNormBlock encoderBlock(int layer) {
    String at = "encoder.block." + layer + ".layer.";
    return new PreNormBlock(
        layer,
        0,
        norm(at + "0.layer_norm"),
        attention(layer, at + "0.SelfAttention"),
        null,
        norm(at + "1.layer_norm"),
        mlp(layer, at + "1.DenseReluDense"),
        null);
  }

  DecoderBlock decoderBlock(int layer) {
    String at = "decoder.block." + layer + ".layer.";
    return new DecoderBlock(
        layer,
        norm(at + "0.layer_norm"),
        attention(layer, at + "0.SelfAttention"),
        norm(at + "1.layer_norm"),
        attention(layer, at + "1.EncDecAttention"),
        norm(at + "2.layer_norm"),
        mlp(layer, at + "2.DenseReluDense"));
  }
}
