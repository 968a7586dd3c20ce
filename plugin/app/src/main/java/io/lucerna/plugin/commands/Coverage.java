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
   * The measures, and where none of them is {@code Judged@k} that one as the last, for the cutoff
   * of the first that has one.
   */
  static List<Measure> added(List<Measure> measures) {
    if (measures.stream().anyMatch(measure -> measure.irName().startsWith(JUDGED))) {
      return measures;
    }
    String cutoff =
        measures.stream()
            .flatMap(measure -> CUTOFF.matcher(measure.irName()).results())
            .map(found -> found.group(1))
            .findFirst()
            .orElse(USUAL);
    return Stream.concat(measures.stream(), Stream.of(Measure.parse(JUDGED + cutoff))).toList();
  }
}
