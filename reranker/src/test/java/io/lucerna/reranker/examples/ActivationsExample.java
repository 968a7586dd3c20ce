package io.lucerna.reranker.examples;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSet;
import io.lucerna.reranker.ActivationCache;
import io.lucerna.reranker.Ranker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Activations as plain numbers: the examples of docs/java.md and docs/recording.md. */
final class ActivationsExample {
  private ActivationsExample() {}

  /** The piece of each passage that one head attends to most, looking from the first token. */
  static List<String> attended(
      Ranker ranker, String query, List<String> passages, int layer, int head) {
    String point = "blocks." + layer + ".attn.hook_pattern";
    ActivationCache cache = ranker.cache(query, passages, point);
    List<String> attended = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      InputActivations passage = cache.passages().get(i);
      Slice pattern = passage.get(point); // [qpos, head, kpos]
      Map<Float, String> pieces = new TreeMap<>();
      for (int key = 0; key < passage.tokens().size(); key++) {
        Token token = passage.tokens().get(key);
        if (TokenSet.PASSAGE.contains(token.role())) {
          String piece = passages.get(i).substring(token.start(), token.end());
          pieces.put(-pattern.at(0, head, key), piece);
        }
      }
      attended.addAll(pieces.values().stream().limit(1).toList());
    }
    return attended;
  }

  /** The first token's vector of each passage, whatever number there is of them. */
  static Map<Integer, float[]> firstVectors(
      Ranker ranker, String query, List<String> passages, String point) {
    Map<Integer, float[]> vectors = new ConcurrentHashMap<>();
    Hooks hooks =
        InputActivations.hooks(
            ranker.reading().points(),
            List.of(point),
            input -> {
              Slice hidden = input.get(point); // [pos, d_model]
              if (input.side() != Side.QUERY) {
                int width = (int) hidden.shape()[1];
                vectors.put(input.number(), Arrays.copyOf(hidden.values(), width));
              }
            });
    ranker.score(query, passages, hooks);
    return vectors;
  }
}
