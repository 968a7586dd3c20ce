package io.lucerna.plugin.regress;

import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.studies.patch.HeadMaps;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/** A comparison at the end of a recipe. Files are in the folder of the results. */
sealed interface RecipeCheck {
  int DECIMALS = 4;

  /** What is compared, as the output calls it. */
  String name();

  /** The numbers, measured. */
  List<Check> in(Path folder, Runner runner) throws Exception;

  static RecipeCheck read(Keys keys) {
    String name = keys.text("name");
    if (keys.has("scores")) {
      keys.only(List.of("name", "scores", "of", "tolerance"));
      return new Scores(name, keys.text("scores"), keys.text("of"), keys.number("tolerance"));
    }
    if (keys.has("change")) {
      keys.only(List.of("name", "change", "from", "ranks", "results", "tolerance"));
      return Change.read(name, keys);
    }
    if (keys.has("measure")) {
      keys.only(List.of("name", "measure", "run", "qrels", "result", "tolerance"));
      Metric metric =
          Metric.ofMeasure(keys.text("measure"))
              .orElseThrow(() -> keys.fault("measure", "is not a measure of eval"));
      return new Measure(
          name,
          metric,
          keys.text("run"),
          keys.text("qrels"),
          keys.number("result"),
          keys.number("tolerance"));
    }
    if (keys.has("heads")) {
      keys.only(List.of("name", "heads", "published", "model", "axiom", "grade", "least"));
      return new Heads(
          name,
          keys.text("heads"),
          keys.text("published"),
          new HeadMaps.Name(keys.text("model"), keys.text("axiom"), keys.text("grade")),
          keys.number("least"));
    }
    throw keys.fault("name", "one of scores, change, measure, heads must say what is compared");
  }

  /** Scores that must be those of another run, of the same documents. */
  record Scores(String name, String scores, String of, double tolerance) implements RecipeCheck {
    @Override
    public List<Check> in(Path folder, Runner runner) throws IOException {
      Run run = Run.read(folder.resolve(scores));
      Run other = Run.read(folder.resolve(of));
      Map<String, Map<String, Float>> expected = byTopic(other);
      int both = 0;
      double largest = 0;
      for (Ranking ranking : run.rankings()) {
        for (RankedDoc doc : ranking.stream().toList()) {
          Float score = expected.getOrDefault(ranking.topic(), Map.of()).get(doc.docno());
          if (score != null) {
            both++;
            largest = Math.max(largest, Math.abs((double) doc.score() - score));
          }
        }
      }
      int either = documents(run) + documents(other) - both;
      return List.of(
          check(name, "documents in both", either, both, 0, 0),
          check(name, "largest difference", 0, largest, tolerance, 6));
    }

    /** Those of all topics. */
    private static int documents(Run run) {
      return run.rankings().stream().mapToInt(Ranking::size).sum();
    }
  }

