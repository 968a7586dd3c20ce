package io.lucerna.reranker.examples;

import io.lucerna.reranker.NeuralRescorer;
import io.lucerna.reranker.PassageSource;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;

/** Lucerna in plain Lucene: the examples of the README, compiled and run by the tests. */
public final class LuceneExample {
  private LuceneExample() {}

  /** Reorders the best 100 hits of a query, and explains the first of them. */
  public static Explanation rescore(
      Path modelFolder, IndexSearcher searcher, Query query, String queryText) throws IOException {
    try (Ranker scorer = Rankers.open(modelFolder, "my-model", ScorerOptions.defaults())) {
      NeuralRescorer rescorer =
          new NeuralRescorer(scorer, queryText, PassageSource.storedField("contents"));
      TopDocs first = searcher.search(query, 100);
      TopDocs best = rescorer.rescore(searcher, first, 10);
      int docId = best.scoreDocs[0].doc;
      return rescorer.explain(searcher, searcher.explain(query, docId), docId);
    }
  }
}
