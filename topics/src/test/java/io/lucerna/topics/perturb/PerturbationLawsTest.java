package io.lucerna.topics.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What defines each perturbation, on random passages with emoji, hyphens, numbers and few words.
 * BM25 goes where an axiom sends it, if both texts count as equally long where the axiom says so.
 */
class PerturbationLawsTest {
  private static final int SUBJECTS = 1000;
  private static final long SEED = 11;

  private static SmallIndex index;
  private static Subject.Resources resources;
  private static Bm25 bm25;
  private static final List<Subject> subjects = new ArrayList<>();

  /** A pair with both of its texts analysed. */
  private record Case(Subject subject, ContrastPair pair, AnalyzedText perturbed) {
    int change(String term) {
      return perturbed.count(term) - subject.passage().count(term);
    }

    /** How often the query has a term; the axioms take it for once. */
    int asked(String term) {
      return subject.query().count(term);
    }

    /** How much BM25 changes if both texts count as long as the base is. */
    double change() {
      List<String> query = resources.analysis().terms(subject.query().text());
      float length = subject.passage().length();
      return bm25.score(query, perturbed.counts(), length)
          - bm25.score(query, subject.passage().counts(), length);
    }

    /** How much it changes with the exact lengths. */
    double changeWithLength() {
      List<String> query = resources.analysis().terms(subject.query().text());
      return bm25.score(query, perturbed.counts(), perturbed.length())
          - bm25.score(query, subject.passage().counts(), subject.passage().length());
    }

