package io.lucerna.topics.perturb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passages and queries that give a perturbation nothing to work on, and names that are none. */
class HostileSubjectsTest {
  private static SmallIndex index;

  @BeforeAll
  static void index() throws IOException {
    index = SmallIndex.of(List.of("lamp oil", "captain of the harbour ship", "wick"));
  }

  @AfterAll
  static void close() throws IOException {
    index.close();
  }

  private static Perturbations.Result make(String query, String passage, String perturbation)
      throws IOException {
    return make(query, passage, PerturbationNames.parse(perturbation), index.resources());
  }

  private static Perturbations.Result make(
      String query, String passage, Perturbation perturbation, Subject.Resources resources) {
    Perturbations maker = new Perturbations(resources, 1);
    return maker.make(maker.subject("q", query, "d", passage), OptionalInt.empty(), perturbation);
  }

  @Test
  void everythingSurvivesEverything() throws IOException {
    List<String> passages =
        List.of(
            "",
            " ",
            "lamp",
            "the of a",
            ".",
            "🪔",
            "\uD83E",
            "灯灯灯",
            "a\u0000b",
            "lamp ".repeat(3000));
    List<String> queries =
        List.of("lamp", "the of", "🪔 🪕", "lamp lamp", "lamp oil wick captain", "?");
    for (String query : queries) {
      for (String passage : passages) {
        for (PerturbationNames.Kind kind : PerturbationNames.kinds()) {
          Perturbations.Result result = make(query, passage, kind.name());
          assertEquals(result.pairs().isEmpty(), !result.reason().isEmpty(), kind.name());
          assertTrue(result.pairs().isEmpty() || !passage.isBlank(), kind.name());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lamp | '' | TFC1 | the passage has no text",
        "the of | lamp | TFC1 | the query has no index term",
        "the of | lamp | LB1 | the query has no index term",
        "lamp | lamp oil | ADD:random:3 | the passage has fewer than 3 words",
        "lamp | lamp | AND | the query has only one index term",
        "lamp oil | lamp | AND | the passage lacks a query term",
        "lamp oil | lamp | M-AND | the passage has only one query term",
        "lamp | oil | DELETE | the passage has no query term",
        "lamp | lamp | PROX1 | the passage has fewer than 2 query terms",
        "lamp oil | lamp oil | PROX4 | no exchange of two words brings the query terms nearer",
        "lamp oil | lamp oil burns | PROX3 | the passage begins with the query",
        "lamp | lamp | TFC3 | no query term is repeated while another, at least as rare, is missing",
        "lamp | lamp | DELETE-SENTENCE | the passage has only one sentence",
        "lamp | lamp | DELETE-STOPWORDS | the passage has no stop word",
        "lamp | lamp | CASE-FOLD | the passage has no capital letter",
        "lamp | lamp | DELETE-PUNCTUATION | the passage has no punctuation",
        "lamp | oil | TYPO | the passage has no word of four letters or more",
        "lamp | in 1999 and 1999 | SWAP-NUMBERS | the passage has fewer than two different numbers of several digits",
        "lamp | 1 oil 2 wick 3 flame 42 | SWAP-NUMBERS | the passage has fewer than two different numbers of several digits",
        "lamp | lamp | REVERSE-WORDS | the words have no other order with the same index terms",
        "lamp | lamp lamp | SHUFFLE-WORDS | the words have no other order with the same index terms",
      })
  void saysWhyItDoesNotApply(String query, String passage, String name, String reason)
      throws IOException {
    assertEquals(reason, make(query, passage, name).reason());
  }

  @Test
  void withoutDonorsOrSimilarityItSaysSo() throws IOException {
    Subject.Resources all = index.resources();
    Subject.Resources poor =
        new Subject.Resources(all.analysis(), all.statistics(), Donors.none(), Optional.empty());
    assertEquals(
        "there is no passage of another topic to take a sentence of",
        make("lamp", "lamp", PerturbationNames.parse("LNC1"), poor).reason());
    assertEquals(
        "no other passage has a word to replace it",
        make("lamp", "lamp", PerturbationNames.parse("REPLACE"), poor).reason());
    assertEquals(
        "it is not known which words are similar",
        make("lamp", "lamp", PerturbationNames.parse("STMC1"), poor).reason());
  }

  @Test
  void ownPerturbationsAreRulesToo() throws IOException {
    Perturbation shout =
        Perturbation.of(
            "shout",
            (subject, random) ->
                Optional.of(subject.passage().text())
                    .filter(text -> text.contains("lamp"))
                    .map(text -> text.replace("lamp", "LAMP")));
    ContrastPair pair =
        make("oil", "a lamp on a lamp", shout, index.resources()).pairs().getFirst();
    assertEquals("a LAMP on a LAMP", pair.perturbed());
    assertEquals(2, pair.edits().size());
    assertEquals("q/d/shout", pair.id());
    assertEquals("shout does not apply", make("oil", "oil", shout, index.resources()).reason());
    Perturbation idle = Perturbation.of("idle", (s, r) -> Optional.of(s.passage().text()));
    assertEquals("the text does not change", make("oil", "oil", idle, index.resources()).reason());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TFC1:middle | perturbation 'TFC1:middle': a place is start, end, or the number of words before it, not 'middle'",
        "TFC2:2 | perturbation 'TFC2:2': a number from 3 to 20 is needed, not '2'",
        "TDC:start | perturbation 'TDC:start': takes no settings",
        "TFC1:end:3 | perturbation 'TFC1:end:3': the settings are :PLACE (end)",
        "ADD:df | perturbation 'ADD:df': terms are chosen by [tf, idf, tfidf, random], not by 'df'",
        "ADD: | perturbation 'ADD:': terms are chosen by [tf, idf, tfidf, random], not by ''",
      })
  void settingsThatMakeNoSenseAreRefused(String name, String message) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PerturbationNames.parse(name));
    assertEquals(message, e.getMessage());
  }

  @Test
  void unknownNamesAreRefusedWithThoseThatThereAre() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PerturbationNames.parse("TFC9"));
    assertTrue(
        String.valueOf(e.getMessage())
            .startsWith("there is no perturbation 'TFC9'; there are TFC1, TFC2"),
        e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> PerturbationNames.parse("TCF1"));
    assertTrue(String.valueOf(e.getMessage()).endsWith("; did you mean TFC1?"), e.getMessage());
  }

  @Test
  void namesAreReadInAnyCaseAndPrintBack() {
    for (PerturbationNames.Kind kind : PerturbationNames.kinds()) {
      assertEquals(
          kind.name(), PerturbationNames.parse(kind.name().toLowerCase(Locale.ROOT)).name());
      assertFalse(kind.description().isBlank());
    }
    assertEquals("ADD:idf:start:2", PerturbationNames.parse("add:IDF:START:2").name());
  }
}
