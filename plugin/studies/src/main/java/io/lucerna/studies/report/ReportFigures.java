package io.lucerna.studies.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Counted;
import io.lucerna.eval.Comparison;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.studies.chart.BarChart;
import io.lucerna.studies.chart.Canvas.Pen;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.DoseChart;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.chart.HeatMap;
import io.lucerna.studies.chart.PlainText;
import io.lucerna.studies.chart.Rgb;
import io.lucerna.studies.chart.ScatterChart;
import io.lucerna.studies.chart.SlopeChart;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.DoseResponse;
import io.lucerna.studies.ranking.HeadChange;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.ScreenRow;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.ranking.TopicValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The pictures of a report. */
final class ReportFigures {
  private static final int CUT = 20;
  private static final int LONGEST_LABEL = 80;

  /** From viridis, dark enough on white; grades from 0. */
  private static final List<String> GRADES = List.of("#9e9e9e", "#35b779", "#31688e", "#440154");

  private static final Pen UNJUDGED = new Pen(Rgb.parse("#c4c4c4"), 0.9, true);

  private final StudyFiles study;
  private final StudyInfo info;

  ReportFigures(StudyFiles study) {
    this.study = study;
    this.info = study.info();
  }

  private String setting() {
    return "model " + PlainText.shortened(info.model(), 40) + ", top " + info.depth() + " reranked";
  }

  /**
   * The change of nDCG@10 by layer and head.
   *
   * @param way the heads, taken away in one way
   */
  HeatMap headMap(List<HeadChange> way) {
    ConditionInfo first = study.condition(way.getFirst());
    List<String> subtitle = new ArrayList<>(List.of(setting()));
    if (study.ways().size() > 1) {
      subtitle.add("such as " + name(first));
    }
    return map(
        way,
        "Change in nDCG@10 when one head is " + study.takenAway(first.id()),
        "change in nDCG@10",
        subtitle,
        HeadChange::changeNdcg10,
        true);
  }

  /** The patching effect of the same heads. */
  HeatMap patchingMap() {
    return map(
        study.ways().getFirst(),
        "Patching effect of the same heads",
        "patching effect",
        List.of(patchingSetting()),
        h -> h.patchingEffect().orElse(Double.NaN),
        false);
  }

  private String patchingSetting() {
    JsonNode patching = info.manifest().path("patching");
    String perturbation = patching.path("perturbation").asText();
    String method = patching.path("method").asText();
    return patching.path("statistic").asText().replace('-', ' ')
        + " over "
        + (perturbation.isEmpty() ? "all pairs" : "pairs of " + perturbation)
        + ", "
        + patching.path("direction").asText()
        + (method.equals(PatchingSweep.Method.FAST.option()) ? "" : ", estimated by " + method);
  }

  private HeatMap map(
      List<HeadChange> all,
      String title,
      String unit,
      List<String> subtitle,
      ToDoubleFunction<HeadChange> number,
      boolean p) {
    int layers = all.stream().mapToInt(HeadChange::layer).max().orElseThrow() + 1;
    int heads = all.stream().mapToInt(HeadChange::attentionHead).max().orElseThrow() + 1;
    Map<Integer, HeadChange> found = new TreeMap<>();
    all.forEach(h -> found.put(h.layer() * heads + h.attentionHead(), h));
    List<HeatMap.Cell> cells = new ArrayList<>();
    for (int i = 0; i < layers * heads; i++) {
      HeadChange head = found.get(i);
      if (head == null) {
        cells.add(null);
        continue;
      }
      double value = number.applyAsDouble(head);
      String about = new Head(head.layer(), head.attentionHead()) + ": ";
      about +=
          p
              ? Digits.change(value)
                  + ", adjusted p "
                  + Digits.p(head.pAdjusted().orElse(Double.NaN))
              : Digits.change(value);
      boolean marked = p && head.significant();
      cells.add(new HeatMap.Cell("" + i, value, marked, about));
    }
    HeatMap.Panel panel =
        new HeatMap.Panel("", "layer", numbers(layers), "head", numbers(heads), List.of(), cells);
    double[] values = all.stream().mapToDouble(number).toArray();
    return new HeatMap(
        title,
        subtitle,
        unit,
        "adjusted p < 0.05 (t-test, " + info.correction().words() + ")",
        DivergingScale.holding(values),
        List.of(panel),
        Map.of());
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(i -> "" + i).toList();
  }

  /** Predicted against exact changes of the first measure, of the conditions that were run. */
  Figure screen() {
    String measure = info.measures().getFirst();
    List<ScatterChart.Point> points = new ArrayList<>();
    for (ScreenRow row : study.predicted(measure)) {
      if (row.exactChange().isPresent()) {
        double exact = row.exactChange().getAsDouble();
        String about =
            row.condition()
                + ": predicted "
                + Digits.change(row.predictedChange())
                + ", exact "
                + Digits.change(exact);
        points.add(
            new ScatterChart.Point(
                row.condition(),
                row.predictedChange(),
                exact,
                row.chosenBy().equals(ScreenRow.PREDICTED),
                about));
      }
    }
    return new ScatterChart(
        "Predicted and exact change in " + measure,
        List.of(
            setting(),
            Counted.of(study.predicted(measure).size(), "condition")
                + " predicted from gradients, "
                + points.size()
                + " run"),
        "predicted change",
        "exact change",
        "largest predicted change",
        "chosen by chance",
        points);
  }