  /**
   * How the scores of one run differ from those of another, over the documents that both have: of
   * Chen's three sets, one lacks a passage of the others.
   *
   * @param first the first rank in the other run, from 1
   * @param last the last
   * @param results mean, standard deviation, and share of scores that are higher
   */
  record Change(
      String name,
      String change,
      String from,
      int first,
      int last,
      Map<String, Double> results,
      double tolerance)
      implements RecipeCheck {
    private static final Map<String, ToDoubleFunction<double[]>> STATISTICS =
        Map.of("mean", Change::mean, "sd", Change::deviation, "raised", Change::raised);

    private static Change read(String name, Keys keys) {
      String ranks = keys.optional("ranks").orElse("1-1000000");
      if (!ranks.matches("[1-9][0-9]{0,6}-[1-9][0-9]{0,6}")) {
        throw keys.fault("ranks", "must be two numbers such as 1-10, got '" + ranks + "'");
      }
      Map<String, Double> results = new HashMap<>();
      Keys named = keys.map("results");
      named.only(List.copyOf(STATISTICS.keySet()));
      keys.numbers("results")
          .forEach((statistic, values) -> results.put(statistic, values.getFirst()));
      String[] ends = ranks.split("-");
      return new Change(
          name,
          keys.text("change"),
          keys.text("from"),
          Integer.parseInt(ends[0]),
          Integer.parseInt(ends[1]),
          results,
          keys.number("tolerance"));
    }

    @Override
    public List<Check> in(Path folder, Runner runner) throws IOException {
      Map<String, Map<String, Float>> changed = byTopic(Run.read(folder.resolve(change)));
      List<Double> changes = new ArrayList<>();
      for (Ranking ranking : Run.read(folder.resolve(from)).rankings()) {
        for (int place = first - 1; place < Math.min(last, ranking.size()); place++) {
          Float after = changed.getOrDefault(ranking.topic(), Map.of()).get(ranking.docno(place));
          if (after != null) {
            changes.add((double) after - ranking.score(place));
          }
        }
      }
      if (changes.isEmpty()) {
        throw new RegressException(change + " and " + from + " have no document in common");
      }
      double[] values = changes.stream().mapToDouble(Double::doubleValue).toArray();
      List<Check> checks = new ArrayList<>();
      for (String statistic : List.of("mean", "sd", "raised")) {
        Double expected = results.get(statistic);
        if (expected != null) {
          double measured = Objects.requireNonNull(STATISTICS.get(statistic)).applyAsDouble(values);
          checks.add(check(name, statistic, expected, measured, tolerance, DECIMALS));
        }
      }
      return checks;
    }

    private static double mean(double[] values) {
      double sum = 0;
      for (double value : values) {
        sum += value;
      }
      return sum / values.length;
    }

    private static double deviation(double[] values) {
      double mean = mean(values);
      double sum = 0;
      for (double value : values) {
        sum += (value - mean) * (value - mean);
      }
      return Math.sqrt(sum / values.length);
    }

    private static double raised(double[] values) {
      double higher = 0;
      for (double value : values) {
        higher += value > 0 ? 1 : 0;
      }
      return higher / values.length;
    }
  }

  /** A measure of a run. */
  record Measure(
      String name, Metric metric, String run, String qrels, double result, double tolerance)
      implements RecipeCheck {
    @Override
    public List<Check> in(Path folder, Runner runner) throws Exception {
      List<String> words = new ArrayList<>(List.of("eval"));
      words.addAll(metric.options());
      words.addAll(List.of(qrels, folder.resolve(run).toString()));
      double measured = metric.parse(runner.run(words));
      return List.of(check(name, metric.name(), result, measured, tolerance, metric.precision()));
    }
  }

  /**
   * Pearson's r of a head map of a patching study and a published one.
   *
   * @param heads the study's map
   * @param published the file with the published maps
   * @param which the published map; the study's is the one of its grade
   * @param least the least r
   */
  record Heads(String name, String heads, String published, HeadMaps.Name which, double least)
      implements RecipeCheck {
    @Override
    public List<Check> in(Path folder, Runner runner) throws IOException {
      HeadMaps ours = HeadMaps.read(folder.resolve(heads));
      List<HeadMaps.Name> own =
          ours.maps().keySet().stream().filter(one -> one.grade().equals(which.grade())).toList();
      SequencedMap<Head, Double> theirs =
          HeadMaps.read(folder.resolve(published)).maps().get(which);
      if (own.size() != 1 || theirs == null) {
        throw new RegressException(
            name
                + ": no single map of grade "
                + which.grade()
                + " in "
                + heads
                + " and "
                + published);
      }
      HeadMaps.Name mine = own.getFirst();
      SequencedMap<Head, Double> map = Objects.requireNonNull(ours.maps().get(mine));
      double r = HeadMaps.likeness(mine, map, which, theirs).pearson();
      // Subtracted as the recipe writes it: of doubles, 1 - 0.99 is a little more than 0.01.
      double tolerance = BigDecimal.ONE.subtract(BigDecimal.valueOf(least)).doubleValue();
      return List.of(check(name, "Pearson's r", 1, r, tolerance, DECIMALS));
    }
  }

  private static Check check(
      String name, String what, double expected, double measured, double tolerance, int precision) {
    return new Check(name, "-", what, expected, measured, tolerance, false, precision);
  }

  private static Map<String, Map<String, Float>> byTopic(Run run) {
    Map<String, Map<String, Float>> scores = new HashMap<>();
    for (Ranking ranking : run.rankings()) {
      Map<String, Float> own = new HashMap<>();
      ranking.stream().forEach(doc -> own.put(doc.docno(), doc.score()));
      scores.put(ranking.topic(), own);
    }
    return scores;
  }
}
