package io.lucerna.plugin.regress;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Lucerna adds to a regression, below the key {@code lucerna}, which Anserini's runner passes
 * over.
 *
 * @param description one line on the regression
 * @param notes Markdown for its page
 * @param rerankings what is reranked
 */
record Extension(Optional<String> description, Optional<String> notes, List<Reranking> rerankings) {
  /** A regression without any addition. */
  static final Extension NONE = new Extension(Optional.empty(), Optional.empty(), List.of());

  /**
   * A reranking of one model's runs.
   *
   * @param name a part of the names of runs
   * @param first the name of the model whose runs are reranked
   * @param model the neural ranker
   * @param depth candidates of a topic that are scored
   * @param clean how text becomes a passage; empty to infer it from the collection
   * @param expected what it should give
   * @param interventions the same reranking with changes inside the ranker
   */
  record Reranking(
      String name,
      String first,
      String model,
      int depth,
      Optional<String> clean,
      Expected expected,
      List<Condition> interventions) {}

  /**
   * A reranking under interventions.
   *
   * @param name a part of the names of runs
   * @param lines the interventions, done in order
   * @param expected what it should give
   */
  record Condition(String name, List<String> lines, Expected expected) {}

  /**
   * Numbers that hold in both directions.
   *
   * @param results by metric, a number for each of the topic sets
   * @param tolerance how far the measured number may be from each
   */
  record Expected(Map<String, List<Double>> results, double tolerance) {}
}
