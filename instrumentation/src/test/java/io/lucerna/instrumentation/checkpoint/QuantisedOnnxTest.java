package io.lucerna.instrumentation.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantised files are read as the numbers that their integers stand for, or refused. */
class QuantisedOnnxTest {
  private static final Path FOLDER = Checkout.models().resolve("quantised");
  private static final String WEIGHT = "layer.dense.weight";
  private static final long[] ONE = {};

  @TempDir Path folder;

  /** Files of ONNX Runtime, and their numbers by numpy (src/test/python/make_quantised.py). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "int8-tensor",
        "int8-channel",
        "uint8-tensor",
        "uint8-channel",
        "qdq-int8-tensor",
        "qdq-int8-channel",
        "qdq-uint8-tensor",
        "qdq-uint8-channel",
        "no-zero",
        "one-by-one", // integers as varints
        "rows", // tables of embeddings with a scale for each row
        "numbered" // no names of nodes, numbers as names of values
      })
  void numbersAreThoseOfTheIntegers(String name) throws IOException {
    try (Checkpoint expected = Checkpoints.openFile(FOLDER.resolve(name + ".safetensors"));
        Checkpoint actual = Checkpoints.openFile(FOLDER.resolve(name + ".onnx"))) {
      assertEquals(expected.names(), actual.names());
      for (String tensor : expected.names()) {
        float[] numbers = expected.floats(tensor);
        assertArrayEquals(expected.shape(tensor), actual.shape(tensor), tensor);
        assertTrue(actual.floating(tensor), tensor);
        assertArrayEquals(numbers, actual.floats(tensor), tensor);
        int half = numbers.length / 2;
        assertArrayEquals(
            Arrays.copyOfRange(numbers, half, numbers.length),
            actual.floats(tensor, half, numbers.length - half),
            tensor);
      }
    }
  }

  @Test
  void aFolderMayHoldAQuantisedFileAlone() throws IOException {
    Path onnx = Files.createDirectory(folder.resolve("onnx"));
    Files.copy(FOLDER.resolve("int8-channel.onnx"), onnx.resolve("model_quantized.onnx"));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertTrue(checkpoint.names().contains("classifier.weight"));
    }
  }

  private static OnnxBuilder matrix() {
    return new OnnxBuilder()
        .bytes(WEIGHT + "_quantized", OnnxBuilder.UINT8, new long[] {2, 3}, 1, 2, 3, 4, 5, 255);
  }

  private static OnnxBuilder dequantised(OnnxBuilder builder, Map<String, Integer> attributes) {
    return builder.node(
        "DequantizeLinear", "/dq", List.of(WEIGHT + "_quantized", "s", "z"), "w", attributes);
  }

  private float[] read(OnnxBuilder builder) throws IOException {
    Path file = Files.write(folder.resolve("model.onnx"), builder.build());
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      return checkpoint.floats(WEIGHT);
    }
  }

  @Test
  void oneScaleOrOneForEachIndexOfAnAxis() throws IOException {
    OnnxBuilder one =
        matrix().floats("s", ONE, .5f).bytes("z", OnnxBuilder.UINT8, new long[] {1}, 2);
    assertArrayEquals(
        new float[] {-.5f, 0, .5f, 1, 1.5f, 126.5f}, read(dequantised(one, Map.of())));
    OnnxBuilder rows =
        matrix()
            .floats("s", new long[] {2}, .5f, 2)
            .varints("z", OnnxBuilder.UINT8, new long[] {2}, 1, 4);
    float[] byRow = {0, .5f, 1, 0, 2, 502};
    assertArrayEquals(byRow, read(dequantised(rows, Map.of("axis", 0))));
    assertArrayEquals(byRow, read(dequantised(rows, Map.of("axis", -2))));
    OnnxBuilder columns =
        matrix()
            .floats("s", new long[] {3}, 1, 2, 3)
            .bytes("z", OnnxBuilder.UINT8, new long[] {3}, 0, 0, 5);
    assertArrayEquals(new float[] {1, 4, -6, 4, 10, 750}, read(dequantised(columns, Map.of())));
  }

  @Test
  void aTableMayBeScaledAfterItsRowsAreTaken() throws IOException {
    OnnxBuilder gathered =
        matrix()
            .floats("s", new long[] {3}, 1, 2, 3)
            .node("Gather", "/g", List.of(WEIGHT + "_quantized", "ids"), "rows")
            .node("DequantizeLinear", "/dq", List.of("rows", "s"), "x", Map.of("axis", 2));
    assertArrayEquals(new float[] {1, 4, 9, 4, 10, 765}, read(gathered));
  }

  @Test
  void ofTwoMapsWithEqualWeightsOneMayBeQuantisedAlone() throws IOException {
    String[] names = {"layer.dense", "layer.other"};
    OnnxBuilder builder =
        new OnnxBuilder()
            .floats("onnx::MatMul_1", new long[] {1, 2}, 1.1f, 1.9f)
            .bytes("onnx::MatMul_1_quantized", OnnxBuilder.INT8, new long[] {1, 2}, 1, 2)
            .floats("onnx::MatMul_1_scale", ONE, 1)
            .node("Identity", "/copy", List.of("onnx::MatMul_1"), "onnx::MatMul_2")
            .node("DynamicQuantizeLinear", "/d", List.of("x"), "xq xs xz")
            .node("Mul", "/scales", List.of("xs", "onnx::MatMul_1_scale"), "scales")
            .node(
                "MatMulInteger",
                "/layer/dense/MatMul_quant",
                List.of("xq", "onnx::MatMul_1_quantized", "xz"),
                "product")
            .node("Cast", "/cast", List.of("product"), "cast")
            .node("Mul", "/scaled", List.of("cast", "scales"), "y")
            .node("MatMul", "/layer/other/MatMul", List.of("x", "onnx::MatMul_2"), "z");
    Path file = Files.write(folder.resolve("model.onnx"), builder.build());
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      assertEquals(Set.of(names[0] + ".weight", names[1] + ".weight"), checkpoint.names());
      assertArrayEquals(new float[] {1, 2}, checkpoint.floats(names[0] + ".weight"));
      assertArrayEquals(new float[] {1.1f, 1.9f}, checkpoint.floats(names[1] + ".weight"));
      assertArrayEquals(new long[] {2, 1}, checkpoint.shape(names[0] + ".weight"));
    }
  }

  private void refused(OnnxBuilder builder, String... words) throws IOException {
    String message =
        requireNonNull(assertThrows(CheckpointException.class, () -> read(builder)).getMessage());
    assertTrue(message.startsWith(folder.resolve("model.onnx") + ": "), message);
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    refused(
        dequantised(
            matrix()
                .floats("s", new long[] {2}, 1, 2)
                .bytes("z", OnnxBuilder.UINT8, new long[] {2}, 0, 0),
            Map.of()),
        "node /dq (DequantizeLinear) scales the U8 of tensor " + WEIGHT,
        "with s of type F32 and shape [2], where it needs one value, or one for each index of"
            + " axis 1");
    refused(
        dequantised(matrix().floats("s", ONE, 1).bytes("z", OnnxBuilder.INT8, ONE, 0), Map.of()),
        "with z of type I8 and shape [], where it needs a zero point of type U8");
    refused(
        dequantised(
            matrix().bytes("s", OnnxBuilder.INT8, ONE, 1).bytes("z", OnnxBuilder.UINT8, ONE, 0),
            Map.of()),
        "with s of type I8",
        "needs a floating scale");
    refused(
        dequantised(
            matrix().floats("s", ONE, Float.NaN).bytes("z", OnnxBuilder.UINT8, ONE, 0), Map.of()),
        "tensor s value at index 0 is NaN");
    refused(
        dequantised(matrix().floats("s", ONE, 1), Map.of()),
        "node /dq (DequantizeLinear) has the zero point z, which is not stored");
    refused(
        dequantised(
            matrix().floats("s", ONE, 1).bytes("z", OnnxBuilder.UINT8, ONE, 0),
            Map.of("block_size", 2)),
        "node /dq (DequantizeLinear) scales blocks");
    OnnxBuilder twice =
        matrix()
            .floats("s", ONE, 1)
            .floats("t", ONE, 2)
            .node("DequantizeLinear", "/a", List.of(WEIGHT + "_quantized", "s"), "x")
            .node("DequantizeLinear", "/b", List.of(WEIGHT + "_quantized", "t"), "y");
    refused(twice, "node /b (DequantizeLinear) scales the tensor", "otherwise than node /a");
  }

  @Test
  void whatIsNotReadIsNamed() throws IOException {
    long[] square = {2, 2};
    refused(
        new OnnxBuilder().bytes("w", OnnxBuilder.INT4, square, 1, 2),
        "tensor w has the type INT4, which cannot be read");
    refused(
        new OnnxBuilder().bytes("w", 17, square, 1, 2, 3, 4), "tensor w has the type FLOAT8E4M3FN");
    refused(
        matrix().node("MatMulNBits", "/query/MatMul_Q4", List.of("x", "w", "s"), "y"),
        "node /query/MatMul_Q4 (MatMulNBits) cannot be read");
    refused(
        matrix().node("QLinearMatMul", "/q", List.of("x", "s"), "y"),
        "node /q (QLinearMatMul) cannot be read");
    refused(
        matrix()
            .node("Sparkle", "/unknown", List.of(WEIGHT + "_quantized"), "y")
            .node("DynamicQuantizeLinear", "/d", List.of("x"), "xq xs xz"),
        "the integers of tensor " + WEIGHT + "_quantized",
        "used by node /unknown (Sparkle)");
    refused(
        new OnnxBuilder()
            .floats(WEIGHT, square, 1, 2, 3, 4)
            .node("QuantizeLinear", "/round", List.of(WEIGHT, "s"), "q"),
        "node /round (QuantizeLinear) rounds the stored tensor " + WEIGHT);
    OnnxBuilder product =
        matrix()
            .node("DynamicQuantizeLinear", "/d", List.of("x"), "xq xs xz")
            .node("MatMulInteger", "/m", List.of("xq", WEIGHT + "_quantized", "xz"), "y")
            .node("Relu", "/r", List.of("y"), "out");
    refused(product, "node /m (MatMulInteger) has a result that is not multiplied");
  }

  @Test
  void varintsMustBeAsManyAsThereAreElementsAndFitTheirType() throws IOException {
    Map<String, Integer> none = Map.of();
    String name = WEIGHT + "_quantized";
    long[] shape = {1, 3};
    refused(dequantised(varints(name, shape, 1, 300, 2), none), "holds 300, which is no U8");
    refused(dequantised(varints(name, shape, 200, 1), none), "does not hold its 3 elements");
    refused(dequantised(varints(name, shape, 1, 2, 3, 4), none), "holds more than its 3 elements");
    refused(dequantised(varints(name, shape, 1, 2), none), "does not fit its 2 bytes");
  }

  private static OnnxBuilder varints(String name, long[] shape, int... values) {
    return new OnnxBuilder()
        .varints(name, OnnxBuilder.UINT8, shape, values)
        .floats("s", ONE, 1)
        .bytes("z", OnnxBuilder.UINT8, ONE, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"uint8-channel", "qdq-int8-tensor"})
  void aFileCutAnywhereIsRefused(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(FOLDER.resolve(name + ".onnx"));
    Path file = folder.resolve("model.onnx");
    Random random = new Random(4);
    for (int i = 0; i < 100; i++) {
      int length = random.nextInt(bytes.length);
      Files.write(file, Arrays.copyOf(bytes, length));
      CheckpointException e =
          assertThrows(
              CheckpointException.class, () -> Checkpoints.openFile(file), "cut at " + length);
      assertTrue(String.valueOf(e.getMessage()).startsWith(file.toString()), e.getMessage());
    }
  }
}
