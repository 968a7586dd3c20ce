package io.lucerna.plugin.bench;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.PairAligner.Span;
import io.lucerna.instrumentation.text.PairAligner;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Patching sweeps of real pairs in minilm, and in the same model scored by its first token: those
 * nearest to 73 tokens are timed, others of 48 to 100 tokens are compared as well. It measures time, operations and scores of the fast sweep against the plain one, one forward
 * pass for each cell, at batch 1 and in larger batches, all with the same threads.
 */
final class SweepBenchmark {
  private static final int[] BATCHES = {1, 4, 8, 16};
  private static final int FAST_BATCH = 16;
  private static final int TYPICAL = 73;

  private SweepBenchmark() {}

  /** A pair, ready to be swept. */
  private record Work(AlignedPair pair, Readout readout) {}

  private record Timed(double seconds, double operations, List<SweepResult> results) {
    static final Timed NONE = new Timed(0, 0, List.of());

    Timed plus(Timed other) {
      List<SweepResult> both = new ArrayList<>(results);
      both.addAll(other.results);
      return new Timed(seconds + other.seconds, operations + other.operations, both);
    }
  }

  /**
   * Prints a line for each model and sweep.
   *
   * @param pairs a file of contrast pairs
   * @param timed how many pairs are timed
   * @param compared for how many pairs every cell of the fast sweep is compared with the plain one
   */
  static void run(Path pairs, int timed, int compared) throws IOException {
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    for (Pooling pooling : new Pooling[] {Pooling.MEAN, Pooling.CLS}) {
      ScorerOptions options = ScorerOptions.defaults().withPooling(pooling);
      try (Ranker ranker = Rankers.open(folder, "minilm", options)) {
        List<Work> work = work(ranker, pairs, Math.max(timed, compared));
        for (SweepKind kind : new SweepKind[] {SweepKind.HEAD, SweepKind.BLOCK}) {
          compare(ranker, pooling, kind, work, timed, compared);
        }
      }
    }
  }

  private static void compare(
      Ranker ranker,
      Pooling pooling,
      SweepKind kind,
      List<Work> work,
      int timed,
      int compared) {
    List<Work> some = work.subList(0, timed);
    sweep(ranker, kind, Method.FAST, FAST_BATCH, work.subList(0, 1)); // warms up
    sweep(ranker, kind, Method.PLAIN, 1, work.subList(0, 1));
    Timed fast = Timed.NONE;
    Map<Integer, Timed> plains = new TreeMap<>();
    for (Work each : some) { // in turns, so that what else the machine does hits all alike
      fast = fast.plus(sweep(ranker, kind, Method.FAST, FAST_BATCH, List.of(each)));
      for (int batch : BATCHES) {
        plains.merge(batch, sweep(ranker, kind, Method.PLAIN, batch, List.of(each)), Timed::plus);
      }
    }
    Timed single = Objects.requireNonNull(plains.get(1));
    int bestBatch =
        Collections.min(
            plains.keySet(), Comparator.comparingDouble(b -> Objects.requireNonNull(plains.get(b)).seconds));
    Timed best = Objects.requireNonNull(plains.get(bestBatch));
    double tokens = some.stream().mapToInt(w -> w.pair.length()).average().orElseThrow();
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-5s %-5s %d pairs of %.0f tokens: fast %.2f s a pair; plain %.2f s at batch 1 (fast is"
                + " %.2f of it), %.2f s at batch %d (%.2f of it); operations %.3f of the plain ones",
            pooling.name().toLowerCase(Locale.ROOT),
            kind.option(),
            timed,
            tokens,
            fast.seconds / timed,
            single.seconds / timed,
            fast.seconds / single.seconds,
            best.seconds / timed,
            bestBatch,
            fast.seconds / best.seconds,
            fast.operations / single.operations));
    List<Work> all = work.subList(0, compared);
    List<SweepResult> plain = sweep(ranker, kind, Method.PLAIN, bestBatch, all).results;
    List<SweepResult> quick = sweep(ranker, kind, Method.FAST, FAST_BATCH, all).results;
    difference(plain, quick);
  }

  private static void difference(List<SweepResult> plain, List<SweepResult> fast) {
    double worst = 0;
    long cells = 0;
    long equal = 0;
    for (int i = 0; i < plain.size(); i++) {
      float[] expected = plain.get(i).patched();
      float[] actual = fast.get(i).patched();
      for (int cell = 0; cell < expected.length; cell++) {
        double bound = Math.max(1, Math.abs(expected[cell]));
        worst = Math.max(worst, Math.abs(expected[cell] - actual[cell]) / bound);
        equal += expected[cell] == actual[cell] ? 1 : 0;
        cells++;
      }
    }
    System.out.println(
        String.format(
            Locale.ROOT,
            "            %d cells of %d pairs: %d equal to the bit, largest difference %.1e",
            cells,
            plain.size(),
            equal,
            worst));
  }

  private static Timed sweep(
      Ranker ranker, SweepKind kind, Method method, int batch, List<Work> work) {
    HookedModel model = ranker.reading().model();
    PatchingSweep sweep = new PatchingSweep(model, Side.PASSAGE, Sweep.of(kind), method, batch, 0);
    long before = model.operations();
    long start = System.nanoTime();
    List<SweepResult> results = new ArrayList<>();
    for (Work each : work) {
      results.add(sweep.run(each.pair, Direction.DENOISE, each.readout));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Timed(seconds, model.operations() - before, results);
  }

  private static List<Work> work(Ranker ranker, Path file, int count) throws IOException {
    TokenSequence filler = ranker.word("a");
    PairAligner aligner = new PairAligner(filler.ids()[1], "a", ranker.card().maxTokens());
    List<ContrastPair> pairs = ContrastPairs.read(file);
    List<Work> work = new ArrayList<>();
    int step = pairs.size() / (4 * count);
    for (int i = 0; i < pairs.size() && work.size() < count; i += step) {
      ContrastPair pair = pairs.get(i);
      List<Span> edits =
          pair.edits().stream()
              .map(
                  e -> new Span(e.baseStart(), e.baseEnd(), e.perturbedStart(), e.perturbedEnd()))
              .toList();
      TokenSequence base = ranker.input(Side.PASSAGE, pair.query(), pair.base());
      TokenSequence perturbed = ranker.input(Side.PASSAGE, pair.query(), pair.perturbed());
      AlignedPair aligned = aligner.align(base, perturbed, 0, edits).pair().orElse(null);
      if (aligned != null && aligned.length() >= 48 && aligned.length() <= 100) {
        TokenSequence query = ranker.input(Side.QUERY, pair.query(), "");
        float[] fixed =
            ranker
                .model()
                .forward(TokenBatch.of(List.of(query), 0, Side.QUERY), Hooks.none())[0];
        work.add(new Work(aligned, ranker.readout(Side.PASSAGE, fixed)));
      }
    }
    work.sort(Comparator.comparingInt(w -> Math.abs(w.pair.length() - TYPICAL)));
    return work;
  }
}
