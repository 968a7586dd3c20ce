package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Refusals;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairTokenizerTest {
  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void findModel() throws IOException {
    folder = Checkout.goldens("bert-cross").findFirst().orElseThrow();
  }

  private static PairTokenizer open(Path folder, int limit) {
    return PairTokenizer.open(folder, new InputForm.Pair("", ""), limit, TermForm.LOWER_CASE)
        .limitedTo(limit, Truncation.STRICT);
  }

  @Test
  void onlyThePassagesEndIsCut() {
    String query = "the system";
    String passage = "the memory of the system and the disk of the system";
    try (PairTokenizer wide = open(folder, 512)) {
      TokenSequence whole = wide.pair(query, passage);
      assertFalse(whole.truncated());
      int queryTokens = whole.positions(Role.QUERY).length;
      for (int limit = queryTokens + 4; limit <= whole.length(); limit++) {
        try (PairTokenizer narrow = open(folder, limit)) {
          TokenSequence cut = narrow.pair(query, passage);
          assertEquals(limit, cut.length());
          assertEquals(limit < whole.length(), cut.truncated());
          for (int i = 0; i < limit - 1; i++) {
            assertEquals(whole.ids()[i], cut.ids()[i], "token " + i + " of " + limit);
            assertEquals(whole.types()[i], cut.types()[i], "type " + i + " of " + limit);
          }
          assertEquals(whole.ids()[whole.length() - 1], cut.ids()[limit - 1], "the last [SEP]");
        }
      }
    }
  }

  @Test
  void aQueryWithoutRoomForAPassageIsAnError() {
    try (PairTokenizer narrow = open(folder, 6)) {
      String message =
          Refusals.message(
              IllegalArgumentException.class,
              () -> narrow.pair("the memory of the system", "the disk"));
      assertTrue(message.matches("the query takes \\d+ tokens .*; the limit is 6"), message);
      assertThrows(
          IllegalArgumentException.class, () -> narrow.query("the memory of the system of memory"));
    }
  }

  @Test
  void emptyPassagesAndHugeOnesAreRead() {
    try (PairTokenizer tokenizer = open(folder, 64)) {
      TokenSequence empty = tokenizer.pair("the system", "");
      assertTrue(empty.tokens().getLast().special());
      assertFalse(empty.truncated());
      String huge = "memory disk ".repeat(50_000);
      TokenSequence cut = tokenizer.pair("the system", huge);
      assertEquals(64, cut.length());
      assertTrue(cut.truncated());
      assertArrayEquals(cut.ids(), tokenizer.pair("the system", "memory disk ".repeat(100)).ids());
    }
  }

  @Test
  void aVocabularyFileGivesTheSameIdsAsTheTokenizerMadeOfIt() throws IOException {
    JsonNode vocabulary =
        new ObjectMapper().readTree(folder.resolve("tokenizer.json").toFile()).at("/model/vocab");
    Map<Integer, String> words = new TreeMap<>();
    vocabulary.fields().forEachRemaining(e -> words.put(e.getValue().asInt(), e.getKey()));
    Files.write(temp.resolve("vocab.txt"), new ArrayList<>(words.values()));
    Random random = new Random(5);
    try (PairTokenizer made = open(temp, 128);
        PairTokenizer given = open(folder, 128)) {
      for (int round = 0; round < 200; round++) {
        List<String> some = new ArrayList<>(words.values());
        Collections.shuffle(some, random);
        String text =
            String.join(random.nextBoolean() ? " " : "", some.subList(0, 8))
                .replace("##", "")
                .toUpperCase(java.util.Locale.ROOT);
        TokenSequence expected = given.pair(text, text + " Caf\u00e9 \u4e2d");
        TokenSequence actual = made.pair(text, text + " Caf\u00e9 \u4e2d");
        assertArrayEquals(expected.ids(), actual.ids(), text);
        assertArrayEquals(expected.types(), actual.types(), text);
        assertEquals(expected.tokens(), actual.tokens(), text);
      }
    }
  }

  @Test
  void theMaskIsTheOneOfTheSettings() throws IOException {
    Files.copy(folder.resolve("tokenizer.json"), temp.resolve("tokenizer.json"));
    try (PairTokenizer usual = open(temp, 64)) {
      assertEquals(id(usual, "[MASK]"), usual.mask());
    }
    Files.writeString(temp.resolve("tokenizer_config.json"), "{\"mask_token\": \"lamp\"}");
    try (PairTokenizer named = open(temp, 64)) {
      assertEquals(id(named, "lamp"), named.mask());
    }
  }

  private static OptionalLong id(PairTokenizer tokenizer, String word) {
    return OptionalLong.of(tokenizer.ids(List.of(word)).getFirst());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"version\": \"1.0\", \"model\": {", "{\"model\":}", "[1]", "null", "\"x\"", ""})
  void brokenTokenizersNameFileAndLine(String json) throws IOException {
    Path file = Files.writeString(temp.resolve("tokenizer.json"), json);
    String broken = Refusals.message(CheckpointException.class, () -> open(temp, 64));
    assertTrue(broken.startsWith(file + ":1: not JSON: "), broken);
    assertFalse(broken.contains("REDACTED"), broken);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tokenizer_config.json", "special_tokens_map.json", "sentence_bert_config.json"})
  void settingsThatAreNoObjectNameTheFile(String name) throws IOException {
    Files.writeString(temp.resolve("tokenizer.json"), "{}");
    for (String json : List.of("[1]", "null", "\"x\"", "")) {
      Path file = Files.writeString(temp.resolve(name), json);
      assertEquals(
          file + ": not a JSON object",
          Refusals.message(CheckpointException.class, () -> open(temp, 64)));
    }
  }
}
