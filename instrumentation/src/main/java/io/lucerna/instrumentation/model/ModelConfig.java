package io.lucerna.instrumentation.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What a model folder's {@code config.json} says, checked.
 *
 * @param architecture the Hugging Face class
 * @param layers number of blocks
 * @param heads attention heads of a block
 * @param width d_model, the size of the residual stream
 * @param mlpWidth d_mlp
 * @param vocabulary number of token ids
 * @param maxPositions the most token ids of one input
 * @param tokenTypes number of token types
 * @param layerNormEpsilon what LayerNorm adds to the variance
 * @param activation the MLP's activation function
 * @param padId the id used for padding
 */
public record ModelConfig(
    String architecture,
    int layers,
    int heads,
    int width,
    int mlpWidth,
    int vocabulary,
    int maxPositions,
    int tokenTypes,
    double layerNormEpsilon,
    Activation activation,
    long padId) {

  /** The Hugging Face classes that can be read. */
  public static final List<String> SUPPORTED =
      List.of("BertModel", "BertForSequenceClassification");

  /** Checks the numbers. */
  public ModelConfig {
    positive("num_hidden_layers", layers);
    positive("num_attention_heads", heads);
    positive("hidden_size", width);
    positive("intermediate_size", mlpWidth);
    positive("vocab_size", vocabulary);
    positive("max_position_embeddings", maxPositions);
    positive("type_vocab_size", tokenTypes);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "hidden_size %d is not a multiple of num_attention_heads %d",
              width,
              heads));
    }
    if (padId < 0 || padId >= vocabulary) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "pad_token_id %d is not in 0..%d", padId, vocabulary - 1));
    }
    if (!(layerNormEpsilon > 0 && layerNormEpsilon < 1)) {
      throw new IllegalArgumentException(
          "layer_norm_eps must lie between 0 and 1, got " + layerNormEpsilon);
    }
  }

  private static void positive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " must be at least 1, got " + value);
    }
  }

  /** The same with another limit on positions. */
  ModelConfig withMaxPositions(int positions) {
    return new ModelConfig(
        architecture,
        layers,
        heads,
        width,
        mlpWidth,
        vocabulary,
        positions,
        tokenTypes,
        layerNormEpsilon,
        activation,
        padId);
  }

  /** Width of one head. */
  public int headWidth() {
    return width / heads;
  }

  /**
   * Reads {@code config.json} in a model folder.
   *
   * @throws CheckpointException if the file is missing or broken, or describes a model that this
   *     version cannot run
   */
  public static ModelConfig read(Path folder) {
    Path file = folder.resolve("config.json");
    JsonNode json = json(file);
    try {
      String architecture = architecture(json);
      require(json, "position_embedding_type", "absolute");
      require(json, "is_decoder", "false");
      require(json, "add_cross_attention", "false");
      return new ModelConfig(
          architecture,
          integer(json, "num_hidden_layers"),
          integer(json, "num_attention_heads"),
          integer(json, "hidden_size"),
          integer(json, "intermediate_size"),
          integer(json, "vocab_size"),
          integer(json, "max_position_embeddings"),
          integer(json, "type_vocab_size"),
          json.path("layer_norm_eps").asDouble(1e-12),
          Activation.parse(json.path("hidden_act").asText("gelu")),
          json.path("pad_token_id").asLong(0));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  static JsonNode json(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file + ": no such file");
    }
    try {
      JsonNode json = new ObjectMapper().readTree(file.toFile());
      if (json == null || !json.isObject()) {
        throw new CheckpointException(file + ": not a JSON object");
      }
      return json;
    } catch (IOException e) {
      throw new CheckpointException(file + ": not readable as JSON: " + firstLine(e), e);
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static String architecture(JsonNode json) {
    JsonNode named = json.path("architectures").path(0);
    String architecture =
        named.isTextual()
            ? named.asText()
            : json.path("model_type").asText().equals("bert") ? "BertModel" : "none";
    if (!SUPPORTED.contains(architecture)) {
      throw new IllegalArgumentException(
          "architecture " + architecture + " is not supported; supported: " + SUPPORTED);
    }
    return architecture;
  }

  private static void require(JsonNode json, String key, String value) {
    if (json.hasNonNull(key) && !json.get(key).asText().equals(value)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s is %s; only %s is supported", key, json.get(key).asText(), value));
    }
  }

  private static int integer(JsonNode json, String key) {
    if (!json.path(key).canConvertToInt() || !json.path(key).isIntegralNumber()) {
      throw new IllegalArgumentException(
          key + " must be a whole number, got " + (json.has(key) ? json.get(key) : "nothing"));
    }
    return json.get(key).asInt();
  }
}
