package io.lucerna.plugin.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.work.ItemRunner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The defaults are those with which TREC's overviews and BEIR measure. */
class LevelOptionsTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private Console console() {
    PrintStream to = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new Console(to, to, false, false, List.of(), ItemRunner.HERE);
  }

  private int level(LevelOptions options, @Nullable String qrels) {
    return options.of(qrels);
  }

  @ParameterizedTest
  @CsvSource({
    "dl19, 2",
    "dl20, 2",
    "dl19+dl20, 2",
    "dl19-passage, 2",
    "cacm, 1",
    "qrels.txt, 1",
    ", 1",
  })
  void isThatOfTheJudgments(@Nullable String qrels, int expected) {
    assertEquals(expected, level(new LevelOptions(), qrels));
  }

  @Test
  void isTheGivenOne() {
    LevelOptions options = new LevelOptions();
    options.level = 0;
    assertEquals(0, level(options, "dl19"));
    options.level = -1;
    CommandException e = assertThrows(CommandException.class, () -> level(options, null));
    assertEquals("-level must be 0 or more, got -1", e.getMessage());
  }

  /** Where there is more than one grade, none was chosen, and it matters. */
  @ParameterizedTest
  @CsvSource({
    "qrels.txt, 2, true, 1",
    "qrels.txt, 1, true, ",
    "qrels.txt, 2, false, ",
    "dl19, 3, true, 2",
    "dl19, 3, false, ",
    "cacm, 1, true, ",
  })
  void isRemarkedOn(String qrels, int highest, boolean matters, @Nullable Integer remarked) {
    Qrels judged = Qrels.of(Map.of("1", Map.of("a", highest, "b", 0), "2", Map.of("a", 1)));
    LevelOptions options = new LevelOptions();
    options.remark(level(options, qrels), judged, matters, console());
    String line = "relevant is grade " + remarked + " and up; -level changes it\n";
    assertEquals(remarked != null ? line : "", said.toString(StandardCharsets.UTF_8));
    options.level = 1;
    said.reset();
    options.remark(level(options, qrels), judged, true, console());
    assertEquals("", said.toString(StandardCharsets.UTF_8), "it was chosen");
  }
}
