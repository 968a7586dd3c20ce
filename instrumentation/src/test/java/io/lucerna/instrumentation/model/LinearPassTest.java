package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.model.LinearPass.Written;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void partsAddUp(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = model(reference, Precision.FP64)) {
      int live = model.liveArrays();
      TokenSequence text = reference.texts().getFirst();
      model.linear(
          text,
          Side.PAIR,
          pass -> {
            float[] weights = weights(pass.output().length);
            double number = pass.number(weights);
            Shares shares = pass.shares(weights);
            assertEquals(text.length(), shares.tokens().length);
            assertEquals(number, shares.sum(), 1e-9 * size(shares), folder + " by tokens");
            Written written = pass.written(weights);
            double size =
                size(written.rest())
                    + written.components().values().stream().mapToDouble(Math::abs).sum();
            assertEquals(number, written.sum(), 1e-9 * size, folder + " by components");
            Map<Component, Shares> both = pass.writtenByToken(weights);
            assertEquals(
                List.copyOf(written.components().keySet()), List.copyOf(both.keySet()), "order");
            // What components pass on, and what comes straight from the embeddings, is all.
            for (int token = 0; token < text.length(); token++) {
              int at = token;
              double sum = written.rest().tokens()[at];
              for (Shares by : both.values()) {
                sum += by.tokens()[at];
              }
              assertEquals(shares.tokens()[token], sum, 1e-9 * size, folder + " token " + token);
            }
            assertArrayEquals(
                shares.tokens(), pass.shares(weights).tokens(), "nothing is left of before");
            return null;
          });
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
            Shares shares = pass.shares(weights);
            double size = size(shares);
            assertTrue(size > 0);
            assertEquals(pass.number(weights), shares.sum(), 1e-5 * Math.max(1, size));
            assertEquals(
                pass.number(weights), pass.written(weights).sum(), 1e-5 * Math.max(1, size));
            return null;
          });
    }
  }
}
