package io.lucerna.plugin.regress;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A first stage and what it should give.
 *
 * @param name a part of the names of runs
 * @param display for people
 * @param type kind of search; empty for SearchCollection, {@link #READY} for no search at all
 * @param params options of the search
 * @param results by metric, a number for each of the topic sets
 * @param tolerance the same shape; how far below the number the measured one may be
 */
record Model(
    String name,
    String display,
    Optional<String> type,
    String params,
    Map<String, List<Double>> results,
    Map<String, List<Double>> tolerance) {
  /** The type of a ranking that comes with a collection; its params name it. Ours. */
  static final String READY = "ready";

  static Model read(Keys keys) {
    String name = keys.text("name");
    return new Model(
        name,
        keys.optional("display").orElse(name),
        keys.optional("type"),
        keys.text("params"),
        keys.numbers("results"),
        keys.has("tolerance") ? keys.numbers("tolerance") : Map.of());
  }

  /** Whether the ranking comes with a collection. */
  boolean ready() {
    return type.filter(READY::equals).isPresent();
  }

  /** The allowance at a metric and a topic set; 0 where none is stated. */
  double tolerance(String metric, int topics) {
    List<Double> values = tolerance.getOrDefault(metric, List.of());
    return topics < values.size() ? values.get(topics) : 0;
  }
}
