package io.lucerna.instrumentation.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The operations that DJL has no call for, against their definitions. */
class TorchKernelsTest {
  private static double geluTanh(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private static void check(
      UnaryOperator<NDArray> kernel, DoubleUnaryOperator definition, double[] numbers) {
    double[] expected = Arrays.stream(numbers).map(definition).toArray();
    float[] single = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      single[i] = (float) numbers[i];
    }
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        NDManager scope = manager.newSubManager()) {
      NDArray exact = kernel.apply(scope.create(numbers));
      assertArrayEquals(expected, exact.toDoubleArray(), 1e-12);
      NDArray result = kernel.apply(scope.create(single, new Shape(3, numbers.length / 3)));
      assertEquals(new Shape(3, numbers.length / 3), result.getShape());
      assertSame(scope, result.getManager());
      float[] found = result.toFloatArray();
      for (int i = 0; i < found.length; i++) {
        double wanted = definition.applyAsDouble(single[i]);
        assertEquals(wanted, found[i], 3e-7 * Math.max(1, Math.abs(wanted)));
      }
      // What TorchScript returns by itself could not be changed.
      assertEquals(found[0] * 2, result.muli(2).toFloatArray()[0]);
    }
  }

  @Test
  void theyAreWhatTheyAreCalled() {
    double[] numbers = new Random(4).doubles(300, -6, 6).toArray();
    check(TorchKernels::silu, x -> x / (1 + Math.exp(-x)), numbers);
    check(TorchKernels::geluTanh, TorchKernelsTest::geluTanh, numbers);
    double[] positive = new Random(5).doubles(300, 0.1, 50).toArray();
    check(TorchKernels::rsqrt, x -> 1 / Math.sqrt(x), positive);
  }

  /** One number alone is what it is in an array: a row does not hang on the others. */
  @Test
  void aSquareRootDoesNotHangOnItsNeighbours() {
    float[] numbers = new float[1000];
    Random random = new Random(6);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextFloat() * 9 + 0.01f;
    }
    try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
      float[] all = TorchKernels.rsqrt(scope.create(numbers)).toFloatArray();
      for (int i = 0; i < numbers.length; i++) {
        float[] alone = TorchKernels.rsqrt(scope.create(new float[] {numbers[i]})).toFloatArray();
        assertEquals(all[i], alone[0]);
      }
    }
  }
}
