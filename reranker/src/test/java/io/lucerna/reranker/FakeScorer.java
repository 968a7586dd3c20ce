package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.input.QueryFit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores a passage by its length in characters, so that a test knows the right order. */
final class FakeScorer implements Ranker {
  int calls;

  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    calls++;
    float[] scores = new float[passages.size()];
    int[] tokens = new int[scores.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = passages.get(i).length();
      tokens[i] = passages.get(i).split(" ").length;
    }
    return new PairScores(scores, tokens, new boolean[scores.length]);
  }

  @Override
  public ModelCard card() {
    return new ModelCard("fake", "None", "length", 0, 0, 0, 0, 512, "0", Map.of(), Map.of());
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
