package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the head makes of every layer. */
class LensTest {
  private static final String QUERY = "time sharing operating system";
  private static final List<String> PASSAGES =
      IntStream.range(0, 11)
          .mapToObj(i -> "the capital shares time ".repeat(i * 7 % 5) + "memory " + i)
          .toList();

  static Stream<Path> models() throws IOException {
    return Checkout.kinds(".*");
  }

  private static Ranker open(Path folder) {
    return Rankers.open(folder, "lens", ScorerOptions.defaults());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void theLastLayerIsTheModelsOwn(Path folder) {
    try (Ranker ranker = open(folder)) {
      HookedModel model = ranker.reading().model();
      Side side = ranker.reading().sides().getLast();
      List<TokenSequence> inputs =
          PASSAGES.stream().map(text -> ranker.reading().input(side, QUERY, text)).toList();
      int live = model.liveArrays();
      for (TokenBatch batch : ranker.reading().batches(side, inputs)) {
        List<float[][]> layers = model.lens(batch);
        assertEquals(model.config().layers() + 1, layers.size());
        float[][] plain = model.forward(batch, Hooks.none());
        for (int row = 0; row < plain.length; row++) {
          assertArrayEquals(plain[row], layers.getLast()[row], folder + " row " + row);
        }
      }
      assertEquals(live, model.liveArrays(), "live arrays");
      float[][] scores = ranker.lens(QUERY, PASSAGES);
      assertArrayEquals(ranker.score(QUERY, PASSAGES).scores(), scores[scores.length - 1], 1e-5f);
      assertFalse(Arrays.equals(scores[0], scores[scores.length - 1]), "layers differ");
    }
  }

  /** The same as if the last block gave what the layer's block gave. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void aLayerIsReadAsIfItWereTheLast(Path folder) {
    try (Ranker ranker = open(folder)) {
      HookedModel model = ranker.reading().model();
      int blocks = model.blocks().size();
      String first = "blocks.0." + name(model, 0);
      String last = "blocks." + (blocks - 1) + "." + name(model, blocks - 1);
      Map<TokenBatch, float[]> kept = new ConcurrentHashMap<>();
      Hook.Observer keep = (context, x) -> kept.put(context.batch(), x.toFloatArray());
      Hook.Intervention put =
          (context, x) -> {
            float[] other = kept.get(context.batch());
            return x.getManager().create(other == null ? new float[0] : other, x.getShape());
          };
      Hooks hooks = Hooks.none().observe(first, keep).intervene(last, put);
      float[] expected = ranker.score(QUERY, PASSAGES, hooks).scores();
      float[][] scores = ranker.lens(QUERY, PASSAGES);
      assertArrayEquals(expected, scores[1], 1e-5f, folder.toString());
    }
  }

  /** What leaves a block is called. */
  private static String name(HookedModel model, int layer) {
    return model.blocks().get(layer).out().glob().replace("blocks.*.", "");
  }
}
