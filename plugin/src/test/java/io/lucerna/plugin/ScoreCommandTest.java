package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  @TempDir Path folder;

  private Shell score(String pairs) throws IOException {
    Files.writeString(folder.resolve("pairs.tsv"), pairs);
    return Shell.run(
        "score",
        "-model",
        "fake",
        "-pairs",
        folder.resolve("pairs.tsv").toString(),
        "-output",
        folder.resolve("scores.tsv").toString());
  }

  @Test
  void scoresRoundTripInTheTablesOrder() throws IOException {
    Shell shell =
        score(
            """
            qid\tquery\tdocid\ttext
            1\tred lamp\tb\ta "red" lamp
            1\tred lamp\ta\tred lamp
            2\tboat\ta\ta blue boat
            1\tred lamp\tc\t
            """);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    List<String> lines = Files.readAllLines(folder.resolve("scores.tsv"));
    assertEquals("qid\tdocid\tscore", lines.getFirst());
    assertEquals(
        List.of("1\tb", "1\ta", "2\ta", "1\tc"),
        lines.stream().skip(1).map(l -> l.substring(0, 3)).toList());
    assertEquals(1 / 3f, Float.parseFloat(lines.get(1).split("\t")[2]));
    assertTrue(
        shell.err().contains("scored 4 pairs with fake; 0 truncated to 512 tokens"), shell.err());
    assertTrue(Files.exists(folder.resolve("scores.tsv.meta.json")));
  }

  @Test
  void brokenTablesAreNamedByLine() throws IOException {
    Shell header = score("qid\tquery\ttext\n");
    assertEquals(ExitCode.INPUT, header.code());
    assertTrue(
        header.err().contains("pairs.tsv:1: expected the header qid<TAB>query<TAB>docid<TAB>text"),
        header.err());
    Shell columns = score("qid\tquery\tdocid\ttext\n1\tq\td\tt\n1\tq\td\n");
    assertEquals(ExitCode.INPUT, columns.code());
    assertTrue(
        columns.err().contains("pairs.tsv:3: expected 4 columns parted by tabs, got 3"),
        columns.err());
    Shell empty = score("");
    assertEquals(ExitCode.INPUT, empty.code(), empty.err());
    Shell none = score("qid\tquery\tdocid\ttext\n");
    assertEquals(ExitCode.INPUT, none.code(), none.err());
    assertTrue(none.err().contains("pairs.tsv: no pairs below the header"), none.err());
    assertFalse(Files.exists(folder.resolve("scores.tsv")));
  }
}
