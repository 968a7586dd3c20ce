package io.lucerna.plugin;

import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.commands.PatchCommand;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs {@code patch} in this process over made-up pairs with {@link FakeSweeper}. */
public final class PatchShell {
  private PatchShell() {}

  static PatchCommand.Engine engine() {
    return (model, options, settings, console) -> new FakeSweeper(settings);
  }

  public static Shell run(List<ContrastPair> pairs, Path folder, String... more)
      throws IOException {
    return run(engine(), pairs, folder, more);
  }

  public static Shell run(
      PatchCommand.Engine engine, List<ContrastPair> pairs, Path folder, String... more)
      throws IOException {
    Path file = folder.resolveSibling("pairs.jsonl");
    Files.write(
        file, pairs.stream().map(pair -> ContrastPairs.line(pair, Optional.empty())).toList());
    return run(engine, file, folder, more);
  }

  /** With pairs that are in a file. */
  public static Shell run(Path file, Path folder, String... more) {
    return run(engine(), file, folder, more);
  }

  private static Shell run(PatchCommand.Engine engine, Path file, Path folder, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("patch", "-pairs", file.toString(), "-output", folder.toString()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Main.Entry entry = new Main.Entry("patch", "Patch.", () -> new PatchCommand(engine));
    ExitCode code =
        new Main(
                List.of(entry),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false)
            .run(arguments.toArray(String[]::new));
    return new Shell(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  public static Shell succeed(List<ContrastPair> pairs, Path folder, String... more)
      throws IOException {
    Shell shell = run(pairs, folder, more);
    if (shell.code() != ExitCode.DONE) {
      throw new AssertionError(shell.code() + ": " + shell.err());
    }
    return shell;
  }

  /** The files of a folder, by name. */
  public static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        all.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return all;
  }
}
