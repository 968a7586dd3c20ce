package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoders from text to score, and the choice of answers. */
class AnswersTest {
  private static final Path FIXTURES = Checkout.models().resolve("families");
  private static final String QUERY = "oil";
  private static final List<String> PASSAGES = List.of("No, the oil: yes.", "yes.", "the lamp");

  @TempDir Path temp;

  static Stream<Path> decoders() throws IOException {
    return Checkout.goldens("(llama|mistral|qwen3|gemma2?)-(causal|rank).*");
  }

  private static Ranker open(Path folder, ScorerOptions options) {
    return Rankers.open(folder, "decoder", options);
  }

  private static float[] scores(Path folder, ScorerOptions options) {
    try (Ranker ranker = open(folder, options)) {
      return ranker.score(QUERY, PASSAGES).scores();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decoders")
  void scoresAreTheReferencesFromTextOn(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
    Golden golden = Golden.read(folder);
    boolean classifies = golden.cross();
    ScorerOptions options =
        classifies
            ? ScorerOptions.defaults()
            : ScorerOptions.defaults().withLabel(Label.LOG_PROBABILITY);
    try (Ranker ranker = open(folder, options)) {
      for (int i = 0; i < golden.queries().size(); i++) {
        List<String> passages = List.of(golden.passages().get(i));
        float score = ranker.score(golden.queries().get(i), passages).scores()[0];
        float[] row = golden.get("score").row(i);
        float expected = row[row.length - 1];
        assertEquals(expected, score, 1e-5 * Math.max(1, Math.abs(expected)), "pair " + i);
      }
      if (json.has("no_id")) {
        List<Long> ids = List.of(json.path("no_id").asLong(), json.path("yes_id").asLong());
        assertEquals(ids, ranker.reading().model().answers());
      }
    }
  }

  @Test
  void otherAnswersCanBeChosen() {
    Path folder = FIXTURES.resolve("qwen3-causal");
    ScorerOptions plain = ScorerOptions.defaults();
    try (Ranker ranker = open(folder, plain.withAnswers("yes", "no"))) {
      List<Long> exchanged = ranker.reading().model().answers();
      assertEquals("log probability of no against yes", words(ranker));
      try (Ranker usual = open(folder, plain)) {
        assertEquals(usual.reading().model().answers().reversed(), exchanged);
        assertEquals("log probability of yes against no", words(usual));
        float[] no = ranker.score(QUERY, PASSAGES).scores();
        float[] yes = usual.score(QUERY, PASSAGES).scores();
        for (int i = 0; i < no.length; i++) {
          assertEquals(1, Math.exp(no[i]) + Math.exp(yes[i]), 1e-6, "shares of one softmax");
        }
      }
    }
    float[] logits = scores(folder, plain.withLabel(Label.LAST));
    float[] other = scores(folder, plain.withAnswers("yes", "no").withLabel(Label.FIRST));
    for (int i = 0; i < logits.length; i++) {
      assertEquals(logits[i], other[i], 1e-6, "the logit of yes");
    }
  }

  private static String words(Ranker ranker) {
    return ranker.card().scorer().replaceFirst("cross-encoder, ", "");
  }

  @Test
  void answersThatCannotBeAreRefused() {
    Path folder = FIXTURES.resolve("qwen3-causal");
    ScorerOptions plain = ScorerOptions.defaults();
    String two =
        Refusals.message(
            IllegalArgumentException.class,
            () -> open(folder, plain.withAnswers("no", "yes yes")).close());
    assertTrue(two.startsWith("answers asked for: " + folder + ": the answer yes yes is"), two);
    String same =
        Refusals.message(IllegalArgumentException.class, () -> plain.withAnswers("yes", "yes"));
    assertEquals(
        "the answers must be two different words, the one for not relevant first, got [yes, yes]",
        same);
    Path classifier = FIXTURES.resolve("llama-rank");
    String none =
        Refusals.message(
            IllegalArgumentException.class,
            () -> open(classifier, plain.withAnswers("no", "yes")).close());
    assertEquals(classifier + ": only a model that answers has answers to choose", none);
  }

  /** The check at opening compares what the folder states, and nothing else. */
  @Test
  void aReferenceThatSaysOtherwiseIsToldWhenTheModelIsOpened() throws IOException {
    Path folder = FIXTURES.resolve("qwen3-causal");
    for (String file :
        List.of(
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "reference.json",
            "reference.safetensors")) {
      Files.copy(folder.resolve(file), temp.resolve(file));
    }
    byte[] weights = Files.readAllBytes(folder.resolve("model.safetensors"));
    weights[weights.length - 2] ^= 0x40; // the exponent of the last number
    Files.write(temp.resolve("model.safetensors"), weights);
    String message =
        Refusals.message(
            CheckpointException.class, () -> open(temp, ScorerOptions.defaults()).close());
    assertTrue(message.startsWith(temp + ": parity check failed: output 0 of reference"), message);
    open(temp, ScorerOptions.defaults().withPrompt("{passage} {query}")).close();
    open(temp, ScorerOptions.defaults().withAnswers("yes", "no")).close();
  }

  @Test
  void theCardSaysWhatComputed() {
    ScorerOptions options = ScorerOptions.defaults().withProcessor(Processor.CPU);
    try (Ranker ranker = open(FIXTURES.resolve("qwen3-causal"), options)) {
      assertEquals("cpu", ranker.card().settings().get("device"));
      assertEquals("fp32", ranker.card().settings().get("precision"));
    }
  }
}
