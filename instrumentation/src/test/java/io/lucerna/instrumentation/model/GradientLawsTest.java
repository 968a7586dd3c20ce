package io.lucerna.instrumentation.model;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Reference;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients at every point of every family: against differences in fp64, and the goldens'. */
class GradientLawsTest {
  private static final int LONGEST = 10;
  private static final double STEP = 1e-5;
  private static final double BOUND = 1e-6;
  private static final String GRADIENTS = "gradients.safetensors";

  static Stream<Path> kinds() throws IOException {
    return ReferenceModel.kinds();
  }

  /** Those with gradients beside them: goldens of the shared folder, where that is at hand. */
  static Stream<Path> goldens() throws IOException {
    List<Path> found =
        ReferenceModel.folders().filter(folder -> Files.exists(folder.resolve(GRADIENTS))).toList();
    if (found.isEmpty()) {
      System.out.println("no golden gradients: there is no folder shared beside the checkout");
      return Stream.of(Path.of("none"));
    }
    return found.stream();
  }

  private static TokenBatch batch(ReferenceModel reference, HookedModel model) {
    List<TokenSequence> texts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      TokenSequence text = reference.texts().get(i);
      int kept = Math.min(LONGEST - 2 * i, text.length());
      texts.add(
          TokenSequence.ofIds(Arrays.copyOf(text.ids(), kept), Arrays.copyOf(text.types(), kept)));
    }
    return TokenBatch.of(texts, model.config().padId(), Side.PAIR);
  }

  /** A number made of a batch's outputs: their products with fixed random weights, added up. */
  private static UnaryOperator<float[][]> weights() {
    return rows -> {
      Random random = new Random(11);
      float[][] weights = new float[rows.length][];
      for (int row = 0; row < rows.length; row++) {
        weights[row] = new float[rows[row].length];
        for (int i = 0; i < weights[row].length; i++) {
          weights[row][i] = (float) random.nextGaussian();
        }
      }
      return weights;
    };
  }

  private record Found(Shape shape, double[] values) {
    double norm() {
      return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }
  }

  private static Map<HookPoint, Found> gradients(
      HookedModel model, TokenBatch batch, UnaryOperator<float[][]> slope) {
    Map<HookPoint, Found> gradients = new LinkedHashMap<>();
    Hook.Observer reader =
        (context, gradient) ->
            gradients.put(
                context.point(),
                new Found(
                    gradient.getShape(), gradient.toType(DataType.FLOAT64, false).toDoubleArray()));
    model.gradients(batch, Hooks.none().observeGradient("*", reader), Gradient.TRUE, slope);
    return gradients;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void gradientsAreCentralDifferences(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP64)) {
      TokenBatch batch = batch(reference, model);
      int live = model.liveArrays();
      Map<HookPoint, Found> gradients = gradients(model, batch, weights());
      assertEquals(model.registry().points(), List.copyOf(gradients.keySet()));
      assertEquals(live, model.liveArrays(), "live arrays");
      Map<HookPoint, Double> sizes = sizes(model, batch);
      Random random = new Random(5);
      for (Map.Entry<HookPoint, Found> entry : gradients.entrySet()) {
        Found gradient = entry.getValue();
        double[] direction = random.doubles(gradient.values.length, -1, 1).toArray();
        double expected = 0;
        for (int i = 0; i < direction.length; i++) {
          expected += direction[i] * gradient.values[i];
        }
        double step = STEP * requireNonNull(sizes.get(entry.getKey()));
        double more = moved(model, batch, entry.getKey(), direction, step);
        double less = moved(model, batch, entry.getKey(), direction, -step);
        assertEquals(
            expected,
            (more - less) / (2 * step),
            BOUND * Math.max(gradient.norm(), 1),
            reference + " " + entry.getKey());
      }
    }
  }

  /** How large activations are: the root of the mean square. */
  private static Map<HookPoint, Double> sizes(HookedModel model, TokenBatch batch) {
    Map<HookPoint, Double> sizes = new HashMap<>();
    Hook.Observer measure =
        (context, x) -> {
          double[] values = x.toDoubleArray();
          double squares =
              Arrays.stream(values).filter(v -> Math.abs(v) < 1e30).map(v -> v * v).sum();
          sizes.put(context.point(), Math.sqrt(squares / values.length));
        };
    model.forward(batch, Hooks.none().with("*", measure));
    return sizes;
  }

  /** The number when an activation is moved. */
  private static double moved(
      HookedModel model, TokenBatch batch, HookPoint point, double[] direction, double step) {
    Hook.Intervention move =
        (context, x) -> {
          NDArray way = x.getManager().create(direction, x.getShape());
          return x.add(way.mul(step));
        };
    return number(model, batch, Hooks.none().with(point.toString(), move));
  }

  /** The number under hooks. */
  private static double number(HookedModel model, TokenBatch batch, Hooks hooks) {
    double[] number = {Double.NaN};
    OutputHead head = model.network().head();
    Hook.Observer read =
        (context, output) -> {
          float[][] rows = head.rows(output, batch);
          NDArray slopes = head.slopes(weights().apply(rows), output, batch);
          number[0] = output.mul(slopes).sum().getDouble();
        };
    model.forward(batch, hooks.with(head.points().getLast().toString(), read));
    return number[0];
  }

  /** A vector that a spec adds, in a small dose, moves the number as its point's gradient says. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void aSpecsSmallDoseDoesWhatTheGradientSays(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP64)) {
      TokenBatch batch = batch(reference, model);
      Map<HookPoint, Found> gradients = gradients(model, batch, weights());
      Map<HookPoint, Double> sizes = sizes(model, batch);
      Random random = new Random(7);
      int layer = model.config().layers() - 1;
      for (Site site : List.of(Site.RESID_PRE, Site.Z, Site.ATTN_OUT, Site.MLP_POST)) {
        HookPoint point = HookPoint.of(layer, site);
        Found gradient = requireNonNull(gradients.get(point));
        long[] shape = gradient.shape.getShape();
        int width = (int) shape[shape.length - 1];
        double[] vector = random.doubles(width, -1, 1).toArray();
        double expected = 0;
        int rows = gradient.values.length / width;
        for (int row = 0; row < rows; row++) {
          int position = (int) (row / (rows / shape[0] / shape[1]) % shape[1]);
          int text = (int) (row / (rows / shape[0]));
          if (position < batch.sequences().get(text).length()) { // no spec touches padding
            for (int i = 0; i < width; i++) {
              expected += vector[i] * gradient.values[row * width + i];
            }
          }
        }
        double dose = STEP * requireNonNull(sizes.get(point));
        double more = number(model, batch, added(model, point, vector, dose));
        double less = number(model, batch, added(model, point, vector, -dose));
        assertEquals(
            expected,
            (more - less) / (2 * dose),
            BOUND * Math.max(gradient.norm(), 1),
            reference + " " + point);
      }
    }
  }

  private static Hooks added(HookedModel model, HookPoint point, double[] vector, double dose) {
    String literal = Arrays.toString(vector).replace(" ", "");
    return InterventionSpec.parse("add " + point + " vector=" + literal + " dose=" + dose)
        .compile(model.registry(), List.of(Side.PAIR), SpecSources.withoutRecordings())
        .hooks();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void aGradientPassLeavesThePlainOneAlone(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP32)) {
      TokenBatch batch = batch(reference, model);
      float[][] before = model.forward(batch, Hooks.none());
      float[][] during =
          model.gradients(
              batch, Hooks.none().observeGradient("*", (c, g) -> {}), Gradient.TRUE, weights());
      float[][] after = model.forward(batch, Hooks.none());
      double bound = model.task() == Task.TERMS ? Parity.VOCABULARY_BOUND : 1e-5;
      for (int row = 0; row < before.length; row++) {
        assertArrayEquals(before[row], after[row]);
        for (int i = 0; i < before[row].length; i++) {
          double allowed = bound * Math.max(1, Math.abs(before[row][i]));
          assertEquals(before[row][i], during[row][i], allowed, reference + " output " + i);
        }
      }
    }
  }

  @Test
  void aThousandPassesLeaveNothingBehind() throws IOException {
    ReferenceModel reference =
        ReferenceModel.open(Checkout.goldens("bert-bi").findFirst().orElseThrow());
    try (HookedModel model = reference.model(Precision.FP32)) {
      TokenBatch batch = batch(reference, model);
      int weights = model.liveArrays();
      Hooks hooks = Hooks.none().observeGradient("blocks.*.attn.hook_z", (c, g) -> {});
      for (int pass = 0; pass < 1000; pass++) {
        model.gradients(batch, hooks, pass % 2 == 0 ? Gradient.TRUE : Gradient.FROZEN, weights());
        assertEquals(weights, model.liveArrays(), "live arrays after pass " + pass);
      }
    }
  }

  /** What Java frees during a pass is nothing that the way back needs. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void nothingIsFreedBeforeTheWayBack(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP32)) {
      TokenBatch batch = batch(reference, model);
      Hook.Intervention byJavasNumbers =
          (context, x) -> {
            float[] threes = new float[(int) x.size()];
            Arrays.fill(threes, 3);
            return x.mul(x.getManager().create(threes, x.getShape()));
          };
      List<ByteBuffer> others = new ArrayList<>();
      Hook.Observer collect =
          (context, x) -> {
            System.gc();
            for (int i = 0; i < 2000; i++) { // takes what was freed, and fills it
              ByteBuffer other = ByteBuffer.allocateDirect(1 << (4 + i % 9));
              while (other.hasRemaining()) {
                other.put((byte) 0x7f);
              }
              others.add(other);
            }
          };
      Hooks hooks = Hooks.none().with(HookPoint.of(0, Site.MLP_OUT).toString(), byJavasNumbers);
      String last = model.network().head().points().getLast().toString();
      String lowest = model.registry().points().getFirst().toString();
      List<float[]> found = new ArrayList<>();
      for (Hooks each : List.of(hooks, hooks.with(last, collect))) {
        model.gradients(
            batch,
            each.observeGradient(lowest, (context, g) -> found.add(g.toFloatArray())),
            Gradient.TRUE,
            weights());
      }
      assertArrayEquals(found.get(0), found.get(1), folder + ", " + others.size() + " buffers");
    }
  }

  /** What an intervention makes of an activation is gone back through too. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void interventionsHaveDerivatives(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP64)) {
      TokenBatch batch = batch(reference, model);
      String middle = HookPoint.of(0, Site.MLP_OUT).toString();
      String below = HookPoint.of(0, Site.RESID_PRE).toString();
      double[][] plain = {null, null};
      for (int i = 0; i < 2; i++) {
        int row = i;
        Hook.Intervention zero = (context, x) -> x.mul(x.getManager().create(row == 0 ? 1.0 : 0.0));
        Hook.Observer reader = (context, gradient) -> plain[row] = gradient.toDoubleArray();
        model.gradients(
            batch,
            Hooks.none().with(middle, zero).observeGradient(below, reader),
            Gradient.TRUE,
            weights());
      }
      Map<HookPoint, Found> all = gradients(model, batch, weights());
      Found without = requireNonNull(all.get(HookPoint.of(0, Site.RESID_PRE)));
      double allowed = 1e-12 * Math.max(1, without.norm());
      assertArrayEquals(without.values, requireNonNull(plain[0]), allowed, folder.toString());
      assertFalse(Arrays.equals(plain[0], plain[1]), folder + ": zeroing the MLP changes nothing");
    }
  }

  /** A point's gradient does not depend on the other points that are asked for. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void pointsAreAskedForInAnyCompany(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP64)) {
      TokenBatch batch = batch(reference, model);
      Map<HookPoint, Found> all = gradients(model, batch, weights());
      HookPoint lowest = model.registry().points().getFirst();
      double[][] alone = new double[1][];
      Hook.Observer reader = (context, gradient) -> alone[0] = gradient.toDoubleArray();
      model.gradients(
          batch, Hooks.none().observeGradient(lowest.toString(), reader), Gradient.TRUE, weights());
      Found inCompany = requireNonNull(all.get(lowest));
      assertArrayEquals(
          inCompany.values, alone[0], 1e-12 * Math.max(1, inCompany.norm()), folder.toString());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("goldens")
  void gradientsAreThoseOfTheGoldens(Path folder) throws IOException {
    Path file = folder.resolve(GRADIENTS);
    assumeTrue(Files.exists(file), "no golden gradients are at hand");
    ReferenceModel reference = ReferenceModel.open(folder);
    try (Checkpoint stored = Checkpoints.openFile(file);
        HookedModel model = reference.model(Precision.FP32)) {
      TokenBatch batch = TokenBatch.of(reference.texts(), model.config().padId(), Side.PAIR);
      Map<HookPoint, Found> gradients = gradients(model, batch, goldenScore(model, batch));
      int compared = 0;
      for (Map.Entry<HookPoint, Found> entry : gradients.entrySet()) {
        Reference named = model.reference(entry.getKey()).orElse(null);
        boolean elsewhere =
            named != null
                && (named.after() != null // of what comes before the function
                    // of the stream, where a first block reads it as it is
                    || entry.getKey().site() == Site.NORMALIZED_RESID_PRE
                        && named.tensor().startsWith("hidden_states"));
        if (named == null || elsewhere || !stored.names().contains("grad:" + named.tensor())) {
          continue;
        }
        compare(reference, entry.getKey(), named, stored, batch, entry.getValue());
        compared++;
      }
      assertTrue(compared >= 10, compared + " tensors compared");
    }
  }

  private static void compare(
      ReferenceModel reference,
      HookPoint point,
      Reference named,
      Checkpoint stored,
      TokenBatch batch,
      Found own) {
    String name = "grad:" + named.tensor();
    long[] shape = stored.shape(name);
    float[] all = stored.floats(name);
    double largest = 0;
    for (float value : all) {
      largest = Math.max(largest, Math.abs(value));
    }
    int size = all.length / (int) shape[0];
    int ownSize = own.values.length / batch.size();
    for (int row = 0; row < batch.size(); row++) {
      float[] expected =
          named.values(
              Arrays.copyOfRange(all, row * size, (row + 1) * size), (int) shape[shape.length - 1]);
      String what = reference + " " + point + " text " + row;
      assertEquals(expected.length, ownSize, what + ": length");
      int keys = point.letters().contains("kpos") ? (int) shape[shape.length - 1] : 0;
      int length = batch.sequences().get(row).length();
      for (int i = 0; i < ownSize; i++) {
        if (keys > 0 && i % keys >= length) {
          continue; // a look at padding: the goldens leave out what it would do
        }
        double actual = own.values[row * ownSize + i];
        assertEquals(expected[i], actual, 1e-5 * Math.max(1, largest), what + " at " + i);
      }
    }
  }

  /** The slopes of the score that the goldens' gradients are of. */
  private static UnaryOperator<float[][]> goldenScore(HookedModel model, TokenBatch batch) {
    return rows ->
        switch (model.task()) {
          case LABELS -> GoldenScores.lastLabel(rows);
          case ANSWERS -> GoldenScores.logSoftmaxOfSecond(rows);
          case VECTOR -> GoldenScores.cosineToFirst(rows);
          case TERMS -> GoldenScores.dotWithFirst(rows);
          case TOKEN_VECTORS -> GoldenScores.maxSimToFirst(rows, model.outputs());
        };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void slopesOfAnotherShapeAreRefused(Path folder) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    try (HookedModel model = reference.model(Precision.FP32)) {
      TokenBatch batch = batch(reference, model);
      int live = model.liveArrays();
      boolean mode = JniUtils.isGradMode();
      Hooks hooks = Hooks.none().observeGradient("*", (c, g) -> {});
      assertThrows(
          IllegalArgumentException.class,
          () ->
              model.gradients(
                  batch, hooks, Gradient.TRUE, rows -> new float[rows.length][1 << 20]));
      assertThrows(IllegalArgumentException.class, () -> model.forward(batch, hooks));
      assertThrows(
          IllegalArgumentException.class,
          () -> model.gradients(batch, hooks.forward(), Gradient.TRUE, weights()));
      assertEquals(live, model.liveArrays(), "live arrays");
      assertEquals(mode, JniUtils.isGradMode(), "the mode is as it was");
    }
  }
}
