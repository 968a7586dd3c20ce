package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What an observer saw at one point: for each text its numbers, and the shape of a text's part. */
record Observed(Map<String, float[]> values, Map<String, TokenSequence> texts, long[] shape) {

  /** Scores with hooks, and looks at a point after them. */
  static Observed after(
      Ranker ranker, String query, List<String> passages, Hooks hooks, String point) {
    Map<String, float[]> values = new LinkedHashMap<>();
    Map<String, TokenSequence> texts = new LinkedHashMap<>();
    List<long[]> shapes = new ArrayList<>();
    Hook.Observer look =
        (context, activation) -> {
          TokenBatch batch = context.batch();
          for (int row = 0; row < batch.size(); row++) {
            String name = (batch.side() == Side.QUERY ? "query " : "text ") + batch.rows()[row];
            values.put(name, activation.get(row).toFloatArray());
            texts.put(name, batch.sequences().get(row));
          }
          shapes.add(activation.get(0).getShape().getShape());
        };
    ranker.score(query, passages, hooks.with(point, look));
    return new Observed(values, texts, shapes.getLast());
  }

  /** A text's numbers. */
  float[] numbers(String text) {
    return Objects.requireNonNull(values.get(text));
  }

  /** A text. */
  TokenSequence text(String text) {
    return Objects.requireNonNull(texts.get(text));
  }
}
