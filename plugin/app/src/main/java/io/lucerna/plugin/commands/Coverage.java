package io.lucerna.plugin.commands;

import io.lucerna.eval.Measure;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many of the first documents are judged: the others count as not relevant, so that no measure
 * can be read without it.
 */
final class Coverage {
  private static final String JUDGED = "Judged@";
  private static final String USUAL = "10";
  private static final Pattern CUTOFF =
      Pattern.compile("(?:@|relative_P_)([1-9][0-9]*)(?:\\(rel=[0-9]+\\))?$");

  private Coverage() {}

  /**
   * The measures, and where none of them is {@code Judged@k} that one as the last, for the first
   * cutoff among them that is above the depth: nothing changes which documents are the first of as
   * many as are ranked.
   *
   * @param depth how many documents of a topic are ranked
   */
  static List<Measure> added(List<Measure> measures, int depth) {
    if (measures.stream().anyMatch(measure -> measure.irName().startsWith(JUDGED))) {
      return measures;
    }
    String cutoff =
        measures.stream()
            .flatMap(measure -> CUTOFF.matcher(measure.irName()).results())
            .map(found -> found.group(1))
            .filter(k -> k.length() < 9 && Integer.parseInt(k) < depth)
            .findFirst()
            .orElse(USUAL);
    return Stream.concat(measures.stream(), Stream.of(Measure.parse(JUDGED + cutoff))).toList();
  }
}
