package io.lucerna.plugin.explore;

import io.lucerna.eval.Ranking;
import io.lucerna.explorer.Explored;
import io.lucerna.explorer.Topic;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The candidates of a run or of requests, for their topics alone. */
public final class ExploredRun implements Explored {
  private final String name;
  private final CandidatePool pool;
  private final int deepest;
  private final CleanedTexts texts;
  private final Map<String, Candidates> topics = new LinkedHashMap<>();

  /**
   * @param name what the page calls it
   * @param pool the candidates; closed with this
   * @param deepest how many texts of a topic were read, and the model reads where nobody says
   * @param cleaning how stored text becomes passages
   */
  public ExploredRun(String name, CandidatePool pool, int deepest, CleaningChoice cleaning) {
    this.name = name;
    this.deepest = deepest;
    this.pool = pool;
    this.texts = new CleanedTexts(pool.texts(), cleaning);
    pool.topics().forEach(topic -> topics.put(topic.topic(), topic));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Topic> topics() {
    return topics.values().stream().map(t -> new Topic(t.topic(), t.query())).toList();
  }

  @Override
  public boolean searches() {
    return false;
  }

  @Override
  public int deepest() {
    return deepest;
  }

  @Override
  public int depth() {
    return deepest;
  }

  @Override
  public Ranking candidates(Topic topic) {
    return Objects.requireNonNull(topics.get(topic.id()), topic.id()).ranking();
  }

  @Override
  public Optional<String> passage(String topic, String docno) throws IOException {
    return pool.texts().has(topic, docno) ? Optional.of(texts.of(topic, docno)) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    pool.close();
  }
}
