package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.Work;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a service relies on: calls that end early, a bound on what runs at once, counters. */
class ServiceTest {
  private static final String POINT = "blocks.0.hook_resid_pre";
  private static final String QUERY = "what is a lamp";
  private static final List<String> TEXTS = Collections.nCopies(100, "light of oil and a wick");

  private final Ranker ranker = open(ScorerOptions.defaults());
  private final int weights = ranker.reading().model().liveArrays();

  private static Ranker open(ScorerOptions options) {
    return open("bert-cross", options);
  }

  private static Ranker open(String model, ScorerOptions options) {
    return Rankers.open(Checkout.models().resolve(model), "served", options);
  }

  @AfterEach
  void close() {
    ranker.close();
  }

  private Hooks each(Runnable work) {
    return Hooks.none().observe(POINT, (context, x) -> work.run());
  }

  private void works(float[] expected) {
    assertArrayEquals(expected, ranker.score(QUERY, TEXTS).scores());
    assertEquals(weights, ranker.reading().model().liveArrays(), "arrays that are left over");
  }

  @Test
  void aCancelledCallEndsAtTheNextBatch() {
    float[] expected = ranker.score(QUERY, TEXTS).scores();
    for (boolean together : new boolean[] {false, true}) {
      Limit limit = Limit.cancellable();
      AtomicInteger batches = new AtomicInteger();
      Hooks cancelling =
          each(
              () -> {
                batches.incrementAndGet();
                limit.cancel();
              });
      Hooks hooks = together ? cancelling.concurrent() : cancelling;
      assertEquals(
          "the call was cancelled",
          assertThrows(CallCancelledException.class, () -> ranker.score(QUERY, TEXTS, hooks, limit))
              .getMessage());
      assertTrue(batches.get() <= (together ? Workers.count() : 1), batches + " batches");
      works(expected);
    }
  }

  @Test
  void aCallThatTakesTooLongEnds() {
    float[] expected = ranker.score(QUERY, TEXTS).scores();
    Duration little = Duration.ofNanos(1);
    assertEquals(
        "the call took longer than PT0.000000001S",
        assertThrows(
                CallCancelledException.class,
                () -> ranker.score(QUERY, TEXTS, Hooks.none(), little))
            .getMessage());
    works(expected);
    assertArrayEquals(
        expected, ranker.score(QUERY, TEXTS, Hooks.none(), Duration.ofDays(1)).scores());
    assertThrows(IllegalArgumentException.class, () -> Limit.of(Duration.ZERO));
  }

  @Test
  void anInterruptEndsTheCallAtTheNextBatchAndStays() {
    float[] expected = ranker.score(QUERY, TEXTS).scores();
    Thread caller = Thread.currentThread();
    for (boolean together : new boolean[] {false, true}) {
      AtomicInteger batches = new AtomicInteger();
      Hooks interrupting =
          each(
              () -> {
                batches.incrementAndGet();
                caller.interrupt();
                // A worker goes on when the caller has noticed, however busy the machine is.
                while (Thread.currentThread() != caller && caller.isInterrupted()) {
                  Thread.onSpinWait();
                }
              });
      Hooks hooks = together ? interrupting.concurrent() : interrupting;
      CallInterruptedException thrown =
          assertThrows(CallInterruptedException.class, () -> ranker.score(QUERY, TEXTS, hooks));
      assertInstanceOf(InterruptedException.class, thrown.getCause());
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
      assertTrue(batches.get() < TEXTS.size() / 8, batches + " batches");
      works(expected);
    }
  }

  /** Those of many passages can take longer than a batch. */
  @Test
  void aCallThatIsToEndTurnsNoPassageIntoTokens() {
    List<String> many = Collections.nCopies(20_000, TEXTS.getFirst());
    for (boolean apart : new boolean[] {false, true}) {
      try (Ranker own = open(apart ? "bert-bi" : "bert-cross", ScorerOptions.defaults())) {
        own.score(QUERY, TEXTS, each(() -> {})); // loads classes
        Limit limit = Limit.cancellable();
        if (!apart) {
          limit.cancel();
        }
        Hooks afterTheQuery = each(limit::cancel);
        Work work = Work.begin();
        assertThrows(
            CallCancelledException.class, () -> own.score(QUERY, many, afterTheQuery, limit));
        work.within("a call", Duration.ofMinutes(1), 5_000_000);
      }
    }
  }

