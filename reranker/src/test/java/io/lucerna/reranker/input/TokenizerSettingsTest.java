package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ids and token types under random settings are those of transformers' AutoTokenizer
 * (instrumentation/src/test/python/tokenizer_settings.py made them).
 */
class TokenizerSettingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  @Test
  void randomSettings() throws IOException {
    JsonNode all;
    try (InputStream in =
        TokenizerSettingsTest.class.getResourceAsStream("tokenizer-settings.json.gz")) {
      all = JSON.readTree(new GZIPInputStream(Objects.requireNonNull(in)));
    }
    JsonNode cases = all.get("cases");
    assertTrue(cases.size() > 70);
    Stream<Executable> checks =
        IntStream.range(0, cases.size())
            .mapToObj(i -> () -> check(i, cases.get(i), all.get("tokenizers"), all.get("texts")));
    assertAll(checks);
  }

  private void check(int number, JsonNode one, JsonNode tokenizers, JsonNode texts)
      throws IOException {
    Path folder = Files.createDirectories(temp.resolve("case" + number));
    JSON.writeValue(
        folder.resolve("tokenizer.json").toFile(), tokenizers.get(one.get("tokenizer").asText()));
    JSON.writeValue(folder.resolve("config.json").toFile(), one.get("config"));
    JSON.writeValue(folder.resolve("tokenizer_config.json").toFile(), one.get("tokenizer_config"));
    String name =
        number + " " + one.get("tokenizer") + one.get("config") + one.get("tokenizer_config");
    try (PairTokenizer tokenizer =
        PairTokenizer.open(folder, new InputForm.Pair("", ""), 4096, TermForm.LOWER_CASE)) {
      for (int i = 0; i < texts.size(); i++) {
        JsonNode read = one.get("read").get(i);
        String query = texts.get(i).get(0).asText();
        String passage = texts.get(i).get(1).asText();
        TokenSequence pair = tokenizer.pair(query, passage);
        assertEquals(read.get("pair").toString(), json(pair.ids()), name);
        assertEquals(read.get("alone").toString(), json(tokenizer.passage(passage).ids()), name);
        String zeros = json(new long[pair.length()]);
        assertEquals(
            read.has("types") ? read.get("types").toString() : zeros, json(pair.types()), name);
      }
    }
  }

  private static String json(long[] values) {
    return Arrays.toString(values).replace(" ", "");
  }
}
