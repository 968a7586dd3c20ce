package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model.safetensors"), bytes);
  }

  private String failure(byte[] bytes) throws IOException {
    Path file = write(bytes);
    String message = messageOf(() -> Checkpoints.open(folder));
    assertTrue(message.startsWith(file.toString()), message);
    return message;
  }

  private String failure(String header, int dataBytes) throws IOException {
    return failure(SafetensorsBuilder.file(header, new byte[dataBytes]));
  }

  private static String messageOf(Executable broken) {
    return String.valueOf(assertThrows(CheckpointException.class, broken).getMessage());
  }

  private static void assertHolds(String message, String part) {
    assertTrue(message.contains(part), () -> "\"" + message + "\" should hold \"" + part + "\"");
  }

  @Test
  void readsNamesShapesAndBits() throws IOException {
    write(
        new SafetensorsBuilder()
            .floats("b", new long[] {2, 3}, 1, -2, 3.5f, Float.MIN_VALUE, -0f, Float.MAX_VALUE)
            .floats("a.scalar", new long[0], 7)
            .floats("empty", new long[] {0, 4})
            .build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertEquals(Set.of("a.scalar", "b", "empty"), checkpoint.names());
      assertArrayEquals(new long[] {2, 3}, checkpoint.shape("b"));
      assertArrayEquals(
          new float[] {1, -2, 3.5f, Float.MIN_VALUE, -0f, Float.MAX_VALUE}, checkpoint.floats("b"));
      assertArrayEquals(new long[0], checkpoint.shape("a.scalar"));
      assertArrayEquals(new float[] {7}, checkpoint.floats("a.scalar"));
      assertEquals(0, checkpoint.floats("empty").length);
    }
  }

  @Test
  void readsParts() throws IOException {
    float[] values = {1, 2, 3, 4, 5, Float.NaN};
    write(
        new SafetensorsBuilder()
            .floats("a", new long[] {2, 3}, values)
            .raw("whole", "I32", new long[] {1}, new byte[4])
            .build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertArrayEquals(new float[] {2, 3, 4}, checkpoint.floats("a", 1, 3));
      assertEquals(0, checkpoint.floats("a", 6, 0).length);
      assertHolds(
          messageOf(() -> checkpoint.floats("a", 4, 2)),
          "tensor a value at index 5 is NaN; every weight must be finite");
      assertHolds(
          messageOf(() -> checkpoint.floats("a", 5, 2)),
          "tensor a has 6 elements; 2 from number 5 were asked for");
      assertHolds(messageOf(() -> checkpoint.floats("whole", 0, 1)), "has type I32, where a");
    }
  }

  @Test
  void widensEveryHalfPrecisionValueExactly() throws IOException {
    ByteBuffer all = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    IntStream.range(0, 1 << 16)
        .forEach(bits -> all.putShort((short) ((bits & 0x7c00) == 0x7c00 ? bits & ~0x4000 : bits)));
    byte[] bytes = all.array();
    for (int i = 1; i < bytes.length; i += 2) {
      // Also finite as bf16, whose exponent is all ones from 7f80.
      bytes[i] = (byte) ((bytes[i] & 0x7f) == 0x7f ? bytes[i] & ~0x40 : bytes[i]);
    }
    long[] shape = {256, 256};
    write(
        new SafetensorsBuilder()
            .raw("half", "F16", shape, bytes)
            .raw("brain", "BF16", shape, bytes)
            .build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      float[] half = checkpoint.floats("half");
      float[] brain = checkpoint.floats("brain");
      for (int i = 0; i < half.length; i++) {
        int bits = Byte.toUnsignedInt(bytes[2 * i]) | Byte.toUnsignedInt(bytes[2 * i + 1]) << 8;
        assertEquals(plainHalf(bits), half[i]);
        assertEquals(bits << 16, Float.floatToRawIntBits(brain[i]));
      }
    }
  }

  /** IEEE 754 binary16 by its definition. */
  private static float plainHalf(int bits) {
    int exponent = bits >> 10 & 31;
    double fraction = (bits & 1023) / 1024.0;
    double size = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * Math.pow(2, exponent - 15);
    return (float) (bits >> 15 == 0 ? size : -size);
  }

  @Test
  void readsDoublesOnlyWhereExact() throws IOException {
    byte[] exact =
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.5).putDouble(-3).array();
    byte[] inexact = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.1).array();
    write(
        new SafetensorsBuilder()
            .raw("exact", "F64", new long[] {2}, exact)
            .raw("inexact", "F64", new long[] {1}, inexact)
            .build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertArrayEquals(new float[] {0.5f, -3}, checkpoint.floats("exact"));
      String message = messageOf(() -> checkpoint.floats("inexact"));
      assertHolds(message, "tensor inexact value at index 0");
      assertHolds(message, "fp32 cannot hold");
    }
  }

  @Test
  void integersAreListedAndRefusedAsFloats() throws IOException {
    byte[] ids =
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(0).putLong(-1).array();
    write(
        new SafetensorsBuilder()
            .raw("position_ids", "I64", new long[] {1, 2}, ids)
            .raw("mask", "BOOL", new long[] {2}, new byte[] {1, 0})
            .build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertArrayEquals(new long[] {0, -1}, checkpoint.integers("position_ids"));
      assertArrayEquals(new long[] {1, 0}, checkpoint.integers("mask"));
      String message = messageOf(() -> checkpoint.floats("position_ids"));
      assertHolds(message, "tensor position_ids has type I64");
    }
  }

  @Test
  void aValueThatIsNotFiniteIsNamedByFileTensorAndIndex() throws IOException {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] values = new float[600_000];
      values[599_998] = bad;
      Path file = write(new SafetensorsBuilder().floats("w", new long[] {600_000}, values).build());
      try (Checkpoint checkpoint = Checkpoints.open(folder)) {
        String message = messageOf(() -> checkpoint.floats("w"));
        assertEquals(
            file + ": tensor w value at index 599998 is " + bad + "; every weight must be finite",
            message);
      }
    }
  }

  @Test
  void aMissingTensorNamesTheNearest() throws IOException {
    write(new SafetensorsBuilder().floats("pooler.dense.bias", new long[] {1}, 1).build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      String message = messageOf(() -> checkpoint.shape("pooler.dense.bais"));
      assertHolds(message, "no tensor pooler.dense.bais");
      assertHolds(message, "nearest: pooler.dense.bias");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | 0 | the header must be an object",
        "{\"a | 0 | not valid JSON",
        "{} {} | 0 | text after the header",
        "{} | 3 | describes 0 bytes of data, the file has 3: there is more",
        "{\"a\":1} | 0 | tensor a must be an object in the header, not a whole number",
        "{\"a\":{}} | 0 | lacks its dtype",
        "{\"a\":{\"dtipe\":\"F32\"}} | 0 | unknown key dtipe",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}} | 4 | dtype F31; known",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 | does not fill",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | 4 | negative",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}} | 4 | whole number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | 4 | [begin, end]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 3 | cut short",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 8 | gap",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],\"data_offsets\":[0,0]}} | 0 | does not fill",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}} | 0 | too large",
        "{\"__metadata__\":{\"a\":{}}} | 0 | __metadata__ must be a string",
      })
  void aBrokenHeaderSaysWhatIsWrong(String header, int dataBytes, String part) throws IOException {
    assertHolds(failure(header, dataBytes), part);
  }

  @Test
  void refusesDuplicatesOverlapsAndHoles() throws IOException {
    String a = SafetensorsBuilder.entry("a", "F32", "[1]", 0, 4);
    assertHolds(
        failure("{" + a + "," + SafetensorsBuilder.entry("a", "F32", "[1]", 4, 8) + "}", 8),
        "Duplicate field 'a'");
    assertHolds(
        failure("{" + a + "," + SafetensorsBuilder.entry("b", "F32", "[2]", 0, 8) + "}", 8),
        "overlap");
    assertHolds(
        failure("{" + a + "," + SafetensorsBuilder.entry("b", "F32", "[1]", 8, 12) + "}", 12),
        "tensor b begins at byte 8 of the data, but tensor a ends at 4: there is a gap");
  }

  @Test
  void refusesImpossibleHeaderLengths() throws IOException {
    assertHolds(failure(new byte[7]), "cut short: 7 bytes");
    assertHolds(failure(new byte[100]), "the header's length is 0, allowed are 2 to");
    ByteBuffer start = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    assertHolds(failure(start.putLong(0, 100_000_001).array()), "is 100000001, allowed");
    assertHolds(failure(start.putLong(0, -1).array()), "is 18446744073709551615, allowed");
    assertHolds(failure(start.putLong(0, 9).array()), "the header has 9 bytes, the file 16");
  }

  @Test
  void namesWhatItLookedFor() throws IOException {
    String nothing = messageOf(() -> Checkpoints.open(folder));
    assertHolds(nothing, folder + ": no weights found; looked for model.safetensors");
    assertHolds(nothing, "pytorch_model.bin, pytorch_model.bin.index.json, model.onnx");
    Path missing = folder.resolve("missing");
    assertEquals(missing + ": no such folder", messageOf(() -> Checkpoints.open(missing)));
  }

  @Test
  void hashesTheBytesOfTheFile() throws Exception {
    Path file = write(new SafetensorsBuilder().floats("a", new long[] {1}, 1).build());
    byte[] expected = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertEquals(HexFormat.of().formatHex(expected), checkpoint.sha256());
    }
  }

  @Test
  void readsFromManyThreadsAtOnce() throws IOException {
    SafetensorsBuilder builder = new SafetensorsBuilder();
    int size = 300_000;
    for (int tensor = 0; tensor < 4; tensor++) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = tensor * size + i;
      }
      builder.floats("t" + tensor, new long[] {size}, values);
    }
    write(builder.build());
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      IntStream.range(0, 64)
          .parallel()
          .forEach(
              i -> {
                int tensor = i % 4;
                float[] values = checkpoint.floats("t" + tensor);
                for (int at = 0; at < size; at++) {
                  assertEquals(tensor * size + at, values[at]);
                }
              });
    }
  }

  @Test
  void readsShardsAndChecksThemAgainstTheIndex() throws IOException {
    shard("one", new SafetensorsBuilder().floats("a", new long[] {1}, 1));
    shard(
        "two",
        new SafetensorsBuilder().floats("b", new long[] {1}, 2).floats("c", new long[] {1}, 3));
    index("{\"a\":\"one\",\"b\":\"two\",\"c\":\"two\"}");
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertEquals(Set.of("a", "b", "c"), checkpoint.names());
      assertArrayEquals(new float[] {3}, checkpoint.floats("c"));
    }
    record Case(String weightMap, String part) {}
    for (Case broken :
        List.of(
            new Case("{\"a\":\"one\",\"b\":\"one\",\"c\":\"two\"}", "which does not hold it"),
            new Case(
                "{\"a\":\"one\",\"b\":\"two\"}", "holds tensor c, which the index does not place"),
            new Case("{\"a\":\"one\",\"b\":\"three\"}", "three: no such file"),
            new Case("{\"a\":\"../one\"}", "not inside the model's folder"),
            new Case("{\"a\":\"/etc/passwd\"}", "not inside the model's folder"),
            new Case("{\"a\":\".\"}", "not inside the model's folder"),
            new Case("{\"a\":\"x\\u0000\"}", "not inside the model's folder"),
            new Case("{\"a\":1}", "weight_map.a must be a file name"),
            new Case("{\"a\":\"one\",\"a\":\"two\"}", "Duplicate"),
            new Case("{}", "weight_map must be a non-empty object"))) {
      index(broken.weightMap);
      assertHolds(messageOf(() -> Checkpoints.open(folder)), broken.part);
    }
  }

  private void shard(String name, SafetensorsBuilder builder) throws IOException {
    Files.write(folder.resolve(name), builder.build());
  }

  private void index(String weightMap) throws IOException {
    Files.write(
        folder.resolve("model.safetensors.index.json"),
        ("{\"metadata\":{},\"weight_map\":" + weightMap + "}").getBytes(StandardCharsets.UTF_8));
  }
}
