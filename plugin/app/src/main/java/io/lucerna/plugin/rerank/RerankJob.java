package io.lucerna.plugin.rerank;

import io.lucerna.base.Counted;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.ranking.Passages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Scores the candidates of a list of topics, one topic after the other in the list's order, so that
 * the result depends on nothing but the list.
 */
public final class RerankJob {
  /**
   * Passages whose vectors a bi-encoder keeps, for documents that several topics have: 400 MB at a
   * width of 384.
   */
  private static final int REMEMBERED = 250_000;

  /**
   * What came out.
   *
   * @param rankings one per topic, in the order of the topics
   * @param scored passages that the model scored
   * @param truncated those of them that were cut to the model's limit
   * @param empty those of them without any text
   * @param seconds the time it took
   */
  public record Outcome(
      List<Ranking> rankings, int scored, int truncated, int empty, double seconds) {
    public Run run(String tag) {
      return Run.of(tag, rankings);
    }

    /** The same counts with other rankings. */
    public Outcome with(List<Ranking> others) {
      return new Outcome(others, scored, truncated, empty, seconds);
    }

    public String summary(Ranker scorer) {
      return String.format(
          Locale.ROOT,
          "reranked %s, %s with %s in %.1f s (%.0f per second); %d truncated to %d tokens, %d empty",
          Counted.of(rankings.size(), "topic"),
          Counted.of(scored, "passage"),
          scorer.card().label(),
          seconds,
          scored / Math.max(seconds, 1e-9),
          truncated,
          scorer.card().maxTokens(),
          empty);
    }
  }

  private final Ranker scorer;
  private final int depth;
  private final Interventions interventions;
  private final Console console;

  public RerankJob(Ranker scorer, int depth, Interventions interventions, Console console) {
    this.scorer = scorer.remembering(REMEMBERED);
    this.depth = depth;
    this.interventions = interventions;
    this.console = console;
  }

  public Outcome run(List<Candidates> topics, Passages passages) throws IOException {
    int total = topics.stream().mapToInt(t -> Math.min(depth, t.ranking().size())).sum();
    List<Ranking> rankings = new ArrayList<>(topics.size());
    int truncated = 0;
    int empty = 0;
    long start = System.nanoTime();
    try (Progress progress = new Progress(console, "reranking", total)) {
      for (Candidates topic : topics) {
        List<String> texts = new ArrayList<>();
        List<String> docnos = topic.ranking().top(depth).docnos();
        for (String docno : docnos) {
          texts.add(passages.of(topic.topic(), docno));
        }
        empty += (int) texts.stream().filter(String::isBlank).count();
        PairScores scores = score(topic, docnos, texts);
        truncated += scores.truncatedCount();
        rankings.add(Reordering.of(topic.ranking(), scores.scores()));
        progress.advance(texts.size());
      }
    }
    interventions.finish(console);
    scorer.sparsity().ifPresent(sparsity -> console.say("%s", sparsity));
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Outcome(List.copyOf(rankings), total, truncated, empty, seconds);
  }

  private PairScores score(Candidates topic, List<String> docnos, List<String> texts) {
    if (texts.isEmpty()) {
      return new PairScores(new float[0], new int[0], new boolean[0]);
    }
    try {
      return scorer.score(topic.query(), texts, interventions.hooks(topic.topic(), docnos));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("topic " + topic.topic() + ": " + e.getMessage(), e);
    }
  }
}
