package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tokenizers as Hugging Face's classes of that name build them from a vocabulary. */
final class VocabularyTokenizers {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The special tokens of a kind of tokenizer. */
  private record Special(String cls, String sep, String unknown, String pad, String mask) {
    static Special of(TokenizerSettings settings, Special usual) {
      return new Special(
          settings.token("cls_token", usual.cls),
          settings.token("sep_token", usual.sep),
          settings.token("unk_token", usual.unknown),
          settings.token("pad_token", usual.pad),
          settings.token("mask_token", usual.mask));
    }
  }

  private static final Special BERT = new Special("[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]");
  private static final Special MPNET = new Special("<s>", "</s>", "[UNK]", "<pad>", "<mask>");
  private static final Special ROBERTA = new Special("<s>", "</s>", "<unk>", "<pad>", "<mask>");

  private VocabularyTokenizers() {}

  /** BertTokenizer's, which DistilBERT and ELECTRA have too. */
  static ObjectNode bert(Path file, TokenizerSettings settings) throws IOException {
    Special special = Special.of(settings, BERT);
    Map<String, Integer> ids = lines(file);
    ObjectNode root = wordPiece(file, ids, special, settings, false);
    post(root, "BertProcessing", ids, special);
    return root;
  }

  /** MPNetTokenizer's: BERT's pieces, RoBERTa's special tokens. */
  static ObjectNode mpnet(Path file, TokenizerSettings settings) throws IOException {
    Special special = Special.of(settings, MPNET);
    Map<String, Integer> ids = lines(file);
    ObjectNode root = wordPiece(file, ids, special, settings, true);
    post(root, "RobertaProcessing", ids, special)
        .put("trim_offsets", true)
        .put("add_prefix_space", false);
    return root;
  }

  /** RobertaTokenizer's: byte-level BPE. */
  static ObjectNode roberta(Path vocabulary, Path merges, TokenizerSettings settings)
      throws IOException {
    JsonNode entries = TokenizerFiles.json(vocabulary);
    Map<String, Integer> ids = new LinkedHashMap<>();
    entries.fields().forEachRemaining(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
    Special special = Special.of(settings, ROBERTA);
    boolean prefixSpace = settings.config().path("add_prefix_space").asBoolean(false);
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").put("fuse_unk", false);
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.set("vocab", entries);
    model.set("merges", merges(merges));
    root.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    root.set("added_tokens", specialTokens(vocabulary, ids, special, true));
    post(root, "RobertaProcessing", ids, special)
        .put("trim_offsets", true)
        .put("add_prefix_space", prefixSpace);
    return root;
  }

  private static ObjectNode wordPiece(
      Path file,
      Map<String, Integer> ids,
      Special special,
      TokenizerSettings settings,
      boolean maskTakesSpace) {
    JsonNode config = settings.config();
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    ObjectNode normalizer = root.putObject("normalizer");
    normalizer.put("type", "BertNormalizer").put("clean_text", true);
    normalizer.put("handle_chinese_chars", config.path("tokenize_chinese_chars").asBoolean(true));
    normalizer.put("lowercase", config.path("do_lower_case").asBoolean(true));
    if (config.hasNonNull("strip_accents")) {
      normalizer.put("strip_accents", config.get("strip_accents").asBoolean());
    } else {
      normalizer.putNull("strip_accents");
    }
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode model = root.putObject("model");
    model.put("type", "WordPiece").put("unk_token", special.unknown);
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    model.set("vocab", JSON.valueToTree(ids));
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    root.set("added_tokens", specialTokens(file, ids, special, maskTakesSpace));
    return root;
  }

  /** A word in each line, numbered from 0. */
  private static Map<String, Integer> lines(Path file) throws IOException {
    Map<String, Integer> ids = new LinkedHashMap<>();
    List<String> words = Files.readAllLines(file, StandardCharsets.UTF_8);
    for (int id = 0; id < words.size(); id++) {
      if (ids.put(words.get(id), id) != null) {
        throw new CheckpointException(
            String.format(Locale.ROOT, "%s:%d: '%s' occurs twice", file, id + 1, words.get(id)));
      }
    }
    return ids;
  }

  /** A pair in each line, the one that is joined first above; a head line may say a version. */
  private static ArrayNode merges(Path file) throws IOException {
    ArrayNode merges = JSON.createArrayNode();
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty() || (i == 0 && line.startsWith("#version"))) {
        continue;
      }
      if (!line.matches("\\S+ \\S+")) {
        throw new CheckpointException(
            String.format(
                Locale.ROOT,
                "%s:%d: '%s' is not two pieces with a space between",
                file,
                i + 1,
                line));
      }
      merges.add(line);
    }
    return merges;
  }

  private static ObjectNode post(
      ObjectNode root, String type, Map<String, Integer> ids, Special special) {
    ObjectNode post = root.putObject("post_processor");
    post.put("type", type);
    post.putArray("sep").add(special.sep).add(ids.get(special.sep));
    post.putArray("cls").add(special.cls).add(ids.get(special.cls));
    return post;
  }

  private static ArrayNode specialTokens(
      Path file, Map<String, Integer> ids, Special special, boolean maskTakesSpace) {
    for (String token : List.of(special.unknown, special.cls, special.sep)) {
      if (!ids.containsKey(token)) {
        throw new CheckpointException(file + ": the special token " + token + " is missing");
      }
    }
    ArrayNode tokens = JSON.createArrayNode();
    for (String token :
        List.of(special.unknown, special.cls, special.sep, special.pad, special.mask)) {
      Integer id = ids.get(token);
      if (id != null) {
        tokens
            .addObject()
            .put("id", id)
            .put("content", token)
            .put("single_word", false)
            .put("lstrip", maskTakesSpace && token.equals(special.mask))
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
    return tokens;
  }
}
