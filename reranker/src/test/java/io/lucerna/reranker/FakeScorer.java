package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.input.QueryFit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A ranker without a model, whose scores can be told by eye. Words are its tokens. */
public final class FakeScorer implements Ranker {
  /** What it gives for a query and a passage. */
  public interface Scoring {
    float of(String query, String passage);
  }

  private final String label;
  private final int maxTokens;
  private final Scoring scoring;

  /** How many calls were made. */
  int calls;

  /**
   * A ranker with scores of one's own.
   *
   * @param label what they are called
   * @param maxTokens from how many words on a passage counts as truncated
   */
  public FakeScorer(String label, int maxTokens, Scoring scoring) {
    this.label = label;
    this.maxTokens = maxTokens;
    this.scoring = scoring;
  }

  /** The passage's length in characters. */
  static FakeScorer ofLength() {
    return new FakeScorer("length", 512, (query, passage) -> passage.length());
  }

  /**
   * The share of the passage's words that the query has, so that short passages win; a query with
   * the word {@code boom} is refused.
   */
  public static FakeScorer ofWords(ScorerOptions options) {
    return new FakeScorer("share of words", options.maxTokens().orElse(512), FakeScorer::share);
  }

  private static float share(String query, String passage) {
    if (query.contains("boom")) {
      throw new IllegalArgumentException("the query is too long");
    }
    Set<String> wanted = Set.copyOf(List.of(query.split(" ")));
    List<String> words = List.of(passage.split(" "));
    return (float) words.stream().filter(wanted::contains).count() / words.size();
  }

  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    calls++;
    int n = passages.size();
    PairScores scores = new PairScores(new float[n], new int[n], new boolean[n]);
    for (int i = 0; i < n; i++) {
      scores.scores()[i] = scoring.of(query, passages.get(i));
      scores.tokens()[i] = passages.get(i).split(" ").length;
      scores.truncated()[i] = scores.tokens()[i] > maxTokens;
    }
    return scores;
  }

  @Override
  public ModelCard card() {
    Map<String, String> settings = Map.of("batch", "1");
    return new ModelCard(
        "fake", "fake", "Fake", label, 0, 0, 0, 0, maxTokens, "00", settings, Map.of());
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
