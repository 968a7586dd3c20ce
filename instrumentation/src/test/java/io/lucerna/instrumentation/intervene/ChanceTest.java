package io.lucerna.instrumentation.intervene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class ChanceTest {

  @Test
  void normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    int n = 200_000;
    double[] moments = new double[5];
    for (int i = 0; i < n; i++) {
      double x = Chance.normal(7, i);
      for (int m = 1; m <= 4; m++) {
        moments[m] += Math.pow(x, m) / n;
      }
    }
    assertEquals(0, moments[1], 0.01);
    assertEquals(1, moments[2], 0.02);
    assertEquals(0, moments[3], 0.05);
    assertEquals(3, moments[4], 0.1);
  }

  @Test
  void theNumbersNeverChange() {
    // SplitMix64 seeded with 1234567: its published first outputs.
    assertEquals(6457827717110365317L, Chance.number(1234567, 0));
    assertEquals(3203168211198807973L, Chance.number(1234567, 1));
    assertNotEquals(Chance.hash(1, "ab", "c"), Chance.hash(1, "a", "bc"));
    assertNotEquals(Chance.hash(1, "a"), Chance.hash(2, "a"));
  }
}
