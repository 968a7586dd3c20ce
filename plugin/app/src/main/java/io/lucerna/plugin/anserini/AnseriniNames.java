package io.lucerna.plugin.anserini;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;

/**
 * Checks the class names that Anserini's options carry before Anserini, which continues regardless,
 * sees them.
 */
public final class AnseriniNames {
  private AnseriniNames() {}

  /** Finds the class of that simple name in an Anserini package, or says which option is wrong. */
  public static Class<?> require(String prefix, String simpleName, String option) {
    try {
      return Class.forName(prefix + simpleName);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new CommandException(
          ExitCode.USAGE,
          option
              + ": Anserini has no class "
              + simpleName
              + " in "
              + prefix.substring(0, prefix.length() - 1),
          e);
    }
  }
}
