package io.lucerna.plugin.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What an intervention costs: each operation at one point of minilm, at all positions of a batch of
 * texts of several lengths, without the forward pass around it. Beside it a hook that changes
 * nothing, which is what the seam itself costs.
 */
public final class EditBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int TEXTS = 16;
  private static final int ROUNDS = 150;

  private EditBenchmark() {}

  /** No arguments. */
  public static void main(String[] arguments) throws Exception {
    run();
  }

  static void run() throws Exception {
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    try (Ranker ranker = Rankers.open(folder, "minilm", ScorerOptions.defaults());
        NDManager manager = NDManager.newBaseManager()) {
      int width = ranker.reading().points().size("d_model").orElseThrow();
      String vector = " vector=" + ramp(width, 1);
      String two = " vector=[" + ramp(width, 1) + "," + ramp(width, 2) + "]";
      for (String line :
          List.of(
              "zero blocks.2.mlp.hook_post",
              "zero blocks.2.attn.hook_z head=3",
              "zero blocks.2.hook_resid_pre",
              "zero blocks.2.hook_resid_pre at=0,3,5",
              "scale blocks.2.hook_resid_pre by=0.5",
              "scale blocks.2.hook_resid_pre by=0.3",
              "add blocks.2.hook_resid_pre vector=" + whole(width),
              "add blocks.2.hook_resid_pre" + vector,
              "project-out blocks.2.hook_resid_pre" + vector,
              "project-out blocks.2.hook_resid_pre" + two,
              "noise blocks.2.hook_resid_pre std=1 seed=1",
              "zero blocks.2.attn.hook_pattern")) {
        Hooks hooks =
            InterventionSpec.parse(line)
                .compile(ranker.reading().points(), ranker.reading().sides(), SpecSources.withoutRecordings())
                .hooks();
        String point = line.split(" ")[1];
        Hook.Intervention nothing = (context, activation) -> activation;
        micros(ranker, hooks, point, manager); // warms up
        double edit = micros(ranker, hooks, point, manager);
        double seam = micros(ranker, Hooks.none().with(point, nothing), point, manager);
        System.out.println(
            String.format(
                Locale.ROOT,
                "%-45s %8.0f us, a hook that changes nothing %8.0f us",
                line.substring(0, Math.min(45, line.length())),
                edit,
                seam));
      }
    }
  }

  /** The thread's processor time, the median of many runs over fresh activations. */
  private static double micros(Ranker ranker, Hooks hooks, String point, NDManager manager) {
    Random random = new Random(1);
    List<TokenSequence> texts =
        IntStream.range(0, TEXTS)
            .mapToObj(i -> random.longs(90 + 2L * i, 1000, 30000).toArray())
            .map(ids -> TokenSequence.ofIds(ids, new long[ids.length]))
            .toList();
    TokenBatch batch = TokenBatch.of(texts, 0, ranker.reading().sides().getLast());
    HookPoint at = HookPoint.parse(point).orElseThrow();
    long[] shape =
        ranker.reading().points().shape(at).stream()
            .mapToLong(
                size ->
                    switch (size) {
                      case "batch" -> batch.size();
                      case "pos", "qpos", "kpos" -> batch.width();
                      default -> Long.parseLong(size);
                    })
            .toArray();
    double[] times = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      try (NDManager scope = manager.newSubManager()) {
        NDArray activation = scope.randomNormal(new Shape(shape));
        BoundHooks bound = hooks.bind(ranker.reading().points(), batch);
        Site site = at.site();
        long start = THREADS.getCurrentThreadCpuTime();
        bound.in(at.stack()).at(site, at.layer(), activation);
        times[round] = (THREADS.getCurrentThreadCpuTime() - start) / 1e3;
      }
    }
    return Arrays.stream(times).sorted().toArray()[ROUNDS / 2];
  }

  private static String ramp(int width, int frequency) {
    return IntStream.range(0, width)
        .mapToObj(i -> String.format(Locale.ROOT, "%.4f", Math.sin(1 + frequency * i)))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static String whole(int width) {
    return IntStream.range(0, width)
        .mapToObj(i -> "" + (i % 7 + 1))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
