package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Attention;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Mlp;
import io.lucerna.instrumentation.nn.PostNormBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a family calls the parts of its post-norm blocks, in checkpoints and in references alike.
 *
 * @param layers what the names of all blocks start with, before the block's number
 * @param query the map to the queries
 * @param key the map to the keys
 * @param value the map to the values
 * @param attentionOut the map of the mixed values back to the stream
 * @param attentionNorm the norm after the attention's sum
 * @param up the MLP's first map
 * @param down the MLP's second map
 * @param mlpNorm the norm after the MLP's sum
 */
record BlockNames(
    String layers,
    String query,
    String key,
    String value,
    String attentionOut,
    String attentionNorm,
    String up,
    String down,
    String mlpNorm) {

  /** The names of BERT, which ELECTRA and RoBERTa kept. */
  static final BlockNames BERT =
      new BlockNames(
          "encoder.layer.",
          "attention.self.query",
          "attention.self.key",
          "attention.self.value",
          "attention.output.dense",
          "attention.output.LayerNorm",
          "intermediate.dense",
          "output.dense",
          "output.LayerNorm");

  /** Loads all blocks. */
  List<PostNormBlock> load(
      Weights weights, ModelConfig config, double epsilon, Activation activation) {
    List<PostNormBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(block(layer, weights, config, epsilon, activation));
    }
    return blocks;
  }

  private PostNormBlock block(
      int layer, Weights weights, ModelConfig config, double epsilon, Activation activation) {
    String at = layers + layer + ".";
    long h = config.width();
    long m = config.mlpWidth();
    Linear qkv =
        weights.stackedLinear(
            List.of(at + query, at + key, at + value), true, new long[] {h, h, h}, h);
    Linear output = weights.linear(at + attentionOut, h, h);
    return new PostNormBlock(
        layer,
        0,
        new Attention(layer, config, 1 / Math.sqrt(config.headWidth()), qkv, output),
        weights.layerNorm(at + attentionNorm, h, epsilon),
        new Mlp(
            layer,
            weights.linear(at + up, m, h),
            null,
            activation,
            weights.linear(at + down, h, m)),
        weights.layerNorm(at + mlpNorm, h, epsilon));
  }

  /**
   * What a reference calls a point of the embeddings, which have the same names in all of these
   * families, or of a block; null where no module gives it.
   *
   * @param prefix what the names of the body start with in the reference
   */
  @Nullable Reference reference(String prefix, HookPoint point) {
    String at = prefix + layers + point.layer() + ".";
    @Nullable String name =
        switch (point.site()) {
          case EMBED -> "out:" + prefix + "embeddings.word_embeddings";
          case POS_EMBED -> "out:" + prefix + "embeddings.position_embeddings";
          case TOKEN_TYPE_EMBED -> "out:" + prefix + "embeddings.token_type_embeddings";
          case Q -> "out:" + at + query;
          case K -> "out:" + at + key;
          case V -> "out:" + at + value;
          case Z -> "in:" + at + attentionOut;
          case ATTN_OUT -> "out:" + at + attentionOut;
          case NORMALIZED_RESID_MID -> "out:" + at + attentionNorm;
          case MLP_PRE -> "out:" + at + up;
          case MLP_POST -> "in:" + at + down;
          case MLP_OUT -> "out:" + at + down;
          default -> null;
        };
    return name == null ? null : Reference.of(name);
  }
}
