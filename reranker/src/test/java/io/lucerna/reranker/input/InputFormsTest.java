package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.Prompt;
import io.lucerna.reranker.Refusals;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which form inputs have, by architecture, folder and options. */
class InputFormsTest {
  @TempDir Path folder;

  private InputForm form(String architecture, ScorerOptions options) {
    return InputForms.of(
        folder,
        Architectures.named(folder, architecture),
        SentenceConfig.read(ModelFolder.of(folder)),
        options.texts(),
        options.maxTokens());
  }

  private InputForm form(String architecture) {
    return form(architecture, ScorerOptions.defaults());
  }

  private String refusal(String architecture, ScorerOptions options) {
    return Refusals.message(IllegalArgumentException.class, () -> form(architecture, options));
  }

  @ParameterizedTest
  @CsvSource({
    "BertForSequenceClassification, pair",
    "ElectraForSequenceClassification, pair",
    "DistilBertForSequenceClassification, pair",
    "RobertaForSequenceClassification, pair",
    "XLMRobertaForSequenceClassification, pair",
    "ModernBertForSequenceClassification, pair",
    "DebertaV2ForSequenceClassification, pair",
    "T5ForConditionalGeneration, monot5",
    "Qwen3ForCausalLM, qwen3",
    "Qwen3ForSequenceClassification, qwen3",
    "GemmaForCausalLM, bge",
    "Gemma2ForCausalLM, bge",
    "LlamaForCausalLM, bge",
    "LlamaForSequenceClassification, rank",
    "MistralForSequenceClassification, rank",
    "GemmaForSequenceClassification, rank",
    "BertModel, apart",
    "MPNetModel, apart",
    "DistilBertForMaskedLM, apart"
  })
  void architecturesHaveTheirForm(String architecture, String expected) {
    assertEquals(
        switch (expected) {
          case "pair" -> new InputForm.Pair("", "");
          case "monot5" -> new InputForm.Prompt("Query: {query} Document: {passage} Relevant:");
          case "qwen3" -> new InputForm.Prompt(Prompt.QWEN3.text());
          case "bge" -> new InputForm.Prompt(Prompt.BGE.text());
          case "rank" -> new InputForm.Prompt("query: {query} document: {passage}");
          default -> new InputForm.Apart("", "");
        },
        form(architecture));
  }

  @Test
  void everyArchitecturesFormFitsItsTask() throws IOException {
    Path metadata = folder.resolve("artifact.metadata");
    for (String architecture : Architecture.supported()) {
      Files.deleteIfExists(metadata);
      if (architecture.equals("HF_ColBERT")) {
        Files.writeString(metadata, "{}");
      }
      Files.writeString(
          folder.resolve("config.json"), "{\"architectures\": [\"" + architecture + "\"]}");
      InputForm form = form(architecture);
      boolean fits =
          switch (Architecture.read(folder).task()) {
            case LABELS -> form instanceof InputForm.Pair || form instanceof InputForm.Prompt;
            case ANSWERS -> form instanceof InputForm.Prompt;
            case VECTOR, TERMS -> form instanceof InputForm.Apart;
            case TOKEN_VECTORS -> form instanceof InputForm.Markers;
          };
      assertTrue(fits, architecture + " is read as " + form);
    }
  }

  @Test
  void aPromptIsTheOptionsElseTheReferencesElseTheArchitectures() throws IOException {
    record Case(String reference, InputForm form) {}
    InputForm plain = new InputForm.Prompt("query: {query} document: {passage}");
    for (Case told :
        List.of(
            new Case(
                "\"prompt\": \"q {query} d {passage}\"",
                new InputForm.Prompt("q {query} d {passage}")),
            new Case(
                "\"prompt\": {\"text\": \"{query}? {passage}\"}",
                new InputForm.Prompt("{query}? {passage}")),
            new Case(
                "\"prompt\": {\"first\": \"query: {query}\", \"second\": \"document: {passage}\"}",
                new InputForm.Pair("query: ", "document: ")),
            new Case("\"call\": \"tokenizer('query: Q document: D'), padded right\"", plain),
            new Case(
                "\"call\": \"tokenizer(query, passage)\"",
                new InputForm.Prompt(Prompt.BGE.text())))) {
      Files.writeString(folder.resolve("reference.json"), "{" + told.reference + "}");
      assertEquals(told.form, form("GemmaForCausalLM"));
      assertEquals(
          new InputForm.Prompt("{passage}? {query}"),
          form("GemmaForCausalLM", ScorerOptions.defaults().withPrompt("{passage}? {query}")));
      assertEquals(new InputForm.Apart("", ""), form("BertModel"));
    }
  }

