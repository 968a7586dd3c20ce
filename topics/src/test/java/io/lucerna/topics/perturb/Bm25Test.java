package io.lucerna.topics.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.junit.jupiter.api.Test;

/** Statistics and scores are those of Lucene. */
class Bm25Test {

  /** A bag of words as Anserini makes it: a term that comes twice has twice the weight. */
  private static Query bag(List<String> terms) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    terms.forEach(term -> counts.merge(term, 1, Integer::sum));
    BooleanQuery.Builder bag = new BooleanQuery.Builder();
    counts.forEach(
        (term, n) ->
            bag.add(
                new BoostQuery(new TermQuery(new Term(SmallIndex.FIELD, term)), n), Occur.SHOULD));
    return bag.build();
  }

  @Test
  void scoreOfAnIndexedTextIsTheScoreOfASearch() throws IOException {
    RandomTexts random = new RandomTexts(7);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      texts.add(random.passage() + (i % 3 == 0 ? " " + random.passage() : ""));
    }
    try (SmallIndex index = SmallIndex.of(texts)) {
      Subject.Resources resources = index.resources();
      Bm25 bm25 = new Bm25(resources.statistics());
      IndexSearcher searcher = new IndexSearcher(index.reader());
      searcher.setSimilarity(new BM25Similarity(0.9f, 0.4f));
      int compared = 0;
      boolean rounded = false;
      for (int i = 0; i < 100; i++) {
        List<String> terms = resources.analysis().terms(random.query());
        for (ScoreDoc hit : searcher.search(bag(terms), texts.size()).scoreDocs) {
          AnalyzedText text = resources.analysis().of(texts.get(hit.doc));
          assertEquals(hit.score, bm25.score(terms, text), Math.ulp(hit.score), texts.get(hit.doc));
          rounded |= text.length() > 40;
          compared++;
        }
      }
      assertTrue(compared > 2000, "few scores to compare: " + compared);
      assertTrue(rounded, "no text was longer than the lengths that the index keeps exactly");
    }
  }

  @Test
  void statisticsAreThoseOfTheField() throws IOException {
    try (SmallIndex index =
        SmallIndex.of(List.of("lamp oil", "lamp lamp wick", "captain", "oil captain"))) {
      CorpusStatistics statistics = index.resources().statistics();
      assertEquals(4, statistics.documents());
      assertEquals(2f, statistics.averageLength());
      assertEquals(2, statistics.documentFrequency("lamp"));
      assertEquals(3, statistics.collectionFrequency("lamp"));
      assertEquals(1, statistics.documentFrequency("lamp", "oil"));
      assertEquals(0, statistics.documentFrequency("wick", "oil"));
      assertEquals(0, statistics.documentFrequency("nowher"));
      assertEquals((float) Math.log(1 + 2.5 / 2.5), statistics.idf("lamp"));
      assertEquals((float) Math.log(1 + 4.5 / 0.5), statistics.idf("nowher"));
    }
  }

  @Test
  void mutualInformationIsZeroForIndependentTerms() throws IOException {
    try (SmallIndex index = SmallIndex.of(List.of("lamp oil", "lamp", "oil", "captain"))) {
      CorpusStatistics statistics = index.resources().statistics();
      assertEquals(0, statistics.mutualInformation("lamp", "oil"), 1e-12);
      assertEquals(0, statistics.mutualInformation("lamp", "nowher"), 1e-12);
      // A term says all about itself: its entropy of ln 2.
      assertEquals(Math.log(2), statistics.mutualInformation("lamp", "lamp"), 1e-12);
    }
  }

  @Test
  void fieldWithoutTermsIsRefused() throws IOException {
    try (SmallIndex index = SmallIndex.of(List.of("lamp"))) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> new LuceneStatistics(index.reader(), "body"));
      assertEquals("no document of the index has terms in field body", e.getMessage());
    }
  }
}
