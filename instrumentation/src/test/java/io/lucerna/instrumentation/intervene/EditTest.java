package io.lucerna.instrumentation.intervene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.nn.TorchEngine;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Edits of whole batches give what plain loops over doubles give, number by number. */
class EditTest {
  private static final int HEADS = 3;
  private static final int WIDTH = 5;
  private static final int[] LENGTHS = {4, 7, 7, 9};
  private static final int PADDED = 9;
  private static final HookRegistry REGISTRY =
      new HookRegistry(
          List.of(
              point("blocks.0.hook_resid_pre"),
              point("blocks.0.attn.hook_z"),
              point("blocks.0.attn.hook_pattern"),
              point("decoder.0.cross_attn.hook_pattern"),
              point("decoder.0.attn.hook_z"),
              point("pooler.hook_pooler_out"),
              point("hook_score")),
          Map.of("head", HEADS, "d_head", WIDTH, "d_model", HEADS * WIDTH, "dec", 1));

  private static HookPoint point(String name) {
    return HookPoint.parse(name).orElseThrow();
  }

  @BeforeAll
  static void engine() {
    TorchEngine.get();
  }

  private static TokenBatch batch() {
    List<TokenSequence> texts =
        Arrays.stream(LENGTHS)
            .mapToObj(n -> TokenSequence.ofIds(new long[n], new long[n]))
            .toList();
    return TokenBatch.of(texts, 0, Side.PASSAGE);
  }

  private static long[] shape(HookPoint point) {
    return REGISTRY.shape(point).stream()
        .mapToLong(
            size ->
                switch (size) {
                  case "batch" -> LENGTHS.length;
                  case "pos", "qpos", "kpos" -> PADDED;
                  default -> Long.parseLong(size);
                })
        .toArray();
  }

