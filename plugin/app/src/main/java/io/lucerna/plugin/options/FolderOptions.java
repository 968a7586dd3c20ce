package io.lucerna.plugin.options;

import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.explain.evaluation.EvaluationFolder;
import io.lucerna.studies.patch.PairCodec;
import io.lucerna.studies.ranking.GradientScreen;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalReader;
import io.lucerna.studies.work.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** The folder of work that can be resumed. */
public final class FolderOptions {
  @Option(
      name = "-output",
      required = true,
      metaVar = "[folder]",
      usage = "Folder for all files; made if it does not exist.")
  public String output = "";

  @Option(
      name = "-resume",
      usage = "Resume what the folder holds; with the same options as before.")
  public boolean resume;

  @Option(
      name = "-shard",
      metaVar = "[num/num]",
      usage =
          "Do one part of the work, such as 3/20, the third of twenty; merge joins the folders of"
              + " all parts.")
  public @Nullable String shard;

  /** The folder. */
  public Path path() {
    return Path.of(output);
  }

  /**
   * The part of the work; empty for all of it.
   *
   * @throws CommandException if there is no such part
   */
  public Optional<Shard> shard() {
    try {
      return Optional.ofNullable(shard).map(Shard::parse);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "-shard: " + e.getMessage(), e);
    }
  }

  /** Says that a part is done, and what is to be done with it. */
  public void sayDone(Console console) {
    console.say("shard %s is in %s; merge joins it with the others", String.valueOf(shard), path());
  }

  /** Whose files a folder holds, if anybody's who resumes. */
  private static Optional<String> owner(Path folder) throws IOException {
    if (Recording.isIn(folder)) {
      return Optional.of("record");
    }
    if (!Journal.isIn(folder)) {
      return GradientScreen.isIn(folder) ? Optional.of("study") : Optional.empty();
    }
    return JournalReader.outcomes(folder)
        .map(
            outcomes ->
                switch (outcomes) {
                  case EvaluationFolder.OUTCOMES -> "explain";
                  case PairCodec.OUTCOMES -> "patch";
                  default -> "study";
                });
  }

  /**
   * Checks that the folder is not another command's, and that there is such a part of the work.
   *
   * @param command whose it should be
   * @throws CommandException if it is, or there is not
   */
  public void requireOf(String command) throws IOException {
    shard();
    Optional<String> other = owner(path()).filter(owner -> !owner.equals(command));
    if (other.isPresent()) {
      throw new CommandException(
          ExitCode.USAGE,
          output + ": is a folder of " + other.get() + ", not of " + command + "; give another");
    }
  }

  /**
   * Takes the folder for a study.
   *
   * @param command the command that studies
   * @throws CommandException if it cannot be written to, is another command's, or holds a study
   *     that is not to be resumed
   * @throws FolderLock.HeldException if another process writes into it
   */
  public FolderLock take(String command, Console console) throws IOException {
    FolderLock lock =
        FolderLock.take(Outputs.folder(output), String.join(" ", console.commandLine()));
    boolean taken = false;
    try {
      requireOf(command);
      if ((Journal.isIn(lock.path()) || GradientScreen.isIn(lock.path())) && !resume) {
        throw new CommandException(
            ExitCode.USAGE,
            output + ": holds a study already; give -resume to resume it, or another folder");
      }
      taken = true;
      return lock;
    } finally {
      if (!taken) {
        lock.close();
      }
    }
  }
}
