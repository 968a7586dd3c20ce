package io.lucerna.plugin.options;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.NamedCollection;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** From which grade on a document is relevant to a measure that knows only yes and no. */
public final class LevelOptions {
  @Option(
      name = "-level",
      metaVar = "[grade]",
      usage = "The lowest grade that is relevant (default: 2 of dl19 and dl20, 1 of others).")
  @Nullable Integer level;

  /**
   * The grade that was given, or that with which the collection's measures are published.
   *
   * @param qrels the judgments: a file, or the name of a collection; null without
   * @throws CommandException if it is below 0
   */
  public int of(@Nullable String qrels, Console console) {
    if (level != null) {
      if (level < 0) {
        throw new CommandException(ExitCode.USAGE, "-level must be 0 or more, got " + level);
      }
      return level;
    }
    if (qrels == null) {
      return 1;
    }
    int published = CollectionOptions.named(qrels).map(NamedCollection::level).orElse(1);
    if (published != 1) {
      console.say("relevant: grade %d and up (as collection %s counts)", published, qrels);
    }
    return published;
  }
}
