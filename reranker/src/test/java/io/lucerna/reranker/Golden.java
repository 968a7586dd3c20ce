package io.lucerna.reranker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.input.PairTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A checkpoint with the activations that Hugging Face transformers computes for given texts.
 *
 * @param folder the model folder
 * @param queries the pairs' queries
 * @param passages the pairs' passages
 * @param reference the reference tensors
 */
public record Golden(
    Path folder, List<String> queries, List<String> passages, Checkpoint reference) {

  /**
   * Another storage form of bert-cross has no texts, or no reference, of its own: it has those of
   * the model that it stores.
   */
  public static Golden read(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
    Path original = folder.resolveSibling("bert-cross");
    if (!json.has("pairs")) {
      json = new ObjectMapper().readTree(original.resolve("reference.json").toFile());
    }
    Path own = folder.resolve("reference.safetensors");
    Path reference = Files.exists(own) ? own : original.resolve("reference.safetensors");
    List<String> queries = new ArrayList<>();
    List<String> passages = new ArrayList<>();
    for (JsonNode pair : json.get("pairs")) {
      queries.add(pair.get(0).asText());
      passages.add(pair.get(1).asText());
    }
    return new Golden(folder, queries, passages, Checkpoints.openFile(reference));
  }

  /** What a ranker reads of a pair last: the pair, or the passage without its query. */
  TokenSequence input(Ranker ranker, int i) {
    PairTokenizer tokenizer = ranker.reading().tokenizer();
    return ranker.reading().sides().getLast() == Side.PAIR
        ? tokenizer.pair(queries.get(i), passages.get(i))
        : tokenizer.passage(passages.get(i));
  }

  boolean cross() throws IOException {
    return Files.readString(folder.resolve("config.json")).contains("ForSequenceClassification");
  }

  /** Reference activations of the whole padded batch, texts first. */
  Values get(String name) {
    return new Values(reference.shape(name), reference.floats(name));
  }

  /** A text's integers, such as its token ids, padded. */
  long[] integers(String name, int text) {
    int width = (int) reference.shape(name)[1];
    return Arrays.copyOfRange(reference.integers(name), text * width, (text + 1) * width);
  }

  /** The reference's name of what the model gives: logits, mean_pooled, splade. */
  String output() throws IOException {
    return cross() ? "logits" : has("splade") ? "splade" : "mean_pooled";
  }

  public boolean has(String name) {
    return reference.names().contains(name);
  }

  record Values(long[] shape, float[] values) {
    /** Row {@code index} of the first dimension. */
    float[] row(int index) {
      int size = values.length / (int) shape[0];
      return Arrays.copyOfRange(values, index * size, (index + 1) * size);
    }
  }
}
