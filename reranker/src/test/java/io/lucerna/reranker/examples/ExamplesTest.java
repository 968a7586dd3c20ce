package io.lucerna.reranker.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.call.Limit;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the examples of the documentation on the small fixtures. */
class ExamplesTest {
  private static final Path FIXTURES = Checkout.models();

  private static final String QUERY = "what is a lamp";
  private static final String PASSAGE = "the lamp is light of oil and glass .";
  private static final String OTHER = "the ship is night of sea and flame .";

  private static Ranker open(String model) {
    return Rankers.open(FIXTURES.resolve(model), model, ScorerOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aHeadThatIsCutMovesTheScore(String model) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      CutHead.main(new String[] {FIXTURES.resolve(model).toString()});
    } finally {
      System.setOut(before);
    }
    String[] words = printed.toString(StandardCharsets.UTF_8).strip().split(" ");
    assertEquals("with head L1H2,", String.join(" ", words[1], words[2], words[3]));
    assertNotEquals(Float.parseFloat(words[0]), Float.parseFloat(words[4]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void everyHeadGivesAShareOfItsAttentionToTheFirstToken(String model) {
    try (Ranker scorer = open(model)) {
      Map<String, Float> slopes = HooksExample.slopes(scorer, QUERY, PASSAGE);
      assertEquals(scorer.card().layers(), slopes.size());
      slopes.forEach((point, slope) -> assertTrue(slope > 0, point + " " + slope));
      Map<String, float[]> shares = HooksExample.attentionToFirst(scorer, QUERY, PASSAGE);
      assertEquals(scorer.card().layers(), shares.size());
      for (float[] heads : shares.values()) {
        assertEquals(scorer.card().heads(), heads.length);
        for (float share : heads) {
          assertTrue(share > 0 && share < 1, "share " + share);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aHeadAttendsMostToAPieceOfThePassage(String model) {
    try (Ranker scorer = open(model)) {
      List<String> passages = List.of(PASSAGE, OTHER, "sea");
      List<String> attended = ActivationsExample.attended(scorer, QUERY, passages, 1, 0);
      assertEquals(3, attended.size());
      assertTrue(PASSAGE.contains(attended.getFirst()), attended.getFirst());
      assertEquals("sea", attended.getLast());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void theFirstTokensVectorsHaveTheNormsThatHooksSee(String model) {
    try (Ranker scorer = open(model)) {
      List<String> passages = List.of(PASSAGE, "sea", OTHER);
      Map<Integer, float[]> vectors =
          ActivationsExample.firstVectors(
              scorer, QUERY, passages, "blocks.1.hook_normalized_resid_post");
      Map<Integer, float[]> norms =
          HooksExample.firstTokenNorms(scorer, QUERY, passages, scorer.card().layers());
      assertEquals(norms.keySet(), vectors.keySet());
      vectors.forEach(
          (passage, vector) -> {
            double squares = 0;
            for (float x : vector) {
              squares += x * x;
            }
            assertEquals(Objects.requireNonNull(norms.get(passage))[1], Math.sqrt(squares), 1e-4);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void everyPassageHasANormAfterEveryLayer(String model) {
    try (Ranker scorer = open(model)) {
      int layers = scorer.card().layers();
      Map<Integer, float[]> norms =
          HooksExample.firstTokenNorms(scorer, QUERY, List.of(PASSAGE, "sea", OTHER), layers);
      assertEquals(3, norms.size());
      for (float[] lengths : norms.values()) {
        assertEquals(layers, lengths.length);
        for (float length : lengths) {
          assertTrue(length > 0, "length " + length);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void patchingMovesTheScoreUnlessTheDonorIsTheRecipient(String model) {
    try (Ranker scorer = open(model)) {
      float plain = scorer.score(QUERY, List.of(PASSAGE)).scores()[0];
      assertEquals(plain, HooksExample.patched(scorer, QUERY, PASSAGE, PASSAGE, 0));
      assertNotEquals(plain, HooksExample.patched(scorer, QUERY, PASSAGE, OTHER, 0));
      assertThrows(
          IllegalStateException.class,
          () -> HooksExample.patched(scorer, QUERY, PASSAGE, "the sea", 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aHeadThatIsSilentWhereThePassageMatchesMovesTheScore(String model) {
    try (Ranker ranker = Rankers.open(FIXTURES.resolve(model), model, ScorerOptions.defaults())) {
      float[] plain = ranker.score(QUERY, List.of(PASSAGE)).scores();
      float[] without = InterventionExample.without(ranker, QUERY, List.of(PASSAGE));
      assertNotEquals(plain[0], without[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void theBestHitIsExplained(String model) throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
        for (String text : List.of(PASSAGE, OTHER, "a lamp")) {
          Document document = new Document();
          document.add(new TextField("contents", text, Field.Store.YES));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Explanation best =
            LuceneExample.rescore(
                FIXTURES.resolve(model),
                new IndexSearcher(reader),
                new TermQuery(new Term("contents", "lamp")),
                QUERY);
        assertTrue(best.isMatch());
        assertTrue(best.toString().contains("neural score of my-model"), best.toString());
        assertTrue(best.toString().contains("first-pass score"), best.toString());
      }
    }
  }

  @Test
  void aServiceGetsScoresInTimeAndNumbersToWatch() {
    try (Ranker ranker = open("bert-cross")) {
      Limit limit = Limit.cancellable();
      List<String> passages = List.of(PASSAGE, OTHER);
      assertTrue(ServiceExample.inTime(ranker, QUERY, passages).isPresent());
      assertTrue(ServiceExample.unless(limit, ranker, QUERY, passages).isPresent());
      limit.cancel();
      assertTrue(ServiceExample.unless(limit, ranker, QUERY, passages).isEmpty());
      MeterRegistry registry = new SimpleMeterRegistry();
      ServiceExample.watch(ranker, registry);
      assertEquals(4, registry.get("rerank.pairs").functionCounter().count());
      assertEquals(1, registry.get("rerank.failures").functionCounter().count());
      FunctionTimer calls = registry.get("rerank.calls").functionTimer();
      assertEquals(3, calls.count());
      assertEquals(ranker.counters().time().toNanos(), calls.totalTime(TimeUnit.NANOSECONDS), 1);
    }
  }
}
