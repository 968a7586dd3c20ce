package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Masks;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.nn.PostNormBlock;
import io.lucerna.instrumentation.nn.RelativeBias;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network that BERT, ELECTRA, RoBERTa, DistilBERT and MPNet have in common: embeddings,
 * post-norm blocks, a head. What differs is in the file of each.
 *
 * @param config the sizes
 * @param prefix what the names of the body start with in a reference
 * @param embeddings words, positions and token types, [B, S, E]
 * @param projection from the embeddings' width to the stream's [H, E]; null where both are one
 * @param bias what relative positions add to attention scores; null where they add nothing
 * @param names what the family calls the parts of a block
 * @param blocks the blocks
 * @param head what comes after them
 * @param pooled what a reference calls a classifier's pooled vector; null for other heads
 */
record Encoder(
    ModelConfig config,
    String prefix,
    Embeddings embeddings,
    @Nullable Linear projection,
    @Nullable RelativeBias bias,
    BlockNames names,
    List<PostNormBlock> blocks,
    OutputHead head,
    @Nullable Reference pooled)
    implements Network {

  /**
   * Tensors that files have and no forward pass here reads: buffers of numbers, a pooler without a
   * classifier.
   */
  static final String LEFT = "embeddings\\.(position|token_type)_ids|pooler\\..*";

  private static final String POSITIONS = "embeddings.position_embeddings.weight";

  /**
   * The sizes, under BERT's keys or DistilBERT's.
   *
   * @param tokenTypes rows of the table of token types; 0 where there is none
   * @param firstPosition the row of the first token's position
   */
  static ModelConfig sizes(Loading loading, int tokenTypes, int firstPosition) {
    Settings settings = loading.settings();
    int width = settings.integer("hidden_size", "dim");
    int heads = settings.integer("num_attention_heads", "n_heads");
    if (heads < 1 || width % heads != 0) {
      throw settings.error(
          "hidden_size " + width + " is not a multiple of num_attention_heads " + heads);
    }
    ModelConfig stated =
        new ModelConfig(
            loading.architecture(),
            settings.integer("num_hidden_layers", "n_layers"),
            heads,
            heads,
            width / heads,
            width,
            settings.integer("intermediate_size", "hidden_dim"),
            settings.integer("vocab_size"),
            settings.integer("max_position_embeddings") - firstPosition,
            tokenTypes,
            settings.integer("pad_token_id", Math.max(0, firstPosition - 1)));
    long[] stored = loading.weights().bodyShape(POSITIONS);
    boolean fewer = stored.length == 2 && stored[0] - firstPosition < stated.maxPositions();
    return loading.checkpoint().traced() && fewer
        ? stated.withMaxPositions((int) stored[0] - firstPosition)
        : stated;
  }

  /** Refuses what would make another model of a configuration with BERT's keys. */
  static void requirePlain(Settings settings) {
    settings.require("position_embedding_type", "absolute");
    settings.require("is_decoder", "false");
    settings.require("add_cross_attention", "false");
  }

  /** One vector per text. */
  static OutputHead vector(Loading loading, ModelConfig config) {
    return new OutputHead.Vector(loading.output().pooling(), config.width());
  }

  /** A classifier of two maps over the first token, as ELECTRA, RoBERTa and MPNet have. */
  static OutputHead classifier(Loading loading, ModelConfig config, Activation activation) {
    Weights weights = loading.weights();
    long h = config.width();
    return new OutputHead.Classifier(
        Pooling.CLS,
        weights.headLinear("classifier.dense", h, h),
        activation,
        null,
        weights.headLinear("classifier.out_proj", weights.labels("classifier.out_proj.bias"), h));
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
    NDArray sum = embeddings.summed(scope, pass); // [B, S, E]
    return pass.at(
        Site.FULL_EMBED, projection == null ? sum : projection.apply(sum, pass)); // [B, S, H]
  }

  @Override
  public List<Places> places(TokenBatch batch, NDManager scope) {
    NDArray padding = Masks.padding(batch, scope, embeddings.words().getDataType());
    if (bias == null) {
      return List.of(Places.of(padding));
    }
    NDArray distances = bias.of(batch.width(), scope); // [1, N, S, S]
    return List.of(Places.of(padding == null ? distances : distances.add(padding)));
  }

  /**
   * An encoder whose classifier, where it has one, is two maps with a tanh between them, of the
   * first token.
   *
   * @param left what may be in a file and is not used
   */
  static Encoder pooledByFirst(
      Loading loading,
      ModelConfig config,
      Embeddings embeddings,
      @Nullable RelativeBias bias,
      BlockNames names,
      double epsilon,
      String left) {
    Weights weights = loading.weights();
    Activation activation = loading.settings().activation("hidden_act", "gelu");
    List<PostNormBlock> blocks = names.load(weights, config, epsilon, activation);
    boolean classifies = loading.task() == Task.LABELS;
    OutputHead head =
        classifies ? classifier(loading, config, Activation.TANH) : vector(loading, config);
    weights.finish(left);
    return new Encoder(
        config,
        weights.prefix(),
        embeddings,
        null,
        bias,
        names,
        blocks,
        head,
        classifies ? Reference.before(Activation.TANH, "out:classifier.dense") : null);
  }

  @Override
  public @Nullable Reference reference(HookPoint point) {
    return point.site() == Site.POOLER_OUT ? pooled : names.reference(prefix, point);
  }
}
