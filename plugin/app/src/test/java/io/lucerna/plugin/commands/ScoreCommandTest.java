package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  private static final String SPLADE = Checkout.model("families/bert-mlm-splade");
  private static final String VECTORS = Checkout.model("bert-bi");

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
    String pair = "{\"qid\": \"1\", \"base\": \"" + "a lamp ".repeat(500) + "\"}\n";
    Shell contrast = score(pair);
    assertEquals(ExitCode.INPUT, contrast.code());
    assertTrue(
        contrast
            .err()
            .contains(
                ", got "
                    + pair.substring(0, 60)
                    + "...; contrast pairs in JSON lines are for record and patch alone"),
        contrast.err());
    Shell columns = score("qid\tquery\tdocid\ttext\n1\tq\td\tt\n1\tq\td\n");
    assertEquals(ExitCode.INPUT, columns.code());
    assertTrue(
        columns.err().contains("pairs.tsv:3: expected 4 columns separated by tabs, got 3"),
        columns.err());
    Shell empty = score("");
    assertEquals(ExitCode.INPUT, empty.code(), empty.err());
    Shell none = score("qid\tquery\tdocid\ttext\n");
    assertEquals(ExitCode.INPUT, none.code(), none.err());
    assertTrue(none.err().contains("pairs.tsv: no pairs below the header"), none.err());
    assertFalse(Files.exists(folder.resolve("scores.tsv")));
  }

  private Shell terms(String model, String pairs, String... more) throws IOException {
    Files.writeString(folder.resolve("pairs.tsv"), pairs);
    String output = folder.resolve("scores.tsv").toString();
    List<String> arguments =
        new ArrayList<>(
            List.of("score", "-model", model, "-pairs", folder.resolve("pairs.tsv").toString()));
    arguments.addAll(List.of("-output", output, "-terms"));
    arguments.addAll(List.of(more));
    return Shell.run(arguments.toArray(String[]::new));
  }

  @Test
  void termsOfQueriesAndPassagesLieBesideTheScores() throws IOException {
    String pairs =
        """
        qid\tquery\tdocid\ttext
        1\tred lamp\tb\ta lamp in the harbour
        1\tred lamp\ta\tthe sea
        2\tthe sea\ta\tthe sea
        """;
    Shell shell = terms(SPLADE, pairs, "3");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.err().contains(" terms in a query (of 2), "), shell.err());
    assertTrue(shell.err().contains(" in a passage (of 3); FLOPS "), shell.err());
    List<String[]> rows =
        Files.readAllLines(folder.resolve("scores.tsv.terms.tsv")).stream()
            .map(line -> line.split("\t", -1))
            .toList();
    assertArrayEquals(new String[] {"qid", "docid", "term", "weight"}, rows.getFirst());
    List<String> texts = new ArrayList<>();
    for (int i = 1; i < rows.size(); i += 3) {
      texts.add(rows.get(i)[0] + "/" + rows.get(i)[1]);
      assertTrue(
          Float.parseFloat(rows.get(i)[3]) >= Float.parseFloat(rows.get(i + 1)[3]),
          "the heaviest first");
    }
    assertEquals(List.of("1/", "1/b", "1/a", "2/", "2/a"), texts);
    for (int i = 0; i < 3; i++) {
      assertEquals(rows.get(10 + i)[2], rows.get(13 + i)[2], "the same text, the same terms");
    }
  }

  @Test
  void rankersWithoutTermsAreRefused() throws IOException {
    String pairs = "qid\tquery\tdocid\ttext\n1\tred lamp\tb\ta lamp\n";
    Shell vectors = terms(VECTORS, pairs, "3");
    assertEquals(ExitCode.USAGE, vectors.code(), vectors.err());
    assertTrue(vectors.err().contains("gives no weights of terms"), vectors.err());
    Shell none = terms(SPLADE, pairs, "0");
    assertEquals(ExitCode.USAGE, none.code(), none.err());
    assertTrue(none.err().contains("top terms must be at least 1 of a text, got 0"), none.err());
    assertFalse(Files.exists(folder.resolve("scores.tsv")));
  }
}
