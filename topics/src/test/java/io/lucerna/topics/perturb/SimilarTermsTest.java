package io.lucerna.topics.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which words STMC1 to STMC3 take, by letters in common. */
class SimilarTermsTest {
  private static final List<String> TEXTS =
      List.of("a lamp of olive oil", "what does the lantern do", "how can you burn it");

  private static Perturbations.Result make(String name, String query, String passage, long seed) {
    return Perturbations.of(TEXTS, seed)
        .withSimilarity(new SpellingSimilarity())
        .make(name, query, passage);
  }

  @ParameterizedTest
  @CsvSource({"STMC1", "STMC2", "STMC3"})
  void wordsWithoutMeaningAreLeftAlone(String name) {
    String query = "What lamp do you light, and how can it";
    String passage = "You can do what lamps do: what a burner does, and how lamps do it.";
    boolean any = false;
    for (long seed = 0; seed < 50; seed++) {
      Perturbations.Result made = make(name, query, passage, seed);
      any |= !made.pairs().isEmpty();
      made.pairs().stream()
          .flatMap(pair -> pair.terms().stream())
          .forEach(term -> assertFalse(FunctionWords.contain(term), term));
    }
    assertTrue(any);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "STMC1 | what does it do | a lamp | no word is similar enough to a query term",
        "STMC1 | lamp | how does it do | the passage has no other word with a meaning of its own",
        "STMC2 | how do lamps work | how does it do | the passage has no query term with a meaning of its own",
        "STMC3 | how lamps | how does it do how | no query term is repeated while another is missing",
        "STMC2:1 | lamp | a lamp | no word is similar enough to a query term",
        "STMC2:.9 | lamp | a lamp | no word is similar enough to a query term",
      })
  void saysWhyThereIsNone(String name, String query, String passage, String reason) {
    assertEquals(reason, make(name, query, passage, 1).reason());
  }

  /** Lamp and clamp share four letters of five; lampion is another form of lamp. */
  @Test
  void theBoundIsASetting() {
    for (String name : List.of("STMC2", "STMC2:0", "STMC2:.8", "STMC2:0.8")) {
      assertEquals("a clamp", make(name, "lamp", "a lamp", 1).pairs().getFirst().perturbed());
    }
    assertEquals(List.of(), make("STMC2:.81", "lamp", "a lamp", 1).pairs());
  }
}
