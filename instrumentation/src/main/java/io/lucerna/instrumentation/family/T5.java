package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Decoder;
import io.lucerna.instrumentation.nn.DecoderBlock;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Masks;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.nn.PreNormBlock;
import io.lucerna.instrumentation.nn.RelativeBias;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * T5 (Raffel et al. 2020) as a ranker, monoT5 (Nogueira et al. 2020). The encoder's blocks are the
 * blocks; the decoder's first step is the head.
 *
 * @param config the sizes of the encoder
 * @param words the word embeddings of encoder and decoder [V, H]
 * @param bias what distances add to the scores of all blocks of the encoder
 * @param blocks the encoder's blocks
 * @param head the norm at the encoder's end, and the decoder
 * @param names what a reference calls the points
 */
record T5(
    ModelConfig config,
    NDArray words,
    RelativeBias bias,
    List<PreNormBlock> blocks,
    OutputHead head,
    T5Names names)
    implements Network {

  static final Family FAMILY =
      new Family(
          "t5",
          "T5ForConditionalGeneration",
          Map.of("T5ForConditionalGeneration", Task.ANSWERS),
          prompts("\u2581false", "\u2581true"),
          T5::load);

  /** mT5 (Xue et al. 2021): other defaults of {@code config.json}, and no factor at the end. */
  static final Family MULTILINGUAL =
      new Family(
          "mt5",
          "MT5ForConditionalGeneration",
          Map.of("MT5ForConditionalGeneration", Task.ANSWERS),
          prompts("\u2581no", "\u2581yes"),
          loading -> load(loading, "gated-gelu", false));

  /** The words with sentencepiece's space, for vocabularies where they are tokens of their own. */
  private static Map<Task, Prompt> prompts(String no, String yes) {
    return Map.of(Task.ANSWERS, new Prompt(Prompt.MONO_T5, List.of(no, yes), false));
  }

  /** Distances have no end, but all of a text's are looked up in one array. */
  private static final int MOST_POSITIONS = 1 << 15;

  /** Copies of the shared embeddings, and a table of old files that nothing reads. */
  private static final String LEFT =
      "(encoder|decoder)\\.embed_tokens\\.weight"
          + "|decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias\\.weight";

  private static T5 load(Loading loading) {
    Settings settings = loading.settings();
    // Files of transformers 4 have no key for it: there tied embeddings tell.
    boolean tied = settings.flag("tie_word_embeddings", true);
    return load(loading, "relu", settings.flag("scale_decoder_outputs", tied));
  }

  private static T5 load(Loading loading, String feedForward, boolean scaled) {
    loading.settings().require("is_encoder_decoder", "true");
    loading.settings().require("is_decoder", "false");
    Weights weights = loading.weights();
    weights.prefix("transformer.", true);
    ModelConfig config = sizes(loading);
    T5Parts parts = T5Parts.of(loading, config, feedForward);
    NDArray words = weights.body("shared.weight", config.vocabulary(), config.width());
    RelativeBias bias = new RelativeBias(parts.distances("encoder"), parts.farthest());
    List<PreNormBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(parts.encoderBlock(layer));
    }
    Norm norm = parts.norm("encoder.final_layer_norm");
    Decoder decoder = decoder(loading, parts, words, scaled);
    weights.finish(LEFT);
    return new T5(
        config,
        words,
        bias,
        blocks,
        new OutputHead.Normed(norm, decoder),
        new T5Names(config.layers(), decoder.blocks().size(), parts.gated()));
  }

  private static ModelConfig sizes(Loading loading) {
    Settings settings = loading.settings();
    int heads = settings.integer("num_heads");
    return new ModelConfig(
        loading.architecture(),
        settings.integer("num_layers"),
        heads,
        heads,
        settings.integer("d_kv"),
        settings.integer("d_model"),
        settings.integer("d_ff"),
        settings.integer("vocab_size"),
        MOST_POSITIONS,
        0,
        settings.integer("pad_token_id", 0));
  }

  private static Decoder decoder(Loading loading, T5Parts parts, NDArray words, boolean scaled) {
    Settings settings = loading.settings();
    ModelConfig config = parts.config();
    int layers = settings.integer("num_decoder_layers", config.layers());
    if (layers < 1) {
      throw settings.error("num_decoder_layers must be at least 1, got " + layers);
    }
    List<DecoderBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      blocks.add(parts.decoderBlock(layer));
    }
    NDArray atNoDistance;
    try (NDArray distances = parts.distances("decoder");
        NDArray first = distances.get("0:1");
        NDArray perHead = first.reshape(1, config.heads(), 1, 1)) {
      atNoDistance = perHead.duplicate(); // a view must not outlive what it shows
    }
    return new Decoder(
        words,
        known(settings, "decoder_start_token_id", config.padId(), config),
        atNoDistance,
        blocks,
        parts.norm("decoder.final_layer_norm"),
        scaled ? 1 / Math.sqrt(config.width()) : 1,
        answers(loading, words, config));
  }

  private static long known(Settings settings, String key, long otherwise, ModelConfig config) {
    long id = settings.integer(key, (int) otherwise);
    if (id < 0 || id >= config.vocabulary()) {
      throw settings.error(
          String.format(Locale.ROOT, "%s %d is not in 0..%d", key, id, config.vocabulary() - 1));
    }
    return id;
  }

  /** The rows of the answers in the output matrix: one of its own, or the word embeddings. */
  private static Linear answers(Loading loading, NDArray words, ModelConfig config) {
    Weights weights = loading.weights();
    long[] ids = loading.output().answers().stream().mapToLong(Long::longValue).toArray();
    for (long id : ids) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the answers' token ids must be in 0..%d, got %d",
                config.vocabulary() - 1,
                id));
      }
    }
    if (ids.length == 0) {
      throw new IllegalArgumentException("a model that answers needs the token ids of its answers");
    }
    NDArray table =
        weights.has("lm_head.weight")
            ? weights.head("lm_head.weight", config.vocabulary(), config.width())
            : words;
    try (NDArray index = table.getManager().create(ids, new Shape(ids.length))) {
      NDArray rows = Embeddings.lookup(index, table); // [A, H]
      return new Linear(rows, weights.zeros(ids.length), weights.work());
    } finally {
      if (table != words) {
        table.close();
      }
    }
  }

  @Override
  public List<Site> before() {
    return List.of(Site.EMBED);
  }

  @Override
  public NDArray wordEmbeddings() {
    return words;
  }

  @Override
  public NDArray embed(NDManager scope, Pass pass) {
    return pass.at(Site.EMBED, Embeddings.words(scope, pass, words)); // [B, S, H]
  }

  @Override
  public List<Places> places(TokenBatch batch, NDManager scope) {
    NDArray distances = bias.of(batch.width(), scope); // [1, N, S, S]
    NDArray padding = Masks.padding(batch, scope, words.getDataType());
    if (padding == null) {
      return List.of(Places.of(distances));
    }
    try (distances;
        padding) {
      return List.of(Places.of(distances.add(padding))); // [B, N, S, S]
    }
  }

  @Override
  public @Nullable Reference reference(HookPoint point) {
    String name = names.of(point);
    return name == null ? null : Reference.of(name);
  }
}
