package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * However a BERT was exported to ONNX (src/test/python/make_bins.py), its weights read the same.
 */
class OnnxExportsTest {
  private static final Path FOLDER = Checkout.models().resolve("bins/onnx");

  @ParameterizedTest
  @CsvSource({
    "opset11, weights", // nodes and values are numbered, as PyTorch before 1.13 did
    "opset14, weights",
    "opset17, weights",
    "fp16, weights",
    "fp16-cast, weights",
    "equal, equal", // tensors with equal values are stored once
  })
  void namesShapesAndBitsAreThoseOfTheStateDict(String export, String weights) throws IOException {
    try (Checkpoint expected = Checkpoints.openFile(FOLDER.resolve(weights + ".safetensors"));
        Checkpoint actual = Checkpoints.openFile(FOLDER.resolve(export + ".onnx"))) {
      assertEquals(expected.names(), actual.names());
      for (String name : expected.names()) {
        assertArrayEquals(expected.shape(name), actual.shape(name), name);
        assertArrayEquals(expected.floats(name), actual.floats(name), name);
      }
    }
  }
}
