package io.lucerna.reranker;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts calls as they return. */
final class CallCounters implements Counters {
  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder pairs = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder truncations = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /** Runs a call and counts it. */
  PairScores count(Supplier<PairScores> call) {
    long begin = System.nanoTime();
    boolean done = false;
    try {
      PairScores scores = call.get();
      pairs.add(scores.scores().length);
      tokens.add(Arrays.stream(scores.tokens()).asLongStream().sum());
      truncations.add(scores.truncatedCount());
      done = true;
      return scores;
    } finally {
      nanos.add(System.nanoTime() - begin);
      (done ? calls : failures).increment();
    }
  }

  @Override
  public long calls() {
    return calls.sum();
  }

  @Override
  public long failures() {
    return failures.sum();
  }

  @Override
  public long pairs() {
    return pairs.sum();
  }

  @Override
  public long tokens() {
    return tokens.sum();
  }

  @Override
  public long truncations() {
    return truncations.sum();
  }

  @Override
  public Duration time() {
    return Duration.ofNanos(nanos.sum());
  }
}
