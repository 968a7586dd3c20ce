package io.lucerna.anserini;

import io.anserini.rerank.Reranker;
import io.anserini.rerank.RerankerContext;
import io.anserini.search.ScoredDocs;
import io.anserini.search.SearchCollection;
import io.lucerna.base.Given;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.Ranker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.lucene.document.Document;
import org.jspecify.annotations.Nullable;

/**
 * A neural reranker for Anserini's cascades. One instance may serve many threads.
 *
 * <p>It reads the passages from the stored fields of the hits ({@code raw}, else {@code contents}),
 * so the index must have been made with {@code -storeRaw} or {@code -storeContents}. Put it last:
 * Anserini's ScoreTiesAdjusterReranker would round its scores.
 *
 * <p>Anserini drops a topic whose reranker throws, and continues. What is thrown here, errors too,
 * is therefore also kept: look at {@link #failures()} when the search is done.
 *
 * @param <T> type of the topic ids
 */
public final class AnseriniReranker<T> implements Reranker<T> {
  private final Ranker scorer;
  private final int depth;
  private final Texts texts;
  private final Hooks hooks;
  private final Map<String, RuntimeException> failures = new ConcurrentHashMap<>();

  /**
   * Creates a reranker.
   *
   * @param scorer the neural ranker; it stays the caller's to close
   * @param depth how many of the first hits are scored; the others stay below, in their order
   * @param cleaning how stored text becomes a passage
   * @throws IllegalArgumentException if the depth is less than 1
   */
  public AnseriniReranker(Ranker scorer, int depth, PassageCleaning cleaning) {
    this(scorer, depth, cleaned(Given.value(cleaning, "the cleaning")), Hooks.none());
  }

  /**
   * Creates a reranker that finds the passages in its own way, and whose ranker may be looked into
   * or changed.
   *
   * @param scorer the neural ranker; it stays the caller's to close
   * @param depth how many of the first hits are scored; the others stay below, in their order
   * @param passage from a hit's stored fields to its passage; not null
   * @param hooks those of every call, such as {@code ranker.compile(spec).hooks()}
   * @throws IllegalArgumentException if the depth is less than 1
   */
  public AnseriniReranker(
      Ranker scorer, int depth, Function<Document, String> passage, Hooks hooks) {
    this(scorer, depth, given(Given.value(passage, "the function to passages")), hooks);
  }

  private AnseriniReranker(Ranker scorer, int depth, Texts texts, Hooks hooks) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be at least 1, got " + depth);
    }
    this.scorer = Given.value(scorer, "the scorer");
    this.depth = depth;
    this.texts = texts;
    this.hooks = Given.value(hooks, "the hooks");
  }

  /** From a hit to its passage. */
  private interface Texts {
    String of(String docno, Document document);
  }

  private static Texts cleaned(PassageCleaning cleaning) {
    return (docno, document) -> cleaning.apply(text(docno, document));
  }

  private static Texts given(Function<Document, String> passage) {
    return (docno, document) ->
        Given.value(passage.apply(document), "the passage of document " + docno);
  }

  /**
   * Reranks the hits of one topic, whose id may be null. The argument is left as it is. With {@code
   * -removeDuplicates}, of hits of one id, which have one text, the first counts: Anserini removes
   * the others after the cascade.
   *
   * @throws IllegalStateException if a hit has no stored text
   * @throws IllegalArgumentException if two hits have one id without {@code -removeDuplicates}
   */
  @Override
  public ScoredDocs rerank(ScoredDocs docs, RerankerContext<T> context) {
    String topic = String.valueOf(context.getQueryId());
    try {
      boolean once = removesDuplicates(context.getSearchArgs());
      return rerank(docs, topic, context.getQueryText(), once);
    } catch (RuntimeException e) {
      failures.put(topic, e);
      throw e;
    } catch (Error e) {
      // Anserini catches exceptions alone; this ends up in a Future that nobody asks.
      failures.put(topic, new IllegalStateException("topic " + topic + ": " + e, e));
      throw e;
    }
  }

  private static boolean removesDuplicates(SearchCollection.@Nullable Args args) {
    return args != null && Boolean.TRUE.equals(args.removeDuplicates);
  }

  private ScoredDocs rerank(ScoredDocs docs, String topic, String queryText, boolean once) {
    List<String> passages = new ArrayList<>();
    List<RankedDoc> first = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < docs.docids.length; i++) {
      if (places.putIfAbsent(docs.docids[i], i) != null && once) {
        continue;
      }
      if (first.size() < depth) {
        passages.add(texts.of(docs.docids[i], docs.lucene_documents[i]));
      }
      // The order of the arrays is the ranking, whatever the scores.
      first.add(new RankedDoc(docs.docids[i], -i));
    }
    if (first.isEmpty()) {
      return docs;
    }
    String query =
        Given.value(queryText, "the query of topic " + topic).replaceAll("\\s+", " ").strip();
    float[] scores = scorer.score(query, passages, hooks).scores();
    return copy(docs, Reordering.of(Ranking.of(topic, first), scores), places);
  }

  private static String text(String docno, Document document) {
    return StoredPassage.of(document)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no text is stored for document "
                        + docno
                        + "; index again with -storeRaw or -storeContents"));
  }

  private static ScoredDocs copy(ScoredDocs docs, Ranking ranking, Map<String, Integer> places) {
    ScoredDocs result = new ScoredDocs();
    result.docids = ranking.docnos().toArray(String[]::new);
    // As they are read back from a run, so that a run that Anserini writes keeps this order.
    result.scores = ranking.writtenScores();
    result.lucene_docids = new int[ranking.size()];
    result.lucene_documents = new Document[ranking.size()];
    for (int i = 0; i < ranking.size(); i++) {
      int from = places.getOrDefault(ranking.docno(i), -1);
      result.lucene_docids[i] = docs.lucene_docids[from];
      result.lucene_documents[i] = docs.lucene_documents[from];
    }
    return result;
  }

  /**
   * {@return what went wrong so far, by topic id; empty if all topics were reranked} An {@link
   * Error}, such as that memory is short, is the cause of an {@link IllegalStateException}.
   */
  public Map<String, RuntimeException> failures() {
    return Map.copyOf(failures);
  }

  @Override
  public String tag() {
    return "lucerna(" + scorer.card().label() + ",depth=" + depth + ")";
  }
}
