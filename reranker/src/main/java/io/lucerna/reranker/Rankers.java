package io.lucerna.reranker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.model.HookedEncoder;
import io.lucerna.instrumentation.model.ModelConfig;
import io.lucerna.instrumentation.model.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Opens rankers from Hugging Face model folders. */
public final class Rankers {
  private Rankers() {}

  /**
   * Opens the ranker in a folder: {@code BertModel} as a bi-encoder, {@code
   * BertForSequenceClassification} as a cross-encoder.
   *
   * <p>A folder that holds reference outputs (reference.json and reference.safetensors) is checked
   * against them, and refused where they differ.
   *
   * @param folder holds config.json, the weights, and the tokenizer
   * @param name what reports call the model
   * @throws CheckpointException if the folder cannot be used; the message names the file and what
   *     is wrong
   * @throws IllegalArgumentException if an option does not fit this kind of model
   */
  public static NeuralRanker open(Path folder, String name, ScorerOptions options) {
    ModelConfig config = ModelConfig.read(folder);
    boolean cross = config.architecture().equals("BertForSequenceClassification");
    refuseWhatWouldBeIgnored(folder, cross, options);
    SentenceConfig sentence = SentenceConfig.read(folder);
    Pooling pooling = options.pooling().orElse(sentence.pooling());
    HookedEncoder model;
    String sha256;
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      model =
          cross
              ? HookedEncoder.classifier(config, checkpoint, options.precision())
              : HookedEncoder.pooled(config, checkpoint, pooling, options.precision());
      sha256 = checkpoint.sha256();
    } catch (IOException e) {
      throw new CheckpointException(folder + ": " + e.getMessage(), e);
    }
    try {
      int maxTokens = maxTokens(folder, model.config(), sentence, options);
      InputForm form = InputForms.of(folder, config.architecture(), sentence, options);
      PairTokenizer tokenizer = PairTokenizer.open(folder, form, maxTokens, options.terms());
      ReferenceCheck.run(folder, model, tokenizer, cross ? null : pooling);
      if (cross) {
        Label label = label(folder, model, options.label());
        ModelCard card =
            card(name, model, "cross-encoder, " + words(model, label), tokenizer, sha256, options);
        return new CrossEncoder(model, tokenizer, label, options.batchSize(), card);
      }
      Similarity similarity = options.similarity().orElse(sentence.similarity());
      String scorer =
          String.format(
              Locale.ROOT,
              "bi-encoder, %s pooling, %s",
              pooling.name().toLowerCase(Locale.ROOT),
              similarity(similarity, sentence));
      ModelCard card = card(name, model, scorer, tokenizer, sha256, options);
      Similarity effective = sentence.normalized() ? Similarity.COSINE : similarity;
      return new BiEncoder(model, tokenizer, effective, options.batchSize(), card);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void refuseWhatWouldBeIgnored(Path folder, boolean cross, ScorerOptions options) {
    if (cross && (options.pooling().isPresent() || options.similarity().isPresent())) {
      throw new IllegalArgumentException(
          folder + ": a cross-encoder has no pooling and no similarity to choose");
    }
    if (!cross && options.label() != Label.LAST) {
      throw new IllegalArgumentException(
          folder
              + ": a bi-encoder has no labels, so label "
              + options.label()
              + " cannot be chosen");
    }
  }

  private static String similarity(Similarity similarity, SentenceConfig sentence) {
    String name = similarity.name().toLowerCase(Locale.ROOT);
    return sentence.normalized() && similarity == Similarity.DOT
        ? name + " of normalised vectors"
        : name;
  }

  private static String words(HookedEncoder model, Label label) {
    return model.outputs() == 1 ? "the only logit" : "logit " + label;
  }

  private static Label label(Path folder, HookedEncoder model, Label asked) {
    if (model.outputs() == 1 && asked != Label.LAST) {
      throw new IllegalArgumentException(
          folder + ": the classifier has one label, so label " + asked + " cannot be chosen");
    }
    return asked;
  }

  private static int maxTokens(
      Path folder, ModelConfig config, SentenceConfig sentence, ScorerOptions options) {
    if (options.maxTokens().isPresent()) {
      int asked = options.maxTokens().getAsInt();
      if (asked > config.maxPositions()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "max length %d is more than the %d positions of %s",
                asked,
                config.maxPositions(),
                folder));
      }
      return asked;
    }
    int own = Math.min(ScorerOptions.DEFAULT_MAX_TOKENS, config.maxPositions());
    own = Math.min(own, sentence.maxTokens().orElse(own));
    return Math.min(own, tokenizerLimit(folder).orElse(own));
  }

  private static OptionalInt tokenizerLimit(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    if (!Files.isRegularFile(file)) {
      return OptionalInt.empty();
    }
    try {
      JsonNode limit = new ObjectMapper().readTree(file.toFile()).path("model_max_length");
      // Hugging Face writes a huge number where a tokenizer has no limit.
      return limit.canConvertToInt() && limit.asInt() > 0
          ? OptionalInt.of(limit.asInt())
          : OptionalInt.empty();
    } catch (IOException e) {
      throw new CheckpointException(file + ": not readable as JSON", e);
    }
  }

  private static ModelCard card(
      String name,
      HookedEncoder model,
      String scorer,
      PairTokenizer tokenizer,
      String sha256,
      ScorerOptions options) {
    ModelConfig config = model.config();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("input", tokenizer.shape());
    settings.put("precision", options.precision().name().toLowerCase(Locale.ROOT));
    settings.put("batch", Integer.toString(options.batchSize()));
    settings.put("truncation", "the passage's end, never the query");
    return new ModelCard(
        name,
        config.architecture(),
        scorer,
        config.layers(),
        config.heads(),
        config.width(),
        model.parameters(),
        tokenizer.maxTokens(),
        sha256,
        settings);
  }
}
