package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of the weights of terms: how sparse they are, and which are the heaviest. */
class TermsTest {
  private static final int MOST = 5;

  private static Path splade() throws IOException {
    return Checkout.goldens("bert-mlm-splade").findFirst().orElseThrow();
  }

  @Test
  void flopsAreProductsOfShares() {
    TermCounts counts = new TermCounts(3);
    counts.add(Side.QUERY, new float[] {1, 0, .5f});
    counts.add(Side.QUERY, new float[] {2, 0, 0});
    counts.add(Side.PASSAGE, new float[] {1, 1, 1});
    counts.add(Side.PASSAGE, new float[] {0, 1, 1});
    counts.add(Side.PASSAGE, new float[] {1, 0, 1});
    counts.add(Side.PASSAGE, new float[] {1, 0, 0});
    Sparsity sparsity = counts.sparsity();
    assertEquals(new Sparsity(2, 1.5, 4, 2, 1 * .75 + 0 * .5 + .5 * .75), sparsity);
    assertEquals(
        "1.5 terms in a query (of 2), 2.0 in a passage (of 4); FLOPS 1.125", sparsity.toString());
    assertEquals(new Sparsity(0, 0, 0, 0, 0), new TermCounts(3).sparsity());
  }

  @Test
  void everyTextCountsAsOftenAsItIsRead() throws IOException {
    Golden golden = Golden.read(splade());
    List<String> texts = golden.passages();
    try (Ranker scorer = Rankers.open(splade(), "terms", ScorerOptions.defaults())) {
      Ranker remembering = scorer.remembering(100);
      for (String query : texts) {
        remembering.score(query, texts);
      }
      Sparsity sparsity = remembering.sparsity().orElseThrow();
      TermCounts expected = new TermCounts(scorer.reading().model().outputs());
      for (int i = 0; i < texts.size(); i++) {
        expected.add(Side.QUERY, golden.get("splade").row(i));
        expected.add(Side.PASSAGE, golden.get("splade").row(i));
      }
      assertEquals(expected.sparsity(), sparsity);
      Hook.Observer observer = (context, x) -> {};
      scorer.score(texts.get(0), texts, Hooks.none().with("hook_terms", observer));
      Sparsity more = scorer.sparsity().orElseThrow();
      assertEquals(texts.size() + 1, more.queries());
      assertEquals(2L * texts.size(), more.passages(), "with hooks all are read again");
    }
  }

  @Test
  void otherRankersHaveNone() throws IOException {
    Path folder = Checkout.goldens("bert-bi").findFirst().orElseThrow();
    try (Ranker ranker = Rankers.open(folder, "vectors", ScorerOptions.defaults())) {
      ranker.score("red lamp", List.of("a lamp"));
      assertEquals(Optional.empty(), ranker.sparsity());
      String message =
          Refusals.message(IllegalArgumentException.class, () -> new TopTerms(ranker, MOST));
      assertEquals(
          "vectors gives no weights of terms; a masked-language model (SPLADE) does", message);
    }
  }

  @Test
  void theHeaviestTermsAreThoseOfTheReference() throws IOException {
    Golden golden = Golden.read(splade());
    try (Ranker ranker = Rankers.open(splade(), "terms", ScorerOptions.defaults())) {
      TopTerms terms = new TopTerms(ranker, MOST);
      String query = golden.passages().get(1);
      float[] scores = ranker.score(query, golden.passages(), terms.watch(Hooks.none())).scores();
      assertArrayEquals(ranker.score(query, golden.passages()).scores(), scores);
      same(golden, 1, terms.ofQuery());
      for (int i = 0; i < scores.length; i++) {
        same(golden, i, terms.ofPassage(i));
      }
      assertEquals(
          "top terms must be at least 1 of a text, got 0",
          Refusals.message(IllegalArgumentException.class, () -> new TopTerms(ranker, 0)));
    }
  }

  private static void same(Golden golden, int text, List<TopTerms.Term> found) throws IOException {
    float[] weights = golden.get("splade").row(text);
    JsonNode json = new ObjectMapper().readTree(golden.folder().resolve("tokenizer.json").toFile());
    List<String> entries = new ArrayList<>(Collections.nCopies(weights.length, ""));
    json.at("/model/vocab")
        .properties()
        .forEach(e -> entries.set(e.getValue().asInt(), e.getKey()));
    List<Integer> heaviest =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.comparingDouble(id -> -weights[id]))
            .limit(MOST)
            .toList();
    assertEquals(
        heaviest.stream().map(entries::get).toList(),
        found.stream().map(TopTerms.Term::text).toList());
    for (int i = 0; i < MOST; i++) {
      assertEquals(weights[heaviest.get(i)], found.get(i).weight(), 1e-5);
    }
  }

  @Test
  void termsAreThoseThatInterventionsLeave() throws IOException {
    Golden golden = Golden.read(splade());
    try (Ranker ranker = Rankers.open(splade(), "terms", ScorerOptions.defaults())) {
      Hook.Intervention none = (context, weights) -> weights.mul(0);
      TopTerms terms = new TopTerms(ranker, MOST);
      Hooks hooks = terms.watch(Hooks.none().with("hook_terms", none));
      float[] scores = ranker.score("water", golden.passages(), hooks).scores();
      assertArrayEquals(new float[scores.length], scores);
      assertTrue(terms.ofQuery().isEmpty() && terms.ofPassage(0).isEmpty());
    }
  }
}
