package io.lucerna.plugin.bench;

import io.lucerna.eval.Comparison;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.WorkItem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A screen of all heads of minilm on CACM candidates against plain reranking of the same, topic by
 * topic in turns, so that what else the machine does hits both alike. One head of each layer is
 * also done naively, one rerank with hooks for each, and extrapolated to all.
 */
final class StudyBenchmark {
  private StudyBenchmark() {}

  /** Time by the clock, time of all threads on processors, and operations. */
  private record Cost(double seconds, double processor, double operations) {
    Cost plus(Cost other) {
      return new Cost(
          seconds + other.seconds, processor + other.processor, operations + other.operations);
    }
  }

  private static double processorSeconds() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getAllThreadIds()).map(threads::getThreadCpuTime).sum() / 1e9;
  }

  /** Prints seconds, operations and the largest difference of scores. */
  static void run(Path cacm, int topics, int depth) throws IOException {
    List<RerankBenchmark.Candidates> work = RerankBenchmark.candidates(cacm, topics, depth);
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    try (Ranker ranker = Rankers.open(folder, "minilm", ScorerOptions.defaults())) {
      List<CompiledSpec> specs = new ArrayList<>(List.of(compile(ranker, "")));
      int heads = ranker.card().heads();
      for (int layer = 0; layer < ranker.card().layers(); layer++) {
        for (int head = 0; head < heads; head++) {
          specs.add(compile(ranker, "zero blocks." + layer + ".attn.hook_z head=" + head));
        }
      }
      ConditionScorer scorer = new ConditionScorer(ranker, specs);
      ranker.score(work.getFirst().query(), work.getFirst().passages()); // warms up
      Cost plain = new Cost(0, 0, 0);
      Cost screen = new Cost(0, 0, 0);
      Cost naive = new Cost(0, 0, 0);
      double worst = 0;
      for (int t = 0; t < work.size(); t++) {
        RerankBenchmark.Candidates topic = work.get(t);
        WorkItem item = item("" + t, topic);
        List<ConditionScores> scores = new ArrayList<>();
        plain = plain.plus(cost(ranker, () -> ranker.score(topic.query(), topic.passages())));
        screen = screen.plus(cost(ranker, () -> scores.add(scorer.score(item))));
        for (int layer = 0; layer < ranker.card().layers(); layer++) {
          int condition = 1 + layer * heads + t % heads;
          List<float[]> single = new ArrayList<>();
          naive =
              naive.plus(
                  cost(
                      ranker,
                      () ->
                          single.add(
                              ranker
                                  .score(
                                      topic.query(),
                                      topic.passages(),
                                      specs.get(condition).hooks())
                                  .scores())));
          float[] shared = scores.getFirst().scores().get(condition);
          for (int i = 0; i < shared.length; i++) {
            worst = Math.max(worst, Math.abs(shared[i] - single.getFirst()[i]));
          }
        }
      }
      System.out.println(
          String.format(
              Locale.ROOT,
              "screen of %d heads, %d topics x %d: plain rerank %.2f s, screen %.1f s = %.1f plain"
                  + " reranks (processor time %.1f, operations %.1f); one rerank a head,"
                  + " extrapolated, %.1f (%.1f); largest difference %.1e",
              specs.size() - 1,
              topics,
              depth,
              plain.seconds,
              screen.seconds,
              screen.seconds / plain.seconds,
              screen.processor / plain.processor,
              screen.operations / plain.operations,
              1 + naive.seconds * heads / plain.seconds,
              1 + naive.processor * heads / plain.processor,
              worst));
    }
    statistics();
  }

  /**
   * Predictions of all heads and all neurons of minilm next to plain reranking of the same, in the
   * same turns.
   */
  static void predict(Path cacm, int topics, int depth) throws IOException {
    List<RerankBenchmark.Candidates> work = RerankBenchmark.candidates(cacm, topics, depth);
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    try (Ranker ranker = Rankers.open(folder, "minilm", ScorerOptions.defaults())) {
      List<CompiledSpec> specs = new ArrayList<>(List.of(compile(ranker, "")));
      int neurons = ranker.reading().points().size("d_mlp").orElseThrow();
      for (int layer = 0; layer < ranker.card().layers(); layer++) {
        for (int head = 0; head < ranker.card().heads(); head++) {
          specs.add(compile(ranker, "zero blocks." + layer + ".attn.hook_z head=" + head));
        }
        for (int unit = 0; unit < neurons; unit++) {
          specs.add(compile(ranker, "zero blocks." + layer + ".mlp.hook_post unit=" + unit));
        }
      }
      ConditionPredictor predictor = new ConditionPredictor(ranker, specs, 1 << 23);
      ranker.score(work.getFirst().query(), work.getFirst().passages()); // warms up
      predictor.predict(item("warm", work.getFirst()), (condition, scores) -> {});
      Cost plain = new Cost(0, 0, 0);
      Cost predicted = new Cost(0, 0, 0);
      for (int t = 0; t < work.size(); t++) {
        RerankBenchmark.Candidates topic = work.get(t);
        WorkItem item = item("" + t, topic);
        plain = plain.plus(cost(ranker, () -> ranker.score(topic.query(), topic.passages())));
        predicted =
            predicted.plus(
                cost(ranker, () -> predictor.predict(item, (condition, scores) -> {})));
      }
      System.out.println(
          String.format(
              Locale.ROOT,
              "prediction of %d heads and neurons, %d topics x %d: plain rerank %.2f s, prediction"
                  + " %.1f s = %.1f plain reranks (processor time %.1f)",
              specs.size() - 1,
              topics,
              depth,
              plain.seconds,
              predicted.seconds,
              predicted.seconds / plain.seconds,
              predicted.processor / plain.processor));
    }
  }

  private static void statistics() {
    Random random = new Random(1);
    long start = System.nanoTime();
    for (int condition = 0; condition < 72; condition++) {
      double[] before = random.doubles(50).toArray();
      double[] after = random.doubles(50).toArray();
      Comparison.of(before, after, Comparison.Settings.DEFAULT);
    }
    System.out.println(
        String.format(
            Locale.ROOT,
            "72 comparisons of 50 topics with 10,000 rounds: %.2f s",
            (System.nanoTime() - start) / 1e9));
  }

  private static CompiledSpec compile(Ranker ranker, String line) {
    return InterventionSpec.parse(line)
        .compile(ranker.reading().points(), ranker.reading().sides(), SpecSources.withoutRecordings());
  }

  private static WorkItem item(String id, RerankBenchmark.Candidates topic) {
    List<WorkItem.Passage> passages = new ArrayList<>();
    for (int i = 0; i < topic.passages().size(); i++) {
      passages.add(new WorkItem.Passage(id + "/" + i, topic.passages().get(i), List.of(0)));
    }
    return new WorkItem(List.of(new WorkItem.Query(id, topic.query())), passages);
  }

  private static Cost cost(Ranker ranker, Runnable work) {
    long operations = ranker.reading().model().operations();
    double processor = processorSeconds();
    long start = System.nanoTime();
    work.run();
    return new Cost(
        (System.nanoTime() - start) / 1e9,
        processorSeconds() - processor,
        ranker.reading().model().operations() - operations);
  }
}
