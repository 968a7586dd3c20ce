package io.lucerna.plugin.commands;

import io.lucerna.base.FolderLock;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.Console;
import io.lucerna.studies.report.StudyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kohsuke.args4j.Argument;

/** {@code report}: makes the report on a study again from the study's files. */
public final class ReportCommand implements Command {
  /** The argument. */
  static final class Flags {
    @Argument(index = 0, metaVar = "DIR", required = true, usage = "The folder that study wrote")
    String folder = "";
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
    if (!Files.isDirectory(folder)) {
      // Says so; a lock would make the folder.
      write(folder, console);
      return;
    }
    try (FolderLock lock = FolderLock.take(folder, String.join(" ", console.commandLine()))) {
      write(folder, console);
    }
  }

  /** Writes the report into a folder whose lock is held, and says where it is. */
  static void write(Path folder, Console console) throws IOException {
    if (!StudyReport.write(folder)) {
      console.say("no PNG pictures: this Java cannot draw text; there are the SVG ones");
    }
    console.say("wrote %s", folder.resolve("report.html"));
  }
}
