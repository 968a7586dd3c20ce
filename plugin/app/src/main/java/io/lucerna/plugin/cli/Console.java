package io.lucerna.plugin.cli;

import io.lucerna.studies.work.ItemRunner;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Where a command talks to, and who does its work.
 *
 * @param out results
 * @param err messages and progress
 * @param terminal whether {@code err} is a terminal, where a line can be drawn again
 * @param verbose whether details are wanted
 * @param commandLine the command and its arguments, for provenance
 * @param items who does its items, if it has any
 */
public record Console(
    PrintStream out,
    PrintStream err,
    boolean terminal,
    boolean verbose,
    List<String> commandLine,
    ItemRunner items) {
  private static final int NAMED = 5;

  /** The first few of these names, for a message. */
  public static String some(Collection<String> names) {
    String first = String.join(", ", names.stream().limit(NAMED).toList());
    return names.size() > NAMED ? first + ", ..." : first;
  }

  /** The same for a command that is part of this one, with its results somewhere else. */
  public Console with(PrintStream results, List<String> part) {
    return new Console(results, err, terminal, verbose, part, items);
  }

  /** Prints one line of message, by the rules of {@link String#format}. */
  @SuppressWarnings("AnnotateFormatMethod")
  public void say(String format, Object... values) {
    err.println(String.format(Locale.ROOT, format, values));
  }

  /**
   * The command without what distinguishes a run that was interrupted, or one into another folder,
   * from others: {@code -resume} and {@code -shard} with its value are left out, and the value of
   * {@code -output} is {@code DIR}.
   */
  public List<String> repeatable() {
    List<String> words = new ArrayList<>();
    String last = "";
    for (String word : commandLine) {
      if (!word.matches("--?(resume|shard)") && !last.matches("--?shard")) {
        words.add(last.matches("--?output") ? "DIR" : word);
      }
      last = word;
    }
    return words;
  }
}
