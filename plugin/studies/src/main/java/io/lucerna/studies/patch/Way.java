package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Exact;

/**
 * What a study has lists, maps and arrays of: the effects in one direction, found in one way.
 *
 * @param direction which run gives activations
 * @param method how the scores of patches are found: exactly or by an estimate
 */
record Way(Direction direction, PatchingSweep.Method method) {
  /** The exact way, fast or plain: both find the same. */
  static Way exact(Direction direction) {
    return new Way(direction, Exact.FAST);
  }

  boolean isExact() {
    return method instanceof Exact;
  }

  /**
   * In fields and, as {@link #fileName}, in names of files: {@code denoise}, {@code denoise.atp}.
   */
  String option() {
    return isExact() ? direction.option() : direction.option() + "." + method.option();
  }

  /** The same where a colon may not stand: {@code denoise.ig-5}. */
  String fileName() {
    return option().replace(':', '-');
  }

  /** {@code denoise}, or {@code denoise by atp}. */
  String words() {
    return isExact() ? direction.option() : direction.option() + " by " + method.option();
  }

  /** Whether something was found so, fast or plainly. */
  boolean is(Direction other, PatchingSweep.Method way) {
    return direction == other && method.option().equals(way.option());
  }
}
