import io.anserini.rerank.RerankerContext;
import io.anserini.search.ScoredDocs;
import io.anserini.search.SearchCollection;
import io.lucerna.plugin.Main;
import io.lucerna.plugin.anserini.AnseriniReranker;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.PassageCleaning;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;

/** Reranks in a cascade of Anserini's, and runs a command: index, search, rerank, measure. */
public final class Consumer {
  /** What {@code lucerna score} prints for this pair. */
  private static final float SCORE = .927959f;

  public static void main(String[] arguments) throws Exception {
    Path work = Path.of(arguments[0]);
    ScoredDocs docs = new ScoredDocs();
    docs.docids = new String[] {"a", "b"};
    docs.scores = new float[] {2, 1};
    docs.lucene_docids = new int[] {0, 1};
    docs.lucene_documents =
        new Document[] {text("Paris lies on the Seine."), text("A lamp gives light.")};
    try (Ranker scorer =
        Rankers.open(new Minilm().folder(work), Minilm.NAME, ScorerOptions.defaults())) {
      float near = scorer.score("light of a lamp", List.of("A lamp gives light.")).scores()[0];
      if (!(Math.abs(near - SCORE) <= 1e-5)) {
        throw new AssertionError("score " + near);
      }
      AnseriniReranker<String> reranker =
          new AnseriniReranker<>(scorer, 10, PassageCleaning.NONE);
      ScoredDocs reranked =
          reranker.rerank(docs, context("light of a lamp"));
      if (!reranked.docids[0].equals("b") || !reranker.failures().isEmpty()) {
        throw new AssertionError(reranked.docids[0] + " first; " + reranker.failures());
      }
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    ExitCode code =
        new Main(stream, stream, false).run("demo", "-output", work.resolve("demo").toString());
    String text = said.toString(StandardCharsets.UTF_8);
    if (code != ExitCode.DONE || !text.contains("nDCG@10")) {
      throw new AssertionError(code + ": " + text);
    }
  }

  private static RerankerContext<String> context(String query) throws IOException {
    return new RerankerContext<>(
        new IndexSearcher(new MultiReader()),
        "1",
        new MatchAllDocsQuery(),
        null,
        query,
        List.of(),
        null,
        new SearchCollection.Args());
  }

  private static Document text(String contents) {
    Document document = new Document();
    document.add(new StoredField("contents", contents));
    return document;
  }
}
