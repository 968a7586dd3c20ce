package io.lucerna.instrumentation.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.StoredArrays;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The parts of the encoders, each computed once more in the plainest way. */
class EncoderPartsTest {
  private static final int WIDTH = 8;

  private NDManager manager;
  private final Random random = new Random(7);
  private final LongAdder work = new LongAdder();

  @BeforeEach
  void open() {
    Workers.prepare();
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private NDArray numbers(long... shape) {
    float[] values = new float[(int) new Shape(shape).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(shape));
  }

  private Linear linear(long out) {
    return new Linear(numbers(out, WIDTH), numbers(out), work);
  }

  private static TokenBatch batch(Side side, long[]... ids) {
    List<TokenSequence> texts =
        Arrays.stream(ids).map(own -> TokenSequence.ofIds(own, new long[own.length])).toList();
    return TokenBatch.of(texts, 1, side);
  }

  private static Pass pass(OutputHead head, TokenBatch batch, Hooks hooks) {
    return Pass.of(hooks.bind(new HookRegistry(head.points(), Map.of()), batch));
  }

  @Test
  void termWeightsOfALargeVocabularyAreTheSameInParts() {
    int vocabulary = 5000;
    Linear decoder = linear(vocabulary);
    TermWeights head =
        TermWeights.of(
            linear(WIDTH),
            Activation.GELU,
            new Norm.Layer(numbers(WIDTH), numbers(WIDTH), 1e-12),
            decoder);
    assertEquals(vocabulary, head.outputs());
    assertEquals(3, head.decoder().size(), "the test needs several parts");
    TokenBatch batch = batch(Side.PASSAGE, new long[] {2, 3, 4, 5}, new long[] {6, 7});
    NDArray hidden = numbers(2, 4, WIDTH);
    float[] logits = new float[2 * 4 * vocabulary];
    Hook.Observer keep =
        (context, x) -> System.arraycopy(x.toFloatArray(), 0, logits, 0, logits.length);
    Hooks observing = Hooks.none().with(Site.MLM_LOGITS.glob(), keep);
    float[] plain = head.apply(hidden, pass(head, batch, Hooks.none())).toFloatArray();
    float[] observed = head.apply(hidden, pass(head, batch, observing)).toFloatArray();
    assertArrayEquals(plain, observed, "observing the logits changes no bit");
    for (int text = 0; text < 2; text++) {
      int length = batch.sequences().get(text).length();
      for (int term = 0; term < vocabulary; term++) {
        double expected = 0;
        for (int token = 0; token < length; token++) {
          double logit = logits[(text * 4 + token) * vocabulary + term];
          expected = Math.max(expected, Math.log1p(Math.max(0, logit)));
        }
        assertEquals(expected, plain[text * vocabulary + term], 1e-6);
      }
    }
  }

  @Test
  void skippedTokensHaveNoVectorInPassages() {
    TokenVectors head =
        new TokenVectors(
            new Linear(numbers(3, WIDTH), manager.zeros(new Shape(3)), work), Set.of(9L));
    NDArray hidden = numbers(2, 3, WIDTH);
    for (Side side : List.of(Side.QUERY, Side.PASSAGE)) {
      TokenBatch batch = batch(side, new long[] {2, 9, 3}, new long[] {2, 4});
      NDArray vectors = head.apply(hidden, pass(head, batch, Hooks.none()));
      float[][] rows = head.rows(vectors, batch);
      float[] all = vectors.toFloatArray();
      for (int i = 0; i < all.length; i += 3) {
        double square = 0;
        for (int j = 0; j < 3; j++) {
          square += (double) all[i + j] * all[i + j];
        }
        assertEquals(1, square, 1e-6, "length");
      }
      float[] first = Arrays.copyOf(all, 9);
      float[] kept = new float[6];
      System.arraycopy(all, 0, kept, 0, 3);
      System.arraycopy(all, 6, kept, 3, 3);
      assertArrayEquals(side == Side.QUERY ? first : kept, rows[0]);
      assertArrayEquals(Arrays.copyOfRange(all, 9, 15), rows[1], "padding has none");
    }
  }

  /** As transformers' create_position_ids_from_input_ids. */
  @Test
  void paddingTakesNoPosition() {
    NDArray positions = manager.arange(10).toType(DataType.FLOAT32, false).reshape(10, 1);
    Norm none = new Norm.Layer(manager.ones(new Shape(1)), manager.zeros(new Shape(1)), 1e-5);
    long[][] texts = {{5, 1, 6, 7}, {5, 6}};
    Map<Integer, float[]> expected =
        Map.of(0, new float[] {0, 1, 2, 3, 0, 1, 2, 3}, 2, new float[] {2, 1, 3, 4, 2, 3, 1, 1});
    expected.forEach(
        (first, rows) -> {
          NDArray words = manager.zeros(new Shape(10, 1));
          Embeddings embeddings = new Embeddings(words, positions, first, null, none);
          assertArrayEquals(rows, positionRows(embeddings, batch(Side.PASSAGE, texts)));
        });
  }

  private float[] positionRows(Embeddings embeddings, TokenBatch batch) {
    float[] seen = new float[batch.size() * batch.width()];
    Hook.Observer keep =
        (context, x) -> System.arraycopy(x.toFloatArray(), 0, seen, 0, seen.length);
    List<HookPoint> points = embeddings.sites().stream().map(HookPoint::of).toList();
    Hooks hooks = Hooks.none().with(Site.POS_EMBED.glob(), keep);
    try (NDManager scope = manager.newSubManager()) {
      embeddings.apply(scope, Pass.of(hooks.bind(new HookRegistry(points, Map.of()), batch)));
    }
    return seen;
  }

  @Test
  void aTableOfOneTokenTypeIsForAllTokens() {
    NDArray types = numbers(1, WIDTH);
    Norm norm = new Norm.Layer(numbers(WIDTH), numbers(WIDTH), 1e-5);
    Embeddings embeddings = new Embeddings(numbers(4, WIDTH), null, 0, types, norm);
    List<HookPoint> points = embeddings.sites().stream().map(HookPoint::of).toList();
    HookRegistry registry = new HookRegistry(points, Map.of());
    float[][] sums = new float[2][];
    for (int type = 0; type < 2; type++) {
      TokenSequence text = TokenSequence.ofIds(new long[] {2, 3}, new long[] {0, type});
      TokenBatch batch = TokenBatch.of(List.of(text), 0, Side.PAIR);
      try (NDManager scope = manager.newSubManager()) {
        sums[type] =
            embeddings.apply(scope, Pass.of(Hooks.none().bind(registry, batch))).toFloatArray();
      }
    }
    assertArrayEquals(sums[0], sums[1]);
  }

  @Test
  void aTiedWeightIsLeftOutOrTheSameOrAnother() {
    NDArray words = numbers(3, 2);
    float[] same = words.toFloatArray();
    float[] others = same.clone();
    others[5]++;
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      NDArray own = words.toType(type, true);
      assertSame(own, tied(Map.of(), type, own), "left out");
      assertSame(own, tied(Map.of("decoder", same), type, own), "stored once more");
      NDArray another = tied(Map.of("decoder", others), type, own);
      assertNotSame(own, another);
      assertArrayEquals(others, another.toType(DataType.FLOAT32, true).toFloatArray());
    }
    Map<String, float[]> wrong = Map.of("decoder", new float[2]);
    assertThrows(CheckpointException.class, () -> tied(wrong, DataType.FLOAT32, words));
  }

  private NDArray tied(Map<String, float[]> stored, DataType type, NDArray own) {
    Weights weights = new Weights(new StoredArrays(stored, own.getShape()), manager, type, work);
    NDArray found = weights.tied("decoder", own);
    weights.finish("");
    assertEquals(found == own ? 0 : own.size(), weights.parameters());
    return found;
  }
}
