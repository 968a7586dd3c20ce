package io.lucerna.instrumentation.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

/** Parts share biases as DecompX says. */
class BiasedTest {
  /** z_k of three parts, and a copy that holds nothing. */
  private static final double[] PARTS = {1, 0, 0, -1, 1, 1, 0, 0};

  @Test
  void theShareIsThatOfTheProducts() {
    TorchEngine.get();
    try (NDManager scope = NDManager.newBaseManager()) {
      NDArray y = scope.create(PARTS, new Shape(4, 2));
      NDArray bias = scope.create(new double[] {1, 2});
      double[] added = Biased.shared(3).added(y, bias).sub(y).toDoubleArray();
      double[] expected = {1 / 6.0, 2 / 6.0, 1 / 3.0, 2 / 3.0, 0.5, 1, 0, 0};
      assertArrayEquals(expected, added, 1e-15);
    }
  }

  @Test
  void whereNothingMeetsTheBiasAllHaveTheSame() {
    TorchEngine.get();
    try (NDManager scope = NDManager.newBaseManager()) {
      NDArray y = scope.create(new double[] {2, -1, 0, 0, -2, 1, 0, 0}, new Shape(4, 2));
      NDArray bias = scope.create(new double[] {1, 2});
      double[] added = Biased.shared(2).added(y, bias).sub(y).toDoubleArray();
      assertArrayEquals(new double[] {0.5, 1, 0.5, 1, 0, 0, 0, 0}, added, 1e-15);
    }
  }

  @Test
  void aBiasOfItsOwnIsInOneCopy() {
    TorchEngine.get();
    try (NDManager scope = NDManager.newBaseManager()) {
      NDArray y = scope.create(PARTS, new Shape(4, 1, 2));
      NDArray bias = scope.create(new double[] {1, 2});
      double[] added = Biased.inOne(3).added(y, bias).sub(y).toDoubleArray();
      assertArrayEquals(new double[] {0, 0, 0, 0, 0, 0, 1, 2}, added, 0);
    }
  }
}
