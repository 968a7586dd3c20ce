package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models whose files are not all in the folder that is named. */
class LayoutsTest {
  private static final String QUERY = "what is a lamp";
  private static final List<String> PASSAGES =
      List.of("the lamp is light of oil and glass .", "sea light", "The keeper: a flame");
  private static final Path OWN = Checkout.models();

  @TempDir Path temp;

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith("reference")) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
    }
  }

  private static float[] scores(Path folder) {
    try (Ranker scorer = Rankers.open(folder, "test", ScorerOptions.defaults())) {
      return scorer.score(QUERY, PASSAGES).scores();
    }
  }

  private static String refusal(Path folder) {
    return Refusals.message(CheckpointException.class, () -> scores(folder));
  }

  /** As sentence-transformers stored models before version 0.4. */
  @Test
  void theTransformerMayBeInAFolderThatModulesJsonNames() throws IOException {
    Path body = Files.createDirectories(temp.resolve("0_Transformer"));
    copy(OWN.resolve("bert-bi"), body);
    Files.delete(body.resolve("modules.json"));
    Files.createDirectories(temp.resolve("my_pooling"));
    Files.writeString(
        temp.resolve("my_pooling/config.json"), "{\"pooling_mode_mean_tokens\": true}");
    Path modules = temp.resolve("modules.json");
    Files.writeString(
        modules,
        "[" + module("Transformer", "0_Transformer") + "," + module("Pooling", "my_pooling") + "]");
    assertArrayEquals(scores(OWN.resolve("bert-bi")), scores(temp));
    Files.writeString(body.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 7}");
    try (Ranker scorer = Rankers.open(temp, "test", ScorerOptions.defaults())) {
      assertEquals(7, scorer.card().maxTokens());
    }
    Files.writeString(modules, "[" + module("Transformer", "1_Elsewhere") + "]");
    assertEquals(temp.resolve("1_Elsewhere/config.json") + ": no such file", refusal(temp));
    for (String outside : List.of("../other", "/etc")) {
      Files.writeString(modules, "[" + module("Transformer", outside) + "]");
      assertEquals(
          modules + ": the path \"" + outside + "\" of a module is not inside the model's folder",
          refusal(temp));
    }
  }

  static Stream<Path> adapters() throws IOException {
    try (Stream<Path> folders = Files.list(OWN.resolve("adapters"))) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("adapter_config.json")))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** Opening compares the scores of reference.json's texts with PEFT's. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("adapters")
  void anAdapterOpensWithItsBase(Path folder) throws IOException {
    try (Ranker scorer = Rankers.open(folder, "test", ScorerOptions.defaults())) {
      String adapter = String.valueOf(scorer.card().settings().get("adapter"));
      assertTrue(adapter.startsWith("LoRA on ../../"), adapter);
      float[] merged = scorer.score(QUERY, PASSAGES).scores();
      Path base = folder.resolve(adapter.substring("LoRA on ".length()));
      if (!base.endsWith("llama-base")) { // which answers, where the adapter has labels
        assertFalse(Arrays.equals(merged, scores(base)));
      }
    }
  }

  /** As sentence-transformers saves what it trained with an adapter. */
  @Test
  void anAdapterMayHaveModulesAndATokenizer() throws IOException {
    copy(OWN.resolve("adapters/bert-words"), temp);
    Path config = temp.resolve("adapter_config.json");
    Path base = OWN.resolve("bert-bi").toAbsolutePath();
    Files.writeString(config, Files.readString(config).replace("../../bert-bi", base.toString()));
    float[] mean = scores(temp);
    Files.copy(base.resolve("tokenizer.json"), temp.resolve("tokenizer.json"));
    Files.copy(base.resolve("tokenizer_config.json"), temp.resolve("tokenizer_config.json"));
    Files.writeString(
        temp.resolve("modules.json"),
        "[{\"type\": \"Transformer\", \"path\": \"\"},"
            + " {\"type\": \"Pooling\", \"path\": \"1_Pooling\"}]");
    Files.createDirectories(temp.resolve("1_Pooling"));
    Path pooling = temp.resolve("1_Pooling/config.json");
    Files.writeString(pooling, "{\"pooling_mode_mean_tokens\": true}");
    assertArrayEquals(mean, scores(temp));
    Files.writeString(
        pooling, "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    assertFalse(Arrays.equals(mean, scores(temp)));
  }

  @ParameterizedTest
  @CsvSource({"bert-cross", "bert-bi", "families/llama-rank", "families/bert-mlm-splade"})
  void aModelWithoutItsClassNameScoresTheSame(String fixture) throws IOException {
    copy(OWN.resolve(fixture), temp);
    Files.deleteIfExists(temp.resolve("modules.json"));
    float[] expected = scores(temp);
    Path config = temp.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replaceFirst("\"architectures\": *\\[[^]]*\\],", ""));
    if (fixture.endsWith("splade")) {
      Files.writeString(
          temp.resolve("modules.json"), "[{\"type\": \"SpladePooling\", \"path\": \"1\"}]");
      Files.createDirectories(temp.resolve("1"));
      Files.writeString(temp.resolve("1/config.json"), "{}");
    }
    assertArrayEquals(expected, scores(temp));
  }

  /** Otherwise the first text that has the token would end a batch. */
  @Test
  void tokensThatTheModelDoesNotKnowAreFoundAtOpening() throws IOException {
    copy(OWN.resolve("bert-cross"), temp);
    Path tokenizer = temp.resolve("tokenizer.json");
    String good = Files.readString(tokenizer);
    String added =
        "\"added_tokens\": [{\"id\": 101, \"content\": \"[NEW]\", \"single_word\": false,"
            + " \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true},";
    Files.writeString(tokenizer, good.replaceFirst("\"added_tokens\":\\s*\\[", added));
    assertEquals(
        temp
            + ": the tokenizer does not fit the model: token [NEW] has id 101, the model's"
            + " vocab_size is 101, so ids end at 100",
        refusal(temp));
    Path settings = temp.resolve("tokenizer_config.json");
    Files.writeString(
        settings,
        Files.readString(settings)
            .replaceFirst("\"pad_token\": *\"[^\"]*\"", "\"pad_token\": \"[NEW]\""));
    assertEquals(PASSAGES.size(), scores(temp).length, "padding's token is in no text");
  }

  @Test
  void theFaultOfAJsonFileIsSaid() throws IOException {
    copy(OWN.resolve("bert-cross"), temp);
    Path settings = temp.resolve("tokenizer_config.json");
    Files.writeString(settings, "{\"model_max_length\": 12,}");
    String message = refusal(temp);
    assertTrue(message.startsWith(settings.toString()), message);
    assertTrue(message.contains("double-quote to start field name"), message);
  }

  /** An entry of modules.json. */
  private static String module(String type, String path) {
    return "{\"type\": \"sentence_transformers.models." + type + "\", \"path\": \"" + path + "\"}";
  }
}
