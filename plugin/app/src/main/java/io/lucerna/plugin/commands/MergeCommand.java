package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.recording.RecordingWriter;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.explain.evaluation.EvaluationFolder;
import io.lucerna.plugin.options.FolderOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.studies.patch.PatchShards;
import io.lucerna.studies.ranking.StudyShards;
import io.lucerna.studies.record.GroupDifference;
import io.lucerna.studies.record.RecordShards;
import io.lucerna.studies.work.ShardFolder;
import io.lucerna.studies.work.Shards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kohsuke.args4j.Argument;
import org.kohsuke.args4j.Option;

/** {@code merge}: the folder that one process would have written, of the folders of shards. */
public final class MergeCommand implements Command {
  /** The arguments. */
  static final class Flags {
    @Argument(
        metaVar = "DIR...",
        required = true,
        usage = "The folders of all shards, in any order")
    List<String> folders = new ArrayList<>();

    @Option(
        name = "-output",
        required = true,
        metaVar = "[folder]",
        usage = "Folder for the whole; made if it does not exist.")
    String output = "";
  }

  private final Flags flags = new Flags();

  @Override
  public List<Object> options() {
    return List.of(flags);
  }

  @Override
  public String example() {
    return "shards/1 shards/2 shards/3 -output studies/heads";
  }

  @Override
  public void run(Console console) throws Exception {
    Shards shards = Shards.read(flags.folders.stream().map(Path::of).toList());
    console.say(
        "%s of %s, with %s",
        Counted.of(shards.all().size(), "shard"),
        shards.command(),
        Counted.of(shards.ids().size(), "item"));
    FolderOptions target = new FolderOptions();
    target.output = flags.output;
    target.resume = true;
    requireOther(shards, target.path());
    if (shards.command().equals(RecordShards.COMMAND)) {
      target.requireOf(RecordShards.COMMAND);
      record(shards, console);
      return;
    }
    try (FolderLock lock = target.take(shards.command(), console)) {
      Path folder = lock.path();
      switch (shards.command()) {
        case StudyShards.COMMAND ->
            StudyCommand.report(StudyShards.merge(shards, lock), List.of(), folder, console);
        case PatchShards.COMMAND ->
            PatchCommand.finish(PatchShards.merge(shards, lock), folder, console);
        case EvaluationFolder.COMMAND ->
            ExplainEvaluation.finish(EvaluationFolder.merge(shards, lock), folder, console);
        default ->
            throw new CommandException(
                ExitCode.INPUT,
                shards.folder() + ": this program cannot join shards of " + shards.command());
      }
    }
  }

  private static void requireOther(Shards shards, Path folder) throws IOException {
    for (ShardFolder shard : shards.all()) {
      if (Files.exists(folder) && Files.isSameFile(shard.path(), folder)) {
        throw new CommandException(
            ExitCode.USAGE, folder + ": is one of the shards; give another folder for the whole");
      }
    }
  }

  private void record(Shards shards, Console console) throws IOException {
    Path folder = Outputs.folder(flags.output);
    Optional<RecordingWriter.Written> written =
        RecordShards.merge(shards, folder, String.join(" ", console.commandLine()));
    console.say(
        written.isPresent() ? "wrote %s" : "%s is there already", folder.resolve("manifest.json"));
    Optional<GroupDifference> groups = RecordShards.difference(shards);
    if (groups.isPresent()) {
      RecordCommand.write(groups.get(), folder, console);
    }
  }
}
