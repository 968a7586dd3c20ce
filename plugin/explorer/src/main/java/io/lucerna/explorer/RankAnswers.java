package io.lucerna.explorer;

import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts rankings of a topic side by side: places, grades, and measures as {@code eval} has them. */
final class RankAnswers {
  private static final int SNIPPET = 180;

  private static final List<Measure> MEASURES =
      List.of(Measure.parse("nDCG@10"), Measure.parse("AP"), Measure.parse("RR"));

  private final Qrels qrels;
  private final Evaluation.Options options;

  RankAnswers(Qrels qrels, Evaluation.Options options) {
    this.qrels = qrels;
    this.options = options;
  }

  /** The names of the measures. */
  static List<String> measures() {
    return MEASURES.stream().map(Measure::irName).toList();
  }

  /** Whether a topic has measures. */
  boolean judged(String topic) {
    return !qrels.judged(topic).isEmpty();
  }

  /** The lowest grade that counts as relevant. */
  int level() {
    return options.level();
  }

  /**
   * Rankings side by side.
   *
   * @param depth how many documents the model was to read
   * @param plain what the model makes of it
   * @param changed what the changed model makes of it; null where nothing is changed
   * @param spec what was done to the model
   */
  RankAnswer of(
      Topic topic,
      int depth,
      Candidates found,
      Ranking plain,
      @Nullable Scores changed,
      String spec) {
    Map<String, RankAnswer.Place> plainly = places(plain);
    Map<String, RankAnswer.Place> otherwise =
        changed == null ? Map.of() : places(changed.ranking());
    List<RankAnswer.Doc> docs = new ArrayList<>();
    for (int i = 0; i < found.texts().size(); i++) {
      String docno = found.ranking().docno(i);
      docs.add(
          new RankAnswer.Doc(
              docno,
              OrNull.of(qrels.grade(topic.id(), docno)),
              snippet(found.texts().get(i)),
              new RankAnswer.Place(i + 1, found.ranking().score(i)),
              place(plainly, docno),
              otherwise.get(docno)));
    }
    return new RankAnswer(
        topic.id(),
        topic.query(),
        depth,
        spec,
        docs,
        measures(topic, found.ranking(), plain, changed),
        changed == null ? null : changes(RankChanges.of(plain, changed.ranking())),
        changed == null ? List.of() : changed.notes());
  }

  private static Map<String, RankAnswer.Place> places(Ranking ranking) {
    Map<String, RankAnswer.Place> places = new HashMap<>();
    for (int i = 0; i < ranking.size(); i++) {
      places.put(ranking.docno(i), new RankAnswer.Place(i + 1, ranking.score(i)));
    }
    return places;
  }

  private static RankAnswer.Place place(Map<String, RankAnswer.Place> places, String docno) {
    RankAnswer.Place place = places.get(docno);
    if (place == null) {
      throw new IllegalStateException("the model lost document " + docno);
    }
    return place;
  }

  private static RankAnswer.Changes changes(RankChanges changes) {
    return new RankAnswer.Changes(changes.swappedPairs(), changes.moved(), changes.largestMove());
  }

  private static String snippet(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    int end = line.offsetByCodePoints(0, Math.min(SNIPPET, line.codePointCount(0, line.length())));
    return end == line.length() ? line : line.substring(0, end) + "\u2026";
  }

  /** By measure, how a topic's value changes from one ranking to the other; none if not judged. */
  List<Double> measureChanges(Topic topic, Ranking before, Ranking after) {
    return measures(topic, before, after, null).stream().map(m -> m.plain() - m.first()).toList();
  }

  private List<RankAnswer.Values> measures(
      Topic topic, Ranking first, Ranking plain, @Nullable Scores changed) {
    if (first.size() == 0 || !judged(topic.id())) {
      return List.of();
    }
    Evaluation before = evaluate(first);
    Evaluation middle = evaluate(plain);
    Evaluation after = changed == null ? null : evaluate(changed.ranking());
    List<RankAnswer.Values> rows = new ArrayList<>();
    for (Measure measure : MEASURES) {
      rows.add(
          new RankAnswer.Values(
              measure.irName(),
              before.values(measure)[0],
              middle.values(measure)[0],
              after == null ? null : after.values(measure)[0]));
    }
    return rows;
  }

  private Evaluation evaluate(Ranking ranking) {
    return Evaluation.of(Run.of("explorer", List.of(ranking)), qrels, MEASURES, options);
  }
}
