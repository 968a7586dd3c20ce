package io.lucerna.plugin;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.replay.Entry;
import io.lucerna.instrumentation.replay.Trace;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.WorkItem;
import io.lucerna.testkit.Checkout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A program that takes a ranker away from those who use it, in every way there is. It prints what
 * became of them; a process that dies prints nothing more.
 */
final class Survivor {
  private static final String QUERY = "time sharing operating system";
  private static final int THREADS = 3;

  private Survivor() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "close" -> close();
      case "interrupt" -> interrupt();
      case "hooks" -> hooks();
      case "heap" -> heap();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.out.println("survived");
  }

  /** A small one: a call is short, so that more of them meet what is done to the ranker. */
  private static Ranker open() {
    return Rankers.open(Checkout.models().resolve("bert-bi"), "tiny", ScorerOptions.defaults());
  }

  private static List<String> passages(int count, int words) {
    return IntStream.range(0, count).mapToObj(i -> "time sharing ".repeat(words / 2) + i).toList();
  }

  private static void say(String what) {
    System.out.println(what);
  }

  /** What is done with a ranker again and again. */
  private record Use(String name, Consumer<Ranker> once) {}

  private static List<Use> uses() {
    List<String> texts = passages(8, 40);
    List<String> longOnes = passages(8, 100);
    return List.of(
        new Use("score", ranker -> ranker.score(QUERY, longOnes)),
        new Use("score with hooks", ranker -> ranker.score(QUERY, texts, quiet())),
        new Use("score of one", ranker -> ranker.score(QUERY, texts.subList(0, 1))),
        new Use("remembering", ranker -> ranker.remembering(1).score(QUERY, texts)),
        new Use("word", ranker -> ranker.reading().text(ranker.reading().word("sharing"))),
        new Use("fit", ranker -> ranker.fit("a query")),
        new Use("input", ranker -> ranker.reading().input(Side.PASSAGE, QUERY, texts.getFirst())),
        new Use("embedding", ranker -> ranker.reading().model().wordEmbedding(20)),
        new Use(
            "model", ranker -> ranker.reading().model().forward(batch(ranker, 30), Hooks.none())),
        new Use("conditions", Survivor::conditions),
        new Use("sweep", Survivor::sweep),
        new Use("trace", Survivor::trace));
  }

  private static Hooks quiet() {
    Hook.Observer nothing = (context, activation) -> {};
    return Hooks.none().with("blocks.*.attn.hook_z", nothing).concurrent();
  }

  /** Made without the tokenizer, which closes with the ranker. */
  private static TokenBatch batch(Ranker ranker, int length) {
    return TokenBatch.of(
        List.of(text(length, 20)), ranker.reading().model().config().padId(), Side.PASSAGE);
  }

  private static TokenSequence text(int length, long first) {
    long[] ids = new long[length];
    Arrays.setAll(ids, i -> first + i);
    return TokenSequence.ofIds(ids, new long[length]);
  }

  private static void conditions(Ranker ranker) {
    CompiledSpec spec =
        InterventionSpec.parse("zero blocks.1.attn.hook_z")
            .compile(
                ranker.reading().points(),
                ranker.reading().sides(),
                SpecSources.withoutRecordings());
    WorkItem.Query query = new WorkItem.Query("q", QUERY);
    List<WorkItem.Passage> texts = new ArrayList<>();
    for (String text : passages(20, 20)) {
      texts.add(new WorkItem.Passage("p" + texts.size(), text, List.of(0)));
    }
    new ConditionScorer(ranker, List.of(spec, spec.fresh()))
        .score(new WorkItem(List.of(query), texts));
  }

  private static void sweep(Ranker ranker) {
    PatchingSweep sweep =
        new PatchingSweep(
            ranker.reading().model(),
            Side.PASSAGE,
            Sweep.of(SweepKind.BLOCK),
            PatchingSweep.Method.FAST,
            8,
            0);
    sweep.run(text(10, 20), text(10, 40), Direction.DENOISE, output -> output[0]);
  }

  private static void trace(Ranker ranker) {
    try (Trace run = Trace.of(ranker.reading().model(), batch(ranker, 30));
        var scope = run.newScope()) {
      run.with(new Entry(Entry.Stage.ATTN_OUT, 1), run.at(Site.ATTN_OUT, 1, scope).expandDims(0));
    }
  }

  /** Several threads use a ranker, and it is closed: each use in turn. */
  private static void close() throws Exception {
    for (Use use : uses()) {
      Ranker ranker = open();
      CountDownLatch running = new CountDownLatch(THREADS);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      List<Future<String>> ends = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        ends.add(threads.submit(() -> untilRefused(ranker, use, running)));
      }
      running.await();
      Future<?> other = threads.submit(ranker::close);
      ranker.close();
      other.get();
      ranker.close();
      for (Future<String> end : ends) {
        say(use.name + ": " + end.get());
      }
      threads.shutdown();
    }
  }

  private static String untilRefused(Ranker ranker, Use use, CountDownLatch running) {
    while (true) {
      try {
        use.once.accept(ranker);
        running.countDown();
      } catch (RuntimeException e) {
        while (running.getCount() > 0) {
          running.countDown();
        }
        return String.valueOf(e.getMessage());
      }
    }
  }

  /** A thread is interrupted while it scores, and frees the ranker as soon as it can. */
  private static void interrupt() throws Exception {
    List<String> texts = passages(64, 100);
    Use conditions = new Use("conditions", Survivor::conditions);
    Use score = new Use("score", ranker -> ranker.score(QUERY, texts));
    Use sweep = new Use("sweep", Survivor::sweep);
    for (Use use : List.of(score, score, score, conditions, sweep)) {
      CountDownLatch used = new CountDownLatch(1);
      AtomicReference<String> end = new AtomicReference<>("nothing");
      Thread thread =
          new Thread(
              () -> {
                try (Ranker ranker = open()) {
                  while (true) {
                    use.once.accept(ranker);
                    used.countDown();
                  }
                } catch (RuntimeException e) {
                  used.countDown();
                  boolean still = Thread.currentThread().isInterrupted();
                  end.set(e.getMessage() + " by " + e.getCause() + ", still so: " + still);
                }
              });
      thread.start();
      used.await();
      thread.interrupt(); // in the middle of the next, wherever that is
      thread.join();
      say(use.name + ": " + end.get());
    }
  }

  /** Hooks that do what hooks should not. */
  private static void hooks() throws Exception {
    try (Ranker ranker = open()) {
      List<String> texts = passages(40, 10);
      float[] before = ranker.score(QUERY, texts).scores();
      int live = ranker.reading().model().liveArrays();
      List<NDArray> escaped = Collections.synchronizedList(new ArrayList<>());
      Hook.Observer closes = (context, activation) -> ranker.close();
      Hook.Observer closesModel = (context, activation) -> ranker.reading().model().close();
      Hook.Observer throwing =
          (context, activation) -> {
            throw new IllegalArgumentException("thrown by a hook");
          };
      Hook.Observer outOfMemory =
          (context, activation) -> new ArrayList<long[]>().add(new long[Integer.MAX_VALUE]);
      Hook.Observer overflow = (context, activation) -> overflow(1);
      Hook.Observer recursion =
          new Hook.Observer() {
            @Override
            public void observe(
                io.lucerna.instrumentation.hooks.HookContext context, NDArray activation) {
              Hooks again = Hooks.none().with("hook_full_embed", this);
              ranker.reading().model().forward(context.batch(), again);
            }
          };
      Hook.Observer frees = (context, activation) -> activation.close();
      Hook.Observer escapes = (context, activation) -> escaped.add(activation);
      Hook.Observer scores = (context, activation) -> ranker.score(QUERY, texts);
      Hook.Intervention returnsClosed =
          (context, activation) -> {
            activation.close();
            return activation;
          };
      Hook.Intervention otherShape = (context, activation) -> activation.expandDims(0);
      Hook.Intervention otherType =
          (context, activation) -> activation.toType(ai.djl.ndarray.types.DataType.FLOAT64, false);
      List<Hook> all =
          List.of(
              closes,
              closesModel,
              throwing,
              outOfMemory,
              overflow,
              recursion,
              frees,
              escapes,
              scores,
              returnsClosed,
              otherShape,
              otherType,
              returnsNull());
      List<String> names =
          List.of(
              "closes",
              "closes the model",
              "throws",
              "out of memory",
              "overflow",
              "recursion",
              "frees",
              "escapes",
              "scores",
              "returns closed",
              "returns another shape",
              "returns another type",
              "returns null");
      for (int i = 0; i < all.size(); i++) {
        for (boolean concurrent : new boolean[] {false, true}) {
          Hooks hooks = Hooks.none().with("hook_full_embed", all.get(i));
          Hooks used = concurrent ? hooks.concurrent() : hooks;
          say(
              names.get(i)
                  + ": "
                  + outcome(() -> ranker.score(QUERY, texts, used).scores(), before));
        }
      }
      say("escaped: " + outcome(() -> escaped.getFirst().toFloatArray(), before));
      say("same live arrays: " + (live == ranker.reading().model().liveArrays()));
      cache(ranker);
    }
  }

  @SuppressWarnings("NullAway")
  private static Hook.Intervention returnsNull() {
    return (context, activation) -> null;
  }

  private static int overflow(int depth) {
    return depth < 0 ? 0 : 1 + overflow(depth + 1) * 2;
  }

  private static void cache(Ranker ranker) {
    HookedModel model = ranker.reading().model();
    BatchActivations cache = new BatchActivations();
    Hooks keep = Hooks.none().with("hook_full_embed", cache.observer());
    model.forward(batch(ranker, 20), keep);
    HookPoint point = HookPoint.of(Site.FULL_EMBED);
    NDArray kept = cache.get(point);
    Trace run = Trace.of(model, batch(ranker, 20));
    var scope = run.newScope();
    NDArray view = run.at(Site.Z, 1, scope);
    float[] numbers = view.toFloatArray();
    cache.close();
    cache.close();
    run.close();
    run.close();
    say("cache: " + outcome(() -> cache.get(point).toFloatArray(), numbers));
    say("cached array: " + outcome(kept::toFloatArray, numbers));
    say("observer: " + outcome(() -> model.forward(batch(ranker, 20), keep)[0], numbers));
    say("run: " + outcome(() -> run.at(Site.Z, 1, scope).toFloatArray(), numbers));
    say("view: " + outcome(view::toFloatArray, numbers));
    Trace open = Trace.of(model, batch(ranker, 20));
    ranker.close();
    say("view, ranker closed: " + outcome(view::toFloatArray, numbers));
    say(
        "run of a closed model: "
            + outcome(() -> open.at(Site.Z, 1, scope).toFloatArray(), numbers));
    open.close();
    scope.close();
  }

  private static String outcome(Callable<float[]> work, float[] expected) {
    try {
      return Arrays.equals(expected, work.call()) ? "the same numbers" : "other numbers";
    } catch (Exception | OutOfMemoryError | StackOverflowError e) {
      return e instanceof Error ? e.getClass().getSimpleName() : String.valueOf(e.getMessage());
    }
  }

  /** One thread uses up the heap again and again while others score. */
  private static void heap() throws Exception {
    List<String> texts = passages(16, 100);
    try (Ranker ranker = open()) {
      float[] before = ranker.score(QUERY, texts).scores();
      ExecutorService threads = Executors.newFixedThreadPool(2);
      CountDownLatch filled = new CountDownLatch(20);
      Future<Integer> scoring =
          threads.submit(
              () -> {
                int failed = 0;
                while (filled.getCount() > 0) {
                  try {
                    if (!Arrays.equals(before, ranker.score(QUERY, texts).scores())) {
                      throw new IllegalStateException("other numbers");
                    }
                  } catch (OutOfMemoryError e) {
                    failed++;
                  }
                }
                return failed;
              });
      while (filled.getCount() > 0) {
        fill();
        filled.countDown();
      }
      try {
        scoring.get();
      } catch (ExecutionException e) {
        say("failed: " + e.getCause());
      }
      threads.shutdown();
      say("afterwards: " + outcome(() -> ranker.score(QUERY, texts).scores(), before));
    }
  }

  private static void fill() {
    List<byte[]> all = new ArrayList<>();
    try {
      while (true) {
        all.add(new byte[1 << 20]);
      }
    } catch (OutOfMemoryError e) {
      all.clear();
    }
  }
}
