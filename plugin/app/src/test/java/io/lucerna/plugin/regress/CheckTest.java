package io.lucerna.plugin.regress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.plugin.regress.Check.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckTest {
  private static Verdict verdict(
      double expected, double measured, double tolerance, boolean higherIsWell) {
    return new Check("bm25", "t", "MAP", expected, measured, tolerance, higherIsWell, 4).verdict();
  }

  @Test
  void anserinisRuleTakesEqualAndHigher() {
    assertEquals(Verdict.OK, verdict(.3123, .3123, 0, true));
    assertEquals(Verdict.OK, verdict(.3123, .31231, 0, true));
    assertEquals(Verdict.HIGHER, verdict(.3123, .3124, 0, true));
    assertEquals(Verdict.FAIL, verdict(.3123, .3122, 0, true));
    assertEquals(Verdict.OK, verdict(.3123, .3113, .001, true));
    assertEquals(Verdict.FAIL, verdict(.3123, .3112, .001, true));
  }

  @Test
  void ourRuleHoldsInBothDirections() {
    assertEquals(Verdict.OK, verdict(.5131, .5151, .002, false));
    assertEquals(Verdict.OK, verdict(.5131, .5111, .002, false));
    assertEquals(Verdict.FAIL, verdict(.5131, .5152, .002, false));
    assertEquals(Verdict.FAIL, verdict(.5131, .5110, .002, false));
    assertEquals(Verdict.FAIL, verdict(.5131, Double.MAX_VALUE, .002, false));
  }

  @Test
  void lineSaysEverything() {
    assertEquals(
        "FAIL  bm25                  t           MAP                    expected 0.3123  measured 0.3112"
            + "  tolerance 0.001",
        new Check("bm25", "t", "MAP", .3123, .3112, .001, true, 4).toString());
  }

  @Test
  void numbersAreTakenFromTheLastLineByItsColumn() {
    Metric map = new Metric("MAP", "bin/trec_eval", "-m map", "\t", 2, 4);
    assertEquals(.5, map.parse("map\t1\t0.25\nmap\tall\t0.5\n\n"));
    Metric last = new Metric("x", "bin/trec_eval", "-m map", ",", -1, 4);
    assertEquals(.7, last.parse("amean,1,0.7\n"));
    assertEquals(
        "metric MAP: no column 2 in ''",
        assertThrows(RegressException.class, () -> map.parse("\n")).getMessage());
    assertEquals(
        "metric MAP: no number in column 2 of 'map\tall\tx'",
        assertThrows(RegressException.class, () -> map.parse("map\tall\tx\n")).getMessage());
  }

  @Test
  void optionsMayStickToTheirValues() {
    Metric metric = new Metric("AP", "bin/trec_eval", "-c -M1000 -m map -l2", "\t", 2, 4);
    assertEquals(List.of("-c", "-M", "1000", "-m", "map", "-l", "2"), metric.options());
  }

  @Test
  void wordsArePartedAndJoinedAsAShellDoes() {
    List<String> words = List.of("-delimiter", "#", "-intervene", "zero a head=1", "it's", "");
    assertEquals(words, Words.split("-delimiter \"#\"  -intervene 'zero a head=1' \"it's\" ''"));
    assertEquals("-delimiter '#' -intervene 'zero a head=1' 'it'\\''s' ''", Words.join(words));
  }
}
