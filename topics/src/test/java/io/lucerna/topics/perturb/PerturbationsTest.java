package io.lucerna.topics.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Perturbations over texts in memory are those over an index of the same texts. */
class PerturbationsTest {
  private static final List<String> TEXTS =
      IntStream.range(0, 40)
          .mapToObj(
              i -> "The lamp " + "burns oil ".repeat(i % 3) + "in room " + i + ". Captains sleep.")
          .toList();

  @Test
  void textsInMemoryAreAnIndex() throws IOException {
    Perturbations texts = Perturbations.of(TEXTS, 7);
    try (SmallIndex index = SmallIndex.of(TEXTS)) {
      Subject.Resources resources = index.resources();
      Perturbations indexed =
          new Perturbations(
              new Subject.Resources(
                  resources.analysis(), resources.statistics(), Donors.of(TEXTS), Optional.empty()),
              7);
      for (String name : List.of("TFC1", "TDC", "LNC1", "REG", "REPLACE", "ADD-SENTENCE")) {
        Perturbations.Result result = texts.make(name, "lamp of oil", TEXTS.get(5));
        assertEquals(indexed.make(name, "lamp of oil", TEXTS.get(5)), result, name);
        for (ContrastPair pair : result.pairs()) {
          assertEquals("lamp of oil", pair.qid());
          assertTrue(pair.bm25Base().isPresent() && pair.bm25Perturbed().isPresent(), name);
        }
      }
    }
  }

  @Test
  void aSentenceComesFromAnotherPassage() {
    List<String> two = List.of("Old lamps burn bright oil.", "Frogs croak near quiet ponds.");
    Perturbations texts = Perturbations.of(two, 1);
    for (int i = 0; i < two.size(); i++) {
      ContrastPair pair = texts.make("ADD-SENTENCE", "lamp", two.get(i)).pairs().getFirst();
      assertEquals(two.get(i) + " " + two.get(1 - i), pair.perturbed());
    }
    assertEquals(
        List.of(), Perturbations.of(two.subList(0, 1), 1).make("LNC1", "lamp", two.get(0)).pairs());
  }

  @Test
  void ofEqualTermsTheFirstInTheQueryIsTaken() {
    String passage = "Lamps burn oil.";
    Perturbations texts = Perturbations.of(List.of(passage, "Frogs croak."), 1);
    for (String name : List.of("ADD:tf", "ADD:idf", "DELETE:tfidf", "TDC-APPEND", "LB1")) {
      for (List<String> order : List.of(List.of("oil", "lamp"), List.of("lamp", "oil"))) {
        ContrastPair pair = texts.make(name, String.join(" ", order), passage).pairs().getFirst();
        assertEquals(order.subList(0, 1), pair.terms(), name);
      }
    }
  }

  /** Two texts do not show which of their terms were moved. */
  @Test
  void aPairKeepsItsTermsWhenItIsCompleted() {
    Perturbations texts = Perturbations.of(TEXTS, 7);
    for (String name : List.of("PROX1", "PROX5", "TFC1", "REG")) {
      ContrastPair pair = texts.make(name, "captains burn lamps", TEXTS.get(5)).pairs().getFirst();
      assertEquals(pair, texts.complete(pair), name);
      assertTrue(pair.idf().isPresent(), name);
    }
    ContrastPair bare = ContrastPair.of("1", "lamp", "the lamp", "the lamp burns oil");
    assertEquals(List.of("burn", "oil"), texts.complete(bare).terms());
  }

  @Test
  void similarWordsMustBeKnown() {
    Perturbations texts = Perturbations.of(TEXTS, 1);
    assertEquals(
        "it is not known which words are similar",
        texts.make("STMC2", "lamp", TEXTS.get(0)).reason());
    ContrastPair pair =
        texts
            .withSimilarity(new SpellingSimilarity())
            .make("STMC2", "lamp", TEXTS.get(0))
            .pairs()
            .getFirst();
    assertTrue(pair.perturbed().contains("clamp"), pair.perturbed());
  }

  @Test
  void theSeedDecides() {
    Perturbation shuffle = PerturbationNames.parse("SHUFFLE-WORDS");
    String passage = TEXTS.get(5);
    for (long seed = 0; seed < 2; seed++) {
      Perturbations one = Perturbations.of(TEXTS, seed);
      Perturbations other = Perturbations.of(TEXTS, seed + 1);
      Subject subject = one.subject("q", "lamp", "d", passage);
      List<ContrastPair> pairs = one.make(subject, OptionalInt.empty(), shuffle).pairs();
      assertEquals(pairs, one.make(subject, OptionalInt.empty(), shuffle).pairs());
      assertTrue(!pairs.equals(other.make(subject, OptionalInt.empty(), shuffle).pairs()));
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Perturbations.of(List.of("the of"), 1));
    Perturbations texts = Perturbations.of(TEXTS, 1);
    assertThrows(IllegalArgumentException.class, () -> texts.make("TFC9", "lamp", TEXTS.get(0)));
  }
}
