package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.LastToken;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Mlp;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.PreNormBlock;
import io.lucerna.instrumentation.nn.RotaryAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a language model that looks back only. What is here is Llama; a subclass says what its
 * family has otherwise.
 */
abstract class CausalFamily {
  /** Left in files by old versions of transformers: the angles, which are computed. */
  private static final String ANGLES = "layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq";

  private static final String LM_HEAD = "lm_head.weight";

  /**
   * Which maps have biases.
   *
   * @param qkv those to queries, keys and values
   * @param out the attention's output
   * @param mlp those of the MLP
   */
  record Biases(boolean qkv, boolean out, boolean mlp) {}

  /**
   * A family of two classes: one whose next token is an answer, one with a classifier.
   *
   * @param type what {@code model_type} says
   * @param name what the names of the classes start with
   */
  final Family family(String type, String name) {
    String causal = name + "ForCausalLM";
    return new Family(
        type,
        causal,
        Map.of(causal, Task.ANSWERS, name + "ForSequenceClassification", Task.LABELS),
        prompts(),
        this::load);
  }

  /** How both texts are read. */
  Map<Task, Prompt> prompts() {
    return Map.of(Task.ANSWERS, Prompt.BGE, Task.LABELS, Prompt.RANK);
  }

  /** Positions of a text where {@code config.json} does not say. */
  abstract int maxPositions();

  /** The heads of keys and values where {@code config.json} does not say. */
  int keyHeads(int heads) {
    return heads;
  }

  /** The width of a head where {@code config.json} does not say. */
  int headWidth(Settings settings, int width, int heads) {
    if (width % heads != 0) {
      throw settings.error(
          "hidden_size " + width + " is not a multiple of num_attention_heads " + heads);
    }
    return width / heads;
  }

  /** Which maps have biases. */
  Biases biases(Settings settings) {
    boolean attention = settings.flag("attention_bias", false);
    return new Biases(attention, attention, settings.flag("mlp_bias", false));
  }

  /** How many positions a token sees in a layer, its own included. */
  int window(Settings settings, int layer) {
    return CausalModel.UNLIMITED;
  }

  /** Whether each head's queries and keys are normed before they turn. */
  boolean normsQueriesAndKeys() {
    return false;
  }

  /** Whether what attention and MLP give is normed before it is added to the stream. */
  boolean normsOutputs() {
    return false;
  }

  /** What is added to the stored gains of norms. */
  double gainOffset() {
    return 0;
  }

  /** What scores are multiplied by. */
  double scale(Settings settings, ModelConfig config) {
    return 1 / Math.sqrt(config.headWidth());
  }

  /** Scaled scores s become cap tanh(s / cap); null where they stay. */
  @Nullable Double scoreCap(Settings settings) {
    return null;
  }

  /** The same of the logits of answers. */
  @Nullable Double logitCap(Settings settings) {
    return null;
  }

  /** The activation function of the MLP. */
  Activation activation(Settings settings) {
    return settings.activation("hidden_act", "silu");
  }

  /** What embeddings are multiplied by. */
  double wordFactor(ModelConfig config) {
    return 1;
  }

  /** Whether embeddings are the output matrix too where {@code config.json} does not say. */
  boolean tied() {
    return false;
  }

  /** The window of layers that have one: null says that none has, 4096 is meant by no key. */
  static final int window(Settings settings) {
    String key = "sliding_window";
    if (!settings.json().has(key)) {
      return 4096;
    }
    int window = settings.integer(key, CausalModel.UNLIMITED);
    if (window < 1) {
      throw settings.error(key + " must be at least 1, got " + window);
    }
    return window;
  }

  /** Whether a layer has a window: as {@code layer_types} says, where it is there. */
  static final boolean slides(Settings settings, int layer, boolean otherwise) {
    List<String> types = settings.texts("layer_types");
    if (types.isEmpty()) {
      return otherwise;
    }
    String type = layer < types.size() ? types.get(layer) : "missing";
    return switch (type) {
      case "sliding_attention" -> true;
      case "full_attention" -> false;
      default ->
          throw settings.error(
              "layer_types of layer "
                  + layer
                  + " is "
                  + type
                  + "; supported: full_attention, sliding_attention");
    };
  }

  /** The bound of a key: null says that there is none. */
  static final @Nullable Double cap(Settings settings, String key, double otherwise) {
    if (settings.json().has(key) && !settings.has(key)) {
      return null;
    }
    double cap = settings.decimal(key, otherwise);
    if (!(cap > 0)) {
      throw settings.error(key + " must be above 0, got " + cap);
    }
    return cap;
  }

