package io.lucerna.instrumentation.intervene;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one intervention did, from several threads. */
final class Tally {
  private final LongAdder texts = new LongAdder();
  private final LongAdder touched = new LongAdder();
  private final LongAdder positions = new LongAdder();
  private final LongAdder changed = new LongAdder();

  void count(int targeted, int done) {
    texts.increment();
    touched.add(done > 0 ? 1 : 0);
    positions.add(targeted);
    changed.add(done);
  }

  Touched sum(Intervention intervention) {
    return new Touched(
        intervention, texts.sum(), touched.sum(), positions.sum(), positions.sum() - changed.sum());
  }
}
