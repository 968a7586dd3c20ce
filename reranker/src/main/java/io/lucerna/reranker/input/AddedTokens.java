package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tokens that a tokenizer finds in a text before its model sees it, gathered from a folder's
 * files as transformers does. One that the vocabulary has keeps its id there; others are numbered
 * after it.
 */
final class AddedTokens {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The names that special tokens have in all classes, in transformers' order. */
  private static final Set<String> NAMES =
      new LinkedHashSet<>(
          List.of(
              "bos_token",
              "eos_token",
              "unk_token",
              "sep_token",
              "pad_token",
              "cls_token",
              "mask_token"));

  private final TokenizerSettings settings;
  private final Vocabulary vocabulary;
  private final Map<String, ObjectNode> tokens = new LinkedHashMap<>();
  private final Map<String, ObjectNode> special = new LinkedHashMap<>();

  /** Entries of the model's vocabulary. */
  interface Vocabulary {
    int size();

    /** The id of an entry; negative where there is none. */
    int id(String entry);
  }

  /** A token and its id. */
  record Entry(String text, int id) {}

  /**
   * Gathers the tokens.
   *
   * @param own those of tokenizer.json
   * @param kept whether they are kept; else they count only where tokenizer_config.json lists none
   * @param usual the class's special tokens
   */
  AddedTokens(
      TokenizerSettings settings,
      Vocabulary vocabulary,
      JsonNode own,
      boolean kept,
      Map<String, String> usual) {
    this.settings = settings;
    this.vocabulary = vocabulary;
    if (kept) {
      own.forEach(token -> add((ObjectNode) token.deepCopy()));
    }
    Map<String, ObjectNode> listed = listed(own);
    Map<String, ObjectNode> named = named(listed, usual);
    for (ObjectNode token : listed.values()) {
      add(
          named.containsKey(text(token))
              ? ((ObjectNode) token.deepCopy()).put("special", true)
              : token);
    }
    for (ObjectNode token : named.values()) {
      if (!tokens.containsKey(text(token))) {
        add(token);
      }
    }
  }

  /** Those that the files list, by id. */
  private Map<String, ObjectNode> listed(JsonNode own) {
    Map<Integer, ObjectNode> byId = new TreeMap<>();
    if (settings.listsAddedTokens()) {
      settings
          .config()
          .get("added_tokens_decoder")
          .properties()
          .forEach(
              field -> byId.put(Integer.parseInt(field.getKey()), token(field.getValue(), false)));
    } else {
      Set<String> specials = new LinkedHashSet<>();
      NAMES.forEach(name -> settings.special(name).ifPresent(t -> specials.add(text(t))));
      settings
          .addedTokens()
          .properties()
          .forEach(
              field ->
                  byId.put(
                      field.getValue().asInt(),
                      token(
                          JSON.getNodeFactory().textNode(field.getKey()),
                          specials.contains(field.getKey()))));
      own.forEach(token -> byId.put(token.path("id").asInt(), token(token, false)));
    }
    Map<String, ObjectNode> listed = new LinkedHashMap<>();
    byId.values().forEach(token -> listed.put(text(token), token));
    return listed;
  }

  /** The special tokens that have a name, and the further ones. */
  private Map<String, ObjectNode> named(Map<String, ObjectNode> listed, Map<String, String> usual) {
    Map<String, ObjectNode> named = new LinkedHashMap<>();
    for (String name : NAMES) {
      JsonNode token =
          settings
              .special(name)
              .orElse(
                  settings.config().path(name).isNull()
                      ? JSON.nullNode()
                      : JSON.getNodeFactory().textNode(usual.getOrDefault(name, "")));
      if (!text(token).isEmpty()) {
        ObjectNode found = listed.getOrDefault(text(token), token(token, true));
        if (!token.isObject() && usual.containsKey(name + ".lstrip") && found.has("assumed")) {
          found.put("lstrip", true);
        }
        special.put(name, found);
        named.put(text(token), found);
      }
    }
    settings
        .config()
        .properties()
        .forEach(
            field -> {
              boolean model = field.getKey().endsWith("_token") && !NAMES.contains(field.getKey());
              if (model && (field.getValue().isTextual() || field.getValue().has("content"))) {
                further(field.getValue(), named);
              }
            });
    JsonNode extra = settings.config().path("extra_special_tokens");
    if (extra.isObject()) {
      extra.forEach(token -> further(token, named));
    }
    if (extra.isEmpty() || extra.isObject()) {
      extra = settings.config().path("additional_special_tokens");
    }
    if (extra.isEmpty() && !settings.listsAddedTokens()) {
      extra = settings.specialTokens().path("extra_special_tokens");
    }
    if (extra.isEmpty() && !settings.listsAddedTokens()) {
      extra = settings.specialTokens().path("additional_special_tokens");
    }
    extra.forEach(token -> further(token, named));
    if (extra.isEmpty() && usual.containsKey("extra_ids")) {
      int count = Integer.parseInt(usual.getOrDefault("extra_ids", "0"));
      for (int i = 0; i < count; i++) {
        further(JSON.getNodeFactory().textNode("<extra_id_" + i + ">"), named);
      }
    }
    return named;
  }

  private static void further(JsonNode token, Map<String, ObjectNode> named) {
    named.putIfAbsent(text(token), token(token, true));
  }

  private static String text(JsonNode token) {
    return TokenizerSettings.content(token);
  }

  /** A token with all its switches, as transformers completes them. */
  private static ObjectNode token(JsonNode from, boolean special) {
    boolean own = from.path("special").asBoolean(special) || special;
    ObjectNode token = JSON.createObjectNode();
    token.put("content", text(from));
    token.put("single_word", from.path("single_word").asBoolean(false));
    token.put("lstrip", from.path("lstrip").asBoolean(false));
    token.put("rstrip", from.path("rstrip").asBoolean(false));
    token.put("normalized", from.path("normalized").asBoolean(!own));
    token.put("special", own);
    if (!from.isObject()) {
      token.put("assumed", true);
    }
    return token;
  }

  private void add(ObjectNode token) {
    ObjectNode clean = JSON.createObjectNode();
    String text = text(token);
    ObjectNode before = tokens.get(text);
    clean.put("id", before == null ? newId(text) : before.path("id").asInt());
    for (String key :
        new String[] {"content", "single_word", "lstrip", "rstrip", "normalized", "special"}) {
      clean.set(key, token.path(key));
    }
    tokens.put(text, clean);
  }

  private int newId(String text) {
    int known = vocabulary.id(text);
    if (known >= 0) {
      return known;
    }
    int last =
        tokens.values().stream().mapToInt(token -> token.path("id").asInt()).max().orElse(-1);
    return Math.max(vocabulary.size(), last + 1);
  }

  /** Drops the switches of the special tokens that have a name, as Qwen2's class does. */
  void plainSpecials() {
    special
        .values()
        .forEach(token -> add(token(JSON.getNodeFactory().textNode(text(token)), true)));
  }

  /** A special token by its name, such as {@code cls_token}. */
  Entry entry(String name) {
    ObjectNode token = special.get(name);
    ObjectNode added = token == null ? null : tokens.get(text(token));
    if (token == null || added == null) {
      throw new CheckpointException(settings.folder() + ": the tokenizer has no " + name);
    }
    return new Entry(text(token), added.path("id").asInt());
  }

  /** All of them in the form of tokenizer.json. */
  ArrayNode json() {
    ArrayNode array = JSON.createArrayNode();
    tokens.values().stream()
        .sorted(Comparator.comparingInt(token -> token.path("id").asInt()))
        .forEach(array::add);
    return array;
  }
}
