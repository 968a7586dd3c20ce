package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same weights in other storage forms read the same. */
class StorageFormsTest {
  private static final Path GOLDENS = Checkout.shared("goldens");
  private static final String POSITIONS = "bert.embeddings.position_embeddings.weight";

  /** Folders that hold bert-cross in several forms. */
  enum Source {
    FIXTURES(Checkout.models()),
    GOLDENS(StorageFormsTest.GOLDENS);

    private final Path folder;

    Source(Path folder) {
      this.folder = folder;
    }

    private Checkpoint open(String name) {
      Path model = folder.resolve(name);
      assumeTrue(Files.isDirectory(model), "skipped: there is no reference at " + model);
      return Checkpoints.open(model);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shardsAndTracedOnnxEqualTheSingleFile(Source source) throws IOException {
    for (String form : new String[] {"bert-cross-sharded", "bert-cross-onnx"}) {
      try (Checkpoint expected = source.open("bert-cross");
          Checkpoint actual = source.open(form)) {
        assertEquals(expected.names(), actual.names(), form);
        for (String name : expected.names()) {
          assertArrayEquals(expected.shape(name), actual.shape(name), form + " " + name);
          assertArrayEquals(expected.floats(name), actual.floats(name), form + " " + name);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void exportedOnnxEqualsTheSingleFileButForPositionsNeverUsed(Source source) throws IOException {
    try (Checkpoint expected = source.open("bert-cross");
        Checkpoint actual = source.open("bert-cross-onnx-dynamo")) {
      assertEquals(expected.names(), actual.names());
      for (String name : expected.names()) {
        float[] values = expected.floats(name);
        long[] shape = expected.shape(name);
        if (name.equals(POSITIONS)) {
          // Exported for a fixed number of tokens, so only that many rows are in the file.
          shape[0] = source == Source.GOLDENS ? 37 : 16;
          values = Arrays.copyOf(values, (int) (shape[0] * shape[1]));
        }
        assertArrayEquals(shape, actual.shape(name), name);
        assertArrayEquals(values, actual.floats(name), name);
      }
    }
  }

  @Test
  void bf16IsWithinItsRounding() throws IOException {
    try (Checkpoint expected = Source.GOLDENS.open("bert-cross");
        Checkpoint actual = Source.GOLDENS.open("bert-cross-bf16")) {
      assertEquals(expected.names(), actual.names());
      for (String name : expected.names()) {
        float[] values = expected.floats(name);
        float[] rounded = actual.floats(name);
        for (int i = 0; i < values.length; i++) {
          assertEquals(values[i], rounded[i], Math.abs(values[i]) * 0x1p-8, name);
        }
      }
    }
  }

  @Test
  void everySafetensorsFileOpens() throws IOException {
    assumeTrue(Files.isDirectory(GOLDENS), "skipped: there are no references at " + GOLDENS);
    try (var found = Files.walk(GOLDENS)) {
      for (Path file : found.filter(p -> p.toString().endsWith(".safetensors")).toList()) {
        try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
          assertTrue(!checkpoint.names().isEmpty(), file.toString());
        }
      }
    }
  }
}
