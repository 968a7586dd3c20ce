package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that are computed in parts give the bits of those that are not. */
class LongTextsTest {
  @TempDir Path cache;

  @Test
  void partsAndBatchSizesDoNotShow() throws Exception {
    Path folder = new Minilm().folder(cache);
    List<String> texts =
        IntStream.range(0, 8).mapToObj(i -> "oil lamps of the year ".repeat(30 + 5 * i)).toList();
    float[] plain;
    try (Ranker ranker = Rankers.open(folder, "minilm", ScorerOptions.defaults())) {
      plain = ranker.score("how lamps burn", texts).scores();
      // All scores exist together where somebody looks at them.
      Hooks hooks =
          Hooks.none()
              .observe("blocks.*.attn.hook_attn_scores", (context, scores) -> {})
              .observe("blocks.*.attn.hook_pattern", (context, pattern) -> {});
      assertArrayEquals(plain, ranker.score("how lamps burn", texts, hooks).scores());
    }
    try (Ranker ranker =
        Rankers.open(folder, "minilm", ScorerOptions.defaults().withBatchSize(32))) {
      assertArrayEquals(plain, ranker.score("how lamps burn", texts).scores());
    }
  }
}
