package io.lucerna.plugin.options;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of the files that a command is given. */
public final class Inputs {
  private Inputs() {}

  /**
   * The file of that name; one that does not exist is left to its reader, which says so.
   *
   * @throws CommandException if it is a folder, which Java would not name
   */
  public static Path file(String name) {
    Path file = Path.of(name);
    if (Files.isDirectory(file)) {
      throw new CommandException(ExitCode.INPUT, name + ": is a folder, not a file");
    }
    return file;
  }
}
