package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch wrote (src/test/python/make_bins.py) hold what safetensors files hold. */
class TorchFileTest {
  private static final Path BINS = Checkout.models().resolve("bins");
  private static final Path GOLDENS = Checkout.shared("goldens");

  @TempDir Path folder;

  private static void assertSame(Path expected, Path actual) throws IOException {
    try (WeightFile reference = WeightFile.open(expected);
        WeightFile file = WeightFile.open(actual)) {
      SortedMap<String, StoredTensor> wanted = Safetensors.tensors(reference);
      SortedMap<String, StoredTensor> found = TorchFile.tensors(file);
      assertEquals(wanted.keySet(), found.keySet());
      wanted.forEach((name, tensor) -> assertSame(tensor, Objects.requireNonNull(found.get(name))));
    }
  }

  private static void assertSame(StoredTensor wanted, StoredTensor found) {
    String name = wanted.name();
    assertEquals(wanted.type(), found.type(), name);
    assertArrayEquals(wanted.shape(), found.shape(), name);
    if (wanted.type().floating) {
      assertArrayEquals(bits(wanted.floats()), bits(found.floats()), name);
    } else {
      assertArrayEquals(wanted.integers(), found.integers(), name);
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zip", "legacy", "protocol4", "no-crc", "views", "views-legacy", "parameters"})
  void namesTypesShapesAndBitsAreThoseOfSafetensors(String name) throws IOException {
    assertSame(BINS.resolve(name + ".safetensors"), BINS.resolve(name + ".bin"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross-bin", "bert-cross-bin-legacy"})
  void goldensEqualTheirSafetensors(String name) throws IOException {
    Path bin = GOLDENS.resolve(name).resolve("pytorch_model.bin");
    assumeTrue(Files.exists(bin), "skipped: there is no reference at " + bin);
    assertSame(GOLDENS.resolve("bert-cross/model.safetensors"), bin);
  }

  @Test
  void shardsAreReadAsTheirIndexSays() throws Exception {
    Path shards = BINS.resolve("sharded");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int i = 1; i <= 2; i++) {
      digest.update(Files.readAllBytes(shards.resolve("pytorch_model-0000" + i + "-of-00002.bin")));
    }
    try (Checkpoint expected = Checkpoints.openFile(BINS.resolve("sharded.safetensors"));
        Checkpoint actual = Checkpoints.open(shards)) {
      assertEquals(expected.names(), actual.names());
      for (String name : expected.names()) {
        assertArrayEquals(expected.shape(name), actual.shape(name), name);
        assertArrayEquals(expected.floats(name), actual.floats(name), name);
      }
      assertEquals(HexFormat.of().formatHex(digest.digest()), actual.sha256());
      assertTrue(!actual.traced());
    }
  }

  @Test
  void aShardThatDoesNotHoldWhatTheIndexSaysIsRefused() throws IOException {
    String shard = "pytorch_model-00001-of-00002.bin";
    Files.copy(BINS.resolve("sharded").resolve(shard), folder.resolve(shard));
    Path index = folder.resolve("pytorch_model.bin.index.json");
    String[][] broken = {
      {"{\"weight_map\":{\"x\":\"" + shard + "\"}}", "places tensor x in"},
      {"{\"weight_map\":{\"layer.0.weight\":\"" + shard + "\"}}", "holds tensor layer.1.weight"},
      {"{\"weight_map\":{\"x\":\"../x.bin\"}}", "which is not inside the model's folder"},
    };
    for (String[] row : broken) {
      Files.writeString(index, row[0]);
      String message =
          assertThrows(CheckpointException.class, () -> Checkpoints.open(folder)).getMessage();
      assertTrue(String.valueOf(message).contains(row[1]), message);
    }
  }

  @Test
  void safetensorsComeFirstAndOnnxLast() throws IOException {
    List<String> names =
        List.of(
            "model.onnx", "pytorch_model.bin.index.json", "pytorch_model.bin", "model.safetensors");
    for (String name : names) {
      Files.writeString(folder.resolve(name), "x");
      String message =
          assertThrows(CheckpointException.class, () -> Checkpoints.open(folder)).getMessage();
      assertTrue(String.valueOf(message).startsWith(folder.resolve(name) + ":"), message);
    }
  }

  @Test
  void aTypeThatIsNoFloatIsListedWithItsShape() throws IOException {
    try (Checkpoint checkpoint = Checkpoints.openFile(BINS.resolve("zip.bin"))) {
      assertArrayEquals(new long[] {1, 6}, checkpoint.shape("position_ids"));
      assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, checkpoint.integers("position_ids"));
      String message =
          assertThrows(CheckpointException.class, () -> checkpoint.floats("position_ids"))
              .getMessage();
      assertEquals(
          BINS.resolve("zip.bin")
              + ": tensor position_ids has type I64, where a floating type (F32, F16, BF16, F64)"
              + " is needed",
          message);
    }
  }

  @Test
  void aValueThatIsNotFiniteIsNamedByItsPlaceInTheTensor() throws IOException {
    byte[] pickle =
        PickleBuilder.stateDict()
            .text("w")
            .tensorOf("FloatStorage", "0", 6)
            .at(0, new long[] {3, 2}, 1, 3)
            .end();
    TorchBuilder torch = TorchBuilder.of(pickle, 24);
    // Number 3 of the storage is row 0, column 1: the second of the tensor.
    byte[] storage = new byte[24];
    storage[4 * 3 + 2] = (byte) 0x80;
    storage[4 * 3 + 3] = 0x7f;
    Path file = Files.write(folder.resolve("a.bin"), torch.add("archive/data/0", storage).zip());
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      assertEquals(
          file + ": tensor w value at index 1 is Infinity; every weight must be finite",
          assertThrows(CheckpointException.class, () -> checkpoint.floats("w")).getMessage());
    }
  }

  @Test
  void anEmptyTensorOfHugeDimensionsIsEmpty() throws IOException {
    byte[] pickle =
        PickleBuilder.stateDict()
            .text("w")
            .tensorOf("FloatStorage", "0", 6)
            .at(2, new long[] {1L << 40, 2, 0}, 5, 7, 9)
            .end();
    Path file = Files.write(folder.resolve("a.bin"), TorchBuilder.of(pickle, 24).zip());
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      assertArrayEquals(new long[] {1L << 40, 2, 0}, checkpoint.shape("w"));
      assertEquals(0, checkpoint.floats("w").length);
    }
  }
}