  private static double[] edit(String line, double[] numbers, DataType type) {
    HookPoint point = point(line.split(" ")[1]);
    CompiledSpec spec =
        InterventionSpec.parse(line)
            .compile(REGISTRY, List.of(Side.PASSAGE), SpecSources.withoutRecordings());
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray activation = manager.create(numbers, new Shape(shape(point))).toType(type, false);
      NDArray edited =
          spec.hooks()
              .bind(REGISTRY, batch())
              .in(point.stack())
              .at(point.site(), point.layer(), activation);
      assertEquals(type, edited.getDataType());
      return edited.toType(DataType.FLOAT64, true).toDoubleArray();
    }
  }

  /** What a plain loop does to the targeted numbers of one position and head. */
  private interface Loop {
    double[] of(double[] x);
  }

  /** A position and head of a text: where its targeted numbers lie in the activation. */
  private static List<int[]> rows(
      HookPoint point, int[] positions, int[] heads, int[] elements, boolean last) {
    List<int[]> rows = new ArrayList<>();
    String name = point.toString();
    for (int text = 0; text < LENGTHS.length; text++) {
      int length = LENGTHS[text];
      int row = text;
      boolean by = !name.startsWith("decoder") && !name.matches("pooler.*|hook_score");
      for (int position : by ? within(positions, length, last) : new int[1]) {
        boolean hasHeads = name.contains("attn");
        for (int head : hasHeads ? within(heads, HEADS, false) : new int[1]) {
          boolean keys = name.endsWith("pattern");
          int width =
              keys ? length : hasHeads ? WIDTH : name.equals("hook_score") ? 1 : HEADS * WIDTH;
          rows.add(
              Arrays.stream(within(elements, width, false))
                  .map(
                      e ->
                          switch (name) {
                            case "blocks.0.hook_resid_pre" ->
                                (row * PADDED + position) * HEADS * WIDTH + e;
                            case "blocks.0.attn.hook_z" ->
                                ((row * PADDED + position) * HEADS + head) * WIDTH + e;
                            case "blocks.0.attn.hook_pattern" ->
                                ((row * HEADS + head) * PADDED + position) * PADDED + e;
                            case "decoder.0.cross_attn.hook_pattern" ->
                                (row * HEADS + head) * PADDED + e;
                            case "decoder.0.attn.hook_z" -> (row * HEADS + head) * WIDTH + e;
                            default -> row * width + e;
                          })
                  .toArray());
        }
      }
    }
    return rows;
  }

  /** Those of the numbers that are below a size, with the last one where that is asked for. */
  private static int[] within(int[] numbers, int size, boolean last) {
    IntStream all =
        numbers.length == 0
            ? IntStream.range(0, size)
            : Arrays.stream(numbers).filter(n -> n < size);
    return (last ? IntStream.concat(all, IntStream.of(size - 1)) : all).distinct().toArray();
  }

  private static double[] random(HookPoint point, long seed, boolean narrow) {
    SplittableRandom random = new SplittableRandom(seed);
    int size = (int) new Shape(shape(point)).size();
    return random.doubles(size, -2, 2).map(x -> narrow ? (float) x : x).toArray();
  }

  private static double[] plain(double[] numbers, List<int[]> rows, Loop loop, boolean narrow) {
    double[] expected = numbers.clone();
    for (int[] row : rows) {
      double[] x = Arrays.stream(row).mapToDouble(i -> numbers[i]).toArray();
      double[] after = loop.of(x);
      for (int i = 0; i < row.length; i++) {
        expected[row[i]] = narrow ? (float) after[i] : after[i];
      }
    }
    return expected;
  }

  private static void compare(double[] expected, double[] actual, double bound, String what) {
    for (int i = 0; i < expected.length; i++) {
      if (bound == 0) {
        assertEquals(
            Double.doubleToRawLongBits(expected[i]),
            Double.doubleToRawLongBits(actual[i]),
            what + ", number " + i);
      } else {
        assertEquals(expected[i], actual[i], bound, what + ", number " + i);
      }
    }
  }

  private static void holds(String operation, Loop loop, double bound32, double bound64) {
    int[][] some = {{}, {2}, {1, 2, 3}, {0, 2}};
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      boolean narrow = type == DataType.FLOAT32;
      for (HookPoint point : REGISTRY.points()) {
        boolean heads = point.toString().contains("attn");
        boolean keys = point.toString().endsWith("pattern");
        boolean positions = point.toString().startsWith("blocks");
        for (int[] at : positions ? some : new int[][] {{}}) {
          for (int[] head : heads ? new int[][] {{}, {1}, {0, 2}} : new int[][] {{}}) {
            for (int[] key : keys ? some : new int[][] {{}}) {
              String line =
                  operation.split(" ")[0]
                      + " "
                      + point
                      + setting(" at=", at, at.length == 2 ? ",-1" : "")
                      + setting(" head=", head, "")
                      + setting(" keys=", key, "")
                      + operation.substring(operation.split(" ")[0].length());
              double[] numbers = random(point, line.hashCode(), narrow);
              List<int[]> rows = rows(point, at, head, key, at.length == 2);
              compare(
                  plain(numbers, rows, loop, narrow),
                  edit(line, numbers, type),
                  narrow ? bound32 : bound64,
                  type + " " + line);
            }
          }
        }
      }
    }
  }

  private static String setting(String key, int[] numbers, String more) {
    return numbers.length == 0
        ? ""
        : key
            + Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(","))
            + more;
  }

  private static Loop each(java.util.function.DoubleUnaryOperator f) {
    return x -> Arrays.stream(x).map(f).toArray();
  }

  @Test
  void whatIsSetIsSetToTheBit() {
    holds("zero", each(x -> 0), 0, 0);
    holds("set to=0.1", each(x -> 0.1), 0, 0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.1, -3, 0, 1})
  void whatIsScaledIsRoundedOnce(double factor) {
    holds("scale by=" + factor, each(x -> x * factor + 0.0), 0, 0);
  }

  private static double[] vector(int size, int seed) {
    return new SplittableRandom(seed).doubles(size, -1, 1).toArray();
  }

  private static String text(double[] vector) {
    return DoubleStream.of(vector)
        .mapToObj(Double::toString)
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** Vectors are rounded to fp32 where the model computes in it: half a unit in the last place. */
  private static final double HALF_ULP = 0x1p-24;

  @ParameterizedTest
  @ValueSource(strings = {"blocks.0.hook_resid_pre", "pooler.hook_pooler_out"})
  void aVectorIsAdded(String name) {
    HookPoint point = point(name);
    double[] vector = vector(HEADS * WIDTH, 1);
    float[] rounded = new float[vector.length];
    Arrays.setAll(vector, i -> vector[i]);
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) (0.3 * vector[i]);
    }
    List<int[]> rows = rows(point, new int[0], new int[0], new int[0], false);
    String line = "add " + name + " vector=" + text(vector) + " dose=0.3";
    double[] wide = random(point, 5, false);
    compare(
        plain(wide, rows, x -> sum(x, vector, 0.3), false),
        edit(line, wide, DataType.FLOAT64),
        0,
        line);
    double[] narrow = random(point, 6, true);
    double[] edited = edit(line, narrow, DataType.FLOAT32);
    compare(plain(narrow, rows, x -> sum(x, vector, 0.3), true), edited, 4 * HALF_ULP, line);
    double[] exact = new double[rounded.length];
    Arrays.setAll(exact, i -> rounded[i]);
    compare(plain(narrow, rows, x -> sum(x, exact, 1), true), edited, 0, line);
  }

  private static double[] sum(double[] x, double[] vector, double dose) {
    return IntStream.range(0, x.length).mapToDouble(i -> x[i] + dose * vector[i]).toArray();
  }

  @Test
  void aSubspaceIsTakenOutOrKept() {
    HookPoint point = point("blocks.0.hook_resid_pre");
    for (int k = 1; k <= 4; k++) {
      double[][] vectors =
          IntStream.range(0, k)
              .mapToObj(i -> vector(HEADS * WIDTH, 10 + i))
              .toArray(double[][]::new);
      Subspace space = Subspace.spanning(vectors);
      String rows =
          Arrays.stream(vectors).map(EditTest::text).collect(Collectors.joining(",", "[", "]"));
      List<int[]> all = rows(point, new int[0], new int[0], new int[0], false);
      for (boolean onto : List.of(false, true)) {
        Loop loop =
            x -> {
              double[] part = SubspaceTest.part(space, x);
              double[] left = new double[x.length];
              Arrays.setAll(left, i -> onto ? part[i] : x[i] - part[i]);
              return left;
            };
        String line = "project-" + (onto ? "onto " : "out ") + point + " vector=" + rows;
        double[] wide = random(point, k, false);
        compare(plain(wide, all, loop, false), edit(line, wide, DataType.FLOAT64), 1e-14, line);
        double[] narrow = random(point, 7 + k, true);
        compare(plain(narrow, all, loop, true), edit(line, narrow, DataType.FLOAT32), 2e-6, line);
      }
    }
  }

  @Test
  void aWideProjectionIsTheSame() {
    int width = 2000;
    HookPoint point = point("blocks.0.hook_resid_pre");
    HookRegistry wide = new HookRegistry(List.of(point), Map.of("d_model", width));
    double[] v = vector(width, 3);
    CompiledSpec spec =
        InterventionSpec.parse("project-out " + point + " vector=" + text(v))
            .compile(wide, List.of(Side.PASSAGE), SpecSources.withoutRecordings());
    float[] numbers = new float[LENGTHS.length * PADDED * width];
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextDouble(-1, 1);
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(numbers, new Shape(LENGTHS.length, PADDED, width));
      float[] after = spec.hooks().bind(wide, batch()).at(point.site(), 0, x).toFloatArray();
      Subspace space = Subspace.spanning(new double[][] {v});
      for (int text = 0; text < LENGTHS.length; text++) {
        for (int p = 0; p < PADDED; p++) {
          double[] row = new double[width];
          int from = (text * PADDED + p) * width;
          Arrays.setAll(row, i -> numbers[from + i]);
          double[] part = SubspaceTest.part(space, row);
          for (int i = 0; i < width; i++) {
            double expected = p < LENGTHS[text] ? row[i] - part[i] : row[i];
            assertEquals(expected, after[from + i], 2e-6);
          }
        }
      }
      assertTrue(spec.report().getFirst().positions() == Arrays.stream(LENGTHS).sum());
    }
  }

  @Test
  void noiseIsAddedAsADouble() {
    HookPoint point = point("blocks.0.attn.hook_z");
    String line = "noise " + point + " std=0.5 seed=3";
    double[] zero = new double[(int) new Shape(shape(point)).size()];
    double[] noise = edit(line, zero, DataType.FLOAT64);
    double[] numbers = random(point, 8, true);
    double[] expected = numbers.clone();
    for (int[] row : rows(point, new int[0], new int[0], new int[0], false)) {
      for (int i : row) {
        assertTrue(noise[i] != 0);
        expected[i] = (float) (numbers[i] + noise[i]);
      }
    }
    compare(expected, edit(line, numbers, DataType.FLOAT32), 0, line);
  }
}
