package io.lucerna.plugin.examples;

import io.anserini.rerank.RerankerCascade;
import io.anserini.rerank.RerankerContext;
import io.anserini.search.ScoredDocs;
import io.anserini.search.SearchCollection;
import io.lucerna.anserini.AnseriniReranker;
import io.lucerna.anserini.PassageCleaning;
import io.lucerna.reranker.Ranker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;

/** A neural reranker in a cascade of Anserini's, in your own code. */
final class CascadeExample {
  private CascadeExample() {}

  /**
   * Searches an Anserini index for a word and reranks what is found.
   *
   * @param index made with {@code -storeRaw} or {@code -storeContents}
   * @return the ids of the documents, best first
   */
  static String[] search(Path index, String word, Ranker scorer) throws IOException {
    AnseriniReranker<String> reranker = new AnseriniReranker<>(scorer, 100, PassageCleaning.NONE);
    RerankerCascade<String> cascade = new RerankerCascade<String>("neural").add(reranker);
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      Query query = new TermQuery(new Term("contents", word));
      ScoredDocs found = ScoredDocs.fromTopDocs(searcher.search(query, 1000), searcher);
      RerankerContext<String> context =
          new RerankerContext<>(
              searcher, "q1", query, null, word, List.of(word), null, new SearchCollection.Args());
      String[] ranked = cascade.run(found, context).docids;
      if (!reranker.failures().isEmpty()) {
        throw new IllegalStateException("not reranked: " + reranker.failures());
      }
      return ranked;
    }
  }
}