  @Test
  void prefixesBeforeAPairsTextsMakeItThePairOfThese() {
    ScorerOptions options = ScorerOptions.defaults().withQueryPrefix("query: ");
    for (String architecture :
        List.of("BertForSequenceClassification", "LlamaForSequenceClassification")) {
      assertEquals(new InputForm.Pair("query: ", ""), form(architecture, options));
      assertEquals(
          new InputForm.Pair("query: ", "document: "),
          form(architecture, options.withPassagePrefix("document: ")));
    }
  }

  @Test
  void promptsWithoutBothPlacesAreRefused() {
    String form =
        "; a prompt has {query} once and {passage} once, as in"
            + " 'Query: {query} Document: {passage} Relevant:'";
    record Case(String prompt, String problem) {}
    for (Case broken :
        new Case[] {
          new Case("a {passage}", "no {query}"),
          new Case("a {query}", "no {passage}"),
          new Case("{query} {passage} {query}", "more than one {query}"),
          new Case("", "no {query}")
        }) {
      assertEquals(
          "the prompt '" + broken.prompt + "' has " + broken.problem + form,
          refusal(
              "T5ForConditionalGeneration", ScorerOptions.defaults().withPrompt(broken.prompt)));
    }
  }

  @Test
  void whatAFormDoesNotHaveIsRefused() {
    ScorerOptions prompted = ScorerOptions.defaults().withPrompt("{query} {passage}");
    ScorerOptions prefixed = ScorerOptions.defaults().withPassagePrefix("passage: ");
    for (String architecture :
        List.of("BertForSequenceClassification", "BertModel", "HF_ColBERT")) {
      assertEquals(
          folder + ": " + architecture + " is read without a prompt, so none can be given",
          refusal(architecture, prompted));
    }
    String two =
        folder + ": a prompt contains everything around the texts, so no prefix can be given";
    assertEquals(two, refusal("Qwen3ForCausalLM", prefixed));
    assertEquals(two, refusal("T5ForConditionalGeneration", prefixed));
    assertEquals(
        two, refusal("LlamaForSequenceClassification", prompted.withQueryPrefix("query: ")));
    assertEquals(
        folder + ": ColBERT has markers before the texts, so no prefix can be given",
        refusal("HF_ColBERT", prefixed));
  }

  @Test
  void prefixesComeFromSentenceTransformersPrompts() throws IOException {
    Path file = folder.resolve("config_sentence_transformers.json");
    record Case(String json, String query, String passage) {}
    for (Case told :
        new Case[] {
          new Case("{}", "", ""),
          new Case("{\"prompts\": {\"query\": \"query: \", \"document\": \"\"}}", "query: ", ""),
          new Case("{\"prompts\": {\"query\": \"q \", \"passage\": \"p \"}}", "q ", "p "),
          new Case("{\"prompts\": {\"corpus\": \"c \", \"passage\": \"p \"}}", "", "p "),
          new Case(
              "{\"prompts\": {\"sts\": \"s \", \"query\": \"q \"}, \"default_prompt_name\": \"sts\"}",
              "q ",
              "s "),
          new Case("{\"prompts\": {\"sts\": \"s \"}, \"default_prompt_name\": null}", "", "")
        }) {
      Files.writeString(file, told.json);
      assertEquals(new InputForm.Apart(told.query, told.passage), form("BertModel"), told.json);
    }
    assertEquals(
        new InputForm.Apart("query: ", ""),
        form("BertModel", ScorerOptions.defaults().withQueryPrefix("query: ")));
    Files.writeString(file, "{\"prompts\": {}, \"default_prompt_name\": \"sts\"}");
    assertEquals(
        file + ": default_prompt_name is sts, which prompts does not have",
        Refusals.message(CheckpointException.class, () -> form("BertModel")));
  }

