package io.lucerna.eval;

import java.io.IOException;
import java.util.Map;

/** Prints an evaluation in the very form of trec_eval 9.0.4. */
public final class TrecEvalReport {
  private static final String ALL = "all";
  private static final int NAME_WIDTH = 22;

  /** Ten to the number of decimals. */
  private static final int SCALE = 10_000;

  private final MeasureSelection selection;
  private final Evaluation evaluation;
  private final String tag;
  private final Appendable out;

  private TrecEvalReport(
      MeasureSelection selection, Evaluation evaluation, String tag, Appendable out) {
    this.selection = selection;
    this.evaluation = evaluation;
    this.tag = tag;
    this.out = out;
  }

  /**
   * Prints one line {@code measure<TAB>topic<TAB>value} for each measure.
   *
   * @param selection the measures to print, in its order
   * @param evaluation of {@code run}, with the measures of {@code selection}
   * @param run the run, for its tag
   * @param topics whether there are lines for every topic (trec_eval's -q)
   * @param summary whether there are lines for all topics together (else -n)
   * @param out where the lines go; it stays the caller's
   * @throws IOException if it cannot be written
   */
  public static void print(
      MeasureSelection selection,
      Evaluation evaluation,
      Run run,
      boolean topics,
      boolean summary,
      Appendable out)
      throws IOException {
    TrecEvalReport report = new TrecEvalReport(selection, evaluation, run.tag(), out);
    if (topics) {
      int place = 0;
      for (var topic : evaluation.judgedRankings().entrySet()) {
        report.topic(topic.getKey(), topic.getValue(), place++);
      }
    }
    if (summary) {
      report.summary();
    }
  }

  private void topic(String topic, JudgedRanking judged, int place) throws IOException {
    for (Map.Entry<Family, String> chosen : selection.families().entrySet()) {
      if (chosen.getKey() == Family.RELSTRING) {
        String suffix = chosen.getValue().isEmpty() ? "" : "_" + chosen.getValue();
        int length = Family.length(chosen.getValue());
        line("relstring" + suffix, topic, "'" + gradeString(judged, length) + "'");
      } else if (!chosen.getKey().onlyInSummary()) {
        for (Measure measure : selection.measures(chosen.getKey())) {
          value(measure, topic, evaluation.value(measure, place));
        }
      }
    }
    for (Measure measure : selection.single()) {
      value(measure, topic, evaluation.value(measure, place));
    }
  }

  private void summary() throws IOException {
    for (Map.Entry<Family, String> chosen : selection.families().entrySet()) {
      switch (chosen.getKey()) {
        case RUNID -> line("runid", ALL, tag);
        case NUM_Q -> line("num_q", ALL, String.valueOf(evaluation.topicCount()));
        default -> {
          for (Measure measure : selection.measures(chosen.getKey())) {
            value(measure, ALL, evaluation.summary(measure));
          }
        }
      }
    }
    for (Measure measure : selection.single()) {
      value(measure, ALL, evaluation.summary(measure));
    }
  }

  private void value(Measure measure, String topic, double value) throws IOException {
    line(
        measure.trecName(),
        topic,
        measure.isCount() ? String.valueOf((long) value) : fourDecimals(value));
  }

  /** {@code %-22s<TAB>%s<TAB>%s}, without a format to parse for each of many lines. */
  private void line(String measure, String topic, String value) throws IOException {
    out.append(measure);
    for (int i = measure.length(); i < NAME_WIDTH; i++) {
      out.append(' ');
    }
    out.append('\t').append(topic).append('\t').append(value).append('\n');
  }

  /** As C's %6.4f: the exact binary value rounded half to even, where Java's rounds half up. */
  static String fourDecimals(double value) {
    String sign = Math.copySign(1, value) < 0 ? "-" : "";
    double scaled = Math.abs(value) * SCALE;
    double whole = Math.floor(scaled);
    // The product is rounded; it decides where it is small and not close to a half.
    if (scaled < 1e9 && Math.abs(scaled - whole - 0.5) > 1e-3) {
      long digits = (long) whole + (scaled - whole > 0.5 ? 1 : 0);
      String decimals = Long.toString(SCALE + digits % SCALE);
      return sign + digits / SCALE + "." + decimals.substring(1);
    }
    return Decimals.rounded(value, 4);
  }

  /** The grades of the first documents, a character each: trec_eval's relstring. */
  private static String gradeString(JudgedRanking judged, int length) {
    StringBuilder characters = new StringBuilder();
    for (int i = 0; i < Math.min(length, judged.retrieved()); i++) {
      int grade = judged.grade(i);
      characters.append(
          switch (grade) {
            case JudgedRanking.UNPOOLED -> "-";
            case JudgedRanking.UNJUDGED -> ".";
            default -> grade > 9 ? ">" : String.valueOf(grade);
          });
    }
    return characters.toString();
  }
}
