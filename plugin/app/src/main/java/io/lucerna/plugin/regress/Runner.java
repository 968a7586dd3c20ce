package io.lucerna.plugin.regress;

import java.util.List;

/** Runs commands of Lucerna. */
public interface Runner {
  /**
   * Runs a command, and returns what it printed as its result.
   *
   * @param commandLine the command's name and its arguments
   * @throws Exception if the command failed, as the command throws it
   */
  String run(List<String> commandLine) throws Exception;

  /** Says something to the user during the work. */
  void say(String message);

  /** Prints a line of the result. */
  void print(String line);
}
