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

/** What a search found, reranked by a model in a cascade of Anserini's. */
public final class Cascade {
  public static void main(String[] arguments) throws Exception {
    ScoredDocs found = new ScoredDocs(); // as Anserini's searchers return it
    found.docids = new String[] {"a", "b"};
    found.scores = new float[] {2, 1};
    found.lucene_docids = new int[] {0, 1};
    found.lucene_documents = new Document[] {new Document(), new Document()};
    found.lucene_documents[0].add(new StoredField("contents", "the house is old ."));
    found.lucene_documents[1].add(new StoredField("contents", "the lamp is light of oil ."));
    RerankerContext<String> context =
        new RerankerContext<>(new IndexSearcher(new MultiReader()), "1", new MatchAllDocsQuery(),
            null, "what is a lamp", List.of(), null, new SearchCollection.Args());
    try (Ranker ranker = Rankers.open(Path.of(arguments[0]), "mine", ScorerOptions.defaults())) {
      AnseriniReranker<String> last = new AnseriniReranker<>(ranker, 100, PassageCleaning.NONE);
      ScoredDocs ranked = new RerankerCascade<String>("neural").add(last).run(found, context);
      System.out.println(List.of(ranked.docids) + " " + last.failures());
    }
  }
}
