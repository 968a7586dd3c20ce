package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Refusals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ColBERT's inputs, as its QueryTokenizer and DocTokenizer make them: they tokenize {@code ". " +
 * text} and put the marker in the place of the full stop.
 */
class MarkedInputTest {
  private static final List<String> VOCABULARY =
      List.of(
          ("[PAD] [unused0] [unused1] [UNK] [CLS] [SEP] [MASK] . , ? ' a oil lamp light of the what is"
                  + " ship sea")
              .split(" "));
  private static final String QUERY = "what is a lamp?";
  private static final String PASSAGE = "the oil, the lamp. a light's sea";

  @TempDir Path folder;

  @BeforeEach
  void writeVocabulary() throws IOException {
    Files.write(folder.resolve("vocab.txt"), VOCABULARY);
  }

  private PairTokenizer open(InputForm form, int limit) {
    return PairTokenizer.open(folder, form, limit, TermForm.LOWER_CASE)
        .limitedTo(limit, Truncation.STRICT);
  }

  private static InputForm.Markers markers(int queryLength, boolean attended) {
    return new InputForm.Markers("[unused0]", "[unused1]", queryLength, 20, attended, true);
  }

  private static String words(TokenSequence input) {
    return Arrays.stream(input.ids())
        .mapToObj(id -> VOCABULARY.get((int) id))
        .collect(Collectors.joining(" "));
  }

  @Test
  void aQueryHasItsMarkerAndIsFilledWithMasks() {
    for (boolean attended : List.of(false, true)) {
      try (PairTokenizer tokenizer = open(markers(12, attended), 64)) {
        TokenSequence query = tokenizer.query(QUERY);
        assertEquals(
            "[CLS] [unused0] what is a lamp ? [SEP] [MASK] [MASK] [MASK] [MASK]", words(query));
        assertEquals(attended ? 12 : 8, query.attended());
        assertArrayEquals(new long[12], query.types());
        assertFalse(query.truncated());
        List<Role> roles = query.tokens().stream().map(Token::role).toList();
        assertEquals(Role.CLS, roles.getFirst());
        assertEquals(Collections.nCopies(5, Role.QUERY), roles.subList(2, 7));
        assertEquals(Role.SEP, roles.get(1));
        assertEquals(Collections.nCopies(5, Role.SEP), roles.subList(7, 12));
        for (Token token : query.tokens()) {
          assertEquals(token.role() != Role.QUERY, token.special());
        }
      }
    }
  }

  @Test
  void theMarkerStandsWhereColbertsPlaceholderStood() {
    try (PairTokenizer marked = open(markers(4, false), 64);
        PairTokenizer plain = open(new InputForm.Apart("", ""), 64)) {
      long[] query = plain.query(". " + QUERY).ids();
      query[1] = VOCABULARY.indexOf("[unused0]");
      assertArrayEquals(query, marked.query(QUERY).ids());
      long[] passage = plain.passage(". " + PASSAGE).ids();
      passage[1] = VOCABULARY.indexOf("[unused1]");
      TokenSequence read = marked.passage(QUERY, PASSAGE);
      assertArrayEquals(passage, read.ids());
      assertEquals(read.length(), read.attended());
      for (Token token : read.tokens()) {
        if (!token.special() && !token.piece().equals("[UNK]")) {
          assertEquals(token.piece(), PASSAGE.substring(token.start(), token.end()));
        }
        boolean match = Set.of("a", "lamp").contains(token.piece());
        assertEquals(match, token.role() == Role.MATCH, token.toString());
      }
    }
  }

  @Test
  void aQueryLongerThanItsFillIsReadWhole() {
    try (PairTokenizer tokenizer = open(markers(6, false), 9)) {
      assertEquals("[CLS] [unused0] what is a lamp ? [SEP]", words(tokenizer.query(QUERY)));
      assertThrows(IllegalArgumentException.class, () -> tokenizer.query(QUERY + "??"));
    }
  }

  @Test
  void aPassageIsCutToItsOwnLimit() {
    try (PairTokenizer tokenizer = open(markers(32, false), 64);
        PairTokenizer shorter = open(markers(32, false), 7)) {
      TokenSequence cut = tokenizer.passage("a lamp. ".repeat(500));
      assertEquals(20, cut.length());
      assertTrue(cut.truncated());
      assertEquals("[CLS] [unused1] the oil , the [SEP]", words(shorter.passage(PASSAGE)));
    }
  }

  @Test
  void punctuationIsLeftOutByTheFirstIdOfEachSign() {
    Set<Long> expected =
        List.of("[UNK]", ".", ",", "?", "'").stream()
            .map(sign -> (long) VOCABULARY.indexOf(sign))
            .collect(Collectors.toSet());
    try (PairTokenizer with = open(markers(32, false), 64);
        PairTokenizer without =
            open(new InputForm.Markers("[unused0]", "[unused1]", 32, 20, false, false), 64)) {
      assertEquals(expected, with.leftOut());
      assertEquals(Set.of(), without.leftOut());
    }
  }

  @Test
  void theShapeIsTold() {
    try (PairTokenizer tokenizer = open(markers(32, false), 64)) {
      assertEquals(
          "[CLS] [unused0] {query} [SEP] filled with [MASK] to 32 (not attended to) and"
              + " [CLS] [unused1] {passage} [SEP] of at most 20",
          tokenizer.shape());
    }
  }

  @Test
  void aMarkerThatTheVocabularyLacksIsAnError() {
    InputForm.Markers unknown = new InputForm.Markers("[Q]", "[unused1]", 32, 20, false, true);
    assertEquals(
        folder + ": the tokenizer's vocabulary has no entry [Q]",
        Refusals.message(CheckpointException.class, () -> open(unknown, 64).close()));
  }
}
