package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model folder says is what the ranker does, and a folder that cannot be used says why. */
class RankersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUERY = "the memory of the system";
  private static final List<String> PASSAGES =
      List.of("the disk and the memory", "water", "the operating system of a computer", "water");

  @TempDir Path temp;

  private Path copy(String golden) throws IOException {
    Path from = Checkout.goldens(golden).findFirst().orElseThrow();
    Path to = temp.resolve(golden);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith("reference")) {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  private static void edit(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(json);
    JSON.writeValue(file.toFile(), json);
  }

  private static float[] scores(Path folder, ScorerOptions options) {
    try (Ranker scorer = Rankers.open(folder, "test", options)) {
      return scorer.score(QUERY, PASSAGES).scores();
    }
  }

  private static String refusal(Path folder) {
    return Refusals.message(
        CheckpointException.class,
        () -> Rankers.open(folder, "test", ScorerOptions.defaults()).close());
  }

  @Test
  void poolingAndSimilarityComeFromTheFolder() throws IOException {
    Path folder = copy("bert-bi");
    Files.deleteIfExists(folder.resolve("modules.json"));
    Files.deleteIfExists(folder.resolve("config_sentence_transformers.json"));
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(
        folder.resolve("1_Pooling/config.json"),
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    ScorerOptions plain = ScorerOptions.defaults();
    ScorerOptions cls = plain.withPooling(Pooling.CLS);
    float[] byFolder = scores(folder, plain);
    assertArrayEquals(scores(folder, cls.withSimilarity(Similarity.COSINE)), byFolder);
    Files.writeString(
        folder.resolve("config_sentence_transformers.json"), "{\"similarity_fn_name\": \"dot\"}");
    float[] dot = scores(folder, plain);
    assertArrayEquals(scores(folder, cls.withSimilarity(Similarity.DOT)), dot);
    assertNotEquals(byFolder[0], dot[0]);
    Files.writeString(
        folder.resolve("modules.json"),
        "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"1_Pooling\"},"
            + "{\"type\": \"sentence_transformers.models.Normalize\", \"path\": \"2_Normalize\"}]");
    assertArrayEquals(byFolder, scores(folder, plain), "dot of normalised vectors is cosine");
  }

  private static String warning(Path folder, ScorerOptions options) {
    try (Ranker ranker = Rankers.open(folder, "bare", options)) {
      return ranker.card().settings().getOrDefault("warning", "");
    }
  }

  @Test
  void whatIsAssumedOfABareBiEncoderIsSaid() throws IOException {
    Path folder = copy("bert-bi");
    ScorerOptions plain = ScorerOptions.defaults();
    assertEquals("", warning(folder, plain), "its modules say how it pools");
    Files.deleteIfExists(folder.resolve("modules.json"));
    Files.deleteIfExists(folder.resolve("1_Pooling/config.json"));
    Path sentences = folder.resolve("config_sentence_transformers.json");
    Files.deleteIfExists(sentences);
    String said = warning(folder, plain);
    assertEquals(
        "bare says neither how its vectors are pooled nor how they are compared (there is no"
            + " Pooling module and no similarity_fn_name), so mean pooling and cosine are assumed."
            + " Give -pooling cls, -similarity dot or both if it was trained so, or -pooling mean"
            + " if this is meant",
        said);
    assertEquals("", warning(folder, plain.withPooling(Pooling.MEAN)));
    assertEquals("", warning(folder, plain.withSimilarity(Similarity.DOT)));
    try (Ranker ranker = Rankers.open(folder, "e5-base", plain)) {
      String both = ranker.card().settings().getOrDefault("warning", "");
      assertTrue(both.startsWith("e5-base seems to be a model that was trained with"), both);
      assertTrue(both.endsWith("; e5-base" + said.substring("bare".length())), both);
    }
    assertEquals("", warning(copy("bert-cross"), plain), "a cross-encoder has neither");
    Files.writeString(sentences, "{\"similarity_fn_name\": \"dot\"}");
    assertEquals("", warning(folder, plain));
  }

  @Test
  void weightsOfTermsAreComparedByDotOnly() throws IOException {
    Path folder = copy("bert-mlm-splade");
    Path sentences = folder.resolve("config_sentence_transformers.json");
    float[] unsaid = scores(folder, ScorerOptions.defaults());
    Files.writeString(sentences, "{\"similarity_fn_name\": \"dot\"}");
    assertArrayEquals(unsaid, scores(folder, ScorerOptions.defaults()));
    Files.writeString(sentences, "{\"similarity_fn_name\": \"cosine\"}");
    assertEquals(
        sentences
            + ": similarity_fn_name is cosine, but weights of terms (SPLADE) are compared by dot"
            + " only",
        refusal(folder));
  }

  @Test
  void labelsAreChosen() throws IOException {
    Path folder = copy("bert-cross-2labels");
    ScorerOptions options = ScorerOptions.defaults();
    float[] zero = scores(folder, options.withLabel(Label.FIRST));
    float[] one = scores(folder, options.withLabel(Label.LAST));
    float[] difference = scores(folder, options.withLabel(Label.DIFFERENCE));
    float[] share = scores(folder, options.withLabel(Label.LOG_PROBABILITY));
    assertArrayEquals(
        share, scores(folder, options), "the share of the last label scores by default");
    for (int i = 0; i < zero.length; i++) {
      assertEquals(one[i] - zero[i], difference[i]);
    }
    Path single = copy("bert-cross");
    assertThrows(
        IllegalArgumentException.class, () -> scores(single, options.withLabel(Label.FIRST)));
  }

  @Test
  void doublePrecisionAgrees() throws IOException {
    Path folder = copy("bert-cross");
    float[] single = scores(folder, ScorerOptions.defaults());
    float[] exact = scores(folder, ScorerOptions.defaults().withPrecision(Precision.FP64));
    assertArrayEquals(exact, single, 5e-6f);
  }

  @Test
  void rememberedPassagesScoreTheSameAndAreNotReadAgain() throws IOException {
    Path folder = copy("bert-bi");
    try (Ranker scorer = Rankers.open(folder, "test", ScorerOptions.defaults())) {
      float[] plain = scorer.score(QUERY, PASSAGES).scores();
      assertEquals(plain[1], plain[3], "the same text twice has the same score");
      Ranker remembering = scorer.remembering(100);
      assertArrayEquals(plain, remembering.score(QUERY, PASSAGES).scores());
      assertArrayEquals(plain, remembering.score(QUERY, PASSAGES).scores());
      Ranker forgetful = scorer.remembering(1);
      forgetful.score("water", PASSAGES);
      float[] after = forgetful.score(QUERY, PASSAGES).scores();
      assertArrayEquals(plain, after, 5e-6f);
    }
  }

  @Test
  void theSameCallRepeatsBitForBitWhateverWasScoredBefore() throws IOException {
    for (String golden : List.of("bert-bi", "bert-cross")) {
      try (Ranker scorer = Rankers.open(copy(golden), "test", ScorerOptions.defaults())) {
        float[] once = scorer.score(QUERY, PASSAGES).scores();
        scorer.score("water", List.of("another passage", PASSAGES.get(0)));
        assertArrayEquals(once, scorer.score(QUERY, PASSAGES).scores());
      }
    }
  }

  @Test
  void limitsOnLength() throws IOException {
    Path folder = copy("bert-cross");
    int positions =
        JSON.readTree(folder.resolve("config.json").toFile())
            .get("max_position_embeddings")
            .asInt();
    try (Ranker scorer = Rankers.open(folder, "test", ScorerOptions.defaults())) {
      assertEquals(Math.min(512, positions), scorer.card().maxTokens());
      PairScores scores = scorer.score(QUERY, List.of("", "water ".repeat(100_000)));
      assertArrayEquals(new boolean[] {false, true}, scores.truncated());
      assertEquals(scorer.card().maxTokens(), scores.tokens()[1]);
      assertEquals(1, scores.truncatedCount());
    }
    String message =
        Refusals.message(
            IllegalArgumentException.class,
            () -> scores(folder, ScorerOptions.defaults().withMaxTokens(positions + 1)));
    assertTrue(message.contains("is more than the " + positions + " positions"), message);
    edit(folder.resolve("tokenizer_config.json"), json -> json.put("model_max_length", 40));
    try (Ranker scorer = Rankers.open(folder, "test", ScorerOptions.defaults())) {
      assertEquals(40, scorer.card().maxTokens());
    }
  }

  @Test
  void unusableFoldersSayWhy() throws IOException {
    Path folder = copy("bert-cross");
    Path config = folder.resolve("config.json");
    String good = Files.readString(config);
    record Case(Consumer<ObjectNode> change, String message) {}
    List<Case> cases =
        List.of(
            new Case(
                c -> c.putArray("architectures").add("GPT2LMHeadModel"),
                "architecture GPT2LMHeadModel (model_type bert) is not supported; supported: BertF"),
            new Case(
                c -> c.put("hidden_act", "mish"),
                "hidden_act: the activation function mish is not supported"),
            new Case(
                c -> c.put("position_embedding_type", "relative_key"),
                "position_embedding_type is relative_key; only absolute is supported"),
            new Case(c -> c.put("num_attention_heads", 5), "is not a multiple of"),
            new Case(
                c -> c.remove("hidden_size"), "hidden_size must be a whole number, got nothing"),
            new Case(c -> c.put("num_hidden_layers", 3), "no tensor bert.encoder.layer.2."),
            new Case(c -> c.put("num_hidden_layers", 1), "this architecture has no place for"),
            new Case(c -> c.put("intermediate_size", 63), "config.json asks for [63"),
            new Case(c -> c.put("vocab_size", 7), "config.json asks for [7"));
    for (Case broken : cases) {
      Files.writeString(config, good);
      edit(config, broken.change);
      String message = refusal(folder);
      assertTrue(message.contains(broken.message), message);
      assertTrue(message.startsWith(folder.toString()), message);
    }
    Files.writeString(config, "{");
    assertTrue(refusal(folder).contains("not JSON"));
    Files.delete(config);
    assertTrue(refusal(folder).endsWith("config.json: no such file"));
  }

  @Test
  void encodersRefuseSettingsThatWouldBeIgnored() throws IOException {
    record Case(String golden, Consumer<ObjectNode> change, String message) {}
    List<Case> cases =
        List.of(
            new Case(
                "mpnet-bi",
                c -> c.put("relative_attention_num_buckets", 64),
                "relative_attention_num_buckets is 64; only 32 is supported"),
            new Case(
                "roberta-cross",
                c -> c.put("position_embedding_type", "relative_key_query"),
                "position_embedding_type is relative_key_query; only absolute is supported"),
            new Case(
                "electra-bi",
                c -> c.put("is_decoder", true),
                "is_decoder is true; only false is supported"),
            new Case(
                "bert-colbert",
                c -> c.put("model_type", "xlm-roberta"),
                "model_type is xlm-roberta; only bert is supported"),
            new Case(
                "distilbert-cross",
                c -> c.put("activation", "mish"),
                "activation: the activation function mish is not supported"),
            new Case("electra-cross", c -> c.put("embedding_size", 3), "config.json asks for ["),
            new Case(
                "distilbert-mlm-splade",
                c -> c.put("tie_word_embeddings", false),
                "no tensor vocab_projector.weight"));
    for (Case broken : cases) {
      Path folder = copy(broken.golden);
      edit(folder.resolve("config.json"), broken.change);
      String message = refusal(folder);
      assertTrue(message.contains(broken.message), message);
      assertTrue(message.startsWith(folder.toString()), message);
    }
  }

  /** What sentence-transformers pools is a bi-encoder, whatever head it was trained with. */
  @Test
  void aMaskedLanguageModelThatIsPooledGivesVectors() throws IOException {
    Path folder = copy("bert-mlm-splade");
    float[] terms = scores(folder, ScorerOptions.defaults());
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(
        folder.resolve("1_Pooling/config.json"),
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
    try (Ranker scorer = Rankers.open(folder, "test", ScorerOptions.defaults())) {
      assertEquals("bi-encoder, cls pooling, cosine", scorer.card().scorer());
      for (float score : scorer.score(QUERY, PASSAGES).scores()) {
        assertTrue(Math.abs(score) <= 1, "a cosine");
      }
    }
    assertTrue(terms[0] > 0);
  }

  /** Without it nothing would say that the pooling is one that is supported. */
  @Test
  void aPoolingThatModulesNameMustBeThere() throws IOException {
    Path folder = copy("bert-mlm-splade");
    for (String type : List.of("Pooling", "SpladePooling")) {
      Files.writeString(
          folder.resolve("modules.json"),
          "[{\"type\": \"sentence_transformers.models." + type + "\", \"path\": \"1_None\"}]");
      String message = refusal(folder);
      assertTrue(
          message.startsWith(folder.resolve("1_None/config.json") + ": no such file"), message);
    }
  }

  @Test
  void aModelThatDoesNotGiveItsReferenceIsRefused() throws IOException {
    for (String golden : List.of("bert-cross", "bert-bi")) {
      Path folder = copy(golden);
      Path original = Checkout.goldens(golden).findFirst().orElseThrow();
      for (String file : List.of("reference.json", "reference.safetensors")) {
        Files.copy(original.resolve(file), folder.resolve(file));
      }
      Rankers.open(folder, "test", ScorerOptions.defaults()).close();
      edit(folder.resolve("config.json"), json -> json.put("hidden_act", "relu"));
      String message = refusal(folder);
      assertTrue(message.startsWith(folder + ": parity check failed: output 0 of"), message);
    }
  }

  @Test
  void notANumberInTheWeightsIsRefused() throws IOException {
    Path folder = copy("bert-cross");
    Path weights = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    byte[] nan = {0, 0, (byte) 0xc0, 0x7f};
    System.arraycopy(nan, 0, bytes, bytes.length - 4, 4);
    Files.write(weights, bytes);
    assertTrue(refusal(folder).contains("NaN"), refusal(folder));
  }

  @Test
  void sentenceTransformersFilesThatCannotBeHonouredAreRefused() throws IOException {
    Path folder = copy("bert-bi");
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(
        folder.resolve("1_Pooling/config.json"),
        "{\"pooling_mode_max_tokens\": true, \"pooling_mode_mean_tokens\": false}");
    Files.writeString(
        folder.resolve("modules.json"),
        "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"1_Pooling\"}]");
    assertTrue(refusal(folder).contains("pooling_mode_max_tokens is not supported"));
    Files.writeString(
        folder.resolve("modules.json"),
        "[{\"type\": \"sentence_transformers.models.Dense\", \"path\": \"2_Dense\"}]");
    assertTrue(
        refusal(folder).contains("module sentence_transformers.models.Dense is not supported"));
  }
}
