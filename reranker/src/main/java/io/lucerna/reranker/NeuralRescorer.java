package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Rescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/**
 * Lucene's {@link Rescorer} with a neural ranker: the first hits are scored by the ranker and
 * reordered, by score descending and then by document number ascending.
 *
 * <p>It belongs to one query. The hits that it is given are left as they are. {@link #explain}
 * gives exactly the score that {@link #rescore} last gave to the document, or the score of the
 * passage alone where it was not among the hits. Thread-safe.
 */
public final class NeuralRescorer extends Rescorer {
  private final Ranker scorer;
  private final String query;
  private final PassageSource passages;
  private final Hooks hooks;
  private final Map<Key, Scored> scored = new ConcurrentHashMap<>();

  private record Key(Object reader, int docId) {}

  private record Scored(float score, int tokens, boolean truncated) {}

  /**
   * A rescorer for one query.
   *
   * @param scorer the ranker; stays open and belongs to the caller
   * @param query the text that passages are scored for
   * @param passages where a hit's text comes from
   */
  public NeuralRescorer(Ranker scorer, String query, PassageSource passages) {
    this(scorer, query, passages, Hooks.none());
  }

  /**
   * A rescorer for one query whose ranker is looked into or changed.
   *
   * @param scorer the ranker; stays open and belongs to the caller
   * @param query the text that passages are scored for
   * @param passages where a hit's text comes from
   * @param hooks those of every call, such as {@code ranker.compile(spec).hooks()}
   */
  public NeuralRescorer(Ranker scorer, String query, PassageSource passages, Hooks hooks) {
    this.scorer = Given.value(scorer, "the scorer");
    this.query = Given.value(query, "the query");
    this.passages = Given.value(passages, "the source of passages");
    this.hooks = Given.value(hooks, "the hooks");
  }

  /**
   * Scores all first-pass hits and returns the best.
   *
   * @param topN how many hits to return at most
   * @throws IllegalArgumentException if topN is negative
   */
  @Override
  public TopDocs rescore(IndexSearcher searcher, TopDocs firstPass, int topN) throws IOException {
    if (topN < 0) {
      throw new IllegalArgumentException("topN must be at least 0, got " + topN);
    }
    List<String> texts = new ArrayList<>(firstPass.scoreDocs.length);
    for (ScoreDoc hit : firstPass.scoreDocs) {
      texts.add(text(searcher, hit.doc));
    }
    PairScores scores = scorer.score(query, texts, hooks);
    ScoreDoc[] hits = new ScoreDoc[texts.size()];
    for (int i = 0; i < hits.length; i++) {
      ScoreDoc first = firstPass.scoreDocs[i];
      hits[i] = new ScoreDoc(first.doc, scores.scores()[i], first.shardIndex);
      scored.put(key(searcher, first.doc), scored(scores, i));
    }
    Arrays.sort(
        hits,
        Comparator.comparingDouble((ScoreDoc hit) -> -hit.score).thenComparingInt(hit -> hit.doc));
    return new TopDocs(firstPass.totalHits, Arrays.copyOf(hits, Math.min(topN, hits.length)));
  }

  /**
   * Says how the score came about: what the passage's tokens add to it, and through which heads and
   * MLPs. Nodes that say {@code sum of:} add up. Under hooks the score is not divided.
   *
   * @return the tree, whose value is the very score that {@link #rescore} gives
   */
  @Override
  public Explanation explain(IndexSearcher searcher, Explanation firstPass, int docId)
      throws IOException {
    Scored known = scored.get(key(searcher, docId));
    boolean divided = hooks.isEmpty();
    String text = known == null || divided ? text(searcher, docId) : "";
    Scored it = known != null ? known : scored(scorer.score(query, List.of(text), hooks), 0);
    ModelCard card = scorer.card();
    Explanation[] details = {
      Explanation.match(it.tokens, "tokens read, of at most " + card.maxTokens()),
      Explanation.match(it.truncated ? 1 : 0, "1 if the passage was truncated"),
      Explanation.match(firstPass.getValue(), "first-pass score", firstPass)
    };
    return divided
        ? ScoreTree.of(scorer, query, text, it.score, details)
        : ScoreTree.root(card, it.score, "under hooks from:", List.of(details));
  }

  private String text(IndexSearcher searcher, int docId) throws IOException {
    return Given.value(
        passages.passage(searcher, docId), "the passage of document number " + docId);
  }

  private static Key key(IndexSearcher searcher, int docId) {
    return new Key(searcher.getIndexReader().getContext().id(), docId);
  }

  private static Scored scored(PairScores scores, int i) {
    return new Scored(scores.scores()[i], scores.tokens()[i], scores.truncated()[i]);
  }
}
