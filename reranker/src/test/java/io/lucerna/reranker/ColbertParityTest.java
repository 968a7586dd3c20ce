package io.lucerna.reranker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ColBERT against references, from text to score with markers, masks that fill up queries and
 * passages without punctuation; and from token ids without these.
 */
class ColbertParityTest {
  private static final double BOUND = 1e-5;

  static Stream<Path> goldens() throws IOException {
    return Checkout.goldens("bert-colbert.*");
  }

  static Stream<Path> marked() throws IOException {
    List<Path> marked = new ArrayList<>();
    for (Path folder : goldens().toList()) {
      if (Golden.read(folder).has("marked:score")) {
        marked.add(folder);
      }
    }
    return marked.stream();
  }

  @ParameterizedTest
  @MethodSource("marked")
  void fromTextToScore(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    int skipped = 0;
    int compared = 0;
    try (Ranker ranker = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      for (int i = 0; i < golden.queries().size(); i++) {
        Map<Side, float[]> seen = new EnumMap<>(Side.class);
        Hook.Observer keep = (context, x) -> seen.put(context.batch().side(), x.toFloatArray());
        Hooks hooks = Hooks.none().with("hook_token_vectors", keep);
        String query = golden.queries().get(i);
        int filled = golden.integers("marked:query_input_ids", i).length;
        if (ranker.reading().input(Side.QUERY, query, "").length() > filled) {
          continue; // the reference cuts it, here a query is read whole
        }
        compared++;
        List<String> passage = List.of(golden.passages().get(i));
        float score = ranker.score(query, passage, hooks).scores()[0];
        close("score " + i, golden.get("marked:score").row(i)[0], score);
        assertEquals(score, ranker.score(query, passage).scores()[0]);
        for (Side side : ranker.reading().sides()) {
          String name = side == Side.QUERY ? "query" : "document";
          float[] expected = golden.get("marked:" + name + "_embeddings").row(i);
          close(name + " " + i, expected, requireNonNull(seen.get(side)));
        }
        skipped += passageOutput(golden, ranker, i);
      }
    }
    assertTrue(compared > 0, "all queries are cut in the reference");
    if (requireNonNull(folder.getParent()).endsWith("families")) {
      assertTrue(skipped > 0, "no passage has punctuation");
    }
  }

  /** A passage's output is its vectors without those of punctuation; how many these were. */
  private static int passageOutput(Golden golden, Ranker ranker, int i) {
    TokenSequence text = ranker.reading().input(Side.PASSAGE, "", golden.passages().get(i));
    float[] output = ranker.reading().model().forward(alone(text, Side.PASSAGE), Hooks.none())[0];
    int width = ranker.reading().model().outputs();
    float[] all = golden.get("marked:document_embeddings").row(i);
    long[] keep = golden.integers("marked:document_keep", i);
    assertArrayEquals(text.ids(), cut(golden.integers("marked:document_input_ids", i), text));
    int kept = 0;
    for (int token = 0; token < keep.length; token++) {
      if (keep[token] == 1) {
        float[] expected = Arrays.copyOfRange(all, token * width, (token + 1) * width);
        close("kept " + kept, expected, Arrays.copyOfRange(output, kept * width, output.length));
        kept++;
      }
    }
    assertEquals(kept * width, output.length);
    return text.length() - kept;
  }

  private static long[] cut(long[] ids, TokenSequence text) {
    return Arrays.copyOf(ids, text.length());
  }

  private static TokenBatch alone(TokenSequence text, Side side) {
    return TokenBatch.of(List.of(text), 0, side);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void maxSimOfTokenIds(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    try (Ranker ranker = Rankers.open(folder, "golden", ScorerOptions.defaults())) {
      List<float[]> outputs = new ArrayList<>();
      for (int i = 0; i < golden.queries().size(); i++) {
        outputs.add(vectors(golden, ranker.reading().model(), i));
      }
      for (int i = 0; i < outputs.size(); i++) {
        float score =
            ranker.reading().readout(Side.PASSAGE, outputs.getFirst()).score(outputs.get(i));
        close("score " + i, golden.get("score").row(i)[0], score);
        float same = ranker.reading().readout(Side.QUERY, outputs.get(i)).score(outputs.getFirst());
        assertEquals(score, same, "which side is fixed does not matter");
      }
    }
  }

  /** The vectors of all tokens of a text without a marker. */
  private static float[] vectors(Golden golden, HookedModel model, int i) {
    long length = Arrays.stream(golden.integers("attention_mask", i)).sum();
    long[] ids = Arrays.copyOf(golden.integers("input_ids", i), (int) length);
    TokenSequence text = TokenSequence.ofIds(ids, new long[ids.length]);
    float[] output = model.forward(alone(text, Side.QUERY), Hooks.none())[0];
    close("vectors " + i, golden.get("token_embeddings").row(i), output);
    return output;
  }

  /** Compares as many numbers as the shorter one has: the other may be padded. */
  private static void close(String what, float[] expected, float[] actual) {
    assertTrue(actual.length > 0, what);
    for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
      close(what + " at " + i, expected[i], actual[i]);
    }
  }

  private static void close(String what, double expected, double actual) {
    assertEquals(expected, actual, BOUND * Math.max(1, Math.abs(expected)), what);
  }
}
