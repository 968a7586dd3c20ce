package io.lucerna.instrumentation.recording;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionsTest {
  private static final TokenSequence PAIR =
      input(
          Role.CLS, Role.QUERY, Role.QUERY, Role.SEP, Role.MATCH, Role.OTHER, Role.STEM, Role.SEP);
  private static final TokenSequence QUERY = input(Role.CLS, Role.QUERY, Role.SEP);
  private static final TokenSequence PASSAGE = input(Role.CLS, Role.OTHER, Role.OTHER, Role.SEP);

  static TokenSequence input(Role... roles) {
    List<Token> tokens =
        Arrays.stream(roles).map(role -> new Token("w", 0, 0, 0, 1, role)).toList();
    return new TokenSequence(new long[roles.length], new long[roles.length], tokens, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all | [0, 1, 2, 3, 4, 5, 6, 7]",
        "cls | [0]",
        "query | [1, 2]",
        "passage | [4, 5, 6]",
        "role:match,stem | [4, 6]",
        "role:sep,sep | [3, 7]",
        "role:filler | []",
        "0,3,5-6 | [0, 3, 5, 6]",
        "5-6,6,3-5 | [3, 4, 5, 6]",
        "7-999 | [7]",
      })
  void chooses(String text, String expected) {
    Positions positions = Positions.parse(text);
    assertEquals(expected, Arrays.toString(positions.of(PAIR)));
    assertEquals(text, positions.toString());
  }

  @Test
  void aSideMayHaveNone() {
    assertArrayEquals(new int[0], Positions.parse("query").of(PASSAGE));
    assertArrayEquals(new int[] {1}, Positions.parse("query").of(QUERY));
    assertArrayEquals(new int[0], Positions.parse("passage").of(QUERY));
    assertArrayEquals(new int[] {1, 2}, Positions.parse("passage").of(PASSAGE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ALL", "cls,query", "-1", "5-3", "1,", "1.5", "3-", "9999999", "１"})
  void refuses(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Positions.parse(text)).getMessage();
    assertEquals(
        "positions '"
            + text
            + "': expected all, cls, query, passage, role:NAME,..., or numbers and ranges such as"
            + " 0,3,5-9",
        message);
  }

  @Test
  void refusesAnUnknownRoleAndNamesTheKnown() {
    for (String text : List.of("role:matches", "role:", "role:match,")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Positions.parse(text)).getMessage();
      assertTrue(
          String.valueOf(message).contains("roles are [cls, sep, query, match, stem,"), message);
    }
  }

  @Test
  void countsWhatIsMissingWhereItCouldBe() {
    Positions.Coverage roles = Positions.parse("role:match,query,filler").coverage();
    roles.add(QUERY, Side.QUERY);
    roles.add(PASSAGE, Side.PASSAGE);
    roles.add(PASSAGE, Side.PASSAGE);
    roles.add(PAIR, Side.PAIR);
    assertEquals(Map.of("match", 2L, "query", 0L, "filler", 3L), roles.absent());
    assertEquals(List.of("filler"), roles.nowhere());

    Positions.Coverage numbers = Positions.parse("0,3,50-60,7-90").coverage();
    numbers.add(QUERY, Side.QUERY);
    numbers.add(PAIR, Side.PAIR);
    assertEquals(Map.of("0", 0L, "3", 1L, "50-60", 2L, "7-90", 1L), numbers.absent());
    assertEquals(List.of("50-60"), numbers.nowhere());
  }
}
