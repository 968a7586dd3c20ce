package io.lucerna.plugin;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Reading;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.input.QueryFit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A ranker whose scores can be told by eye: the share of the passage's words that the query has, so
 * short passages win.
 */
public final class FakeScorer implements Ranker {
  private final int maxTokens;

  public FakeScorer(ScorerOptions options) {
    this.maxTokens = options.maxTokens().orElse(512);
  }

  static float score(String query, String passage) {
    Set<String> wanted = Set.copyOf(List.of(query.split(" ")));
    String[] words = passage.split(" ");
    int found = 0;
    for (String word : words) {
      found += wanted.contains(word) ? 1 : 0;
    }
    return (float) found / words.length;
  }

  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    if (query.contains("boom")) {
      throw new IllegalArgumentException("the query is too long");
    }
    int n = passages.size();
    PairScores scores = new PairScores(new float[n], new int[n], new boolean[n]);
    for (int i = 0; i < n; i++) {
      scores.scores()[i] = score(query, passages.get(i));
      scores.tokens()[i] = passages.get(i).split(" ").length;
      scores.truncated()[i] = scores.tokens()[i] > maxTokens;
    }
    return scores;
  }

  @Override
  public ModelCard card() {
    return new ModelCard(
        "fake",
        "Fake",
        "share of words",
        0,
        0,
        0,
        0,
        maxTokens,
        "00",
        Map.of("batch", "1"),
        Map.of());
  }

  @Override
  public void close() {}

  @Override
  public Optional<QueryFit> fit(String query) {
    return Optional.empty();
  }

  @Override
  public Reading reading() {
    throw new UnsupportedOperationException("nothing is inside");
  }
}
