package io.lucerna.reranker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds a model folder's tokenizer: {@code tokenizer.json}, or one made of BERT's {@code
 * vocab.txt}.
 */
final class TokenizerFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerFiles() {}

  static InputStream open(Path folder) throws IOException {
    Path json = folder.resolve("tokenizer.json");
    if (Files.isRegularFile(json)) {
      return Files.newInputStream(json);
    }
    Path vocabulary = folder.resolve("vocab.txt");
    if (Files.isRegularFile(vocabulary)) {
      byte[] made = JSON.writeValueAsBytes(wordPiece(vocabulary, settings(folder)));
      return new ByteArrayInputStream(made);
    }
    throw new CheckpointException(folder + ": neither tokenizer.json nor vocab.txt is there");
  }

  private static JsonNode settings(Path folder) throws IOException {
    Path file = folder.resolve("tokenizer_config.json");
    return Files.isRegularFile(file) ? JSON.readTree(file.toFile()) : JSON.createObjectNode();
  }

  /** BERT's tokenizer as Hugging Face's BertTokenizer builds it from a vocabulary. */
  private static ObjectNode wordPiece(Path file, JsonNode settings) throws IOException {
    Map<String, Integer> ids = new LinkedHashMap<>();
    List<String> words = Files.readAllLines(file, StandardCharsets.UTF_8);
    for (int id = 0; id < words.size(); id++) {
      if (ids.put(words.get(id), id) != null) {
        throw new CheckpointException(
            String.format(Locale.ROOT, "%s:%d: '%s' occurs twice", file, id + 1, words.get(id)));
      }
    }
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    ObjectNode normalizer = root.putObject("normalizer");
    normalizer.put("type", "BertNormalizer").put("clean_text", true);
    normalizer.put("handle_chinese_chars", settings.path("tokenize_chinese_chars").asBoolean(true));
    normalizer.put("lowercase", settings.path("do_lower_case").asBoolean(true));
    if (settings.hasNonNull("strip_accents")) {
      normalizer.put("strip_accents", settings.get("strip_accents").asBoolean());
    } else {
      normalizer.putNull("strip_accents");
    }
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    String unknown = settings.path("unk_token").asText("[UNK]");
    String start = settings.path("cls_token").asText("[CLS]");
    String end = settings.path("sep_token").asText("[SEP]");
    ObjectNode model = root.putObject("model");
    model.put("type", "WordPiece").put("unk_token", unknown);
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    model.set("vocab", JSON.valueToTree(ids));
    root.set("added_tokens", specialTokens(file, ids, List.of(unknown, start, end), settings));
    ObjectNode post = root.putObject("post_processor");
    post.put("type", "BertProcessing");
    post.putArray("sep").add(end).add(ids.get(end));
    post.putArray("cls").add(start).add(ids.get(start));
    return root;
  }

  private static JsonNode specialTokens(
      Path file, Map<String, Integer> ids, List<String> required, JsonNode settings) {
    var tokens = JSON.createArrayNode();
    for (String token : required) {
      if (!ids.containsKey(token)) {
        throw new CheckpointException(file + ": the special token " + token + " is missing");
      }
    }
    List<String> all =
        List.of(
            required.get(0),
            required.get(1),
            required.get(2),
            settings.path("pad_token").asText("[PAD]"),
            settings.path("mask_token").asText("[MASK]"));
    for (String token : all) {
      Integer id = ids.get(token);
      if (id != null) {
        tokens
            .addObject()
            .put("id", id)
            .put("content", token)
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
    return tokens;
  }
}
