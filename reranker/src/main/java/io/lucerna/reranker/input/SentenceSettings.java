package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hub.HubFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@code sentence_bert_config.json} says, the settings of sentence-transformers' Transformer
 * module (6.0). A setting that would change scores and is not understood is refused.
 *
 * @param maxTokens the limit on token ids, which takes the place of the tokenizer's
 * @param lowerCases whether texts are lowercased before anything else
 * @param tokenizer settings that take precedence over tokenizer_config.json
 */
record SentenceSettings(OptionalInt maxTokens, boolean lowerCases, ObjectNode tokenizer) {
  /** How a model is held and run, not what it computes. */
  private static final Set<String> IGNORED =
      Set.of(
          "__version__",
          "transformer_task",
          "modality_config",
          "module_output_name",
          "unpad_inputs",
          "cache_dir",
          "backend");

  /** The same of what is handed on to transformers. */
  private static final Set<String> IGNORED_ARGUMENTS =
      Set.of(
          "trust_remote_code",
          "revision",
          "code_revision",
          "local_files_only",
          "token",
          "cache_dir",
          "use_fast",
          "dtype",
          "torch_dtype",
          "attn_implementation",
          "add_pooling_layer",
          "device_map",
          "low_cpu_mem_usage",
          "use_safetensors",
          "unpad_inputs",
          "use_memory_efficient_attention");

  static SentenceSettings read(Path folder) {
    for (String name : HubFiles.SENTENCE_SETTINGS) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return read(file, TokenizerFiles.existing(file));
      }
    }
    return new SentenceSettings(OptionalInt.empty(), false, new ObjectMapper().createObjectNode());
  }

  private static SentenceSettings read(Path file, JsonNode json) {
    OptionalInt limit = OptionalInt.empty();
    boolean lowerCases = false;
    ObjectNode tokenizer = new ObjectMapper().createObjectNode();
    for (var field : json.properties()) {
      String key = field.getKey();
      JsonNode value = field.getValue();
      switch (key) {
        case "max_seq_length" ->
            limit =
                value.canConvertToInt() && value.asInt() > 0
                    ? OptionalInt.of(value.asInt())
                    : limit;
        case "do_lower_case" -> lowerCases = value.asBoolean();
        case "tokenizer_args", "processor_kwargs" -> tokenizer = arguments(value);
        case "model_args", "model_kwargs", "config_args", "config_kwargs" -> {
          for (String argument : names(arguments(value))) {
            throw refused(file, key + "." + argument, arguments(value).path(argument));
          }
        }
        default -> {
          boolean empty = value.isNull() || (value.isContainerNode() && value.isEmpty());
          if (!IGNORED.contains(key) && !empty) {
            throw refused(file, key, value);
          }
        }
      }
    }
    JsonNode own = tokenizer.path("model_max_length");
    return new SentenceSettings(
        own.canConvertToInt() && own.asInt() > 0 ? OptionalInt.of(own.asInt()) : limit,
        lowerCases,
        tokenizer);
  }

  /** Without those that change no score. */
  private static ObjectNode arguments(JsonNode value) {
    ObjectNode all = new ObjectMapper().createObjectNode();
    value
        .properties()
        .forEach(
            field -> {
              if (!IGNORED_ARGUMENTS.contains(field.getKey())) {
                all.set(field.getKey(), field.getValue());
              }
            });
    return all;
  }

  private static List<String> names(ObjectNode arguments) {
    return arguments.properties().stream().map(field -> field.getKey()).toList();
  }

  private static CheckpointException refused(Path file, String key, JsonNode value) {
    return new CheckpointException(
        String.format(
            Locale.ROOT,
            "%s: %s is %s, which may change scores and is not supported; without it the folder can be"
                + " read",
            file,
            key,
            value));
  }
}
