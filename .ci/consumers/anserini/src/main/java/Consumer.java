import io.anserini.rerank.RerankerCascade;
import io.anserini.rerank.RerankerContext;
import io.anserini.search.ScoredDocs;
import io.anserini.search.SearchCollection;
import io.lucerna.anserini.AnseriniReranker;
import io.lucerna.anserini.PassageCleaning;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;

/** Reranks in a cascade of Anserini's. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    List<String> passages = List.of("the house is old .", "the lamp is light of oil and glass .");
    ScoredDocs docs = new ScoredDocs();
    docs.docids = new String[] {"a", "b"};
    docs.scores = new float[] {2, 1};
    docs.lucene_docids = new int[] {0, 1};
    docs.lucene_documents = passages.stream().map(Consumer::stored).toArray(Document[]::new);
    String query = "what is a lamp";
    RerankerContext<String> context =
        new RerankerContext<>(
            new IndexSearcher(new MultiReader()), "1", new MatchAllDocsQuery(), null, query,
            List.of(), null, new SearchCollection.Args());
    try (Ranker ranker =
        Rankers.open(Path.of(arguments[0]), "consumer", ScorerOptions.defaults())) {
      AnseriniReranker<String> last = new AnseriniReranker<>(ranker, 10, PassageCleaning.NONE);
      ScoredDocs ranked = new RerankerCascade<String>("it").add(last).run(docs, context);
      float[] scores = ranker.score(query, passages).scores();
      String expected = scores[0] >= scores[1] ? "a" : "b";
      if (!ranked.docids[0].equals(expected) || !last.failures().isEmpty()) {
        throw new AssertionError(ranked.docids[0] + " first; " + last.failures());
      }
    }
  }

  private static Document stored(String contents) {
    Document document = new Document();
    document.add(new StoredField("contents", contents));
    return document;
  }
}
