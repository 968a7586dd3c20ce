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
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Convolution;
import io.lucerna.instrumentation.nn.ConvolvedBlock;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Masks;
import io.lucerna.instrumentation.nn.Mlp;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.nn.PostNormBlock;
import io.lucerna.instrumentation.nn.RelativeBuckets;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa (He et al. 2021) in its second and third version: BERT whose attention knows how far
 * tokens are apart.
 *
 * @param config the sizes
 * @param prefix what the names of the body start with in the Hugging Face class
 * @param embeddings words, and positions and token types where the model has them
 * @param projection from the embeddings' width to the stream's; null where they are the same
 * @param relative which row of the relative positions a distance has; null where attention does not
 *     know them
 * @param shared whether relative positions are mapped by the maps of queries and keys
 * @param blocks the blocks
 * @param head what comes after them
 */
record Deberta(
    ModelConfig config,
    String prefix,
    Embeddings embeddings,
    @Nullable Linear projection,
    @Nullable RelativeBuckets relative,
    boolean shared,
    List<? extends Block> blocks,
    OutputHead head)
    implements Network {

  static final Family FAMILY =
      new Family(
          "deberta-v2",
          "DebertaV2Model",
          Map.of("DebertaV2Model", Task.VECTOR, "DebertaV2ForSequenceClassification", Task.LABELS),
          Deberta::load);

  /** The first token's neighbours must be among the rows that its replay computes. */
  private static final long WIDEST_KERNEL = 2 * Linear.FEWEST_ROWS - 1;

  private static Deberta load(Loading loading) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    weights.prefix("deberta.", loading.task() == Task.VECTOR);
    ModelConfig config = sizes(loading);
    double epsilon = settings.epsilon("layer_norm_eps", 1e-7);
    if (settings.integer("z_steps", 0) > 1) {
      throw settings.error(
          "z_steps is " + settings.integer("z_steps") + "; only 0 and 1 are supported");
    }
    int stored = settings.integer("embedding_size", config.width());
    Embeddings embeddings = embeddings(loading, config, stored, epsilon);
    Linear projection =
        stored == config.width()
            ? null
            : weights.unbiased("embeddings.embed_proj", config.width(), stored);
    RelativePositions relative = RelativePositions.load(loading, config, epsilon);
    Activation activation = settings.activation("hidden_act", "gelu");
    List<Block> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      PostNormBlock block = block(layer, config, weights, relative, epsilon, activation);
      int kernel = layer == 0 ? settings.integer("conv_kernel_size", 0) : 0;
      blocks.add(
          kernel > 0
              ? new ConvolvedBlock(block, convolution(loading, config, kernel, epsilon))
              : block);
    }
    OutputHead head = head(loading, config);
    relative.close();
    weights.finish(left(loading));
    return new Deberta(
        config,
        weights.prefix(),
        embeddings,
        projection,
        relative.buckets(),
        relative.shared(),
        blocks,
        head);
  }

  private static ModelConfig sizes(Loading loading) {
    Settings settings = loading.settings();
    int width = settings.integer("hidden_size", 1536);
    int heads = settings.integer("num_attention_heads", 24);
    if (heads < 1 || width % heads != 0) {
      throw settings.error(
          "hidden_size " + width + " is not a multiple of num_attention_heads " + heads);
    }
    settings.require("attention_head_size", Integer.toString(width / heads));
    return new ModelConfig(
        loading.architecture(),
        settings.integer("num_hidden_layers", 24),
        heads,
        heads,
        width / heads,
        width,
        settings.integer("intermediate_size", 6144),
        settings.integer("vocab_size", 128100),
        settings.integer("max_position_embeddings", 512),
        settings.integer("type_vocab_size", 0),
        settings.integer("pad_token_id", 0));
  }

  private static Embeddings embeddings(
      Loading loading, ModelConfig config, int stored, double epsilon) {
    Weights weights = loading.weights();
    boolean positions = loading.settings().flag("position_biased_input", true);
    return new Embeddings(
        weights.body("embeddings.word_embeddings.weight", config.vocabulary(), stored),
        positions
            ? weights.body("embeddings.position_embeddings.weight", config.maxPositions(), stored)
            : null,
        0,
        config.tokenTypes() == 0
            ? null
            : weights.body("embeddings.token_type_embeddings.weight", config.tokenTypes(), stored),
        weights.layerNorm("embeddings.LayerNorm", config.width(), epsilon));
  }

  private static PostNormBlock block(
      int layer,
      ModelConfig config,
      Weights weights,
      RelativePositions relative,
      double epsilon,
      Activation activation) {
    String at = "encoder.layer." + layer + ".";
    long h = config.width();
    long m = config.mlpWidth();
    String self = at + "attention.self.";
    Linear qkv =
        weights.stackedLinear(
            List.of(self + "query_proj", self + "key_proj", self + "value_proj"),
            true,
            new long[] {h, h, h},
            h);
    Linear output = weights.linear(at + "attention.output.dense", h, h);
    return new PostNormBlock(
        layer,
        0,
        relative.attention(layer, config, weights, self, qkv, output),
        weights.layerNorm(at + "attention.output.LayerNorm", h, epsilon),
        new Mlp(
            layer,
            weights.linear(at + "intermediate.dense", m, h),
            null,
            activation,
            weights.linear(at + "output.dense", h, m)),
        weights.layerNorm(at + "output.LayerNorm", h, epsilon));
  }

  private static Convolution convolution(
      Loading loading, ModelConfig config, int kernel, double epsilon) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    int h = config.width();
    int groups = settings.integer("conv_groups", 1);
    if (kernel % 2 == 0 || kernel > WIDEST_KERNEL || groups < 1 || h % groups != 0) {
      throw settings.error(
          String.format(
              Locale.ROOT,
              "conv_kernel_size is %d and conv_groups %d; supported: an odd kernel of at most %d, and"
                  + " groups that divide hidden_size %d",
              kernel,
              groups,
              WIDEST_KERNEL,
              h));
    }
    NDArray stored = weights.body("encoder.conv.conv.weight", h, h / groups, kernel);
    return new Convolution(
        new Linear(
            Convolution.neighbours(stored, groups),
            weights.body("encoder.conv.conv.bias", h),
            weights.work()),
        kernel / 2,
        settings.activation("conv_act", "tanh"),
        weights.layerNorm("encoder.conv.LayerNorm", h, epsilon));
  }

  private static OutputHead head(Loading loading, ModelConfig config) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    int h = config.width();
    settings.require("pooler_hidden_size", Integer.toString(h));
    return loading.task() == Task.VECTOR
        ? new OutputHead.Vector(loading.output().pooling(), h)
        : new OutputHead.Classifier(
            Pooling.CLS,
            weights.headLinear("pooler.dense", h, h),
            settings.activation("pooler_hidden_act", "gelu"),
            null,
            weights.headLinear("classifier", weights.labels("classifier.bias"), h));
  }

  /**
   * What files carry that the forward pass does not use: a buffer of numbers; position embeddings
   * and relative ones that {@code config.json} switches off; in a bare model's file the heads it
   * was trained with.
   */
  private static String left(Loading loading) {
    Settings settings = loading.settings();
    List<String> left = new ArrayList<>(List.of("embeddings\\.position_ids"));
    if (!settings.flag("position_biased_input", true)) {
      left.add("embeddings\\.position_embeddings\\.weight");
    }
    if (!RelativePositions.used(settings)) {
      left.add("encoder\\.(rel_embeddings\\.weight|LayerNorm\\..*)");
    }
    if (loading.task() == Task.VECTOR) {
      left.add("(pooler|classifier|cls|lm_predictions|mask_predictions)\\..*");
    }
    return String.join("|", left);
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
    NDArray sum = embeddings.sum(scope, pass); // [B, S, E]
    NDArray wide = projection == null ? sum : projection.apply(sum, pass); // [B, S, H]
    return pass.at(Site.FULL_EMBED, embeddings.norm().apply(wide, pass));
  }

  @Override
  public List<Places> places(TokenBatch batch, NDManager scope) {
    DataType type = embeddings.words().getDataType();
    NDArray mask = Masks.padding(batch, scope, type);
    return List.of(
        relative == null
            ? Places.of(mask)
            : new Places(mask, null, null, relative.rows(batch.width(), scope)));
  }

  @Override
  public @Nullable Reference reference(HookPoint point) {
    String layer = prefix + "encoder.layer." + point.layer() + ".";
    String self = layer + "attention.self.";
    // Maps that relative positions share are called twice, for the texts first.
    String call = relative != null && shared ? "first:" : "out:";
    return switch (point.site()) {
      case Q -> Reference.of(call + self + "query_proj");
      case K -> Reference.of(call + self + "key_proj");
      case V -> Reference.of("out:" + self + "value_proj");
      case POOLER_OUT ->
          head instanceof OutputHead.Classifier classifier
              ? Reference.before(classifier.activation(), "out:pooler.dense")
              : null;
      default -> BlockNames.BERT.reference(prefix, point);
    };
  }
}
