package io.lucerna.reranker.input;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.reranker.Refusals;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Vocabulary files against Hugging Face's tokenizers opened on the same files. */
class TokenizerFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  private static JsonNode vocabularies() throws IOException {
    try (InputStream in = TokenizerFilesTest.class.getResourceAsStream("vocabularies.json")) {
      return JSON.readTree(requireNonNull(in));
    }
  }

  static Stream<String> kinds() throws IOException {
    Iterable<String> names = vocabularies()::fieldNames;
    return StreamSupport.stream(names.spliterator(), false);
  }

  private PairTokenizer open() {
    return PairTokenizer.open(temp, new InputForm.Pair("", ""), 512, TermForm.LOWER_CASE);
  }

  private void write(String kind) throws IOException {
    for (var file : vocabularies().get(kind).get("files").properties()) {
      Files.writeString(temp.resolve(file.getKey()), file.getValue().asText());
    }
  }

  private static long[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void idsAreHuggingFaces(String kind) throws IOException {
    write(kind);
    try (PairTokenizer tokenizer = open()) {
      for (JsonNode texts : vocabularies().get(kind).get("pairs")) {
        String query = texts.get("query").asText();
        String passage = texts.get("passage").asText();
        assertArrayEquals(ids(texts.get("pair")), tokenizer.pair(query, passage).ids(), passage);
        assertArrayEquals(ids(texts.get("alone")), tokenizer.passage(passage).ids(), passage);
      }
    }
  }

  private String refusal() {
    return Refusals.message(CheckpointException.class, () -> open().close());
  }

  @Test
  void whatCannotBeReadSaysWhichFileIsMissingAndHowToMakeIt() throws IOException {
    String how =
        String.format(
            Locale.ROOT,
            ". With Python and transformers, this writes it: from transformers import "
                + "AutoTokenizer; AutoTokenizer.from_pretrained('%s').save_pretrained('%s')",
            temp,
            temp);
    String missing = temp + ": tokenizer.json is missing; ";
    assertEquals(
        missing + "and there is neither vocab.txt nor vocab.json with merges.txt" + how, refusal());
    Files.writeString(temp.resolve("spiece.model"), "");
    Files.writeString(temp.resolve("config.json"), "{\"model_type\": \"t5\"}");
    assertEquals(
        missing + "spiece.model alone cannot be read (the tokenizer is t5)" + how, refusal());
    write("roberta");
    Files.writeString(temp.resolve("config.json"), "{\"model_type\": \"qwen3\"}");
    String other = refusal();
    assertTrue(
        other.startsWith(
            missing
                + "vocab.json with merges.txt is read for RoBERTa only (the tokenizer is qwen3)"),
        other);
    write("bert");
    Files.writeString(
        temp.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"BertJapaneseTokenizer\"}");
    String japanese = refusal();
    assertTrue(
        japanese.startsWith(
            missing
                + "vocab.txt is read for BERT, DistilBERT, ELECTRA and MPNet only"
                + " (the tokenizer is bertjapanesetokenizer)"),
        japanese);
  }

  @Test
  void brokenVocabulariesNameTheLine() throws IOException {
    write("roberta");
    Path merges = temp.resolve("merges.txt");
    Files.writeString(merges, "#version: 0.2\na b\na b c\n");
    assertEquals(merges + ":3: 'a b c' is not two pieces with a space between", refusal());
    Files.writeString(temp.resolve("vocab.json"), "{\"a\": 0");
    assertEquals(
        temp.resolve("vocab.json")
            + ":1: not JSON: Unexpected end-of-input: expected close marker for Object (column 8 of"
            + " {\"a\": 0)",
        refusal());
    Files.writeString(temp.resolve("vocab.json"), "{\"a\": 0}");
    Files.writeString(merges, "");
    assertEquals(temp.resolve("vocab.json") + ": the special token <unk> is missing", refusal());
    write("bert");
    Path words = temp.resolve("vocab.txt");
    Files.writeString(words, "[UNK]\n[CLS]\n[SEP]\na\n[CLS]\n");
    assertEquals(words + ":5: '[CLS]' occurs twice", refusal());
  }
}
