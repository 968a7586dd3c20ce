package io.lucerna.plugin.lens;

import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.rerank.RerankJob;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.ranking.Passages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranks the candidates of a list of topics by every layer: the last as {@link RerankJob} does, the
 * others by the residual stream before it, read by the model's own head.
 */
public final class LensJob {
  private final Ranker ranker;
  private final int depth;
  private final int attributed;
  private final Console console;

  /**
   * @param depth candidates of a topic that are scored
   * @param attributed those of them whose scores are divided among heads and MLPs
   */
  public LensJob(Ranker ranker, int depth, int attributed, Console console) {
    this.ranker = ranker;
    this.depth = depth;
    this.attributed = Math.min(depth, attributed);
    this.console = console;
  }

  /**
   * A run for each layer: that of the embeddings first, and what {@code rerank} gave last.
   *
   * @param last what {@code rerank} gave
   * @param tag the last run's; others have the layer's name after it
   */
  public List<Run> runs(
      RerankJob.Outcome last, List<Candidates> topics, Passages passages, String tag)
      throws IOException {
    int blocks = ranker.reading().model().blocks().size();
    List<List<Ranking>> layers = new ArrayList<>();
    for (int layer = 0; layer < blocks; layer++) {
      layers.add(new ArrayList<>());
    }
    try (Progress progress = new Progress(console, "reading layers", total(topics, depth))) {
      for (Candidates topic : topics) {
        List<String> texts = texts(topic, depth, passages);
        float[][] scores = ranker.lens(topic.query(), texts);
        for (int layer = 0; layer < blocks; layer++) {
          layers.get(layer).add(Reordering.of(topic.ranking(), scores[layer]));
        }
        progress.advance(texts.size());
      }
    }
    List<Run> runs = new ArrayList<>();
    for (int layer = 0; layer < blocks; layer++) {
      runs.add(Run.of(tag + "-" + Layers.name(layer), layers.get(layer)));
    }
    runs.add(last.run(tag));
    return runs;
  }

  /** Divides scores among heads and MLPs. */
  public void attribute(List<Candidates> topics, Passages passages, Attribution attribution)
      throws IOException {
    try (Progress progress = new Progress(console, "attributing", total(topics, attributed))) {
      for (Candidates topic : topics) {
        List<String> docnos = topic.ranking().top(attributed).docnos();
        List<String> texts = texts(topic, attributed, passages);
        attribution.add(topic.topic(), docnos, ranker.direct(topic.query(), texts));
        progress.advance(texts.size());
      }
    }
  }

  private static long total(List<Candidates> topics, int depth) {
    return topics.stream().mapToLong(t -> Math.min(depth, t.ranking().size())).sum();
  }

  private static List<String> texts(Candidates topic, int depth, Passages passages)
      throws IOException {
    List<String> texts = new ArrayList<>();
    for (String docno : topic.ranking().top(depth).docnos()) {
      texts.add(passages.of(topic.topic(), docno));
    }
    return texts;
  }
}
