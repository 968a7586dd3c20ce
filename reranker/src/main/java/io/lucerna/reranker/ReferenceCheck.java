package io.lucerna.reranker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.input.PairTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The parity check at loading: a model folder that brings reference outputs, {@code reference.json}
 * with the texts and {@code reference.safetensors} with the numbers, must give them again.
 */
final class ReferenceCheck {
  /** Beyond this, times max(1, absolute value), a difference is not rounding. */
  private static final double HARD_FAILURE = 5e-5;

  private ReferenceCheck() {}

  /**
   * Compares the model's outputs with the folder's reference, if it has one.
   *
   * @param pooling how a model of one vector per text pools
   * @throws CheckpointException if an output differs, or the reference cannot be read
   */
  static void run(Path folder, HookedModel model, PairTokenizer tokenizer, Pooling pooling) {
    Path texts = folder.resolve("reference.json");
    Path numbers = folder.resolve("reference.safetensors");
    if (!Files.isRegularFile(texts) || !Files.isRegularFile(numbers)) {
      return;
    }
    try (Checkpoint reference = Checkpoints.openFile(numbers)) {
      String name = name(model.task(), pooling);
      JsonNode pairs = new ObjectMapper().readTree(texts.toFile()).path("pairs");
      if (!reference.names().contains(name)) {
        return;
      }
      boolean pair = model.task() == Task.LABELS || model.task() == Task.ANSWERS;
      float[] expected = reference.floats(name);
      for (int i = 0; i < pairs.size(); i++) {
        String query = pairs.get(i).path(0).asText();
        String passage = pairs.get(i).path(1).asText();
        TokenSequence text = pair ? tokenizer.pair(query, passage) : tokenizer.passage(passage);
        if (!text.truncated()) {
          compare(folder, i, rows(expected, i, pairs.size()), output(model, text, pair));
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(
          texts + ": the model's reference cannot be read: " + e.getMessage(), e);
    }
  }

  /** What a reference calls the output; empty where it has another form than here. */
  private static String name(Task task, Pooling pooling) {
    return switch (task) {
      case LABELS -> "logits";
      case VECTOR -> pooling == Pooling.CLS ? "cls" : "mean_pooled";
      case TERMS -> "splade";
      case ANSWERS -> "score";
      case TOKEN_VECTORS -> "";
    };
  }

  private static float[] rows(float[] all, int row, int count) {
    int width = all.length / count;
    return Arrays.copyOfRange(all, row * width, (row + 1) * width);
  }

  private static float[] output(HookedModel model, TokenSequence text, boolean pair) {
    Side side = pair ? Side.PAIR : Side.PASSAGE;
    TokenBatch batch = TokenBatch.of(List.of(text), model.config().padId(), side);
    float[] output = model.forward(batch, Hooks.none())[0];
    return model.task() == Task.ANSWERS ? new float[] {Label.LOG_PROBABILITY.of(output)} : output;
  }

  private static void compare(Path folder, int pair, float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      double bound = HARD_FAILURE * Math.max(1, Math.abs(expected[i]));
      if (expected.length != actual.length || !(Math.abs(expected[i] - actual[i]) <= bound)) {
        throw new CheckpointException(
            String.format(
                Locale.ROOT,
                "%s: parity check failed: output %d of reference pair %d is %s, the reference "
                    + "says %s; the model or its reference.json and reference.safetensors have "
                    + "changed",
                folder,
                i,
                pair,
                i < actual.length ? actual[i] : "missing",
                expected[i]));
      }
    }
  }
}