  @Test
  void callersTakeNoMorePlacesThanThereAreWorkers() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    int callers = 4 * Workers.count();
    CountDownLatch all = new CountDownLatch(callers);
    Hooks hooks =
        Hooks.none()
            .observe(
                POINT, (context, x) -> most.accumulateAndGet(inside.incrementAndGet(), Math::max))
            .observe("blocks.1.hook_resid_pre", (context, x) -> inside.decrementAndGet());
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      List<Future<?>> calls =
          Collections.nCopies(callers, 0).stream()
              .<Future<?>>map(
                  i ->
                      threads.submit(
                          () -> {
                            all.countDown();
                            all.await();
                            return ranker.score(QUERY, TEXTS, hooks);
                          }))
              .toList();
      for (Future<?> call : calls) {
        call.get();
      }
    }
    assertTrue(most.get() <= Workers.count(), most + " at once");
  }

  @Test
  void callsAreCounted() {
    Counters counters = ranker.counters();
    PairScores scores = ranker.score(QUERY, List.of("a lamp", "light ".repeat(100)));
    assertThrows(
        IllegalArgumentException.class,
        () -> ranker.score(QUERY, TEXTS, Hooks.none().observe("nowhere", (context, x) -> {})));
    assertEquals(1, counters.calls());
    assertEquals(1, counters.failures());
    assertEquals(2, counters.pairs());
    assertEquals(scores.tokens()[0] + scores.tokens()[1], counters.tokens());
    assertEquals(1, counters.truncations());
    assertTrue(counters.time().isPositive());
  }

  @Test
  void aSpecIsCompiledInOneCall() {
    Hooks hooks = ranker.compile("zero blocks.1.attn.hook_z head=2").hooks();
    assertNotEquals(
        ranker.score(QUERY, TEXTS).scores()[0], ranker.score(QUERY, TEXTS, hooks).scores()[0]);
    assertThrows(SpecSyntaxException.class, () -> ranker.compile("zero blocks.9.attn.hook_z"));
  }

  @Test
  void hooksOfTwoSourcesRunOneAfterTheOther() {
    Hooks zero = ranker.compile("zero blocks.1.attn.hook_z").hooks();
    AtomicInteger seen = new AtomicInteger();
    Hooks look =
        Hooks.none()
            .observe(
                "blocks.1.attn.hook_z",
                (context, z) -> {
                  assertEquals(0, z.abs().sum().getFloat());
                  seen.incrementAndGet();
                });
    assertTrue(zero.isConcurrent());
    assertFalse(zero.and(look).isConcurrent());
    ranker.score(QUERY, TEXTS.subList(0, 2), zero.and(look));
    assertEquals(1, seen.get());
    assertTrue(zero.and(Hooks.none()).isConcurrent());
  }

  @Test
  void largeBatchesAreBoundedByTheirTokens() {
    List<Integer> asAlways = sizes(ScorerOptions.defaults(), "light ".repeat(100));
    assertEquals(8, asAlways.getFirst());
    assertEquals(13, asAlways.size());
    assertEquals(
        1024 / 40,
        sizes(ScorerOptions.defaults().withBatchSize(64), "oil ".repeat(100)).getFirst());
    assertEquals(64, sizes(ScorerOptions.defaults().withBatchSize(64), "oil").getFirst());
    assertEquals(
        3, sizes(ScorerOptions.defaults().withBatchSize(3), "oil ".repeat(100)).getFirst());
  }

  private static List<Integer> sizes(ScorerOptions options, String passage) {
    try (Ranker other = open(options)) {
      List<TokenSequence> inputs =
          Collections.nCopies(100, other.reading().input(Side.PAIR, QUERY, passage));
      return other.reading().batches(Side.PAIR, inputs).stream().map(TokenBatch::size).toList();
    }
  }
}
