package io.lucerna.plugin.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.eval.Ranking;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScoreTree;
import io.lucerna.studies.ranking.Passages;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.search.Explanation;

/**
 * Lucene's explanations of the first hits of a reranked run. The value of each is the hit's score
 * in the run.
 *
 * @param hits topic by topic, the first hit first
 */
public record HitTrees(List<Hit> hits) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A hit.
   *
   * @param rank from 1
   * @param tree what its score is made of
   */
  public record Hit(String qid, String docid, int rank, Explanation tree) {}

  /**
   * Explains the first hits of each topic.
   *
   * @param most how many of a topic, of those that the ranker scored
   * @param topics what was reranked
   * @param reranked the rankings that came out, in the order of the topics
   * @param depth how many candidates of a topic the ranker scored
   * @param passages the texts that it read
   */
  public static HitTrees of(
      Ranker ranker,
      int most,
      List<Candidates> topics,
      List<Ranking> reranked,
      int depth,
      Passages passages,
      Console console)
      throws IOException {
    List<Hit> hits = new ArrayList<>();
    try (Progress progress = new Progress(console, "explaining", (long) most * topics.size())) {
      for (int i = 0; i < topics.size(); i++) {
        Candidates topic = topics.get(i);
        Map<String, Explanation> first = firstStage(topic.ranking());
        int scored = Math.min(depth, topic.ranking().size());
        Ranking best = reranked.get(i);
        float[] written = best.writtenScores();
        for (int place = 0; place < Math.min(most, scored); place++) {
          String docid = best.docno(place);
          Explanation tree =
              ScoreTree.of(
                  ranker,
                  topic.query(),
                  passages.of(topic.topic(), docid),
                  written[place],
                  Objects.requireNonNull(first.get(docid)));
          hits.add(new Hit(topic.topic(), docid, place + 1, tree));
        }
        progress.advance(most);
      }
    }
    return new HitTrees(hits);
  }

  private static Map<String, Explanation> firstStage(Ranking ranking) {
    Map<String, Explanation> scores = new HashMap<>();
    for (int i = 0; i < ranking.size(); i++) {
      scores.put(
          ranking.docno(i),
          Explanation.match(ranking.score(i), "first-stage score, rank " + (i + 1)));
    }
    return scores;
  }

  /** Writes {@code RUN.explain.txt} and {@code RUN.explain.jsonl} next to a run. */
  public void writeBeside(Path run, Console console) throws IOException {
    Path text = run.resolveSibling(run.getFileName() + ".explain.txt");
    Path lines = run.resolveSibling(run.getFileName() + ".explain.jsonl");
    AtomicFile.write(text, this::writeText);
    AtomicFile.write(lines, this::writeLines);
    console.say("%s explained in %s and .jsonl", Counted.of(hits.size(), "hit"), text);
  }

  private void writeText(BufferedWriter out) throws IOException {
    for (Hit hit : hits) {
      out.write("topic " + hit.qid + ", rank " + hit.rank + ", " + hit.docid + "\n");
      out.write(hit.tree + "\n");
    }
  }

  private void writeLines(BufferedWriter out) throws IOException {
    for (Hit hit : hits) {
      try (JsonGenerator json = JSON.createGenerator(out)) {
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("qid", hit.qid);
        json.writeStringField("docid", hit.docid);
        json.writeNumberField("rank", hit.rank);
        json.writeFieldName("explanation");
        write(hit.tree, json);
        json.writeEndObject();
      }
      out.write('\n');
    }
  }

  private static void write(Explanation tree, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("value", tree.getValue().floatValue());
    json.writeStringField("description", tree.getDescription());
    if (tree.getDetails().length > 0) {
      json.writeArrayFieldStart("details");
      for (Explanation detail : tree.getDetails()) {
        write(detail, json);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }
}
