package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json},
 * {@code config.json} and {@code sentence_bert_config.json} say of a folder's tokenizer.
 *
 * @param folder the model's folder
 * @param kind the tokenizer's class, or else the model's type, in lower case; empty if neither is
 *     said
 * @param type the class that transformers opens it with
 * @param config tokenizer_config.json
 * @param specialTokens special_tokens_map.json
 * @param addedTokens added_tokens.json
 * @param lowerCases whether sentence-transformers lowercases the texts first
 */
record TokenizerSettings(
    Path folder,
    String kind,
    TokenizerClass type,
    JsonNode config,
    JsonNode specialTokens,
    JsonNode addedTokens,
    boolean lowerCases) {

  /** Settings that change token ids, other than false or nothing, and that are not understood. */
  private static final List<String> REFUSED =
      List.of("split_special_tokens", "fix_mistral_regex", "fast_tokenizer_files");

  static TokenizerSettings read(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    ObjectNode config = TokenizerFiles.json(file).deepCopy();
    SentenceSettings sentence = SentenceSettings.read(folder);
    config.setAll(sentence.tokenizer());
    for (String key : REFUSED) {
      JsonNode value = config.path(key);
      if (!value.isMissingNode() && !value.isNull() && !value.asText().equals("false")) {
        throw new CheckpointException(
            String.format(
                Locale.ROOT,
                "%s: %s is %s, which would change scores and is not supported; without it the folder"
                    + " can be read",
                file,
                key,
                value));
      }
    }
    JsonNode model = TokenizerFiles.json(folder.resolve("config.json"));
    String kind = config.path("tokenizer_class").asText("");
    if (kind.isEmpty() || kind.equals("TokenizersBackend") || kind.startsWith("PreTrained")) {
      kind = model.path("model_type").asText("");
    }
    return new TokenizerSettings(
        folder,
        kind.toLowerCase(Locale.ROOT),
        TokenizerClass.of(config, model),
        config,
        TokenizerFiles.json(folder.resolve("special_tokens_map.json")),
        TokenizerFiles.json(folder.resolve("added_tokens.json")),
        sentence.lowerCases());
  }

  /**
   * A special token, which is written as a string or as an object with its content.
   *
   * @param name such as {@code mask_token}
   * @param otherwise what it is where nothing is said
   */
  String token(String name, String otherwise) {
    return special(name).map(TokenizerSettings::content).orElse(otherwise);
  }

  /**
   * A special token as it is written. Where tokenizer_config.json lists the added tokens,
   * special_tokens_map.json is not read; elsewhere it has the last word.
   */
  Optional<JsonNode> special(String name) {
    JsonNode own = config.path(name);
    JsonNode older = listsAddedTokens() ? config.path("") : specialTokens.path(name);
    for (JsonNode token : new JsonNode[] {older, own}) {
      if (!content(token).isEmpty()) {
        return Optional.of(token);
      }
    }
    return Optional.empty();
  }

  /** Whether tokenizer_config.json says all there is to added tokens. */
  boolean listsAddedTokens() {
    return config.has("added_tokens_decoder");
  }

  /** The text of a special token; empty if there is none. */
  static String content(JsonNode token) {
    return token.isObject() ? token.path("content").asText("") : token.asText("");
  }

  /** A switch of tokenizer_config.json. */
  boolean flag(String name, boolean otherwise) {
    JsonNode value = config.path(name);
    return value.isNull() ? otherwise : value.asBoolean(otherwise);
  }

  /** Whether the model is given token types; where not, all are 0. */
  boolean tokenTypes() {
    JsonNode names = config.path("model_input_names");
    if (!names.isArray()) {
      return type.tokenTypes();
    }
    List<String> given = new ArrayList<>();
    names.forEach(name -> given.add(name.asText()));
    return given.contains("token_type_ids");
  }

  /**
   * Whether a text that is too long loses its beginning instead of its end.
   *
   * @throws CheckpointException if there is no such side
   */
  boolean cutsBeginning() {
    String side = config.path("truncation_side").asText("right");
    if (!side.matches("left|right")) {
      throw new CheckpointException(
          folder.resolve("tokenizer_config.json")
              + ": truncation_side must be left or right, got "
              + side);
    }
    return side.equals("left");
  }
}
