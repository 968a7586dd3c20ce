package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RocAreaTest {
  @Test
  void isTheShareOfPairsInOrder() {
    double[] values = {.1, .4, .35, .8};
    assertEquals(
        OptionalDouble.of(.75), RocArea.of(values, new boolean[] {false, false, true, true}));
    assertEquals(
        OptionalDouble.of(0), RocArea.of(values, new boolean[] {true, false, false, false}));
    assertEquals(
        OptionalDouble.of(.5), RocArea.of(new double[3], new boolean[] {true, false, true}));
  }

  @Test
  void isNotDefinedWithoutPairs() {
    assertEquals(OptionalDouble.empty(), RocArea.of(new double[2], new boolean[2]));
    assertEquals(OptionalDouble.empty(), RocArea.of(new double[1], new boolean[] {true}));
    assertThrows(IllegalArgumentException.class, () -> RocArea.of(new double[1], new boolean[2]));
  }

  @Test
  void equalsCountingAllPairs() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      double[] values = random.doubles(9).map(v -> Math.floor(v * 5)).toArray();
      boolean[] positive = new boolean[values.length];
      for (int i = 0; i < positive.length; i++) {
        positive[i] = i == 0 || i > 1 && random.nextBoolean();
      }
      double won = 0;
      int all = 0;
      for (int i = 0; i < values.length; i++) {
        for (int j = 0; j < values.length; j++) {
          if (positive[i] && !positive[j]) {
            won += values[i] > values[j] ? 1 : values[i] == values[j] ? .5 : 0;
            all++;
          }
        }
      }
      assertEquals(won / all, RocArea.of(values, positive).orElseThrow(), 1e-12);
    }
  }
}
