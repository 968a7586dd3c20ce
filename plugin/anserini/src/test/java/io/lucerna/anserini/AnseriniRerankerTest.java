package io.lucerna.anserini;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.anserini.rerank.RerankerContext;
import io.anserini.search.ScoredDocs;
import io.anserini.search.SearchCollection;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.FakeScorer;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnseriniRerankerTest {
  private final AnseriniReranker<Integer> reranker =
      new AnseriniReranker<>(
          FakeScorer.ofWords(ScorerOptions.defaults()), 10, PassageCleaning.NONE);

  private static RerankerContext<Integer> topic(int id, String query) throws IOException {
    return topic(id, query, new SearchCollection.Args());
  }

  private static RerankerContext<Integer> topic(
      int id, String query, SearchCollection.@Nullable Args args) throws IOException {
    return new RerankerContext<>(
        new IndexSearcher(new MultiReader()),
        id,
        new MatchAllDocsQuery(),
        null,
        query,
        List.of(),
        null,
        args);
  }

  private static ScoredDocs docs(String... texts) {
    ScoredDocs docs = new ScoredDocs();
    docs.docids = new String[texts.length];
    docs.lucene_docids = new int[texts.length];
    docs.lucene_documents = new Document[texts.length];
    docs.scores = new float[texts.length];
    for (int i = 0; i < texts.length; i++) {
      docs.docids[i] = "d" + i;
      docs.lucene_docids[i] = 100 + i;
      docs.lucene_documents[i] = new Document();
      docs.lucene_documents[i].add(new StoredField("raw", texts[i]));
      docs.scores[i] = 50 - i;
    }
    return docs;
  }

  private static ScoredDocs random(Random random) {
    String[] texts = new String[30];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "lamp" + " other".repeat(random.nextInt(6));
    }
    return docs(texts);
  }

  @Test
  void ordersByTheModelAndKeepsTheRestBelow() throws IOException {
    String[] texts = new String[12];
    Arrays.fill(texts, "x");
    texts[3] = "red lamp";
    texts[11] = "red lamp";
    ScoredDocs given = docs(texts);
    ScoredDocs got = reranker.rerank(given, topic(1, "red\n lamp"));
    assertEquals("d3", got.docids[0]);
    assertEquals(103, got.lucene_docids[0]);
    assertEquals("red lamp", got.lucene_documents[0].get("raw"));
    assertEquals(List.of("d10", "d11"), List.of(got.docids).subList(10, 12));
    assertEquals("d0", given.docids[0], "the argument must stay as it is");
    assertEquals(50f, given.scores[0]);
  }

  @Test
  void scoresStayInOrderInARunThatAnseriniPrints() throws IOException {
    ScoredDocs got = reranker.rerank(random(new Random(5)), topic(1, "lamp"));
    for (int i = 1; i < got.scores.length; i++) {
      float above = Float.parseFloat(String.format(Locale.US, "%f", got.scores[i - 1]));
      float below = Float.parseFloat(String.format(Locale.US, "%f", got.scores[i]));
      assertTrue(below < above, i + ": " + below + " is not below " + above);
    }
  }

  @Test
  void sixThreadsAtOnceGetWhatOneGets() throws Exception {
    List<ScoredDocs> inputs = new ArrayList<>();
    List<String[]> expected = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      inputs.add(random(new Random(i)));
      expected.add(reranker.rerank(inputs.get(i), topic(i, "lamp")).docids);
    }
    assertTrue(new HashSet<>(expected.stream().map(Arrays::toString).toList()).size() > 30);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<ScoredDocs>> futures = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        RerankerContext<Integer> context = topic(i, "lamp");
        ScoredDocs docs = inputs.get(i);
        futures.add(threads.submit(() -> reranker.rerank(docs, context)));
      }
      for (int i = 0; i < 60; i++) {
        assertArrayEquals(expected.get(i), get(futures.get(i)).docids);
      }
    }
    assertTrue(reranker.failures().isEmpty());
  }

  private static ScoredDocs get(Future<ScoredDocs> future)
      throws InterruptedException, ExecutionException {
    return future.get();
  }

  @Test
  void failuresAreThrownAndKept() throws IOException {
    RerankerContext<Integer> bad = topic(4, "boom");
    assertThrows(IllegalArgumentException.class, () -> reranker.rerank(docs("a"), bad));
    ScoredDocs bare = docs("a");
    bare.lucene_documents[0] = new Document();
    RerankerContext<Integer> textless = topic(5, "lamp");
    assertThrows(IllegalStateException.class, () -> reranker.rerank(bare, textless));
    assertEquals(2, reranker.failures().size());
    assertTrue(
        String.valueOf(reranker.failures().get("5"))
            .contains("document d0; index again with -storeRaw"));
  }

  /** Anserini catches exceptions alone, and asks no Future. */
  @Test
  void anErrorIsKeptToo() throws IOException {
    OutOfMemoryError error = new OutOfMemoryError("none left");
    FakeScorer.Scoring failing =
        (query, passage) -> {
          throw error;
        };
    AnseriniReranker<Integer> broken =
        new AnseriniReranker<>(new FakeScorer("broken", 512, failing), 10, PassageCleaning.NONE);
    RerankerContext<Integer> context = topic(7, "lamp");
    assertSame(
        error, assertThrows(OutOfMemoryError.class, () -> broken.rerank(docs("a"), context)));
    assertEquals(Set.of("7"), broken.failures().keySet());
    RuntimeException kept = Objects.requireNonNull(broken.failures().get("7"));
    assertSame(error, kept.getCause());
    assertTrue(String.valueOf(kept.getMessage()).contains("topic 7: "), kept.getMessage());
  }

  /** Anserini removes them, if it is to, after its cascade. */
  @Test
  void aDocumentThatIsFoundTwiceIsOneOnlyWhereDuplicatesAreRemoved() throws IOException {
    ScoredDocs twice = docs("oil", "red lamp", "oil", "lamp of brass and oil", "oil");
    twice.docids[2] = "d0";
    twice.docids[4] = "d3";
    SearchCollection.Args removing = new SearchCollection.Args();
    removing.removeDuplicates = true;
    ScoredDocs once = reranker.rerank(twice, topic(1, "lamp", removing));
    assertArrayEquals(new String[] {"d1", "d3", "d0"}, once.docids);
    assertArrayEquals(new int[] {101, 103, 100}, once.lucene_docids);
    assertTrue(reranker.failures().isEmpty());
    RerankerContext<Integer> plain = topic(1, "lamp");
    assertEquals(
        "topic 1: document d0 is ranked twice",
        assertThrows(IllegalArgumentException.class, () -> reranker.rerank(twice, plain))
            .getMessage());
    RerankerContext<Integer> bare = topic(2, "lamp", null);
    assertThrows(IllegalArgumentException.class, () -> reranker.rerank(twice, bare));
    assertEquals("d1", reranker.rerank(docs("oil", "lamp"), bare).docids[0]);
  }

  /** Such as the Washington Post's articles, whose paragraphs only Anserini joins. */
  @Test
  void jsonWithoutAPassageGivesWayToTheStoredContents() {
    Document document =
        docs("{\"title\": \"Lamps\", \"contents\": [{\"content\": \"a\"}]}").lucene_documents[0];
    assertEquals(Optional.empty(), StoredPassage.of(document));
    document.add(new StoredField("contents", "Lamps\na\n"));
    assertEquals(Optional.of("Lamps\na\n"), StoredPassage.of(document));
    for (String text : List.of("<p>{a}</p>", "{a} or {b}", "{} is an object")) {
      Document other = docs(text).lucene_documents[0];
      other.add(new StoredField("contents", "other"));
      assertEquals(Optional.of(text), StoredPassage.of(other));
    }
    Document json = docs("{\"title\": \"a\", \"text\": \"lamp\"}").lucene_documents[0];
    json.add(new StoredField("contents", "other"));
    assertEquals(Optional.of("a lamp"), StoredPassage.of(json));
  }

  @Test
  void noHitsAreNoFailure() throws IOException {
    assertEquals(0, reranker.rerank(docs(), topic(1, "lamp")).docids.length);
  }

  @Test
  void passagesMayComeFromAnywhereAndTopicsNeedNoId() throws IOException {
    AnseriniReranker<Integer> own =
        new AnseriniReranker<>(
            FakeScorer.ofWords(ScorerOptions.defaults()),
            10,
            document -> document.get("raw").replace("oil", "lamp"),
            Hooks.none());
    RerankerContext<Integer> anonymous =
        new RerankerContext<>(
            new IndexSearcher(new MultiReader()),
            null,
            new MatchAllDocsQuery(),
            null,
            "lamp",
            List.of(),
            null,
            new SearchCollection.Args());
    ScoredDocs ranked = own.rerank(docs("lamp of brass", "oil"), anonymous);
    assertArrayEquals(new String[] {"d1", "d0"}, ranked.docids);
    assertTrue(own.failures().isEmpty());
  }
}
