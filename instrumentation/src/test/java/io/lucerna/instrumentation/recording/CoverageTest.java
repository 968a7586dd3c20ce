package io.lucerna.instrumentation.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.instrumentation.text.TokenSet;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageTest {
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

  @Test
  void countsWhatIsMissingWhereItCouldBe() {
    Coverage roles = new Coverage(TokenSet.parse("match,query,filler"));
    roles.add(QUERY, Side.QUERY);
    roles.add(PASSAGE, Side.PASSAGE);
    roles.add(PASSAGE, Side.PASSAGE);
    roles.add(PAIR, Side.PAIR);
    assertEquals(Map.of("match", 2L, "query", 0L, "filler", 3L), roles.absent());
    assertEquals(List.of("filler"), roles.nowhere());

    Coverage numbers = new Coverage(TokenSet.parse("0,3,50-60,7-40,-4"));
    numbers.add(QUERY, Side.QUERY);
    numbers.add(PAIR, Side.PAIR);
    assertEquals(Map.of("0", 0L, "3", 1L, "50-60", 2L, "7-40", 1L, "-4", 1L), numbers.absent());
    assertEquals(List.of("50-60"), numbers.nowhere());
  }
}
