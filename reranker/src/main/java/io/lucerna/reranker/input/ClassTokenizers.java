package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tokenizer.json} as the folder's {@linkplain TokenizerClass class} sets it up from its
 * vocabulary and its settings: normalizer, splitting, added tokens and what is put around a text
 * (transformers 5.18, {@code models/NAME/tokenization_NAME.py}).
 */
final class ClassTokenizers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String META = "\u2581";

  /** Qwen2Tokenizer's. */
  private static final String QWEN2_PATTERN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final TokenizerSettings settings;
  private final ObjectNode root;
  private final ObjectNode model;
  private final AddedTokens.Vocabulary vocabulary;

  private ClassTokenizers(
      TokenizerSettings settings, ObjectNode root, AddedTokens.Vocabulary vocabulary) {
    this.settings = settings;
    this.root = root;
    this.model = root.withObject("/model");
    this.vocabulary = vocabulary;
  }

  /**
   * What the class makes of a tokenizer.json; the same bytes where that is the same.
   *
   * @throws CheckpointException if the class cannot read this kind of tokenizer.json, or a setting
   *     contradicts it and is not supported
   */
  static byte[] apply(byte[] json, TokenizerSettings settings) throws IOException {
    ObjectNode frame = TokenizerJson.frame(json);
    Map<String, Integer> ids = new HashMap<>();
    int size = TokenizerJson.vocabulary(json, ids);
    AddedTokens.Vocabulary vocabulary =
        new AddedTokens.Vocabulary() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public int id(String entry) {
            return ids.getOrDefault(entry, -1);
          }
        };
    ObjectNode wanted = frame.deepCopy();
    new ClassTokenizers(settings, wanted, vocabulary).set(TokenizerJson.listed(json));
    if (wanted.equals(frame)) {
      return json;
    }
    ObjectNode whole = (ObjectNode) JSON.readTree(json);
    JsonNode own = whole.path("model");
    wanted.withObject("/model").remove("merges");
    for (String part : new String[] {"vocab", "merges"}) {
      if (own.has(part)) {
        wanted.withObject("/model").set(part, own.get(part));
      }
    }
    return JSON.writeValueAsBytes(wanted);
  }

  private void set(boolean listed) {
    TokenizerClass type = settings.type();
    String kind = kind(listed);
    if (!type.model().isEmpty() && !type.model().equals(kind)) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: the tokenizer's class %s (tokenizer_config.json or config.json) needs a %s model,"
                  + " but tokenizer.json has %s; \"tokenizer_class\": \"PreTrainedTokenizerFast\" takes"
                  + " tokenizer.json as it is",
              settings.folder(),
              type,
              type.model(),
              kind));
    }
    switch (type) {
      case BACKEND -> added(true, Map.of());
      case OTHER -> {
        refuseContradictions();
        added(true, Map.of());
      }
      case BERT, DISTILBERT -> bert();
      case MPNET -> mpnet();
      case ROBERTA -> roberta();
      case DEBERTA -> deberta();
      case XLM_ROBERTA -> xlmRoberta();
      case DEBERTA_V2 -> debertaV2();
      case T5 -> t5();
      case QWEN2 -> qwen2();
      case LLAMA -> llama();
      case GEMMA -> gemma();
    }
    if (settings.lowerCases()) {
      lowerCase();
    }
  }

  /** Older files do not say what their model is. */
  private String kind(boolean listed) {
    String named = model.path("type").asText("");
    if (!named.isEmpty()) {
      return named;
    }
    return model.path("merges").asBoolean() ? "BPE" : listed ? "Unigram" : "WordPiece";
  }

  private AddedTokens added(boolean kept, Map<String, String> usual) {
    AddedTokens tokens =
        new AddedTokens(settings, vocabulary, root.path("added_tokens"), kept, usual);
    ArrayNode json = tokens.json();
    if (!json.isEmpty() || root.has("added_tokens")) {
      root.set("added_tokens", json);
    }
    return tokens;
  }

  private static Map<String, String> named(
      String bos, String eos, String unknown, String sep, String pad, String cls, String mask) {
    Map<String, String> names = new HashMap<>();
    names.put("bos_token", bos);
    names.put("eos_token", eos);
    names.put("unk_token", unknown);
    names.put("sep_token", sep);
    names.put("pad_token", pad);
    names.put("cls_token", cls);
    names.put("mask_token", mask);
    names.values().removeIf(String::isEmpty);
    return names;
  }

  private static Map<String, String> roberta(String unknown) {
    return named("<s>", "</s>", unknown, "</s>", "<pad>", "<s>", "<mask>");
  }

  private static ObjectNode node(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private static ObjectNode sequence(String parts, ObjectNode... members) {
    ObjectNode sequence = node("Sequence");
    ArrayNode array = sequence.putArray(parts);
    for (ObjectNode member : members) {
      array.add(member);
    }
    return sequence;
  }

  private void wordPiece(Map<String, String> usual) {
    model.put("type", "WordPiece");
    model.put("unk_token", settings.token("unk_token", usual.getOrDefault("unk_token", "")));
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    ObjectNode normalizer = node("BertNormalizer").put("clean_text", true);
    normalizer.put("handle_chinese_chars", settings.flag("tokenize_chinese_chars", true));
    JsonNode accents = settings.config().path("strip_accents");
    if (accents.isBoolean()) {
      normalizer.put("strip_accents", accents.asBoolean());
    } else {
      normalizer.putNull("strip_accents");
    }
    normalizer.put("lowercase", settings.flag("do_lower_case", true));
    root.set("normalizer", normalizer);
    root.set("pre_tokenizer", node("BertPreTokenizer"));
  }

  private void bert() {
    Map<String, String> usual = named("", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]");
    wordPiece(usual);
    around(added(false, usual), "cls_token", "sep_token", 1, false);
  }

  private void mpnet() {
    Map<String, String> usual = roberta("[UNK]");
    usual.put("mask_token.lstrip", "true");
    wordPiece(usual);
    robertaProcessing(added(false, usual), true, false);
  }

  private void byteLevel(boolean prefixSpace) {
    bpe(false, null, false);
    root.putNull("normalizer");
    root.set(
        "pre_tokenizer",
        node("ByteLevel")
            .put("add_prefix_space", prefixSpace)
            .put("trim_offsets", true)
            .put("use_regex", true));
  }

  private void bpe(boolean fuse, @Nullable String unknown, boolean bytes) {
    model.put("type", "BPE").put("unk_token", unknown).put("fuse_unk", fuse);
    set("dropout", null);
    if (bytes || model.has("byte_fallback")) {
      model.put("byte_fallback", bytes);
    }
    if (model.has("ignore_merges")) {
      model.put("ignore_merges", false);
    }
    set("continuing_subword_prefix", "");
    set("end_of_word_suffix", "");
  }

  /** Leaves nothing and an empty text as they are, which mean the same. */
  private void set(String field, @Nullable String value) {
    if (!model.path(field).asText("").isEmpty() && !model.path(field).isNull()) {
      model.put(field, value);
    }
  }

  private void roberta() {
    boolean prefixSpace = settings.flag("add_prefix_space", false);
    byteLevel(prefixSpace);
    robertaProcessing(
        added(false, roberta("<unk>")), settings.flag("trim_offsets", true), prefixSpace);
  }

  private void deberta() {
    byteLevel(settings.flag("add_prefix_space", false));
    AddedTokens tokens =
        added(false, named("[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"));
    around(tokens, "cls_token", "sep_token", 0, true);
  }

  private void unigram(int unknown) {
    model.put("type", "Unigram").put("unk_id", unknown);
    if (model.has("byte_fallback")) {
      model.put("byte_fallback", false);
    }
  }

  private static ObjectNode metaspace(String scheme, boolean split) {
    return node("Metaspace")
        .put("replacement", META)
        .put("prepend_scheme", scheme)
        .put("split", split);
  }

  /** Only what sentencepiece compiled of a normalizer is kept. */
  private void precompiled() {
    JsonNode own = root.path("normalizer");
    JsonNode found = own.path("type").asText("").equals("Precompiled") ? own : null;
    for (JsonNode part : own.path("normalizers")) {
      if (found == null && part.path("type").asText("").equals("Precompiled")) {
        found = part;
      }
    }
    root.set("normalizer", found == null ? JSON.nullNode() : found.deepCopy());
  }

  private void words(String scheme) {
    root.set(
        "pre_tokenizer",
        sequence("pretokenizers", node("WhitespaceSplit"), metaspace(scheme, true)));
  }

  private void xlmRoberta() {
    unigram(3);
    precompiled();
    words(settings.flag("add_prefix_space", true) ? "always" : "never");
    around(added(false, roberta("<unk>")), "bos_token", "eos_token", 0, true);
  }

  private void debertaV2() {
    Map<String, String> usual =
        named("[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]");
    int unknown = vocabulary.id(settings.token("unk_token", "[UNK]"));
    unigram(unknown >= 0 ? unknown : settings.config().path("unk_id").asInt(1));
    ObjectNode spaces =
        node("Replace").set("pattern", JSON.createObjectNode().put("Regex", "\\s{2,}|[\\n\\r\\t]"));
    spaces.put("content", " ");
    ObjectNode strip = node("Strip").put("strip_left", false).put("strip_right", true);
    root.set(
        "normalizer",
        settings.flag("do_lower_case", false)
            ? sequence("normalizers", node("Lowercase"), spaces, node("NFC"), strip)
            : sequence("normalizers", spaces, node("NFC"), strip));
    ObjectNode space =
        metaspace(settings.flag("add_prefix_space", true) ? "always" : "first", true);
    root.set(
        "pre_tokenizer",
        settings.flag("split_by_punct", false)
            ? sequence("pretokenizers", node("Punctuation").put("behavior", "Isolated"), space)
            : sequence("pretokenizers", space));
    around(added(false, usual), "cls_token", "sep_token", 1, false);
  }

  private void t5() {
    unigram(2);
    precompiled();
    words("always");
    Map<String, String> usual = named("", "</s>", "<unk>", "", "<pad>", "", "");
    usual.put("extra_ids", String.valueOf(settings.config().path("extra_ids").asInt(100)));
    AddedTokens tokens = added(false, usual);
    around(tokens, "", "eos_token", 0, false);
  }

  private void qwen2() {
    bpe(false, null, false);
    root.set("normalizer", node("NFC"));
    ObjectNode split =
        node("Split").set("pattern", JSON.createObjectNode().put("Regex", QWEN2_PATTERN));
    split.put("behavior", "Isolated").put("invert", false);
    ObjectNode bytes =
        node("ByteLevel")
            .put("add_prefix_space", settings.flag("add_prefix_space", false))
            .put("trim_offsets", true)
            .put("use_regex", false);
    root.set("pre_tokenizer", sequence("pretokenizers", split, bytes));
    String end = "<|endoftext|>";
    AddedTokens tokens = added(false, named("", end, end, "", end, "", ""));
    tokens.plainSpecials();
    root.set("added_tokens", tokens.json());
  }

  private void llama() {
    bpe(true, null, true);
    root.putNull("normalizer");
    String scheme = settings.flag("legacy", false) ? "always" : "first";
    root.set(
        "pre_tokenizer",
        metaspace(settings.flag("add_prefix_space", true) ? scheme : "never", false));
    added(false, named("<s>", "</s>", "<unk>", "", "", "", ""));
  }

  private void gemma() {
    Map<String, String> usual = named("<bos>", "<eos>", "<unk>", "", "<pad>", "", "<mask>");
    bpe(true, settings.token("unk_token", "<unk>"), true);
    ObjectNode split = node("Split").set("pattern", JSON.createObjectNode().put("String", " "));
    root.set("pre_tokenizer", split.put("behavior", "MergedWithPrevious").put("invert", false));
    ObjectNode replace = node("Replace").set("pattern", JSON.createObjectNode().put("String", " "));
    root.set("normalizer", replace.put("content", META));
    added(false, usual);
  }

  private void robertaProcessing(AddedTokens tokens, boolean trim, boolean prefixSpace) {
    ObjectNode post = node("RobertaProcessing");
    for (String name : new String[] {"sep", "cls"}) {
      AddedTokens.Entry entry = tokens.entry(name + "_token");
      post.putArray(name).add(entry.text()).add(entry.id());
    }
    post.put("trim_offsets", trim).put("add_prefix_space", prefixSpace);
    root.set("post_processor", post);
  }

  /**
   * A special token before and one after each text.
   *
   * @param first its name; empty for none
   * @param type the token type of the second text
   * @param doubled whether two end the first of two texts, the second of which has no first
   */
  private void around(AddedTokens tokens, String first, String last, int type, boolean doubled) {
    ObjectNode post = node("TemplateProcessing");
    ArrayNode single = post.putArray("single");
    ArrayNode pair = post.putArray("pair");
    for (ArrayNode array : new ArrayNode[] {single, pair}) {
      if (!first.isEmpty()) {
        array.add(piece("SpecialToken", tokens.entry(first).text(), 0));
      }
      array.add(piece("Sequence", "A", 0));
      array.add(piece("SpecialToken", tokens.entry(last).text(), 0));
    }
    if (doubled) {
      pair.add(piece("SpecialToken", tokens.entry(last).text(), 0));
    }
    pair.add(piece("Sequence", "B", type));
    pair.add(piece("SpecialToken", tokens.entry(last).text(), type));
    ObjectNode specials = post.putObject("special_tokens");
    for (String name : new String[] {first, last}) {
      if (!name.isEmpty()) {
        AddedTokens.Entry entry = tokens.entry(name);
        ObjectNode special = specials.putObject(entry.text()).put("id", entry.text());
        special.putArray("ids").add(entry.id());
        special.putArray("tokens").add(entry.text());
      }
    }
    root.set("post_processor", post);
  }

  private static ObjectNode piece(String kind, String id, int type) {
    ObjectNode piece = JSON.createObjectNode();
    piece.putObject(kind).put("id", id).put("type_id", type);
    return piece;
  }

  /** As sentence-transformers does it: before all that normalizes otherwise. */
  private void lowerCase() {
    JsonNode own = root.path("normalizer");
    boolean already = own.path("type").asText("").equals("Lowercase");
    ObjectNode all = sequence("normalizers", node("Lowercase"));
    ArrayNode parts = all.withArray("/normalizers");
    if (own.path("type").asText("").equals("Sequence")) {
      for (JsonNode part : own.path("normalizers")) {
        already |= part.path("type").asText("").equals("Lowercase");
        parts.add(part);
      }
    } else if (own.isObject()) {
      parts.add(own);
    }
    if (!already) {
      root.set("normalizer", all);
    }
  }

  private void refuseContradictions() {
    String rules = root.path("normalizer").toString();
    boolean lower = rules.contains("\"Lowercase\"") || rules.contains("\"lowercase\":true");
    JsonNode asked = settings.config().path("do_lower_case");
    if (asked.isBoolean() && asked.asBoolean() != lower) {
      throw contradiction("do_lower_case", asked);
    }
    JsonNode space = settings.config().path("add_prefix_space");
    String splitting = root.path("pre_tokenizer").toString();
    boolean without =
        splitting.contains("\"add_prefix_space\":false")
            || splitting.contains("\"prepend_scheme\":\"never\"");
    if (space.isBoolean() && space.asBoolean() == without) {
      throw contradiction("add_prefix_space", space);
    }
    boolean accents = rules.contains("StripAccents") || rules.contains("\"strip_accents\":true");
    for (String key : new String[] {"strip_accents", "keep_accents"}) {
      JsonNode value = settings.config().path(key);
      if (value.isBoolean() && value.asBoolean() != (key.startsWith("strip") == accents)) {
        throw contradiction(key, value);
      }
    }
  }

  private CheckpointException contradiction(String key, JsonNode value) {
    return new CheckpointException(
        String.format(
            Locale.ROOT,
            "%s: %s is %s, but tokenizer.json says otherwise; for this tokenizer's class it is not"
                + " known which of them counts",
            settings.folder().resolve("tokenizer_config.json"),
            key,
            value));
  }
}
