package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.config.Pooling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the sentence-transformers files of a model folder say: {@code modules.json}, the pooling
 * module's {@code config.json}, {@code sentence_bert_config.json}, {@code
 * config_sentence_transformers.json}.
 *
 * @param pooling how vectors are pooled; empty where nothing is said
 * @param normalized whether a normalisation module follows, which makes the inner product a cosine
 * @param maxTokens the model's own limit on token ids, which takes the place of the tokenizer's
 * @param queryPrefix what precedes a query; empty where nothing is said
 * @param passagePrefix what precedes a passage
 * @param usualPrefix the prompt that is put before a text, and before the first text of a pair,
 *     where nothing else is said
 * @param prefixPooled whether a prefix's tokens are pooled with the others
 */
public record SentenceConfig(
    Optional<Pooling> pooling,
    boolean normalized,
    OptionalInt maxTokens,
    String queryPrefix,
    String passagePrefix,
    String usualPrefix,
    boolean prefixPooled) {

  /** What is read of config_sentence_transformers.json, and what changes no order of scores. */
  private static final Set<String> KNOWN =
      Set.of(
          "__version__",
          "model_type",
          "prompts",
          "default_prompt_name",
          "similarity_fn_name",
          "activation_fn",
          "modality",
          "requirements");

  /**
   * Reads the files of a model.
   *
   * @param model where they are
   * @return what they say, with defaults for what they do not
   * @throws CheckpointException if a file asks for what is not supported; the message names it
   */
  public static SentenceConfig read(ModelFolder model) {
    Path folder = model.modules();
    Optional<Pooling> pooling = Optional.empty();
    boolean normalized = false;
    boolean prefixPooled = true;
    for (ModelFolder.Part module : model.parts()) {
      Path file = module.folder().resolve("config.json");
      switch (module.kind()) {
        case "Transformer", "MLMTransformer" -> {}
        case "SpladePooling" -> requireMax(file);
        case "Pooling" -> {
          pooling = Optional.of(pooling(file));
          prefixPooled = TokenizerFiles.existing(file).path("include_prompt").asBoolean(true);
        }
        case "Normalize" -> normalized = true;
        default ->
            throw new CheckpointException(
                String.format(
                    Locale.ROOT,
                    "%s: module %s is not supported; supported: Transformer, Pooling, Normalize,"
                        + " MLMTransformer, SpladePooling",
                    folder.resolve("modules.json"),
                    module.type()));
      }
    }
    if (model.parts().isEmpty() && model.pooled()) {
      pooling = Optional.of(pooling(folder.resolve("1_Pooling/config.json")));
    }
    return new SentenceConfig(
        pooling,
        normalized,
        SentenceSettings.read(sentences(model)).maxTokens(),
        prefix(folder, List.of("query")),
        prefix(folder, List.of("document", "passage", "corpus")),
        prefix(folder, List.of()),
        prefixPooled);
  }

  /**
   * The prompt of the first name that there is, else the default one, as sentence-transformers
   * chooses in encode_query and encode_document.
   */
  private static String prefix(Path folder, List<String> names) {
    Path file = folder.resolve("config_sentence_transformers.json");
    if (!Files.isRegularFile(file)) {
      return "";
    }
    JsonNode json = TokenizerFiles.json(file);
    refuseUnknown(file, json);
    JsonNode prompts = json.path("prompts");
    for (String name : names) {
      if (prompts.path(name).isTextual()) {
        return prompts.path(name).asText();
      }
    }
    String usual = json.path("default_prompt_name").asText("");
    if (!usual.isEmpty() && !prompts.path(usual).isTextual()) {
      throw new CheckpointException(
          file + ": default_prompt_name is " + usual + ", which prompts does not have");
    }
    return prompts.path(usual).asText("");
  }

  private static void refuseUnknown(Path file, JsonNode json) {
    for (var field : json.properties()) {
      boolean empty = field.getValue().isNull() || field.getValue().isEmpty();
      boolean value = field.getValue().isValueNode() && !field.getValue().isNull();
      if (!KNOWN.contains(field.getKey()) && (value || !empty)) {
        throw new CheckpointException(
            String.format(
                Locale.ROOT,
                "%s: %s is %s, which may change scores and is not supported; without it the folder"
                    + " can be read",
                file,
                field.getKey(),
                field.getValue()));
      }
    }
  }

  private static Path sentences(ModelFolder model) {
    Path folder = model.file("sentence_bert_config.json").getParent();
    return folder == null ? model.body() : folder;
  }

  /** SPLADE's pooling has no choices here. */
  private static void requireMax(Path file) {
    JsonNode json = TokenizerFiles.existing(file);
    String strategy = json.path("pooling_strategy").asText("max");
    String activation = json.path("activation_function").asText("relu");
    if (!strategy.equals("max") || !activation.equals("relu")) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: pooling_strategy %s with activation_function %s is not supported; supported: max"
                  + " with relu",
              file,
              strategy,
              activation));
    }
  }

  private static Pooling pooling(Path file) {
    JsonNode json = TokenizerFiles.existing(file);
    String mode = json.path("pooling_mode").asText("");
    boolean cls = json.path("pooling_mode_cls_token").asBoolean(mode.equals("cls"));
    boolean mean = json.path("pooling_mode_mean_tokens").asBoolean(mode.equals("mean"));
    for (String other :
        new String[] {
          "pooling_mode_max_tokens",
          "pooling_mode_mean_sqrt_len_tokens",
          "pooling_mode_weightedmean_tokens",
          "pooling_mode_lasttoken"
        }) {
      if (json.path(other).asBoolean(false)) {
        throw new CheckpointException(
            file + ": " + other + " is not supported; supported: cls, mean");
      }
    }
    if (cls == mean) {
      throw new CheckpointException(file + ": exactly one of CLS and mean pooling must be on");
    }
    return cls ? Pooling.CLS : Pooling.MEAN;
  }
}