  private CausalModel load(Loading loading) {
    Settings settings = loading.settings();
    if (settings.has("quantization_config")) {
      throw settings.error("quantization_config: quantized weights cannot be read");
    }
    settings.require("is_causal", "true");
    Weights weights = loading.weights();
    weights.prefix(CausalModel.PREFIX, false);
    ModelConfig config = sizes(loading);
    NDArray words = weights.body("embed_tokens.weight", config.vocabulary(), config.width());
    List<Integer> windows = new ArrayList<>();
    List<PreNormBlock> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      int window = window(settings, layer);
      if (!windows.contains(window)) {
        windows.add(window);
      }
      blocks.add(block(layer, windows.indexOf(window), config, loading));
    }
    OutputHead head = head(loading, config, words);
    Norm norm = norm(loading, "norm", config.width());
    weights.finish(loading.task() == Task.LABELS ? ANGLES + "|lm_head\\.weight" : ANGLES);
    return new CausalModel(
        config,
        words,
        wordFactor(config),
        windows,
        RotaryScaling.rotary(settings, config),
        blocks,
        new OutputHead.Normed(norm, head));
  }

  private ModelConfig sizes(Loading loading) {
    Settings settings = loading.settings();
    int width = settings.integer("hidden_size");
    int heads = settings.integer("num_attention_heads");
    if (heads < 1) {
      throw settings.error("num_attention_heads must be at least 1, got " + heads);
    }
    int keyHeads = settings.json().has("num_key_value_heads") ? heads : keyHeads(heads);
    return new ModelConfig(
        loading.architecture(),
        settings.integer("num_hidden_layers"),
        heads,
        settings.integer("num_key_value_heads", keyHeads),
        settings.has("head_dim") ? settings.integer("head_dim") : headWidth(settings, width, heads),
        width,
        settings.integer("intermediate_size"),
        settings.integer("vocab_size"),
        settings.integer("max_position_embeddings", maxPositions()),
        0,
        Math.max(0, settings.integer("pad_token_id", 0)));
  }

  private PreNormBlock block(int layer, int kind, ModelConfig config, Loading loading) {
    String at = "layers." + layer + ".";
    boolean four = normsOutputs();
    int h = config.width();
    return new PreNormBlock(
        layer,
        kind,
        norm(loading, at + "input_layernorm", h),
        attention(layer, at + "self_attn.", config, loading),
        four ? norm(loading, at + "post_attention_layernorm", h) : null,
        norm(loading, at + (four ? "pre_feedforward_layernorm" : "post_attention_layernorm"), h),
        mlp(layer, at + "mlp.", config, loading),
        four ? norm(loading, at + "post_feedforward_layernorm", h) : null);
  }

  private RotaryAttention attention(int layer, String at, ModelConfig config, Loading loading) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    Biases biases = biases(settings);
    long h = config.width();
    long q = (long) config.heads() * config.headWidth();
    long k = (long) config.keyHeads() * config.headWidth();
    Linear qkv =
        weights.stackedLinear(
            List.of(at + "q_proj", at + "k_proj", at + "v_proj"),
            biases.qkv(),
            new long[] {q, k, k},
            h);
    boolean normed = normsQueriesAndKeys();
    return new RotaryAttention(
        layer,
        config,
        scale(settings, config),
        qkv,
        linear(weights, at + "o_proj", biases.out(), h, q),
        normed ? norm(loading, at + "q_norm", config.headWidth()) : null,
        normed ? norm(loading, at + "k_norm", config.headWidth()) : null,
        scoreCap(settings));
  }

  private Mlp mlp(int layer, String at, ModelConfig config, Loading loading) {
    Weights weights = loading.weights();
    boolean bias = biases(loading.settings()).mlp();
    long h = config.width();
    long m = config.mlpWidth();
    return new Mlp(
        layer,
        linear(weights, at + "gate_proj", bias, m, h),
        linear(weights, at + "up_proj", bias, m, h),
        activation(loading.settings()),
        linear(weights, at + "down_proj", bias, h, m));
  }

  private static Linear linear(Weights weights, String name, boolean bias, long out, long in) {
    return bias ? weights.linear(name, out, in) : weights.unbiased(name, out, in);
  }

  private Norm norm(Loading loading, String name, long size) {
    double epsilon = loading.settings().epsilon("rms_norm_eps", 1e-6);
    NDArray gain = loading.weights().body(name + ".weight", size);
    return new Norm.RootMeanSquare(gainOffset() == 0 ? gain : gain.addi(gainOffset()), epsilon);
  }

  private OutputHead head(Loading loading, ModelConfig config, NDArray words) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    if (loading.task() == Task.LABELS) {
      long labels = weights.labels("score.weight");
      NDArray map = weights.head("score.weight", labels, config.width());
      Linear score = new Linear(map, weights.zeros(labels), weights.work());
      return new LastToken(score, null, settings.integer("pad_token_id", -1));
    }
    // What is stored counts, even where config.json says that it is tied to the embeddings.
    boolean stored = weights.has(LM_HEAD) || !settings.flag("tie_word_embeddings", tied());
    Linear answers =
        stored
            ? weights.answers(LM_HEAD, config.vocabulary(), config.width(), loading.output())
            : weights.answers(words, loading.output());
    return new LastToken(answers, logitCap(settings), -1);
  }
}
