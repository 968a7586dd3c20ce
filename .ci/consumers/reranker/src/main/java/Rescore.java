import io.lucerna.reranker.NeuralRescorer;
import io.lucerna.reranker.PassageSource;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;

/** The first ten of a search, rescored by a model. */
public final class Rescore {
  public static void main(String[] arguments) throws Exception {
    ByteBuffersDirectory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      for (String text : List.of("the lamp is old .", "a lamp is light of oil and glass .")) {
        writer.addDocument(List.of(new TextField("contents", text, Field.Store.YES)));
      }
    }
    try (Ranker ranker = Rankers.open(Path.of(arguments[0]), "mine", ScorerOptions.defaults())) {
      IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(directory));
      NeuralRescorer rescorer =
          new NeuralRescorer(ranker, "what is a lamp", PassageSource.storedField("contents"));
      TermQuery query = new TermQuery(new Term("contents", "lamp"));
      for (ScoreDoc found : rescorer.rescore(searcher, searcher.search(query, 10), 10).scoreDocs) {
        System.out.println(found);
      }
    }
  }
}
