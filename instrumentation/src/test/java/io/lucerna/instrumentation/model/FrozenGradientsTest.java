package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A network made linear is the sum of what goes in, as far as biases add nothing. */
class FrozenGradientsTest {
  static Stream<Path> kinds() throws IOException {
    return ReferenceModel.kinds();
  }

  private static float[][] weights(float[][] rows) {
    Random random = new Random(11);
    float[][] weights = new float[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      weights[row] = new float[rows[row].length];
      for (int i = 0; i < weights[row].length; i++) {
        weights[row][i] = (float) random.nextGaussian();
      }
    }
    return weights;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void theOutputIsTheSumOfWhatGoesIn(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (Checkpoint stored = Checkpoints.open(folder);
        HookedModel model =
            HookedModel.open(
                reference.architecture(),
                new Replaced(stored, name -> name.matches(".*(bias|_b)") ? 0f : null),
                OutputSettings.defaults().withAnswers(reference.answers()),
                Precision.FP64)) {
      TokenBatch batch =
          TokenBatch.of(reference.texts().subList(0, 2), model.config().padId(), Side.PAIR);
      List<HookPoint> entries =
          model.registry().points().stream()
              .filter(point -> point.site() == Site.RESID_PRE && point.layer() == 0)
              .filter(point -> point.stack() != Stack.CROSS)
              .toList();
      Map<HookPoint, double[]> inputs = new HashMap<>();
      double[] sums = new double[2];
      double[] number = {Double.NaN};
      Hooks hooks = Hooks.none();
      for (HookPoint entry : entries) {
        Hook.Observer keep = (context, x) -> inputs.put(entry, x.toDoubleArray());
        Hook.Observer sum =
            (context, gradient) -> {
              double[] slopes = gradient.toDoubleArray();
              double[] values = Objects.requireNonNull(inputs.get(entry));
              for (int i = 0; i < slopes.length; i++) {
                sums[0] += slopes[i] * values[i];
                sums[1] += Math.abs(slopes[i] * values[i]);
              }
            };
        hooks = hooks.observe(entry.toString(), keep).observeGradient(entry.toString(), sum);
      }
      OutputHead head = model.network().head();
      Hook.Observer read =
          (context, output) -> {
            NDArray slopes = head.slopes(weights(head.rows(output, batch)), output, batch);
            number[0] = output.mul(slopes).sum().getDouble();
          };
      hooks = hooks.observe(head.points().getLast().toString(), read);
      model.gradients(batch, hooks, Gradient.FROZEN, FrozenGradientsTest::weights);
      assertTrue(sums[1] > 0, "nothing goes in");
      assertEquals(number[0], sums[0], 1e-9 * sums[1], reference.toString());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void theOutputsAreThoseOfTheNetwork(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model =
        reference.model(
            Precision.FP64, OutputSettings.defaults().withAnswers(reference.answers()))) {
      TokenBatch batch =
          TokenBatch.of(reference.texts().subList(0, 2), model.config().padId(), Side.PAIR);
      Hooks hooks = Hooks.none().observeGradient("*", (context, gradient) -> {});
      float[][] linear =
          model.gradients(batch, hooks, Gradient.FROZEN, FrozenGradientsTest::weights);
      float[][] plain = model.forward(batch, Hooks.none());
      for (int row = 0; row < plain.length; row++) {
        assertArrayEquals(plain[row], linear[row], 1e-6f, reference + " text " + row);
      }
    }
  }
}