  /** What the doses of a vector do, by each measure. */
  Figure doses(String vector, List<DoseResponse> rows) {
    Map<String, List<DoseChart.Point>> measures = new LinkedHashMap<>();
    for (DoseResponse row : rows) {
      String about =
          String.format(
              Locale.ROOT,
              "%s, dose %s: %s, adjusted p %s; %d random directions: %s to %s",
              row.measure(),
              Digits.plain(row.dose()),
              Digits.change(row.change()),
              Digits.p(row.pTAdjusted().orElse(Double.NaN)),
              row.directions(),
              Digits.change(row.randomLowest().orElse(Double.NaN)),
              Digits.change(row.randomHighest().orElse(Double.NaN)));
      measures
          .computeIfAbsent(row.measure(), measure -> new ArrayList<>())
          .add(
              new DoseChart.Point(
                  row.condition() + " " + row.measure(),
                  row.dose(),
                  row.change(),
                  row.ciLower().orElse(Double.NaN),
                  row.ciUpper().orElse(Double.NaN),
                  row.randomLowest().orElse(Double.NaN),
                  row.randomHighest().orElse(Double.NaN),
                  row.pTAdjusted().orElse(1) < Statistics.ALPHA,
                  about));
    }
    int directions = rows.stream().mapToInt(DoseResponse::directions).max().orElse(0);
    String spec = study.condition(rows.getFirst()).spec().replaceAll(" dose=[^ ;]+", "");
    return new DoseChart(
        "Change by dose of " + PlainText.shortened(vector, 40),
        List.of(
            PlainText.shortened(spec, LONGEST_LABEL),
            setting() + ", " + Counted.of(rows.getFirst().topics(), "topic")),
        "dose",
        "change, 95% interval",
        directions == 0
            ? ""
            : "lowest to highest of " + directions + " random directions of the same norm",
        "adjusted p < 0.05 (" + info.correction().words() + ")",
        measures.entrySet().stream()
            .map(panel -> new DoseChart.Panel(panel.getKey(), panel.getValue()))
            .toList());
  }

  /** The change of every topic under one condition. */
  Figure topics(ConditionInfo condition, String measure, List<TopicValue> topics) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (TopicValue topic : topics) {
      String about =
          String.format(
              Locale.ROOT,
              "topic %s: %s \u2192 %s (%s)",
              topic.topic(),
              Digits.value(topic.baseline()),
              Digits.value(topic.value()),
              Digits.change(topic.change()));
      bars.add(new BarChart.Bar("" + bars.size(), topic.topic(), topic.change(), about));
    }
    long higher = topics.stream().filter(t -> t.change() > Comparison.TIE).count();
    long lower = topics.stream().filter(t -> t.change() < -Comparison.TIE).count();
    return new BarChart(
        "Change in " + measure + " by topic",
        List.of(
            name(condition) + "; " + setting(),
            Counted.of(topics.size(), "topic")
                + ": "
                + higher
                + " higher, "
                + (topics.size() - higher - lower)
                + " equal, "
                + lower
                + " lower"),
        "change in " + measure,
        "topics by change",
        bars);
  }

  /** The ranks of one topic's documents before and after. */
  Figure ranks(ConditionInfo condition, String topic, List<Move> moves) {
    List<Move> ordered = new ArrayList<>(moves);
    ordered.sort(Comparator.comparingInt((Move m) -> m.grade().orElse(Integer.MIN_VALUE)));
    Map<String, Pen> legend = new LinkedHashMap<>();
    List<SlopeChart.Slope> slopes = new ArrayList<>();
    for (Move move : ordered) {
      legend.put(grade(move.grade()), pen(move.grade()));
      String about =
          String.format(
              Locale.ROOT,
              "%s, %s: rank %d \u2192 %d, score %s \u2192 %s",
              move.docid(),
              grade(move.grade()),
              move.rankBefore(),
              move.rankAfter(),
              Digits.value(move.scoreBefore()),
              Digits.value(move.scoreAfter()));
      slopes.add(
          new SlopeChart.Slope(
              "" + slopes.size(),
              move.docid(),
              move.rankBefore(),
              move.rankAfter(),
              pen(move.grade()),
              about));
    }
    return new SlopeChart(
        "Ranks before and after, topic " + PlainText.shortened(topic, 40),
        List.of(name(condition), setting() + "; those in the top " + CUT + " before or after"),
        "before",
        "after",
        CUT,
        slopes,
        legend);
  }

  private static String grade(OptionalInt grade) {
    return grade.isEmpty() ? "not judged" : "grade " + grade.getAsInt();
  }

  private static Pen pen(OptionalInt grade) {
    if (grade.isEmpty()) {
      return UNJUDGED;
    }
    int level = Math.clamp(grade.getAsInt(), 0, GRADES.size() - 1);
    return new Pen(Rgb.parse(GRADES.get(level)), 0.9 + 0.5 * level, false);
  }

  /** What a condition is called in a picture or list. */
  static String name(ConditionInfo condition) {
    String name =
        condition.label().equals(condition.id())
            ? condition.id()
            : condition.id() + ": " + condition.label();
    return PlainText.shortened(name, LONGEST_LABEL);
  }
}
