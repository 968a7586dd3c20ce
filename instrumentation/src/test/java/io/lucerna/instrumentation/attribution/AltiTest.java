package io.lucerna.instrumentation.attribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Token contributions, by their definition. */
class AltiTest {
  private static final TokenSequence TEXT =
      TokenSequence.ofIds(new long[] {1, 9, 7, 12, 9, 3}, new long[6]);

  /** Those with a convolution. */
  private static final List<String> REFUSED = List.of("deberta-v2-cross", "deberta-v2-cross-conv");

  static Stream<Path> models() throws IOException {
    return Checkout.kinds(".*(cross|bi|splade|rank)(-conv)?");
  }

  private static HookedModel open(Path folder) throws IOException {
    return HookedModel.open(folder, Precision.FP64);
  }

  @Test
  void sharesAreByWhatTheSumIsNearerWith() {
    assertArrayEquals(
        new double[] {.75, .25, 0},
        Alti.shares(new double[] {1, -1, 2}, new double[][] {{1, -1, 1}, {0, 0, 1}, {0, 0, 0}}),
        1e-15);
    assertArrayEquals(new double[1], Alti.shares(new double[] {1}, new double[][] {{-1}}));
  }

  /** What the later layer reads is what the earlier one made. */
  @Test
  void laterLayersAreMultipliedWithEarlierOnes() {
    double[][] first = {{1, 0}, {.5, .5}};
    double[][] second = {{.25, .75}, {0, 1}};
    double[][] third = {{0, 1}, {1, 0}};
    assertArrayEquals(
        new double[][] {{.625, .375}, {.5, .5}}, Alti.rollout(List.of(first, second)));
    assertArrayEquals(
        new double[][] {{.5, .5}, {.625, .375}}, Alti.rollout(List.of(first, second, third)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void partsAndBiasesAreTheSum(Path folder) throws IOException {
    try (HookedModel model = open(folder)) {
      int live = model.liveArrays();
      if (REFUSED.contains(folder.getFileName().toString())) {
        assertThrows(IllegalArgumentException.class, () -> Alti.of(model, TEXT, Side.PAIR));
        return;
      }
      List<double[][]> layers = new ArrayList<>();
      for (int block = 0; block < model.blocks().size(); block++) {
        CarriedParts layer = CarriedParts.of(model, block, TEXT, Side.PAIR);
        layers.add(layer.shares());
        for (int to = 0; to < TEXT.length(); to++) {
          double[] sum = layer.biases(to);
          for (int from = 0; from < TEXT.length(); from++) {
            double[] part = layer.part(from, to);
            for (int i = 0; i < sum.length; i++) {
              sum[i] += part[i];
            }
          }
          assertArrayEquals(layer.sum(to), sum, 1e-9, folder.toString());
        }
      }
      double[] shares = Alti.of(model, TEXT, Side.PAIR);
      assertEquals(1, Arrays.stream(shares).sum(), 1e-9);
      assertTrue(Arrays.stream(shares).allMatch(share -> share >= 0), "no share is negative");
      double[] expected = ReadPositions.weights(model, TEXT);
      for (double[][] layer : layers.reversed()) {
        double[] earlier = new double[expected.length];
        for (int to = 0; to < expected.length; to++) {
          for (int from = 0; from < expected.length; from++) {
            earlier[from] += expected[to] * layer[to][from];
          }
        }
        expected = earlier;
      }
      assertArrayEquals(expected, shares, 1e-12, folder.toString());
      assertEquals(live, model.liveArrays(), "live arrays");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi", "families/llama-rank"})
  void attentionIsOfTheLastBlock(String name) throws IOException {
    try (HookedModel model = open(Path.of(Checkout.model(name)))) {
      double[] shares = AttentionShares.of(model, TEXT, Side.PAIR);
      assertEquals(1, Arrays.stream(shares).sum(), 1e-9);
      List<double[]> pattern = new ArrayList<>();
      String last = "blocks." + (model.blocks().size() - 1) + ".attn.hook_pattern";
      model.forward(
          TokenBatch.of(List.of(TEXT), model.config().padId(), Side.PAIR),
          Hooks.none().observe(last, (context, x) -> pattern.add(Numbers.doubles(x))));
      double[] seen = pattern.getFirst(); // [head, from position, to position]
      int length = TEXT.length();
      int heads = seen.length / length / length;
      double[] weights = ReadPositions.weights(model, TEXT);
      double[] expected = new double[length];
      for (int head = 0; head < heads; head++) {
        for (int by = 0; by < length; by++) {
          for (int at = 0; at < length; at++) {
            expected[at] += weights[by] * seen[(head * length + by) * length + at] / heads;
          }
        }
      }
      assertArrayEquals(expected, shares, 1e-12);
    }
  }

  /** What reads the last token of a model that looks back alone gets all that came before. */
  @Test
  void theOutputIsReadWhereItIs() throws IOException {
    try (HookedModel first = open(Path.of(Checkout.model("bert-cross")));
        HookedModel mean = open(Path.of(Checkout.model("bert-bi")));
        HookedModel last = open(Path.of(Checkout.model("families/llama-rank")))) {
      long pad = last.config().padId();
      TokenSequence three =
          TokenSequence.ofIds(new long[] {pad + 1, pad + 2, pad + 3}, new long[3]);
      assertArrayEquals(new double[] {1, 0, 0}, ReadPositions.weights(first, three));
      assertArrayEquals(new double[] {1 / 3., 1 / 3., 1 / 3.}, ReadPositions.weights(mean, three));
      assertArrayEquals(new double[] {0, 0, 1}, ReadPositions.weights(last, three));
      // The head reads before tokens that stand for padding, whoever put them there.
      TokenSequence ended = TokenSequence.ofIds(new long[] {pad + 1, pad + 2, pad}, new long[3]);
      assertArrayEquals(new double[] {0, 1, 0}, ReadPositions.weights(last, ended));
    }
  }
}
