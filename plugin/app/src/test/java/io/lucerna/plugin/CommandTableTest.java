package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandLine;
import io.lucerna.plugin.cli.ExitCode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command owes its user. */
class CommandTableTest {
  static Stream<Main.Entry> commands() {
    return Main.COMMANDS.stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void describesItself(Main.Entry entry) {
    assertTrue(
        entry.description().matches("[A-Z].{15,75}\\."), entry.name() + ": " + entry.description());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void exampleParses(Main.Entry entry) {
    Command command = entry.factory().get();
    assertFalse(command.example().isBlank(), entry.name());
    new CommandLine(entry.name(), command).parse(List.of(command.example().split(" ")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpShowsOptionsAndExample(Main.Entry entry) {
    for (String flag : List.of("-help", "-h", "--help", "-options")) {
      Shell shell = Shell.run(entry.name(), flag);
      assertEquals(ExitCode.DONE, shell.code());
      assertTrue(shell.out().contains("Usage: lucerna " + entry.name()), shell.out());
      assertTrue(shell.out().contains("Example: lucerna " + entry.name() + " "), shell.out());
      assertTrue(shell.out().startsWith(entry.description()), shell.out());
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void unknownOptionIsWrongUsage(Main.Entry entry) {
    Shell shell = Shell.run(entry.name(), "-noSuchOption");
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().contains("-noSuchOption"), shell.err());
    assertTrue(shell.err().contains("lucerna " + entry.name() + " -help"), shell.err());
    assertFalse(shell.err().contains("\tat "), "no stack trace expected: " + shell.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"search", "rerank", "score"})
  void everyCommandThatScoresHasTheScorersOptionsUnderBothNames(String name) {
    String help = Shell.run(name, "-help").out();
    for (String option : List.of("model", "batch", "maxLength", "label", "pooling", "similarity")) {
      assertTrue(help.contains(" -" + option + " (-rerank." + option + ") "), option + help);
    }
  }

  @Test
  void helpListsCommandsAndExitCodes() {
    Shell shell = Shell.run("help");
    assertEquals(ExitCode.DONE, shell.code());
    Main.COMMANDS.forEach(e -> assertTrue(shell.out().contains(e.description()), e.name()));
    for (ExitCode code : ExitCode.values()) {
      assertTrue(shell.out().contains(code.status() + "  " + code.meaning()), code.name());
    }
  }

  @Test
  void versionNamesEveryPart() {
    Shell shell = Shell.run("-version");
    assertEquals(ExitCode.DONE, shell.code());
    for (String part : List.of("Lucerna", "Anserini", "Lucene", "DJL", "PyTorch", "Java")) {
      assertTrue(
          shell.out().lines().anyMatch(l -> l.matches(part + " .*[0-9]+\\.[0-9]+.*")), shell.out());
    }
    assertTrue(
        shell.out().lines().anyMatch(l -> l.matches("commit ([0-9a-f]{40}(-dirty)?|unknown)")),
        shell.out());
  }

  @Test
  void unknownCommandNamesTheKnownOnes() {
    Shell shell = Shell.run("frobnicate");
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().contains("no such command; there are demo, index"), shell.err());
  }

  @Test
  void unknownCommandNamesTheOneOfLikeMeaning() {
    assertTrue(Shell.run("evla").err().contains("did you mean eval?"));
    assertTrue(Shell.run("rerank2").err().contains("did you mean rerank?"));
    assertFalse(Shell.run("train").err().contains("did you mean"));
  }

  /** What may be meant, or null where nothing is of like meaning. */
  @ParameterizedTest
  @CsvSource({
    "study,-runs,-run",
    "study,-condition,-conditions",
    "study,-measure,-measures",
    "study,-format,",
    "rerank,-rerank.deph,-rerank.depth",
    "rerank,-outputs,-output",
    "search,-bm52,-bm25",
    "score,-pair,-pairs",
    "score,-qrels,",
    "perturb,-topcs,-topics",
    "models,-models,-model",
    "models,-index,",
    "compare,-basline,-baseline",
    "compare,-input,",
  })
  void unknownOptionNamesTheOneOfLikeMeaningOrNone(
      String command, String wrong, @Nullable String meant) {
    String err = Shell.run(command, wrong, "x").err();
    assertTrue(err.contains(wrong), err);
    if (meant == null) {
      assertFalse(err.contains("did you mean"), err);
    } else {
      assertTrue(err.contains("did you mean " + meant + "?"), err);
    }
  }

  @Test
  void anArgumentThatWasBrokenBeforeJavaReadItIsRefused() {
    Shell shell = Shell.run("score", "-model", "minilm", "-query.prefix", "\uFFFD\uFFFD");
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().startsWith("lucerna: the argument '\uFFFD\uFFFD'"), shell.err());
    assertTrue(shell.err().contains("LC_ALL=C.UTF-8"), shell.err());
  }

  @Test
  void noCommandPrintsHelpAndFails() {
    Shell shell = Shell.run();
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().contains("Usage: lucerna COMMAND"), shell.err());
  }
}
