package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.studies.ranking.GradientScreen;
import io.lucerna.studies.ranking.StudyProgress;
import io.lucerna.studies.report.StudyReport;
import io.lucerna.studies.work.ShardFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Argument;
import org.kohsuke.args4j.Option;

/** {@code report}: makes the report on a study again from the study's files. */
public final class ReportCommand implements Command {
  /** The argument. */
  static final class Flags {
    @Argument(
        index = 0,
        metaVar = "DIR",
        required = true,
        usage = "The folder that study wrote, or is still writing: then its progress is printed")
    String folder = "";

    @Option(
        name = "-rows",
        metaVar = "[num]",
        usage =
            "How many conditions the tables have, those that change the first measure most; all if"
                + " not given")
    @Nullable Integer rows;
  }

  private final Flags flags = new Flags();

  @Override
  public List<Object> options() {
    return List.of(flags);
  }

  @Override
  public String example() {
    return "studies/heads";
  }

  @Override
  public void run(Console console) throws Exception {
    Path folder = Path.of(flags.folder);
    if (flags.rows != null && flags.rows < 1) {
      throw new CommandException(ExitCode.USAGE, "-rows must be at least 1, got " + flags.rows);
    }
    OptionalInt rows = flags.rows == null ? OptionalInt.empty() : OptionalInt.of(flags.rows);
    if (!Files.isDirectory(folder)) {
      // Says so; a lock would make the folder.
      write(folder, rows, console);
      return;
    }
    if (GradientScreen.isBegun(folder)) {
      console
          .out()
          .println(folder + ": unfinished, conditions are being predicted; none has been run yet");
      return;
    }
    if (StudyProgress.isIn(folder)) {
      lines(folder, StudyProgress.read(folder)).forEach(console.out()::println);
      return;
    }
    try (FolderLock lock = FolderLock.take(folder, String.join(" ", console.commandLine()))) {
      write(folder, rows, console);
    }
  }

  /** Writes the report into a folder whose lock is held, and says where it is. */
  static void write(Path folder, OptionalInt rows, Console console) throws IOException {
    if (!StudyReport.write(folder, rows)) {
      console.say("no PNG pictures: this Java cannot draw text; there are the SVG ones");
    }
    console.say("wrote %s", folder.resolve("report.html"));
  }

  /** What is known of a study that is not finished, the conditions that change most first. */
  private static List<String> lines(Path folder, StudyProgress progress) throws IOException {
    TextTable table =
        new TextTable(1, "condition", "score_change", "kendall_tau", "swapped_pairs", "mean_move");
    progress.changes().stream()
        .sorted(Comparator.comparingLong(change -> -change.order().swappedPairs()))
        .forEach(
            change ->
                table.add(
                    List.of(
                        change.condition(),
                        number("%+.4f", change.scoreChange()),
                        number("%.4f", change.order().kendallTau()),
                        Long.toString(change.order().swappedPairs()),
                        number("%.2f", change.order().meanMove()))));
    List<String> lines = new ArrayList<>();
    lines.add(folder + ": " + howFar(folder, progress));
    String complete = Counted.of(progress.topics(), "topic");
    lines.add("changes of the order of candidates, over " + complete + " with all their scores:");
    lines.addAll(table.lines());
    return lines;
  }

  /** A shard never has the topics of the others, and is finished without them. */
  private static String howFar(Path folder, StudyProgress progress) throws IOException {
    if (!ShardFolder.isIn(folder)) {
      return String.format(
          Locale.ROOT,
          "unfinished, %d of %s done; nothing is written, and no measure is known yet",
          progress.done(),
          Counted.of(progress.items(), "topic"));
    }
    ShardFolder shard = ShardFolder.read(folder);
    int own = shard.own().size();
    return String.format(
        Locale.ROOT,
        "shard %s, %s, %d of its %s done; merge joins all shards, and no measure is known before",
        shard.shard(),
        progress.done() < own ? "unfinished" : "finished",
        progress.done(),
        Counted.of(own, "topic"));
  }

  private static String number(String form, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, form, value.getAsDouble()) : "-";
  }
}
