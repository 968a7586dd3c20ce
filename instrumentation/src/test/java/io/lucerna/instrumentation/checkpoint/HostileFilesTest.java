package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A broken file is refused, or what is read of it is what was written. */
class HostileFilesTest {
  private static final int ELEMENTS_TOUCHED = 4;

  @TempDir Path folder;

  private record Tensor(long[] shape, float[] values) {}

  private static Map<String, Tensor> readAll(Path file) throws IOException {
    Map<String, Tensor> all = new HashMap<>();
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      for (String name : checkpoint.names()) {
        all.put(name, new Tensor(checkpoint.shape(name), checkpoint.floats(name)));
      }
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "bert-cross/model.safetensors, 3600, 900",
    "bert-cross-onnx/model.onnx, 0, 900",
    "bert-cross-onnx-dynamo/model.onnx, 0, 900"
  })
  void mutationsAreRefusedOrHarmless(String name, int headerBytes, int rounds) throws IOException {
    Path original = Checkout.models().resolve(name);
    Path data = original.resolveSibling("model.onnx.data");
    if (Files.exists(data)) {
      Files.copy(data, folder.resolve("model.onnx.data"));
    }
    byte[] bytes = Files.readAllBytes(original);
    Map<String, Tensor> expected = readAll(original);
    Path file = folder.resolve(original.getFileName());
    int refused = 0;
    for (long seed = 0; seed < rounds; seed++) {
      Random random = new Random(seed);
      int reach = headerBytes > 0 && random.nextInt(4) > 0 ? headerBytes : bytes.length;
      Files.write(file, mutate(bytes, reach, random));
      refused += check(name + ", seed " + seed, file, expected) ? 0 : 1;
    }
    assertTrue(
        refused > rounds / 10, "only " + refused + " were refused: are they mutated at all?");
  }

  private static byte[] mutate(byte[] bytes, int reach, Random random) {
    int at = random.nextInt(reach);
    byte[] mutated = bytes.clone();
    switch (random.nextInt(6)) {
      case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutated[at] = (byte) random.nextInt(256);
      case 2 -> mutated[at] = (byte) ('0' + random.nextInt(10));
      case 3 -> Arrays.fill(mutated, at, Math.min(at + random.nextInt(9), bytes.length), (byte) -1);
      case 4 -> mutated = Arrays.copyOf(bytes, at);
      default -> {
        int length = random.nextInt(20);
        int from = Math.min(at + length, bytes.length);
        mutated = Arrays.copyOf(bytes, bytes.length - (from - at));
        System.arraycopy(bytes, from, mutated, at, bytes.length - from);
      }
    }
    return mutated;
  }

  /** Whether the file could be read; fails where what was read is not what was written. */
  private boolean check(String what, Path file, Map<String, Tensor> expected) {
    Map<String, Tensor> actual;
    try {
      actual = readAll(file);
    } catch (CheckpointException e) {
      assertTrue(String.valueOf(e.getMessage()).startsWith(folder.toString()), what);
      return false;
    } catch (Throwable e) {
      return fail(what + ": " + e, e);
    }
    int different = 0;
    for (Map.Entry<String, Tensor> entry : actual.entrySet()) {
      Tensor before = expected.get(entry.getKey());
      // A name that the model does not have is refused by who asks for the ones it has.
      if (before != null) {
        Tensor after = entry.getValue();
        assertArrayEquals(before.shape, after.shape, what + ": " + entry.getKey());
        for (int i = 0; i < before.values.length; i++) {
          boolean same =
              Float.floatToRawIntBits(before.values[i]) == Float.floatToRawIntBits(after.values[i]);
          different += same ? 0 : 1;
        }
      }
    }
    assertTrue(different <= ELEMENTS_TOUCHED, what + ": " + different + " values differ");
    return true;
  }

  @Test
  void everyTruncationOfASmallFileIsRefused() throws IOException {
    byte[] bytes =
        new SafetensorsBuilder()
            .floats("a", new long[] {2}, 1, 2)
            .floats("b", new long[] {1, 1}, 3)
            .build();
    Path file = folder.resolve("model.safetensors");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertTrue(!check("cut at " + length, file, Map.of()), "cut at " + length + " was read");
    }
  }

  @Test
  void deepNestingAndHugeLengthsAreRefused() throws IOException {
    Path json = folder.resolve("model.safetensors");
    Files.write(json, SafetensorsBuilder.file("{\"a\":" + "[".repeat(5_000_000), new byte[0]));
    assertTrue(!check("deep JSON", json, Map.of()));
    Path onnx = folder.resolve("model.onnx");
    byte[] groups = new byte[1_000_000];
    Arrays.fill(groups, (byte) 0x0b);
    Files.write(onnx, groups);
    assertTrue(!check("protobuf groups", onnx, Map.of()));
    // The graph claims 2^31 - 1 bytes.
    Files.write(onnx, new byte[] {0x3a, -1, -1, -1, -1, 7, 0x0a, 0});
    assertTrue(!check("huge graph", onnx, Map.of()));
    Files.write(onnx, new byte[0]);
    assertTrue(!check("empty", onnx, Map.of()));
  }
}
