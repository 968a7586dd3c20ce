package io.lucerna.plugin.regress;

import io.lucerna.eval.MeasureSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a number is read from a run.
 *
 * @param name what the regression calls it
 * @param command the program that measures
 * @param params its options
 * @param separator what parts the columns of its output
 * @param column which column of the last line has the number; negative counts from the end
 * @param precision decimals that count
 */
record Metric(
    String name, String command, String params, String separator, int column, int precision) {
  private static final int MOST_DECIMALS = 15;
  private static final Pattern TREC_EVAL =
      Pattern.compile("(.*[/.\\s])?trec_eval|(.*/)?lucerna eval");

  static Metric read(Keys keys) {
    int precision = keys.integer("metric_precision");
    if (precision < 0 || precision > MOST_DECIMALS) {
      throw keys.fault("metric_precision", "must be in 0.." + MOST_DECIMALS + ", got " + precision);
    }
    return new Metric(
        keys.text("metric"),
        keys.text("command"),
        keys.optional("params").orElse(""),
        keys.text("separator"),
        keys.integer("parse_index"),
        precision);
  }

  /** The metric that a measure's own name stands for, if it is one. */
  static Optional<Metric> ofMeasure(String name) {
    Metric metric = new Metric(name, "lucerna eval", "-m " + name, "\t", 2, 4);
    return metric.obstacle().isPresent() ? Optional.empty() : Optional.of(metric);
  }

  /** Why {@code eval} cannot stand for this metric's command, if it cannot. */
  Optional<String> obstacle() {
    if (!TREC_EVAL.matcher(command).matches()) {
      return Optional.of(
          "metric "
              + name
              + ": unknown command '"
              + command
              + "'; eval stands for trec_eval and for no other");
    }
    try {
      MeasureSelection.of(measures());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("metric " + name + ": " + e.getMessage());
    }
  }

  private List<String> measures() {
    List<String> options = options();
    List<String> measures = new ArrayList<>();
    for (int i = 0; i + 1 < options.size(); i++) {
      if (options.get(i).equals("-m")) {
        measures.add(options.get(i + 1));
      }
    }
    return measures;
  }

  /** The options, with values apart from their names, where trec_eval also takes {@code -M1000}. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    for (String word : Words.split(params)) {
      if (word.matches("-[MlNm].+")) {
        options.add(word.substring(0, 2));
        options.add(word.substring(2));
      } else {
        options.add(word);
      }
    }
    return options;
  }

  /**
   * Finds the number in what the command printed.
   *
   * @throws RegressException if it is not there
   */
  double parse(String printed) {
    List<String> lines = printed.lines().filter(line -> !line.isBlank()).toList();
    List<String> columns =
        lines.isEmpty()
            ? List.of()
            : Arrays.asList(lines.getLast().strip().split(Pattern.quote(separator), -1));
    int at = column < 0 ? columns.size() + column : column;
    if (at < 0 || at >= columns.size()) {
      throw new RegressException(
          "metric " + name + ": no column " + column + " in '" + printed.strip() + "'");
    }
    try {
      return Double.parseDouble(columns.get(at));
    } catch (NumberFormatException e) {
      throw new RegressException(
          "metric " + name + ": no number in column " + column + " of '" + printed.strip() + "'");
    }
  }
}
