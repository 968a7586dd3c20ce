package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same weights in other storage forms read the same. */
class GoldenCheckpointsTest {
  private static final Path GOLDENS =
      Path.of(System.getProperty("lucerna.shared", "../shared"), "goldens");
  private static final String POSITIONS = "bert.embeddings.position_embeddings.weight";

  @BeforeEach
  void requireGoldens() {
    assumeTrue(
        Files.isDirectory(GOLDENS), "skipped: the storage forms of bert-cross are not at " + GOLDENS);
  }

  private static Checkpoint open(String name) {
    return Checkpoints.open(GOLDENS.resolve(name));
  }

  @Test
  void shardsAndTracedOnnxEqualTheSingleFile() throws IOException {
    for (String form : new String[] {"bert-cross-sharded", "bert-cross-onnx"}) {
      try (Checkpoint expected = open("bert-cross");
          Checkpoint actual = open(form)) {
        assertEquals(expected.names(), actual.names(), form);
        for (String name : expected.names()) {
          assertArrayEquals(expected.shape(name), actual.shape(name), form + " " + name);
          assertArrayEquals(expected.floats(name), actual.floats(name), form + " " + name);
        }
      }
    }
  }

  @Test
  void exportedOnnxEqualsTheSingleFileButForPositionsNeverUsed() throws IOException {
    try (Checkpoint expected = open("bert-cross");
        Checkpoint actual = open("bert-cross-onnx-dynamo")) {
      assertEquals(expected.names(), actual.names());
      for (String name : expected.names()) {
        float[] values = expected.floats(name);
        long[] shape = expected.shape(name);
        if (name.equals(POSITIONS)) {
          // Exported for 37 tokens, so only the first 37 rows are in the file.
          shape[0] = 37;
          values = Arrays.copyOf(values, (int) (shape[0] * shape[1]));
        }
        assertArrayEquals(shape, actual.shape(name), name);
        assertArrayEquals(values, actual.floats(name), name);
      }
    }
  }

  @Test
  void bf16IsWithinItsRounding() throws IOException {
    try (Checkpoint expected = open("bert-cross");
        Checkpoint actual = open("bert-cross-bf16")) {
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
    try (var found = Files.walk(GOLDENS)) {
      for (Path file : found.filter(p -> p.toString().endsWith(".safetensors")).toList()) {
        try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
          assertTrue(checkpoint.names().size() > 0, file.toString());
        }
      }
    }
  }
}
