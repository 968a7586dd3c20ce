package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;

/**
 * The class with which Hugging Face transformers (5.18, {@code AutoTokenizer}) opens a folder's
 * tokenizer. Most classes take only the vocabulary from {@code tokenizer.json} and set up the rest
 * anew from {@code tokenizer_config.json} and their own defaults.
 */
enum TokenizerClass {
  /** Takes {@code tokenizer.json} as it is. */
  BACKEND("", true),
  BERT("WordPiece", true),
  /** BERT's, which gives the model no token types. */
  DISTILBERT("WordPiece", false),
  MPNET("WordPiece", false),
  ROBERTA("BPE", false),
  DEBERTA("BPE", true),
  XLM_ROBERTA("Unigram", false),
  DEBERTA_V2("Unigram", true),
  T5("Unigram", false),
  QWEN2("BPE", false),
  LLAMA("BPE", false),
  GEMMA("BPE", false),
  /** One that transformers has and this does not: taken as it is where no setting contradicts. */
  OTHER("", true);

  private static final Map<String, TokenizerClass> NAMES =
      Map.ofEntries(
          Map.entry("Bert", BERT),
          Map.entry("Electra", BERT),
          Map.entry("MobileBert", BERT),
          Map.entry("LayoutLM", BERT),
          Map.entry("DistilBert", DISTILBERT),
          Map.entry("MPNet", MPNET),
          Map.entry("Roberta", ROBERTA),
          Map.entry("Bart", ROBERTA),
          Map.entry("Longformer", ROBERTA),
          Map.entry("Deberta", DEBERTA),
          Map.entry("XLMRoberta", XLM_ROBERTA),
          Map.entry("DebertaV2", DEBERTA_V2),
          Map.entry("T5", T5),
          Map.entry("Qwen2", QWEN2),
          Map.entry("Llama", LLAMA),
          Map.entry("Gemma", GEMMA));

  /** Classes that transformers has, as far as a model here could name them. */
  private static final String OTHERS =
      "(Albert|Barthez|BertGeneration|BertJapanese|Bertweet|BigBird|Camembert|CodeLlama|Cohere|Cpm"
          + "|DPR\\w+|Esm|FNet|Funnel|GPT2|GPTNeoX|Herbert|Luke|MBart|MBart50|Nllb|OpenAIGPT"
          + "|Pegasus|Phobert|Qwen3_5|RemBert|RoFormer|Splinter|Udop|XGLM|XLM|XLNet)";

  /** The class of each type of model, where the folder names none. */
  private static final Map<String, TokenizerClass> TYPES =
      Map.ofEntries(
          Map.entry("bert", BERT),
          Map.entry("electra", BERT),
          Map.entry("distilbert", BERT),
          Map.entry("mpnet", MPNET),
          Map.entry("roberta", ROBERTA),
          Map.entry("camembert", OTHER),
          Map.entry("xlm-roberta", XLM_ROBERTA),
          Map.entry("deberta", DEBERTA),
          Map.entry("deberta-v2", DEBERTA_V2),
          Map.entry("t5", T5),
          Map.entry("mt5", T5),
          Map.entry("qwen2", QWEN2),
          Map.entry("qwen3", QWEN2),
          Map.entry("gemma", GEMMA),
          Map.entry("gemma2", GEMMA),
          Map.entry("gemma3_text", GEMMA));

  private final String model;
  private final boolean tokenTypes;

  TokenizerClass(String model, boolean tokenTypes) {
    this.model = model;
    this.tokenTypes = tokenTypes;
  }

  /** The kind of model that the class builds; empty where it takes any. */
  String model() {
    return model;
  }

  /** Whether the model is given token types, where nothing is said. */
  boolean tokenTypes() {
    return tokenTypes;
  }

  /** As {@code AutoTokenizer.from_pretrained} chooses. */
  static TokenizerClass of(JsonNode tokenizerConfig, JsonNode config) {
    String type = config.path("model_type").asText("");
    String own = tokenizerConfig.path("tokenizer_class").asText("");
    String named = own.isEmpty() ? config.path("tokenizer_class").asText("") : own;
    // Their files on the hub name classes that do not fit, so the names do not count.
    if (type.matches("modernbert(-decoder)?|umt5|mistral|xlm-roberta-xl")) {
      return BACKEND;
    }
    if (named.isEmpty() || type.equals("qwen2")) {
      return TYPES.getOrDefault(type, BACKEND);
    }
    return of(named);
  }

  private static TokenizerClass of(String name) {
    String stem = name.replaceFirst("Tokenizer(Fast)?$", "");
    if (NAMES.containsKey(stem) && !stem.equals(name)) {
      return NAMES.getOrDefault(stem, OTHER);
    }
    return stem.matches(OTHERS) ? OTHER : BACKEND;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
