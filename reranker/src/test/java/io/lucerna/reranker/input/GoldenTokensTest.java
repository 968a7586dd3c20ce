package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.family.Prompt;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Token ids and types of the goldens' texts are those that Hugging Face transformers read. */
class GoldenTokensTest {
  private static final Set<String> FAMILIES =
      new TreeSet<>(
          Arrays.asList(
              ("bert-bi bert-colbert bert-cross bert-cross-2labels bert-mlm-splade deberta-v2-cross"
                      + " distilbert-bi distilbert-cross distilbert-mlm-splade electra-cross"
                      + " gemma-causal gemma2-causal llama-rank mistral-rank modernbert-cross"
                      + " mpnet-bi qwen3-causal roberta-cross t5-monot5 xlm-roberta-cross")
                  .split(" ")));

  static Stream<Path> goldens() throws IOException {
    return TokenizerSamples.goldens();
  }

  private static JsonNode reference(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
    return json.has("same_as")
        ? reference(folder.resolveSibling(json.get("same_as").asText()))
        : json;
  }

  /** The form that the reference's texts were read in, as its {@code call} or its prompt tells. */
  private static InputForm form(JsonNode reference) {
    JsonNode prompt = reference.path("prompt");
    if (prompt.has("text")) {
      return new InputForm.Prompt(prompt.get("text").asText());
    } else if (prompt.has("first")) {
      return new InputForm.Pair(
          prompt.get("first").asText().replace("{query}", ""),
          prompt.get("second").asText().replace("{passage}", ""));
    } else if (prompt.has("parts")) {
      // Each part was tokenized alone, and their ids joined; the first token is the tokenizer's
      // own.
      StringBuilder text = new StringBuilder();
      prompt.get("parts").forEach(part -> text.append(part.asText()));
      return new InputForm.Prompt(text.toString().replaceFirst("^<bos>", ""));
    }
    String call = reference.path("call").asText();
    if (call.startsWith("tokenizer(query, passage)")) {
      return new InputForm.Pair("", "");
    } else if (call.startsWith("tokenizer(passage)")) {
      return new InputForm.Apart("", "");
    } else if (call.startsWith("monoT5 prompt")) {
      return new InputForm.Prompt(Prompt.MONO_T5);
    } else if (call.startsWith("tokenizer('query: Q document: D')")) {
      return new InputForm.Prompt(Prompt.RANK.text());
    }
    return fail("unknown call: " + call);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void idsAreTheReferences(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    InputForm form = form(reference(folder));
    String name = golden.has("input_ids") ? "" : "bert-cross";
    if (!name.isEmpty()) {
      golden = Golden.read(folder.resolveSibling(name));
    }
    long[] ids = golden.reference().integers("input_ids");
    boolean typed = golden.has("token_type_ids");
    long[] types = typed ? golden.reference().integers("token_type_ids") : new long[0];
    int width = (int) golden.reference().shape("input_ids")[1];
    int longest = 0;
    try (PairTokenizer tokenizer = PairTokenizer.open(folder, form, 512, TermForm.LOWER_CASE)) {
      for (int i = 0; i < golden.queries().size(); i++) {
        String passage = golden.passages().get(i);
        TokenSequence read =
            form instanceof InputForm.Apart
                ? tokenizer.passage(passage)
                : tokenizer.pair(golden.queries().get(i), passage);
        int from = i * width;
        int length = read.length();
        longest = Math.max(longest, length);
        assertArrayEquals(Arrays.copyOfRange(ids, from, from + length), read.ids(), passage);
        if (typed) {
          assertArrayEquals(Arrays.copyOfRange(types, from, from + length), read.types(), passage);
        }
        if (length < width) {
          long next = ids[from + length];
          assertFalse(
              Arrays.stream(read.ids()).anyMatch(id -> id == next), "more than padding follows");
        }
        assertFalse(read.truncated());
      }
    }
    assertEquals(width, longest, "the longest text has no padding");
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void answersAreTheReferences(Path folder) throws IOException {
    JsonNode json = reference(folder);
    List<Long> ids = new ArrayList<>();
    for (String name : List.of("no_id", "yes_id", "false_id", "true_id")) {
      if (json.has(name)) {
        ids.add(json.get(name).asLong());
      }
    }
    try (PairTokenizer tokenizer =
        PairTokenizer.open(folder, form(json), 512, TermForm.LOWER_CASE)) {
      assertEquals(ids, tokenizer.ids(ReferenceForm.answers(folder)));
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void markedInputsAreTheReferences(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    if (!golden.has("marked:query_input_ids")) {
      return;
    }
    InputForm.Markers markers = ArtifactMetadata.read(folder);
    int told = 0;
    try (PairTokenizer tokenizer = PairTokenizer.open(folder, markers, 512, TermForm.LOWER_CASE)) {
      for (int i = 0; i < golden.queries().size(); i++) {
        TokenSequence query = tokenizer.query(golden.queries().get(i));
        if (query.length() == markers.queryLength()) { // ColBERT cuts a longer one
          assertArrayEquals(row(golden, "query_input_ids", i), query.ids());
          long attended = Arrays.stream(row(golden, "query_attention_mask", i)).sum();
          assertEquals(attended, query.attended());
          told++;
        }
        TokenSequence passage = tokenizer.passage(golden.passages().get(i));
        int length = passage.length();
        long[] ids = row(golden, "document_input_ids", i);
        assertArrayEquals(Arrays.copyOf(ids, length), passage.ids());
        assertEquals(length, Arrays.stream(row(golden, "document_attention_mask", i)).sum());
        Set<Long> leftOut = tokenizer.leftOut();
        assertArrayEquals(
            Arrays.copyOf(row(golden, "document_keep", i), length),
            Arrays.stream(passage.ids()).map(id -> leftOut.contains(id) ? 0 : 1).toArray());
      }
    }
    assertTrue(told > 0, "every query is longer than " + markers.queryLength());
  }

  private static long[] row(Golden golden, String name, int row) {
    long[] all = golden.reference().integers("marked:" + name);
    int width = (int) golden.reference().shape("marked:" + name)[1];
    return Arrays.copyOfRange(all, row * width, (row + 1) * width);
  }

  @Test
  void allFamiliesAreThere() throws IOException {
    Set<String> found =
        goldens()
            .filter(folder -> folder.resolveSibling("llama-rank").toString().contains("goldens"))
            .map(folder -> folder.getFileName().toString())
            .collect(Collectors.toSet());
    assumeTrue(!found.isEmpty(), "no folder shared/goldens beside the checkout");
    assertTrue(found.containsAll(FAMILIES), "of " + FAMILIES + " there are only " + found);
  }
}