    /** Terms whose counts differ, with the difference. */
    Map<String, Integer> changes() {
      Set<String> terms = new HashSet<>(subject.passage().counts().keySet());
      terms.addAll(perturbed.counts().keySet());
      Map<String, Integer> changes = new HashMap<>();
      terms.stream().filter(t -> change(t) != 0).forEach(t -> changes.put(t, change(t)));
      return changes;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: query '%s', base '%s', perturbed '%s'",
          pair.id(),
          pair.query(),
          pair.base(),
          pair.perturbed());
    }
  }

  @BeforeAll
  static void index() throws IOException {
    RandomTexts random = new RandomTexts(SEED);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      texts.add(random.passage());
    }
    texts.add("Frogs croak beside quiet ponds. Nobody minds.");
    index = SmallIndex.of(texts);
    resources = index.resources();
    bm25 = new Bm25(resources.statistics());
    for (int i = 0; i < SUBJECTS; i++) {
      subjects.add(Subject.of("q" + i % 50, random.query(), "d" + i, random.passage(), resources));
    }
  }

  @AfterAll
  static void close() throws IOException {
    index.close();
  }

  static Stream<String> all() {
    return PerturbationNames.kinds().stream().map(PerturbationNames.Kind::name);
  }

  private static List<Case> cases(String name) {
    Perturbation perturbation = PerturbationNames.parse(name);
    Perturbations maker = new Perturbations(resources, SEED);
    List<Case> cases = new ArrayList<>();
    for (Subject subject : subjects) {
      for (ContrastPair pair : maker.make(subject, OptionalInt.empty(), perturbation).pairs()) {
        cases.add(new Case(subject, pair, resources.analysis().of(pair.perturbed())));
      }
    }
    assertTrue(cases.size() >= 10, name + " applies to " + cases.size() + " passages only");
    return cases;
  }

  /** The record's constructor checks the edit map; a pair must also change and be told apart. */
  @ParameterizedTest
  @MethodSource("all")
  void pairsChangeAndRepeatAndHaveTheirOwnIds(String name) {
    List<Case> cases = cases(name);
    assertEquals(
        cases.stream().map(Case::pair).toList(), cases(name).stream().map(Case::pair).toList());
    assertEquals(cases.size(), cases.stream().map(c -> c.pair().id()).distinct().count());
    for (Case c : cases) {
      assertNotEquals(c.pair().base(), c.pair().perturbed(), c.toString());
      assertFalse(c.pair().edits().isEmpty(), c.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsDrawnForAPairDoesNotDependOnOthers(String name) {
    List<Case> cases = cases(name);
    Case last = cases.getLast();
    List<ContrastPair> alone =
        new Perturbations(resources, SEED)
            .make(last.subject(), OptionalInt.empty(), PerturbationNames.parse(name))
            .pairs();
    assertEquals(last.pair(), alone.getLast());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"TFC1", "TFC1:start", "TFC1:2", "TDC-APPEND", "ADD:tf:start", "ADD:tfidf:3"})
  void oneQueryTermOccursOnceMore(String name) {
    for (Case c : cases(name)) {
      assertEquals(1, c.pair().terms().size());
      String term = c.pair().terms().getFirst();
      assertTrue(c.subject().queryTerms().containsKey(term), c.toString());
      assertEquals(Map.of(term, 1), c.changes(), c.toString());
      assertTrue(c.change() > 0, c.toString());
    }
  }

  @Test
  void appendedTermIsTheRarest() {
    for (Case c : cases("TDC-APPEND")) {
      float idf = resources.statistics().idf(c.pair().terms().getFirst());
      c.subject()
          .queryTerms()
          .keySet()
          .forEach(t -> assertTrue(resources.statistics().idf(t) <= idf, c.toString()));
      assertTrue(c.pair().perturbed().startsWith(c.pair().base()), c.toString());
    }
  }

  @Test
  void gainsOfTfc2Diminish() {
    List<Case> cases = cases("TFC2:4");
    for (int i = 0; i < cases.size(); i += 4) {
      double before = Double.MAX_VALUE;
      double reached = 0;
      for (int k = 0; k < 4; k++) {
        Case c = cases.get(i + k);
        assertTrue(c.pair().id().endsWith("/TFC2:4/" + (k + 1)), c.toString());
        assertEquals(Map.of(c.pair().terms().getFirst(), k + 1), c.changes(), c.toString());
        double gain = c.change() - reached;
        assertTrue(gain > 0 && gain <= before + 1e-6, c.toString());
        reached = c.change();
        before = gain;
      }
    }
  }

  @Test
  void tfc3TradesARepetitionForAnotherTerm() {
    for (Case c : cases("TFC3")) {
      String repeated = c.pair().terms().get(0);
      String missing = c.pair().terms().get(1);
      assertEquals(Map.of(repeated, -1, missing, 1), c.changes(), c.toString());
      assertTrue(c.subject().passage().count(repeated) > 1);
      assertEquals(0, c.subject().passage().count(missing));
      assertTrue(c.change() > 0 || c.asked(repeated) != c.asked(missing), c.toString());
    }
  }

  @Test
  void tdcExchangesTheCountsOfACommonAndARareTerm() {
    for (Case c : cases("TDC")) {
      String common = c.pair().terms().get(0);
      String rare = c.pair().terms().get(1);
      assertEquals(c.subject().passage().count(common), c.perturbed().count(rare), c.toString());
      assertEquals(c.subject().passage().count(rare), c.perturbed().count(common), c.toString());
      assertEquals(Set.of(common, rare), c.changes().keySet(), c.toString());
      assertTrue(c.change() > 0 || c.asked(common) != c.asked(rare), c.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"LNC1", "LNC1:start"})
  void lnc1AddsNoQueryTerm(String name) {
    for (Case c : cases(name)) {
      assertTrue(c.perturbed().length() > c.subject().passage().length(), c.toString());
      c.subject().queryTerms().keySet().forEach(t -> assertEquals(0, c.change(t), c.toString()));
      assertTrue(c.changeWithLength() <= 0, c.toString());
      assertTrue(
          c.pair().bm25Perturbed().getAsDouble() <= c.pair().bm25Base().getAsDouble(),
          c.toString());
    }
  }

  @Test
  void lnc2DoublesEveryCount() {
    for (Case c : cases("LNC2")) {
      assertEquals(c.subject().passage().counts(), c.changes(), c.toString());
      assertTrue(c.changeWithLength() >= 0, c.toString());
    }
  }

  @Test
  void tfLncRaisesTfAndLengthAlike() {
    for (Case c : cases("TF-LNC")) {
      String term = c.pair().terms().getFirst();
      assertEquals(Map.of(term, 2), c.changes(), c.toString());
      assertEquals(c.subject().passage().length() + 2, c.perturbed().length(), c.toString());
      if (c.subject().queryTerms().size() == 1) {
        // The axiom is about queries of one term; others may lose by the length.
        assertTrue(c.changeWithLength() > 0, c.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"LB1", "REG", "AND", "M-AND", "DELETE:tf", "DELETE:idf", "DELETE:random"})
  void oneQueryTermIsGone(String name) {
    for (Case c : cases(name)) {
      String term = c.pair().terms().getFirst();
      assertEquals(Map.of(term, -c.subject().passage().count(term)), c.changes(), c.toString());
      assertTrue(c.change() < 0, c.toString());
      int present = c.subject().present().size();
      switch (name) {
        case "AND" -> assertTrue(present > 1 && c.subject().absent().isEmpty(), c.toString());
        case "REG", "M-AND" -> assertTrue(present > 1, c.toString());
        default -> assertTrue(present > 0, c.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"LEN-AND", "REPLACE:tf"})
  void oneQueryTermIsReplacedAndTheLengthStays(String name) {
    for (Case c : cases(name)) {
      String term = c.pair().terms().getFirst();
      assertEquals(0, c.perturbed().count(term), c.toString());
      assertEquals(c.subject().passage().length(), c.perturbed().length(), c.toString());
      assertEquals(
          c.subject().passage().words().size(), c.perturbed().words().size(), c.toString());
      c.subject().queryTerms().keySet().stream()
          .filter(t -> !t.equals(term))
          .forEach(t -> assertEquals(0, c.change(t), c.toString()));
      assertTrue(c.changeWithLength() < 0, c.toString());
    }
  }

  @Test
  void proximityKeepsTheTermsAndShrinksItsMeasure() {
    Map<String, Nearness> measures =
        Map.of(
            "PROX1", Nearness.MEAN_DISTANCE,
            "PROX2", Nearness.FIRST,
            "PROX4", Nearness.TIGHTEST,
            "PROX5", Nearness.SPAN);
    measures.forEach(
        (name, measure) -> {
          for (Case c : cases(name)) {
            assertEquals(Map.of(), c.changes(), c.toString());
            Subject after =
                new Subject(c.subject().qid(), c.subject().query(), "d", c.perturbed(), resources);
            assertTrue(
                measure.of(Proximity.terms(after)) < measure.of(Proximity.terms(c.subject())),
                c.toString());
            assertEquals(c.pair().bm25Base(), c.pair().bm25Perturbed(), c.toString());
          }
        });
  }

  @Test
  void prox3BringsThePhraseToTheBeginning() {
    for (Case c : cases("PROX3")) {
      assertEquals(Map.of(), c.changes(), c.toString());
      String first = c.subject().queryTerms().keySet().iterator().next();
      assertTrue(c.perturbed().words().getFirst().is(first), c.toString());
      assertFalse(
          c.subject().passage().words().getFirst().is(first)
              && c.pair().base().startsWith(c.pair().perturbed().substring(0, 8)),
          c.toString());
    }
  }

  @Test
  void stmcTradesWordsForSimilarOnes() {
    for (Case c : cases("STMC1")) {
      assertEquals(-1, c.change(c.pair().terms().get(0)), c.toString());
      assertEquals(1, c.change(c.pair().terms().get(1)), c.toString());
      c.subject().queryTerms().keySet().forEach(t -> assertEquals(0, c.change(t), c.toString()));
    }
    for (Case c : cases("STMC2")) {
      String exact = c.pair().terms().get(0);
      assertTrue(c.subject().queryTerms().containsKey(exact), c.toString());
      assertEquals(0, c.perturbed().count(exact), c.toString());
      assertFalse(c.subject().queryTerms().containsKey(c.pair().terms().get(1)), c.toString());
      assertTrue(c.change() < 0, c.toString());
    }
    for (Case c : cases("STMC3")) {
      String repeated = c.pair().terms().get(0);
      assertEquals(-1, c.change(repeated), c.toString());
      assertTrue(c.perturbed().count(repeated) > 0, c.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SHUFFLE-WORDS",
        "REVERSE-WORDS",
        "SHUFFLE-SENTENCES",
        "REVERSE-SENTENCES",
        "DELETE-PUNCTUATION",
        "DELETE-STOPWORDS"
      })
  void orderAndWritingLeaveTheTermsAlone(String name) {
    for (Case c : cases(name)) {
      assertEquals(Map.of(), c.changes(), c.toString());
      assertEquals(c.pair().bm25Base(), c.pair().bm25Perturbed(), c.toString());
    }
  }

  @Test
  void writingIsWhatItsNameSays() {
    for (Case c : cases("CASE-FOLD")) {
      assertTrue(
          c.pair().perturbed().chars().noneMatch(ch -> ch >= 'A' && ch <= 'Z'), c.toString());
      assertTrue(
          c.pair().base().equalsIgnoreCase(c.pair().perturbed()) || c.pair().base().contains("İ"),
          c.toString());
    }
    for (Case c : cases("DELETE-STOPWORDS")) {
      assertTrue(c.perturbed().words().stream().allMatch(w -> w.term().isPresent()), c.toString());
    }
    for (Case c : cases("DELETE-PUNCTUATION")) {
      assertFalse(c.pair().perturbed().matches("(?s).*(^|\\s)[.,;?()/-]+(\\s|$).*"), c.toString());
    }
    for (Case c : cases("DELETE-SENTENCE")) {
      assertTrue(c.pair().perturbed().length() < c.pair().base().length(), c.toString());
      assertEquals(1, c.pair().edits().size(), c.toString());
    }
    for (Case c : cases("ADD-SENTENCE:start")) {
      assertTrue(c.pair().perturbed().endsWith(c.pair().base()), c.toString());
    }
    for (Case c : cases("TYPO")) {
      assertEquals(
          c.subject().passage().words().size(), c.perturbed().words().size(), c.toString());
    }
    for (Case c : cases("SWAP-NUMBERS")) {
      assertEquals(
          c.pair().base().replaceAll("[0-9]+([.,][0-9]+)*", "#"),
          c.pair().perturbed().replaceAll("[0-9]+([.,][0-9]+)*", "#"));
    }
  }
}
