package io.lucerna.plugin.explore;

import io.anserini.search.ScoredDoc;
import io.anserini.search.SimpleSearcher;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.explorer.Explored;
import io.lucerna.explorer.Topic;
import io.lucerna.plugin.anserini.IndexTexts;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.search.IndexSearcher;

/** What BM25 finds in an index for any query, with Anserini's parameters. */
public final class ExploredIndex implements Explored {
  /** As many as {@code search} writes. */
  private static final int HITS = 1000;

  private final String name;
  private final SimpleSearcher searcher;
  private final IndexTexts stored;
  private final CleanedTexts texts;
  private final List<Topic> topics;
  private final int depth;

  /**
   * Opens an index to be searched.
   *
   * @param name what the page calls it
   * @param stored the index; closed with this
   * @param cleaning how stored text becomes passages
   * @param queries the topics that are suggested, by id
   * @param depth how many documents the model reads where nobody says
   */
  public ExploredIndex(
      String name,
      IndexTexts stored,
      CleaningChoice cleaning,
      Map<String, String> queries,
      int depth)
      throws IOException {
    this.name = name;
    this.stored = stored;
    this.texts = new CleanedTexts(stored, cleaning);
    this.depth = depth;
    this.topics =
        queries.entrySet().stream().map(q -> new Topic(q.getKey(), q.getValue())).toList();
    this.searcher = new SimpleSearcher(stored.folder().toString());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Topic> topics() {
    return topics;
  }

  @Override
  public boolean searches() {
    return true;
  }

  @Override
  public int deepest() {
    return HITS;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public Ranking candidates(Topic topic) throws IOException {
    List<RankedDoc> docs = new ArrayList<>();
    try {
      for (ScoredDoc hit : searcher.search(topic.query(), HITS)) {
        docs.add(new RankedDoc(hit.docid, hit.score));
      }
    } catch (IndexSearcher.TooManyClauses e) {
      throw new IllegalArgumentException("the query has too many different words", e);
    }
    return Ranking.of(topic.id(), docs);
  }

  @Override
  public Optional<String> passage(String topic, String docno) throws IOException {
    return stored.has(topic, docno) ? Optional.of(texts.of(topic, docno)) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    searcher.close();
    stored.close();
  }
}
