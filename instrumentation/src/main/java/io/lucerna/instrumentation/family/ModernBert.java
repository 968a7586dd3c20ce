package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Masks;
import io.lucerna.instrumentation.nn.Mlp;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.nn.PreNormBlock;
import io.lucerna.instrumentation.nn.Rotary;
import io.lucerna.instrumentation.nn.RotaryAttention;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ModernBERT (Warner et al. 2024): pre-norm blocks with rotary positions and gated MLPs. Some
 * blocks look at all of a text; in the others a token sees only those near it, and the rotary
 * angles are others.
 *
 * @param config the sizes
 * @param prefix what the names of the body start with in the Hugging Face class
 * @param embeddings the words
 * @param global the angles of blocks that see all
 * @param local the angles of blocks that see what is near
 * @param reach how many positions a local block sees to each side
 * @param blocks the blocks
 * @param head what comes after them
 */
record ModernBert(
    ModelConfig config,
    String prefix,
    Embeddings embeddings,
    Rotary global,
    Rotary local,
    int reach,
    List<PreNormBlock> blocks,
    OutputHead head)
    implements Network {

  static final Family FAMILY =
      new Family(
          "modernbert",
          "ModernBertModel",
          Map.of(
              "ModernBertModel", Task.VECTOR, "ModernBertForSequenceClassification", Task.LABELS),
          ModernBert::load);

  private static final int GLOBAL = 0;
  private static final int LOCAL = 1;
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  /** A bare model's file may have the head of masked language modelling. */
  private static final String LEFT_OF_BARE = "head\\..*|decoder\\..*";

  private static ModernBert load(Loading loading) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    weights.prefix("model.", loading.task() == Task.VECTOR);
    ModelConfig config = sizes(loading);
    Parts parts =
        new Parts(
            weights,
            settings.flag("norm_bias", false),
            settings.epsilon("norm_eps", 1e-5),
            settings.flag("attention_bias", false),
            settings.flag("mlp_bias", false));
    int h = config.width();
    Embeddings embeddings =
        new Embeddings(
            weights.body("embeddings.tok_embeddings.weight", config.vocabulary(), h),
            null,
            0,
            null,
            parts.norm("embeddings.norm", h));
    List<Integer> kinds = kinds(settings, config.layers());
    Activation activation = settings.activation("hidden_activation", "gelu");
    List<PreNormBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(block(layer, kinds.get(layer), config, parts, activation));
    }
    Norm last = parts.norm("final_norm", h);
    ModernBert model =
        new ModernBert(
            config,
            weights.prefix(),
            embeddings,
            Rotary.of(theta(settings, FULL, "global_rope_theta", 160_000), config.headWidth()),
            Rotary.of(theta(settings, SLIDING, "local_rope_theta", 10_000), config.headWidth()),
            settings.integer("local_attention", 128) / 2,
            blocks,
            new OutputHead.Normed(last, head(loading, config, parts)));
    weights.finish(loading.task() == Task.VECTOR ? LEFT_OF_BARE : "");
    return model;
  }

  private static ModelConfig sizes(Loading loading) {
    Settings settings = loading.settings();
    int width = settings.integer("hidden_size", 768);
    int heads = settings.integer("num_attention_heads", 12);
    if (heads < 1 || width % heads != 0) {
      throw settings.error(
          "hidden_size " + width + " is not a multiple of num_attention_heads " + heads);
    }
    return new ModelConfig(
        loading.architecture(),
        settings.integer("num_hidden_layers", 22),
        heads,
        heads,
        width / heads,
        width,
        settings.integer("intermediate_size", 1152),
        settings.integer("vocab_size", 50368),
        settings.integer("max_position_embeddings", 8192),
        0,
        settings.integer("pad_token_id", 50283));
  }

  /** Which blocks see all: said for each of them, or every so many, beginning with the first. */
  private static List<Integer> kinds(Settings settings, int layers) {
    List<Integer> kinds = new ArrayList<>();
    if (settings.has("layer_types")) {
      for (String type : settings.texts("layer_types")) {
        if (!type.equals(FULL) && !type.equals(SLIDING)) {
          throw settings.error(
              "layer_types holds " + type + "; supported: " + FULL + ", " + SLIDING);
        }
        kinds.add(type.equals(FULL) ? GLOBAL : LOCAL);
      }
      if (kinds.size() != layers) {
        throw settings.error(
            "layer_types holds " + kinds.size() + " types for " + layers + " layers");
      }
      return kinds;
    }
    int every = settings.integer("global_attn_every_n_layers", 3);
    if (every < 1) {
      throw settings.error("global_attn_every_n_layers must be at least 1, got " + every);
    }
    for (int layer = 0; layer < layers; layer++) {
      kinds.add(layer % every == 0 ? GLOBAL : LOCAL);
    }
    return kinds;
  }

  /**
   * The base of the rotary frequencies. Transformers 5 says it for each type of layer, transformers
   * 4 under a key for each, where null for the local one means that it is the global one.
   */
  private static double theta(Settings settings, String type, String key, double otherwise) {
    Settings own = settings.object("rope_parameters").object(type);
    for (Settings scaling : List.of(own, settings.object("rope_scaling"))) {
      scaling.require("rope_type", "default");
      scaling.require("type", "default");
    }
    if (own.has("rope_theta")) {
      return own.decimal("rope_theta", otherwise);
    }
    boolean asGlobal = type.equals(SLIDING) && settings.json().path(key).isNull();
    return asGlobal
        ? theta(settings, FULL, "global_rope_theta", 160_000)
        : settings.decimal(key, otherwise);
  }

  private static PreNormBlock block(
      int layer, int kind, ModelConfig config, Parts parts, Activation activation) {
    String at = "layers." + layer + ".";
    int h = config.width();
    int m = config.mlpWidth();
    Linear qkv = parts.linear(at + "attn.Wqkv", 3L * h, h, parts.attentionBias);
    Linear output = parts.linear(at + "attn.Wo", h, h, parts.attentionBias);
    List<Linear> up = parts.linear(at + "mlp.Wi", 2L * m, h, parts.mlpBias).split(m, m);
    return new PreNormBlock(
        layer,
        kind,
        layer == 0 ? null : parts.norm(at + "attn_norm", h), // what enters is normed already
        new RotaryAttention(layer, config, 1 / Math.sqrt(config.headWidth()), qkv, output),
        null,
        parts.norm(at + "mlp_norm", h),
        new Mlp(
            layer,
            up.get(0),
            up.get(1),
            activation,
            parts.linear(at + "mlp.Wo", h, m, parts.mlpBias)),
        null);
  }

  private static OutputHead head(Loading loading, ModelConfig config, Parts parts) {
    if (loading.task() == Task.VECTOR) {
      return new OutputHead.Vector(loading.output().pooling(), config.width());
    }
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    int h = config.width();
    boolean bias = settings.flag("classifier_bias", false);
    Linear dense =
        new Linear(
            weights.head("head.dense.weight", h, h),
            bias ? weights.head("head.dense.bias", h) : weights.zeros(h),
            weights.work());
    Norm norm =
        new Norm.Layer(
            weights.head("head.norm.weight", h),
            parts.normBias ? weights.head("head.norm.bias", h) : weights.zeros(h),
            parts.epsilon);
    return new OutputHead.Classifier(
        Pooling.parse(settings.text("classifier_pooling", "cls")),
        dense,
        settings.activation("classifier_activation", "gelu"),
        norm,
        weights.headLinear("classifier", weights.labels("classifier.bias"), h));
  }

  /** Takes norms and maps of the body, with biases as far as this model has them. */
  private record Parts(
      Weights weights, boolean normBias, double epsilon, boolean attentionBias, boolean mlpBias) {
    Norm norm(String name, long size) {
      return normBias
          ? weights.layerNorm(name, size, epsilon)
          : new Norm.Layer(weights.body(name + ".weight", size), weights.zeros(size), epsilon);
    }

    Linear linear(String name, long out, long in, boolean bias) {
      return bias ? weights.linear(name, out, in) : weights.unbiased(name, out, in);
    }
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
  public NDArray embed(NDManager scope, Pass pass) {
    return embeddings.apply(scope, pass);
  }

  @Override
  public List<Places> places(TokenBatch batch, NDManager scope) {
    DataType type = embeddings.words().getDataType();
    int width = batch.width();
    NDArray padding = Masks.padding(batch, scope, type);
    NDArray far =
        width <= reach + 1
            ? padding
            : Masks.both(
                Masks.of(width, (query, key) -> Math.abs(query - key) <= reach, scope, type),
                padding);
    return List.of(
        Rotary.places(padding, global.angles(width, scope, type)),
        Rotary.places(far, local.angles(width, scope, type)));
  }

  @Override
  public @Nullable Reference reference(HookPoint point) {
    String layer = prefix + "layers." + point.layer() + ".";
    int h = config.width();
    int m = config.mlpWidth();
    boolean last = point.layer() == config.layers() - 1;
    return switch (point.site()) {
      case EMBED -> Reference.of("out:" + prefix + "embeddings.tok_embeddings");
      case NORMALIZED_RESID_PRE ->
          Reference.of(point.layer() == 0 ? "hidden_states.0" : "out:" + layer + "attn_norm");
      case Q -> Reference.part("out:" + layer + "attn.Wqkv", 0, h);
      case K -> Reference.part("out:" + layer + "attn.Wqkv", h, 2 * h);
      case V -> Reference.part("out:" + layer + "attn.Wqkv", 2 * h, 3 * h);
      case Z -> Reference.of("in:" + layer + "attn.Wo");
      case ATTN_OUT -> Reference.of("out:" + layer + "attn.Wo");
      case NORMALIZED_RESID_MID -> Reference.of("out:" + layer + "mlp_norm");
      case MLP_PRE -> Reference.part("out:" + layer + "mlp.Wi", 0, m);
      case MLP_PRE_LINEAR -> Reference.part("out:" + layer + "mlp.Wi", m, 2 * m);
      case MLP_POST -> Reference.of("in:" + layer + "mlp.Wo");
      case MLP_OUT -> Reference.of("out:" + layer + "mlp.Wo");
      case RESID_POST -> last ? Reference.of("in:" + prefix + "final_norm") : null;
      case POOLER_OUT ->
          prefix.isEmpty() ? null : Reference.of("out:head.norm"); // a classifier's file has one
      default -> null;
    };
  }
}
