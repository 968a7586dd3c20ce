package io.lucerna.plugin.options;

import io.lucerna.base.FolderLock;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.work.Journal;
import java.io.IOException;
import java.nio.file.Path;
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

  /**
   * Takes the folder for a study.
   *
   * @throws CommandException if it cannot be written to, or holds a study that is not to be resumed
   * @throws FolderLock.HeldException if another process writes into it
   */
  public FolderLock take(Console console) throws IOException {
    FolderLock lock =
        FolderLock.take(Outputs.folder(output), String.join(" ", console.commandLine()));
    if (Journal.isIn(lock.path()) && !resume) {
      lock.close();
      throw new CommandException(
          ExitCode.USAGE,
          output + ": holds a study already; give -resume to resume it, or another folder");
    }
    return lock;
  }
}
