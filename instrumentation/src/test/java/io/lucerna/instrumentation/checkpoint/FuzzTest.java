package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A file of weights that was changed at random is refused with a {@link CheckpointException}, or
 * read as tensors that are sound: where only numbers were changed, as the same tensors with no
 * other numbers changed. It takes neither long nor much memory.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
  static final String[] FILES = {
    "zip.bin",
    "no-crc.bin", // of this one a changed pickle is not noticed by its sum
    "views.bin",
    "legacy.bin",
    "views-legacy.bin",
    "zip.safetensors",
    "onnx/opset11.onnx",
    "onnx/equal.onnx",
    "onnx/fp16-cast.onnx",
    "../quantised/uint8-channel.onnx",
    "../quantised/qdq-int8-tensor.onnx"
  };

  private static final int QUICK_ROUNDS = 1_200;
  private static final int SOAK_ROUNDS = 20_000;
  private static final Duration MAX_PROCESSOR = Duration.ofSeconds(20);
  private static final long MAX_ALLOCATED = 32_000_000;

  @TempDir Path folder;

  /** A tensor as it was read; {@code numbers} are integers, or the bits of floats. */
  private record Values(long[] shape, long[] numbers) {}

  /**
   * A sound file.
   *
   * @param places which bytes belong to each tensor's numbers
   */
  private record Original(byte[] bytes, Map<String, Values> values, Map<String, BitSet> places) {
    BitSet numbers() {
      BitSet all = new BitSet();
      places.values().forEach(all::or);
      return all;
    }
  }

  @ParameterizedTest
  @FieldSource("FILES")
  void changedFilesAreRefusedOrSound(String name) throws Exception {
    changeAndRead(name, 0, QUICK_ROUNDS);
  }

  @Tag("soak")
  @ParameterizedTest
  @FieldSource("FILES")
  void manyMoreChangedFiles(String name) throws Exception {
    changeAndRead(name, QUICK_ROUNDS, SOAK_ROUNDS);
  }

  private void changeAndRead(String name, int from, int to) throws Exception {
    Path source = Checkout.models().resolve("bins").resolve(name);
    Original original = original(source);
    BitSet numbers = original.numbers();
    Path file = folder.resolve(source.getFileName());
    int refused = 0;
    int numbersOnly = 0;
    for (int seed = from; seed < to; seed++) {
      byte[] bytes = changed(original.bytes, numbers, new Random(seed));
      BitSet difference = difference(original.bytes, bytes);
      boolean harmless = bytes.length == original.bytes.length && within(difference, numbers);
      String what = name + ", seed " + seed;
      Files.write(file, bytes);
      Work work = Work.begin();
      try {
        Map<String, Values> read = read(file);
        if (harmless) {
          assertSame(what, original, read, difference);
        }
      } catch (CheckpointException e) {
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith(file.toString()), what + ": " + message);
        // Changed numbers may no longer be finite, or what fp32 can hold.
        assertTrue(!harmless || message.contains(" value at index "), what + ": " + message);
        refused++;
      } catch (RuntimeException | Error e) {
        fail(what + ": " + e, e);
      }
      work.within(what, MAX_PROCESSOR, MAX_ALLOCATED);
      numbersOnly += harmless ? 1 : 0;
    }
    String of = " of " + (to - from) + " changed files of " + name;
    assertTrue(refused > (to - from) / 5, "only " + refused + of + " were refused");
    assertTrue(numbersOnly > 0, "numbers alone were changed in none" + of);
  }

  private static Original original(Path source) throws IOException {
    byte[] bytes = Files.readAllBytes(source);
    Map<String, BitSet> places = new TreeMap<>();
    try (WeightFile file = WeightFile.open(source)) {
      tensors(file)
          .forEach(
              (name, tensor) -> {
                BitSet place = new BitSet();
                int first = (int) tensor.offset();
                place.set(first, first + (int) tensor.span() * tensor.type().bytes);
                places.put(name, place);
              });
    }
    return new Original(bytes, read(source), places);
  }

  private static SortedMap<String, StoredTensor> tensors(WeightFile file) {
    String name = file.path().toString();
    if (name.endsWith(".onnx")) {
      return OnnxWeights.read(file, new ArrayList<>());
    }
    return name.endsWith(".bin") ? TorchFile.tensors(file) : Safetensors.tensors(file);
  }

  private static Map<String, Values> read(Path file) throws IOException {
    Map<String, Values> all = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      for (String name : checkpoint.names()) {
        long[] shape = checkpoint.shape(name);
        long[] numbers = numbers(checkpoint, name);
        long count = LongStream.of(shape).reduce(1, Math::multiplyExact);
        assertEquals(count, numbers.length, name + " of shape " + Arrays.toString(shape));
        all.put(name, new Values(shape, numbers));
      }
    }
    return all;
  }

  private static long[] numbers(Checkpoint checkpoint, String name) {
    try {
      float[] values = checkpoint.floats(name);
      return IntStream.range(0, values.length)
          .mapToLong(i -> Float.floatToRawIntBits(values[i]))
          .toArray();
    } catch (CheckpointException e) {
      if (String.valueOf(e.getMessage()).contains("where a floating type")) {
        return checkpoint.integers(name);
      }
      throw e;
    }
  }

  /** The same names and shapes, and the same numbers in each tensor that was not touched. */
  private static void assertSame(
      String what, Original original, Map<String, Values> read, BitSet difference) {
    assertEquals(original.values.keySet(), read.keySet(), what);
    original.values.forEach(
        (name, values) -> {
          Values now = Objects.requireNonNull(read.get(name));
          assertArrayEquals(values.shape, now.shape, what + ": " + name);
          if (!Objects.requireNonNull(original.places.get(name)).intersects(difference)) {
            assertArrayEquals(values.numbers, now.numbers, what + ": " + name);
          }
        });
  }

  private static boolean within(BitSet difference, BitSet numbers) {
    BitSet outside = (BitSet) difference.clone();
    outside.andNot(numbers);
    return outside.isEmpty();
  }

  private static BitSet difference(byte[] before, byte[] after) {
    BitSet difference = new BitSet();
    for (int i = 0; i < Math.min(before.length, after.length); i++) {
      difference.set(i, before[i] != after[i]);
    }
    return difference;
  }

  private static byte[] changed(byte[] original, BitSet numbers, Random random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      if (random.nextInt(4) > 0) {
        // Rather where it says what the numbers are: most of a file is numbers.
        at = Math.min(numbers.nextClearBit(at), bytes.length - 1);
      }
      bytes = changed(bytes, at, random);
    }
    return bytes;
  }

  private static byte[] changed(byte[] bytes, int at, Random random) {
    int length = Math.min(1 + random.nextInt(20), bytes.length - at);
    int other = random.nextInt(bytes.length - length + 1);
    switch (random.nextInt(10)) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2, 3 -> bytes[at] = (byte) random.nextInt(256);
      case 4 -> bytes[at] = (byte) ('0' + random.nextInt(10));
      case 5 -> Arrays.fill(bytes, at, at + Math.min(length, 8), (byte) (random.nextInt(3) - 1));
      case 6 -> System.arraycopy(bytes, other, bytes, at, length);
      case 7 -> {
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes;
      }
      case 8 -> {
        return spliced(bytes, at, at + length, new byte[0]);
      }
      default -> {
        return spliced(bytes, at, at, Arrays.copyOfRange(bytes, other, other + length));
      }
    }
    return bytes;
  }

  /** The bytes with those from {@code from} up to {@code to} replaced. */
  private static byte[] spliced(byte[] bytes, int from, int to, byte[] replacement) {
    byte[] result = new byte[bytes.length - (to - from) + replacement.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(replacement, 0, result, from, replacement.length);
    System.arraycopy(bytes, to, result, from + replacement.length, bytes.length - to);
    return result;
  }
}
