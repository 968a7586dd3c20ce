package io.lucerna.instrumentation.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One grammar, for what is recorded and for what is changed. */
class TokenSetTest {
  private static final TokenSequence PAIR =
      input(
          Role.CLS, Role.QUERY, Role.QUERY, Role.SEP, Role.MATCH, Role.OTHER, Role.STEM, Role.SEP);
  private static final TokenSequence QUERY = input(Role.CLS, Role.QUERY, Role.SEP);
  private static final TokenSequence PASSAGE = input(Role.CLS, Role.OTHER, Role.OTHER, Role.SEP);

  private static TokenSequence input(Role... roles) {
    List<Token> tokens =
        Arrays.stream(roles).map(role -> new Token("w", 0, 0, 0, 1, role)).toList();
    return new TokenSequence(new long[roles.length], new long[roles.length], tokens, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all | all | [0, 1, 2, 3, 4, 5, 6, 7]",
        "0--1 | all | [0, 1, 2, 3, 4, 5, 6, 7]",
        "cls | cls | [0]",
        "query | query | [1, 2]",
        "passage | passage | [4, 5, 6]",
        "other,match,filler,injected,stem | passage | [4, 5, 6]",
        "role:stem,match | match,stem | [4, 6]",
        "role:sep,role:sep | sep | [3, 7]",
        "role:filler | filler | []",
        "0,3,5-6 | 0,3,5-6 | [0, 3, 5, 6]",
        "5-6,6,3-5 | 3-6 | [3, 4, 5, 6]",
        "7-999 | 7-999 | [7]",
        "-1,cls,-3--2,1 | cls,-3--1,1 | [0, 1, 5, 6, 7]",
        "2--3 | 2--3 | [2, 3, 4, 5]",
      })
  void chooses(String text, String printed, String expected) {
    TokenSet set = TokenSet.parse(text);
    assertEquals(expected, Arrays.toString(set.in(PAIR)));
    assertEquals(printed, set.toString());
    assertEquals(set.toString(), TokenSet.parse(printed).toString());
    assertArrayEquals(set.in(PAIR), TokenSet.parse(printed).in(PAIR));
  }

  @Test
  void aTextMayHaveNone() {
    assertArrayEquals(new int[0], TokenSet.parse("query").in(PASSAGE));
    assertArrayEquals(new int[] {1}, TokenSet.parse("query").in(QUERY));
    assertArrayEquals(new int[0], TokenSet.parse("passage").in(QUERY));
    assertArrayEquals(new int[] {1, 2}, TokenSet.parse("passage").in(PASSAGE));
  }

  @Test
  void aSideCanHaveTheTokensOfItsText() {
    assertTrue(TokenSet.parse("match").on(Side.PAIR));
    assertFalse(TokenSet.parse("match,stem").on(Side.QUERY));
    assertTrue(TokenSet.parse("match,cls").on(Side.QUERY));
    assertFalse(TokenSet.parse("query").on(Side.PASSAGE));
    assertTrue(TokenSet.parse("query,-1").on(Side.PASSAGE));
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "''|1",
        "ALL|1",
        "cls;query|1",
        "1,|3",
        "1.5|1",
        "cls,3-,4|5",
        "query,role:all|7",
        "role:0|1"
      },
      delimiter = '|')
  void refusesAndPoints(String text, int column) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> TokenSet.parse(text)).getMessage();
    assertEquals(
        "positions, column "
            + column
            + ": expected all, passage, a role (cls, sep, query, match, stem, injected, filler,"
            + " other, prompt), a position such as 0 or -1, or a range such as 3-5\n  "
            + text
            + "\n  "
            + " ".repeat(column - 1)
            + "^",
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5-3 | a range of positions goes up, got 5-3",
        "-1-3 | a range of positions goes up, got -1-3",
        "mean | a mean over positions is no set of tokens; only record keeps one, by mean or mean:SET",
        "mean:cls | a mean over positions is no set of tokens; only record keeps one, by mean or mean:SET",
        "9999999 | a position is between -1000000 and 1000000",
      })
  void refusesWhatNoTextHas(String text, String why) {
    assertEquals(
        "positions, column 1: " + why + "\n  " + text + "\n  ^",
        assertThrows(IllegalArgumentException.class, () -> TokenSet.parse(text)).getMessage());
  }
}
