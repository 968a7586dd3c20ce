package io.lucerna.plugin.options;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.qrels.Qrels;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** The option {@code -level}. */
public final class LevelOptions {
  private static final String NAME = "-level";

  @Option(
      name = NAME,
      metaVar = "[grade]",
      usage =
          "The lowest grade that is relevant (default: 2 of judgments named dl19, dl20 or"
              + " dl19+dl20, 1 of others).")
  @Nullable Integer level;

  /**
   * The grade that counts, as {@link RelevanceLevel#of} says.
   *
   * @param qrels the judgments: a file, or the name of a collection; null without
   * @throws CommandException if it is below 0
   */
  public int of(@Nullable String qrels) {
    return asked().of(qrels);
  }

  /** Says what counts where nobody did, as {@link RelevanceLevel#remark} does. */
  public void remark(int lowest, Qrels judged, boolean matters, Console console) {
    asked().remark(lowest, judged, matters, console);
  }

  private RelevanceLevel asked() {
    return new RelevanceLevel(level, NAME);
  }
}
