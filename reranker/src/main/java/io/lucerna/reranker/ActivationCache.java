package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The activations of a query and its passages at some points, as {@link Ranker#cache} computes
 * them: plain numbers on the Java heap, with the tokens that they belong to. Nothing has to be
 * closed, and many threads may read.
 *
 * @param scores the passages' scores
 * @param query the query, read alone; empty for a cross-encoder, which reads it with each passage,
 *     and if only the score was asked for, which is a passage's
 * @param passages each passage, in the order given; of a cross-encoder each pair
 */
public record ActivationCache(
    PairScores scores, Optional<InputActivations> query, List<InputActivations> passages) {

  /** Copies the list. */
  public ActivationCache {
    passages = List.copyOf(passages);
  }

  static ActivationCache of(
      Ranker ranker, String query, List<String> passages, Hooks hooks, String... points) {
    List<String> texts = Given.list(passages, "passages", "passage");
    String[] given = Given.value(points, "the array of points");
    List<String> names = Given.list(Arrays.asList(given), "points", "point");
    AtomicReference<InputActivations> alone = new AtomicReference<>();
    InputActivations[] read = new InputActivations[texts.size()];
    Hooks keep =
        InputActivations.hooks(
            ranker.reading().points(),
            names,
            input -> {
              if (input.side() == Side.QUERY) {
                alone.set(input);
              } else {
                read[input.number()] = input;
              }
            });
    PairScores scores = ranker.score(query, texts, Given.value(hooks, "the hooks").and(keep));
    return new ActivationCache(scores, Optional.ofNullable(alone.get()), List.of(read));
  }
}