  @Test
  void prefixesThatAreNotPooledAreRefused() throws IOException {
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(
        folder.resolve("1_Pooling/config.json"),
        "{\"pooling_mode_mean_tokens\": true, \"include_prompt\": false}");
    Files.writeString(
        folder.resolve("modules.json"),
        "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"1_Pooling\"}]");
    assertEquals(new InputForm.Apart("", ""), form("BertModel"));
    String message =
        Refusals.message(
            CheckpointException.class,
            () -> form("BertModel", ScorerOptions.defaults().withQueryPrefix("query: ")));
    assertTrue(message.startsWith(folder + ": the pooling module says include_prompt false"));
  }

  @Test
  void colbertsSettingsAreReadFromItsArtifactMetadata() throws IOException {
    Path file = folder.resolve("artifact.metadata");
    Files.writeString(
        file,
        "{\"query_token_id\": \"[Q]\", \"doc_token_id\": \"[D]\", \"query_maxlen\": 48,"
            + " \"doc_maxlen\": 300, \"attend_to_mask_tokens\": true, \"mask_punctuation\": false,"
            + " \"dim\": 96}");
    assertEquals(new InputForm.Markers("[Q]", "[D]", 48, 300, true, false), form("HF_ColBERT"));
    assertEquals(
        new InputForm.Markers("[Q]", "[D]", 48, 100, true, false),
        form("HF_ColBERT", ScorerOptions.defaults().withMaxTokens(100)));
    Files.writeString(file, "{\"query_maxlen\": \"many\"}");
    assertEquals(
        file + ": query_maxlen must be 4 or more, got \"many\"",
        Refusals.message(CheckpointException.class, () -> form("HF_ColBERT")));
    Files.writeString(file, "{}");
    InputForm usual = new InputForm.Markers("[unused0]", "[unused1]", 32, 220, false, true);
    assertEquals(usual, form("HF_ColBERT"));
  }

  @Test
  void withoutSettingsColbertHasItsDefaultMarkersIfTheVocabularyDoes() throws IOException {
    List<String> words = List.of("[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]");
    Files.write(folder.resolve("vocab.txt"), words);
    assertEquals(
        new InputForm.Markers("[unused0]", "[unused1]", 32, 220, false, true), form("HF_ColBERT"));
    Files.write(folder.resolve("vocab.txt"), words.subList(0, 5));
    assertEquals(new InputForm.Apart("", ""), form("HF_ColBERT"));
  }

  @Test
  void spladesModulesAreKnown() throws IOException {
    Files.createDirectories(folder.resolve("1_SpladePooling"));
    Path pooling = folder.resolve("1_SpladePooling/config.json");
    String module =
        "{\"type\": \"sentence_transformers.sparse_encoder.models.%s\", \"path\": \"%s\"}";
    Files.writeString(
        folder.resolve("modules.json"),
        String.format(
            Locale.ROOT,
            "[" + module + ", " + module + "]",
            "MLMTransformer",
            "",
            "SpladePooling",
            "1_SpladePooling"));
    Files.writeString(
        pooling, "{\"pooling_strategy\": \"max\", \"activation_function\": \"relu\"}");
    assertEquals(new InputForm.Apart("", ""), form("BertForMaskedLM"));
    Files.writeString(pooling, "{\"pooling_strategy\": \"sum\"}");
    assertEquals(
        pooling
            + ": pooling_strategy sum with activation_function relu is not supported; supported:"
            + " max with relu",
        Refusals.message(CheckpointException.class, () -> form("BertForMaskedLM")));
  }
}
