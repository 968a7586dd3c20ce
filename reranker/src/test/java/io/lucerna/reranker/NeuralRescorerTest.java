package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NeuralRescorerTest {
  private static final List<String> TEXTS =
      List.of("lamp", "lamp lamp", "lamp oil and wick", "lamp", "lamp in the attic of a house");
  private static final Query QUERY = new TermQuery(new Term("contents", "lamp"));

  private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
  private final FakeScorer fake = FakeScorer.ofLength();
  private final NeuralRescorer rescorer =
      new NeuralRescorer(fake, "lamp", PassageSource.storedField("contents"));
  private DirectoryReader reader;
  private IndexSearcher searcher;

  @BeforeEach
  void index() throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      for (String text : TEXTS) {
        Document document = new Document();
        document.add(new TextField("contents", text, Field.Store.YES));
        writer.addDocument(document);
        writer.commit(); // a segment each
      }
      Document textless = new Document();
      textless.add(new TextField("contents", "dark", Field.Store.NO));
      writer.addDocument(textless);
    }
    reader = DirectoryReader.open(directory);
    searcher = new IndexSearcher(reader);
  }

  @AfterEach
  void close() throws IOException {
    reader.close();
  }

  /** The build runs these tests once for each Lucene that the documentation names. */
  @Test
  void theLuceneIsTheOneThatIsMeant() {
    assertEquals(
        System.getProperty("lucerna.lucene", Version.LATEST.toString()), Version.LATEST.toString());
  }

  @Test
  void ordersByScoreThenByDocument() throws IOException {
    TopDocs again = rescorer.rescore(searcher, searcher.search(QUERY, 10), 10);
    assertArrayEquals(
        new int[] {4, 2, 1, 0, 3}, Arrays.stream(again.scoreDocs).mapToInt(d -> d.doc).toArray());
    assertEquals(28, again.scoreDocs[0].score);
  }

  @Test
  void leavesItsInputAloneAndRepeats() throws IOException {
    TopDocs first = searcher.search(QUERY, 10);
    ScoreDoc[] before = first.scoreDocs.clone();
    float[] scores = scores(first);
    TopDocs once = rescorer.rescore(searcher, first, 10);
    TopDocs twice = rescorer.rescore(searcher, first, 10);
    assertArrayEquals(before, first.scoreDocs);
    assertArrayEquals(scores, scores(first));
    assertArrayEquals(scores(once), scores(twice));
  }

  private static float[] scores(TopDocs hits) {
    float[] scores = new float[hits.scoreDocs.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = hits.scoreDocs[i].score;
    }
    return scores;
  }

  @Test
  void scoresAllHitsAndReturnsTheBest() throws IOException {
    TopDocs first = searcher.search(QUERY, 10);
    TopDocs best = rescorer.rescore(searcher, first, 2);
    assertArrayEquals(
        new int[] {4, 2}, Arrays.stream(best.scoreDocs).mapToInt(d -> d.doc).toArray());
    assertEquals(0, rescorer.rescore(searcher, first, 0).scoreDocs.length);
    assertThrows(IllegalArgumentException.class, () -> rescorer.rescore(searcher, first, -1));
  }

  @Test
  void noHitsAreNoHits() throws IOException {
    TopDocs none = searcher.search(new TermQuery(new Term("contents", "absent")), 10);
    assertEquals(0, rescorer.rescore(searcher, none, 10).scoreDocs.length);
  }

  @Test
  void aDocumentWithoutStoredTextIsAnError() throws IOException {
    TopDocs dark = searcher.search(new TermQuery(new Term("contents", "dark")), 10);
    String message =
        Refusals.message(IllegalStateException.class, () -> rescorer.rescore(searcher, dark, 10));
    assertTrue(message.startsWith("document 5 has no stored field 'contents'"), message);
  }

  /**
   * With a real model on random passages: explain gives, bit for bit, the score that rescore gave.
   */
  @Test
  void explainEqualsRescore() throws IOException {
    long seed = 20;
    Random random = new Random(seed);
    try (Ranker real =
        Rankers.open(
            Checkout.goldens("bert-cross").findFirst().orElseThrow(),
            "golden",
            ScorerOptions.defaults().withBatchSize(2))) {
      NeuralRescorer neural =
          new NeuralRescorer(real, "lamp oil", PassageSource.storedField("contents"));
      TopDocs first = searcher.search(QUERY, 10);
      for (ScoreDoc hit : neural.rescore(searcher, first, 10).scoreDocs) {
        Explanation explanation =
            neural.explain(searcher, searcher.explain(QUERY, hit.doc), hit.doc);
        assertEquals(hit.score, explanation.getValue().floatValue(), "document " + hit.doc);
        assertTrue(explanation.toString().contains("first-pass score"), explanation.toString());
        int tokens = real.reading().input(Side.PAIR, "lamp oil", TEXTS.get(hit.doc)).length();
        assertEquals(1 + Math.min(10, tokens), sumsUp(explanation), explanation.toString());
      }
      int unseen = random.nextInt(TEXTS.size());
      NeuralRescorer fresh =
          new NeuralRescorer(real, "lamp oil", PassageSource.storedField("contents"));
      float alone = real.score("lamp oil", List.of(TEXTS.get(unseen))).scores()[0];
      Explanation explanation = fresh.explain(searcher, searcher.explain(QUERY, unseen), unseen);
      assertEquals(alone, explanation.getValue().floatValue(), "seed " + seed);
    }
  }

  /** Checks what Lucene's tests check of explanations; how many sums there were. */
  private static int sumsUp(Explanation node) {
    Explanation[] details = node.getDetails();
    int sums = 0;
    float value = node.getValue().floatValue();
    if (node.getDescription().endsWith("sum of:")) {
      sums++;
      double sum = 0;
      for (Explanation detail : details) {
        sum += detail.getValue().floatValue();
      }
      assertEquals(value, sum, 2 * Math.ulp(value), node.toString());
    } else if (details.length > 1) {
      assertTrue(node.getDescription().matches(".*, computed as .* from:"), node.toString());
    } else if (details.length == 1) {
      assertEquals(value, details[0].getValue().floatValue(), node.toString());
    }
    for (Explanation detail : details) {
      sums += sumsUp(detail);
    }
    return sums;
  }

  @Test
  void hooksChangeWhatIsRankedAndExplained() throws IOException {
    PassageSource source = PassageSource.storedField("contents");
    Path folder = Checkout.goldens("bert-cross").findFirst().orElseThrow();
    try (Ranker ranker = Rankers.open(folder, "hooked", ScorerOptions.defaults())) {
      Hooks hooks = ranker.compile("zero blocks.1.attn.hook_z").hooks();
      NeuralRescorer hooked = new NeuralRescorer(ranker, "lamp", source, hooks);
      TopDocs first = searcher.search(QUERY, 10);
      ScoreDoc best = hooked.rescore(searcher, first, 1).scoreDocs[0];
      assertEquals(
          ranker.score("lamp", List.of(TEXTS.get(best.doc)), hooks).scores()[0], best.score, 1e-5);
      Explanation alone =
          new NeuralRescorer(ranker, "lamp", source, hooks)
              .explain(searcher, searcher.explain(QUERY, best.doc), best.doc);
      assertEquals(best.score, alone.getValue().floatValue(), 1e-5);
      ScoreDoc plain =
          new NeuralRescorer(ranker, "lamp", source).rescore(searcher, first, 1).scoreDocs[0];
      assertNotEquals(plain.score, best.score);
    }
  }
}
