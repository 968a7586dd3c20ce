package io.lucerna.reranker.examples;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.Counters;
import io.lucerna.reranker.Ranker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

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

  static Map<String, Supplier<Number>> metrics(Ranker ranker) {
    Counters counters = ranker.counters();
    return Map.of(
        "rerank.calls", counters::calls,
        "rerank.failures", counters::failures,
        "rerank.pairs", counters::pairs,
        "rerank.tokens", counters::tokens,
        "rerank.truncations", counters::truncations,
        "rerank.seconds", () -> counters.time().toNanos() / 1e9);
  }
}
