package io.lucerna.plugin.regress;

import io.lucerna.base.Counted;
import java.util.List;

/**
 * How a regression went.
 *
 * @param numbers how many were checked
 * @param higher how many are higher than expected
 * @param failed how many fall short
 */
public record Summary(int numbers, int higher, int failed) {
  static Summary of(List<Check> checks) {
    return new Summary(
        checks.size(), count(checks, Check.Verdict.HIGHER), count(checks, Check.Verdict.FAIL));
  }

  private static int count(List<Check> checks, Check.Verdict verdict) {
    return (int) checks.stream().filter(check -> check.verdict() == verdict).count();
  }

  /** One line. */
  @Override
  public String toString() {
    return Counted.of(numbers, "number")
        + ": "
        + (numbers - higher - failed)
        + " OK, "
        + higher
        + " OK* (higher than expected), "
        + failed
        + " FAIL";
  }
}
