package io.lucerna.instrumentation.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SubspaceTest {

  @Test
  void theBasisIsOrthonormalAndSpansTheVectors() {
    for (long seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[][] vectors = new double[1 + random.nextInt(8)][24];
      double scale = Math.pow(10, random.nextInt(-30, 30));
      for (double[] vector : vectors) {
        // Nearly parallel, and of any length: what costs a plain Gram-Schmidt its digits.
        for (int i = 0; i < vector.length; i++) {
          vector[i] = scale * (1 + 1e-3 * random.nextDouble(-1, 1));
        }
      }
      Subspace space = Subspace.spanning(vectors);
      for (int i = 0; i < vectors.length; i++) {
        for (int j = 0; j < vectors.length; j++) {
          double dot = 0;
          for (int d = 0; d < 24; d++) {
            dot += space.basis()[i][d] * space.basis()[j][d];
          }
          assertEquals(i == j ? 1 : 0, dot, 1e-14, "seed " + seed);
        }
        assertArrayEquals(vectors[i], part(space, vectors[i]), 1e-13 * scale, "seed " + seed);
      }
    }
  }

  /** The part of x in a subspace. */
  static double[] part(Subspace space, double[] x) {
    double[] part = new double[x.length];
    for (double[] direction : space.basis()) {
      double dot = 0;
      for (int d = 0; d < x.length; d++) {
        dot += direction[d] * x[d];
      }
      for (int d = 0; d < x.length; d++) {
        part[d] += dot * direction[d];
      }
    }
    return part;
  }

  @Test
  void dependentVectorsAreRefused() {
    double[][] vectors = {{1, 0, 0}, {0, 1, 0}, {2, 3, 1e-9}};
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Subspace.spanning(vectors));
    assertEquals("vector 3 of 3 lies in the span of those before it", e.getMessage());
  }
}
