package io.lucerna.instrumentation.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An affine map against its definition in double precision, whichever kernel computes it. */
class LinearTest {
  private static final int[] ROWS = {1, 2, 3, 5, 21, 37, 73, 130, 1003};

  @ParameterizedTest
  @CsvSource({
    "384, 384",
    "384, 1536",
    "1536, 384",
    "768, 768",
    "1024, 1024",
    "1024, 4096",
    "312, 1200",
    "1200, 312",
    "320, 1200",
    "400, 401",
    "768, 776",
    "1792, 256",
    "2624, 1024",
    "4096, 1536",
    "1792, 4096",
    "7, 5"
  })
  void rowsAreWhatTheDefinitionGives(int in, int out) {
    Workers.prepare();
    Random random = new Random(in + out);
    float[] weight = normal(random, in * out);
    float[] bias = normal(random, out);
    float[] input = normal(random, 1003 * in);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Linear map =
          new Linear(
              manager.create(weight, new Shape(out, in)), manager.create(bias), new LongAdder());
      NDArray all = manager.create(input, new Shape(1003, in));
      for (int rows : ROWS) {
        try (NDArray some = all.get("0:" + rows);
            NDArray mapped = map.apply(some, Kernels.fast())) {
          float[] actual = mapped.toFloatArray();
          for (int row : new int[] {0, rows / 2, rows - 1}) {
            for (int o = 0; o < out; o += 7) {
              double expected = bias[o];
              double size = Math.abs(bias[o]);
              for (int i = 0; i < in; i++) {
                double product = (double) weight[o * in + i] * input[row * in + i];
                expected += product;
                size += Math.abs(product);
              }
              String what = rows + " rows, row " + row + ", output " + o;
              assertEquals(expected, actual[row * out + o], 1e-6 * size, what);
            }
          }
        }
      }
    }
  }

  /** Sizes of the families' models, and some of no model. */
  @ParameterizedTest
  @CsvSource({
    "384, 1152",
    "384, 1536",
    "1536, 384",
    "768, 2",
    "48, 1",
    "768, 3072",
    "3072, 768",
    "1024, 4096",
    "4096, 1024",
    "1152, 768",
    "2304, 2048",
    "5120, 256",
    "312, 1200",
    "1200, 312",
    "896, 384",
    "1792, 256",
    "2624, 1024",
    "4096, 1536",
    "1792, 4096",
    "7, 5",
    "33, 65",
    "751, 100"
  })
  void aRowIsTheSameToTheBitWhateverStandsBesideIt(int in, int out) {
    Workers.prepare();
    assumeTrue(
        TorchKernels.ADDS_UP_ALIKE || in > 7 && out > 1,
        "without AVX-512 MKL computes this map, and adds up so few numbers in several ways");
    Random random = new Random(in + out);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Linear map = map(random, in, out, manager);
      int all = 700;
      NDArray input = manager.create(normal(random, all * in), new Shape(all, in));
      float[] expected = map.apply(input, Kernels.fast()).toFloatArray();
      for (int rows = 1; rows < all; rows += 1 + rows / 6) {
        int from = random.nextInt(all - rows);
        try (NDArray some = input.get(from + ":" + (from + rows));
            NDArray mapped = map.apply(some, Kernels.fast())) {
          float[] row = Arrays.copyOfRange(expected, from * out, (from + rows) * out);
          assertArrayEquals(row, mapped.toFloatArray(), rows + " rows from " + from);
        }
      }
    }
  }

  /** Computed with the map, GELU has the bits that it has on its result. */
  @ParameterizedTest
  @CsvSource({"384, 1536", "768, 3072", "32, 37", "7, 5"})
  void geluIsWhatItIsAlone(int in, int out) {
    Workers.prepare();
    Random random = new Random(in + out);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Linear map = map(random, in, out, manager);
      for (int rows : ROWS) {
        NDArray input = manager.create(normal(random, rows * in), new Shape(rows, in));
        float[] expected =
            Activation.GELU
                .ofSpent(map.apply(input, Kernels.fast()), Kernels.fast())
                .toFloatArray();
        NDArray actual = Kernels.fast().activated(Activation.GELU, map, input);
        assertArrayEquals(expected, actual.toFloatArray(), rows + " rows");
      }
    }
  }

  private static Linear map(Random random, int in, int out, NDManager manager) {
    return new Linear(
        manager.create(normal(random, in * out), new Shape(out, in)),
        manager.create(normal(random, out)),
        new LongAdder());
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
