package io.lucerna.topics.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearnessTest {
  @Test
  void isWhatCountingByHandGives() {
    int[] terms = {-1, 0, -1, 1, -1, -1, 0, 1};
    // |1-3| |1-7| |6-3| |6-7|
    assertEquals((2 + 6 + 3 + 1) / 4.0, Nearness.MEAN_DISTANCE.of(terms));
    assertEquals(1 + 3, Nearness.FIRST.of(terms));
    assertEquals(0, Nearness.TIGHTEST.of(terms));
    // Around 1: words 1 to 3; 3: 1 to 3; 6 and 7: 6 to 7.
    assertEquals((3 + 3 + 2 + 2) / 4.0, Nearness.SPAN.of(terms));
  }

  @Test
  void groupsAreThoseThatTryingAllOfThemFinds() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 500; round++) {
      int[] terms = random.ints(2 + random.nextInt(14), -3, 3).map(t -> Math.max(t, -1)).toArray();
      long wanted = Arrays.stream(terms).filter(t -> t >= 0).distinct().count();
      if (wanted == 0) {
        continue;
      }
      double tightest = Double.MAX_VALUE;
      int[] spans = new int[terms.length];
      Arrays.fill(spans, Integer.MAX_VALUE);
      for (int from = 0; from < terms.length; from++) {
        for (int to = from; to < terms.length; to++) {
          int[] group = Arrays.copyOfRange(terms, from, to + 1);
          if (Arrays.stream(group).filter(t -> t >= 0).distinct().count() == wanted) {
            tightest = Math.min(tightest, Arrays.stream(group).filter(t -> t < 0).count());
            for (int at = from; at <= to; at++) {
              spans[at] = Math.min(spans[at], group.length);
            }
          }
        }
      }
      assertEquals(tightest, Nearness.TIGHTEST.of(terms), Arrays.toString(terms));
      double span =
          IntStream.range(0, terms.length)
              .filter(i -> terms[i] >= 0)
              .map(i -> spans[i])
              .average()
              .orElseThrow();
      assertEquals(span, Nearness.SPAN.of(terms), 1e-12, Arrays.toString(terms));
    }
  }
}
