package io.lucerna.plugin.options;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** How many contrast pairs a command takes of those that there are. */
public final class DrawOptions {
  @Option(
      name = "-maxPairs",
      metaVar = "[num]",
      usage = "Most pairs, drawn by -seed and evenly over topics (all if not given).")
  @Nullable Integer maxPairs;

  /**
   * The most pairs; empty for all.
   *
   * @throws CommandException if it is less than 1
   */
  public OptionalInt most() {
    if (maxPairs == null) {
      return OptionalInt.empty();
    }
    if (maxPairs < 1) {
      throw new CommandException(ExitCode.USAGE, "-maxPairs must be at least 1, got " + maxPairs);
    }
    return OptionalInt.of(maxPairs);
  }
}
