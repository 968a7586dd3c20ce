package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * BERT (Devlin et al. 2019).
 *
 * @param config the sizes
 * @param prefix what the names of the body start with in the file
 * @param embeddings words, positions and token types
 * @param blocks the blocks
 * @param head what comes after them
 */
record Bert(
    ModelConfig config,
    String prefix,
    Embeddings embeddings,
    List<PostNormBlock> blocks,
    OutputHead head)
    implements Network {

  static final Family FAMILY =
      new Family(
          "bert",
          "BertModel",
          Map.of("BertModel", Task.VECTOR, "BertForSequenceClassification", Task.LABELS),
          Bert::load);

  private static final String POSITIONS = "embeddings.position_embeddings.weight";

  /**
   * Unused by the forward pass but present in published files: a pooler without a classifier, and a
   * buffer of numbers.
   */
  private static final String LEFT = "embeddings\\.position_ids";

  private static Bert load(Loading loading) {
    Settings settings = loading.settings();
    settings.require("position_embedding_type", "absolute");
    settings.require("is_decoder", "false");
    settings.require("add_cross_attention", "false");
    Weights weights = loading.weights();
    weights.prefix("bert.", "embeddings.word_embeddings.weight");
    ModelConfig config = sizes(loading);
    double epsilon = settings.epsilon("layer_norm_eps", 1e-12);
    Activation activation = settings.activation("hidden_act", "gelu");
    Embeddings embeddings =
        Embeddings.load(weights, "embeddings.", config, config.width(), 0, epsilon);
    List<PostNormBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(block(layer, config, weights, epsilon, activation));
    }
    OutputHead head = head(loading, config);
    weights.finish(loading.task() == Task.VECTOR ? LEFT + "|pooler\\..*" : LEFT);
    return new Bert(config, weights.prefix(), embeddings, blocks, head);
  }

  private static ModelConfig sizes(Loading loading) {
    Settings settings = loading.settings();
    int width = settings.integer("hidden_size");
    int heads = settings.integer("num_attention_heads");
    if (heads < 1 || width % heads != 0) {
      throw settings.error(
          "hidden_size " + width + " is not a multiple of num_attention_heads " + heads);
    }
    ModelConfig stated =
        new ModelConfig(
            loading.architecture(),
            settings.integer("num_hidden_layers"),
            heads,
            heads,
            width / heads,
            width,
            settings.integer("intermediate_size"),
            settings.integer("vocab_size"),
            settings.integer("max_position_embeddings"),
            settings.integer("type_vocab_size"),
            settings.integer("pad_token_id", 0));
    long[] stored = loading.weights().bodyShape(POSITIONS);
    return loading.checkpoint().traced() && stored.length == 2 && stored[0] < stated.maxPositions()
        ? stated.withMaxPositions((int) stored[0])
        : stated;
  }

  /** A block under BERT's names, which RoBERTa and ELECTRA use too. */
  static PostNormBlock block(
      int layer, ModelConfig config, Weights weights, double epsilon, Activation activation) {
    String at = "encoder.layer." + layer + ".";
    long h = config.width();
    long m = config.mlpWidth();
    Linear qkv =
        weights.stackedLinear(
            List.of(
                at + "attention.self.query",
                at + "attention.self.key",
                at + "attention.self.value"),
            true,
            new long[] {h, h, h},
            h);
    Linear output = weights.linear(at + "attention.output.dense", h, h);
    return new PostNormBlock(
        layer,
        0,
        new Attention(layer, config, 1 / Math.sqrt(config.headWidth()), qkv, output),
        weights.layerNorm(at + "attention.output.LayerNorm", h, epsilon),
        new Mlp(
            layer,
            weights.linear(at + "intermediate.dense", m, h),
            null,
            activation,
            weights.linear(at + "output.dense", h, m)),
        weights.layerNorm(at + "output.LayerNorm", h, epsilon));
  }

  private static OutputHead head(Loading loading, ModelConfig config) {
    long h = config.width();
    Weights weights = loading.weights();
    return switch (loading.task()) {
      case LABELS ->
          new OutputHead.Classifier(
              Pooling.CLS,
              weights.linear("pooler.dense", h, h),
              Activation.TANH,
              null,
              weights.headLinear("classifier", weights.labels("classifier.bias"), h));
      default -> new OutputHead.Vector(loading.output().pooling(), config.width());
    };
  }

  @Override
  public List<Site> before() {
    return embeddings.sites();
  }

  @Override
  public NDArray wordEmbeddings() {
    return embeddings.words();
  }

  @Override
  public NDArray embed(NDManager scope, BoundHooks hooks) {
    return embeddings.apply(scope, hooks);
  }

  @Override
  public List<Places> places(TokenBatch batch, NDManager scope) {
    return List.of(Places.of(Masks.padding(batch, scope, embeddings.words().getDataType())));
  }

  @Override
  public @Nullable Reference reference(HookPoint point) {
    boolean classifies = head instanceof OutputHead.Classifier;
    return point.site() == Site.POOLER_OUT && classifies
        ? Reference.before(Activation.TANH, "out:" + prefix + "pooler.dense")
        : names(prefix, point);
  }

  /** The names of what BERT, RoBERTa and ELECTRA have in common. */
  static @Nullable Reference names(String prefix, HookPoint point) {
    String layer = prefix + "encoder.layer." + point.layer() + ".";
    @Nullable String name =
        switch (point.site()) {
          case EMBED -> "out:" + prefix + "embeddings.word_embeddings";
          case POS_EMBED -> "out:" + prefix + "embeddings.position_embeddings";
          case TOKEN_TYPE_EMBED -> "out:" + prefix + "embeddings.token_type_embeddings";
          case Q -> "out:" + layer + "attention.self.query";
          case K -> "out:" + layer + "attention.self.key";
          case V -> "out:" + layer + "attention.self.value";
          case Z -> "in:" + layer + "attention.output.dense";
          case ATTN_OUT -> "out:" + layer + "attention.output.dense";
          case NORMALIZED_RESID_MID -> "out:" + layer + "attention.output.LayerNorm";
          case MLP_PRE -> "out:" + layer + "intermediate.dense";
          case MLP_OUT -> "out:" + layer + "output.dense";
          default -> null;
        };
    return name == null ? null : Reference.of(name);
  }
}
