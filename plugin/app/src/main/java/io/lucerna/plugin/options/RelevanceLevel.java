package io.lucerna.plugin.options;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.qrels.Qrels;
import org.jspecify.annotations.Nullable;

/**
 * From which grade on a document is relevant to a measure that knows only yes and no.
 *
 * @param given what a person asked for; null where nobody did
 * @param option how one asks for it
 */
public record RelevanceLevel(@Nullable Integer given, String option) {
  /**
   * The grade that was given, or that with which the collection's measures are published.
   *
   * @param qrels the judgments: a file, or the name of a collection; null without
   * @throws CommandException if it is below 0
   */
  public int of(@Nullable String qrels) {
    if (given != null) {
      if (given < 0) {
        throw new CommandException(ExitCode.USAGE, option + " must be 0 or more, got " + given);
      }
      return given;
    }
    return qrels == null ? 1 : CollectionOptions.named(qrels).map(NamedCollection::level).orElse(1);
  }

  /**
   * Says which grades are relevant where nobody did, and it is not the only grade above 0: the same
   * judgments count otherwise by their collection's name.
   *
   * @param lowest what {@link #of} gave
   * @param matters whether anything is computed that depends on it
   */
  public void remark(int lowest, Qrels judged, boolean matters, Console console) {
    if (given == null && matters && (lowest != 1 || isGraded(judged))) {
      console.say("relevant is grade %d and up; %s changes it", lowest, option);
    }
  }

  private static boolean isGraded(Qrels judged) {
    return judged.topics().stream()
        .flatMap(topic -> judged.judged(topic).values().stream())
        .anyMatch(grade -> grade > 1);
  }
}
