package io.lucerna.reranker;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code config.json} say
 * of a folder's tokenizer.
 *
 * @param kind the tokenizer's class, or else the model's type, in lower case; empty if neither is
 *     said
 * @param config tokenizer_config.json
 * @param specialTokens special_tokens_map.json
 */
record TokenizerSettings(String kind, JsonNode config, JsonNode specialTokens) {

  static TokenizerSettings read(Path folder) {
    JsonNode config = TokenizerFiles.json(folder.resolve("tokenizer_config.json"));
    String kind = config.path("tokenizer_class").asText("");
    if (kind.isEmpty() || kind.equals("TokenizersBackend") || kind.startsWith("PreTrained")) {
      kind = TokenizerFiles.json(folder.resolve("config.json")).path("model_type").asText("");
    }
    return new TokenizerSettings(
        kind.toLowerCase(Locale.ROOT),
        config,
        TokenizerFiles.json(folder.resolve("special_tokens_map.json")));
  }

  /**
   * A special token, which is written as a string or as an object with its content.
   *
   * @param name such as {@code mask_token}
   * @param otherwise what it is where nothing is said
   */
  String token(String name, String otherwise) {
    for (JsonNode source : new JsonNode[] {config, specialTokens}) {
      JsonNode token = source.path(name);
      String text = token.isObject() ? token.path("content").asText("") : token.asText("");
      if (!text.isEmpty()) {
        return text;
      }
    }
    return otherwise;
  }
}
