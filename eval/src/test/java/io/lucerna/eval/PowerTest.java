package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerTest {

  /**
   * By SciPy 1.17: the root in d of the integral over s of chi2.pdf(df s s, df) 2 df s (norm.sf(c s
   * - d sqrt(n)) + norm.cdf(-c s - d sqrt(n))) - .8, with c = t.ppf(.975, df), df = n - 1, by quad
   * and brentq. R's power.t.test(n = 10, power = .8, type = "one.sample") has .9960.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 11.549888435882332",
    "3, 3.2640435496995712",
    "5, 1.6819969659555547",
    "10, 0.9960013714554444",
    "43, 0.4373217797330787",
    "97, 0.28734286856258584",
    "200, 0.1990641754067127"
  })
  void theDetectableChange(int topics, double expected) {
    assertEquals(expected, Power.USUAL.detectable(topics), 1e-9 * expected);
  }

  @Test
  void wrongNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Power.USUAL.detectable(1));
    assertThrows(IllegalArgumentException.class, () -> new Power(0.8, 0.05));
    assertThrows(IllegalArgumentException.class, () -> new Power(0, Double.NaN));
  }
}
