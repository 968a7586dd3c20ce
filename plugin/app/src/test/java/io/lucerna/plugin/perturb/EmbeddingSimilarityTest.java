package io.lucerna.plugin.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.perturb.EmbeddingSimilarity;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Similar words by the embeddings of minilm. */
class EmbeddingSimilarityTest {
  /** The words with an x or a g are several tokens each. */
  private static final String TEXT = "cost price river table sigmet cheeseburger axon axons exon";

  @Test
  void onlyWordsOfOneTokenAreSimilar() throws IOException {
    try (Ranker ranker = Rankers.embedded("minilm", ScorerOptions.defaults())) {
      EmbeddingSimilarity similarity = EmbeddingSimilarity.of(ranker, Stream.of(TEXT, TEXT));
      assertEquals("price", similarity.nearest("Cost", 3).getFirst());
      assertTrue(similarity.of("cost", "price") > similarity.of("cost", "river"));
      assertEquals(3, similarity.nearest("cost", 10).size());
      for (String word : List.of("sigmet", "axon", "cheeseburger")) {
        assertEquals(List.of(), similarity.nearest(word, 5), word);
        assertFalse(similarity.nearest("river", 10).contains(word), word);
      }
    }
  }
}
