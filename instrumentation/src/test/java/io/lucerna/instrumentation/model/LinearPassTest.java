package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.LinearPass.Parts;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a score is made of adds up to it, by tokens, by components, and by both. */
class LinearPassTest {
  static Stream<Path> kinds() throws IOException {
    return ReferenceModel.kinds();
  }

  private static float[] weights(int count) {
    Random random = new Random(11);
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }

  private static HookedModel model(ReferenceModel reference, Precision precision)
      throws IOException {
    return reference.model(precision, OutputSettings.defaults().withAnswers(reference.answers()));
  }

  private static double size(Shares shares) {
    return Math.abs(shares.biases()) + Arrays.stream(shares.tokens()).map(Math::abs).sum();
  }

  /** The other way, forwards, gives the same shares. */
  private static void sourcesAreTheOutput(
      LinearPass pass, Biases biases, float[] weights, Shares shares, String what) {
    float[][] sources = pass.sources(biases);
    double[] number = new double[sources.length];
    for (int source = 0; source < sources.length; source++) {
      for (int i = 0; i < weights.length; i++) {
        number[source] += (double) sources[source][i] * weights[i];
      }
    }
    double bound = 1e-5 * Math.max(1, size(shares)); // outputs are floats
    for (int token = 0; token < shares.tokens().length; token++) {
      assertEquals(shares.tokens()[token], number[token], bound, what + " source " + token);
    }
    assertEquals(shares.biases(), number[number.length - 1], bound, what + " last source");
    if (biases == Biases.OWN) {
      float[][] some = pass.sources(5);
      for (int source = 0; source < sources.length; source++) {
        assertArrayEquals(sources[source], some[source], 1e-5f, what + " in parts");
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void partsAddUp(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = model(reference, Precision.FP64)) {
      int live = model.liveArrays();
      TokenSequence text = reference.texts().getFirst();
      for (Biases biases : Biases.values()) {
        String what = folder + " " + biases;
        model.linear(
            text,
            Side.PAIR,
            pass -> {
              float[] weights = weights(pass.output().length);
              double number = pass.number(weights);
              Parts parts = pass.parts(weights, biases, true);
              Shares shares = parts.byToken();
              assertEquals(text.length(), shares.tokens().length);
              assertEquals(number, shares.sum(), 1e-9 * size(shares), what + " by tokens");
              double size =
                  size(parts.written().rest())
                      + parts.written().components().values().stream().mapToDouble(Math::abs).sum();
              assertEquals(number, parts.written().sum(), 1e-9 * size, what + " by components");
              assertEquals(
                  List.copyOf(parts.written().components().keySet()),
                  List.copyOf(parts.byBoth().keySet()),
                  "order");
              parts
                  .byBoth()
                  .forEach(
                      (component, by) ->
                          assertEquals(
                              Objects.requireNonNull(parts.written().components().get(component)),
                              by.sum(),
                              1e-9 * size,
                              what + " " + component));
              // What components pass on, and what comes straight from the embeddings, is all.
              for (int token = 0; token < text.length(); token++) {
                int at = token;
                double sum = parts.written().rest().tokens()[at];
                for (Shares by : parts.byBoth().values()) {
                  sum += by.tokens()[at];
                }
                assertEquals(shares.tokens()[token], sum, 1e-9 * size, what + " token " + token);
              }
              assertArrayEquals(
                  shares.tokens(),
                  pass.parts(weights, biases, false).byToken().tokens(),
                  "nothing is left of before");
              sourcesAreTheOutput(pass, biases, weights, shares, what);
              return null;
            });
      }
      assertEquals(live, model.liveArrays(), "live arrays");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void theyAddUpInSinglePrecisionToo(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = model(reference, Precision.FP32)) {
      TokenSequence text = reference.texts().getFirst();
      TokenBatch batch = TokenBatch.of(List.of(text), model.config().padId(), Side.PAIR);
      float[] plain = model.forward(batch, Hooks.none())[0];
      model.linear(
          text,
          Side.PAIR,
          pass -> {
            assertArrayEquals(plain, pass.output(), 1e-4f, "outputs");
            float[] weights = weights(pass.output().length);
            Parts parts = pass.parts(weights, Biases.OWN, false);
            double size = size(parts.byToken());
            assertTrue(size > 0);
            double bound = 1e-5 * Math.max(1, size);
            assertEquals(pass.number(weights), parts.byToken().sum(), bound);
            assertEquals(pass.number(weights), parts.written().sum(), bound);
            Shares again = pass.shares(List.of(weights, weights)).getLast();
            assertArrayEquals(parts.byToken().tokens(), again.tokens(), bound);
            return null;
          });
    }
  }
}
