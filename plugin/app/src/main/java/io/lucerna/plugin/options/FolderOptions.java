package io.lucerna.plugin.options;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.explain.evaluation.EvaluationFolder;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.studies.ranking.GradientScreen;
import io.lucerna.studies.ranking.ItemScores;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
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

  /** The folder. */
  public Path path() {
    return Path.of(output);
  }

  /** Whose files a folder holds, if anybody's who resumes. */
  private static Optional<String> owner(Path folder) throws IOException {
    if (Recording.isIn(folder)) {
      return Optional.of("record");
    }
    if (!Journal.isIn(folder)) {
      return GradientScreen.isIn(folder) ? Optional.of("study") : Optional.empty();
    }
    try (var journal = JournalReader.open(folder, ItemScores.CODEC)) {
      JsonNode settings = journal.settings();
      if (settings.isMissingNode()) {
        return Optional.empty();
      }
      if (settings.has(EvaluationFolder.METHODS)) {
        return Optional.of("explain");
      }
      return Optional.of(settings.has(SweepSettings.SWEEP) ? "patch" : "study");
    }
  }

  /**
   * Checks that the folder is not another command's.
   *
   * @param command whose it should be
   * @throws CommandException if it is
   */
  public void requireOf(String command) throws IOException {
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
