package io.lucerna.reranker.examples;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.Counters;
import io.lucerna.reranker.Ranker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** A ranker in a service. */
final class ServiceExample {
  private ServiceExample() {}

  static Optional<float[]> inTime(Ranker ranker, String query, List<String> passages) {
    try {
      return Optional.of(
          ranker.score(query, passages, Hooks.none(), Duration.ofSeconds(2)).scores());
    } catch (CallCancelledException e) {
      return Optional.empty(); // the first stage's order will do
    }
  }

  static Optional<float[]> unless(Limit limit, Ranker ranker, String query, List<String> passages) {
    try {
      return Optional.of(ranker.score(query, passages, Hooks.none(), limit).scores());
    } catch (CallCancelledException e) {
      return Optional.empty(); // somebody has called limit.cancel()
    }
  }

  static void watch(Ranker ranker, MeterRegistry registry) {
    Counters counters = ranker.counters();
    Map<String, ToDoubleFunction<Counters>> counts =
        Map.of(
            "rerank.failures", Counters::failures,
            "rerank.pairs", Counters::pairs,
            "rerank.tokens", Counters::tokens,
            "rerank.truncations", Counters::truncations);
    counts.forEach(
        (name, count) -> FunctionCounter.builder(name, counters, count).register(registry));
    FunctionTimer.builder(
            "rerank.calls",
            counters,
            c -> c.calls() + c.failures(),
            c -> c.time().toNanos(),
            TimeUnit.NANOSECONDS)
        .register(registry);
  }
}
