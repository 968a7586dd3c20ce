package io.lucerna.studies.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of positions that a recording has no counterpart for. */
class UnmatchedTest {
  private static final String WHY =
      " left positions, or some of their numbers, as they were, since the recording has no"
          + " counterpart for them: ";

  @Test
  void theLargestSharesAreNamed() {
    List<Unmatched> all =
        List.of(
            new Unmatched("few", 100_000, 160),
            new Unmatched("all", 50, 50),
            new Unmatched("half", 5000, 2500),
            new Unmatched("most", 5000, 4800));
    assertEquals(
        Optional.of(
            "4 of 84 conditions"
                + WHY
                + "all 50 of 50 (100.0%), most 4800 of 5000 (96.0%), half 2500 of 5000 (50.0%) and"
                + " 1 more"),
        Unmatched.line(all, 84));
    assertEquals(
        Optional.of("1 of 1 condition" + WHY + "few 160 of 100000 (0.2%)"),
        Unmatched.line(all.subList(0, 1), 1));
    assertEquals(Optional.empty(), Unmatched.line(List.of(), 84));
  }
}
