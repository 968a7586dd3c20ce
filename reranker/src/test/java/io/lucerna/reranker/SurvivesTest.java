package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.testkit.Checkout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Eight threads that score, while rankers are closed and opened again, threads are interrupted,
 * calls run out of time and hooks throw: every score is right to the bit, nothing is left over, and
 * nobody waits forever.
 */
class SurvivesTest {
  private static final int THREADS = 8;
  private static final int QUERIES = 6;
  private static final String POINT = "blocks.1.hook_resid_pre";

  private static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private volatile Ranker open = rank();
  private final int weights = open.reading().model().liveArrays();
  private final AtomicInteger right = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  private static Ranker rank() {
    return Rankers.open(Checkout.models().resolve("bert-cross"), "soak", ScorerOptions.defaults());
  }

  private static List<String> passages(int query) {
    Random random = new Random(query);
    return IntStream.range(0, 10 * query + 1)
        .mapToObj(i -> "oil and lamp ".repeat(1 + random.nextInt(9)))
        .toList();
  }

  private static float[] score(Ranker ranker, int query, Hooks hooks, Limit limit) {
    return ranker.score("lamp number " + query, passages(query), hooks, limit).scores();
  }

  @Test
  void forAWhile() throws Exception {
    run(call -> call < 60);
  }

  @Tag("soak")
  @Test
  void forTenMinutes() throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(10).toNanos();
    run(call -> System.nanoTime() < end);
    System.out.println(
        right
            + " calls right, "
            + ended
            + " ended early, resident memory "
            + MemorySoakTest.residentMegabytes()
            + " MB");
  }

  private void run(IntPredicate goOn) throws Exception {
    List<float[]> expected =
        IntStream.range(0, QUERIES)
            .mapToObj(query -> score(open, query, Hooks.none(), Limit.cancellable()))
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(i);
        futures.add(
            threads.submit(
                () -> {
                  for (int call = 0; goOn.test(call); call++) {
                    once(random, expected);
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
    Ranker last = open;
    assertEquals(weights, last.reading().model().liveArrays(), "arrays that are left over");
    last.close();
    assertEquals(0, last.reading().model().liveArrays());
    assertTrue(right.get() > 0 && ended.get() > 0, right + " right, " + ended + " ended early");
  }

  /** Calls of others that have the old one are let end, later ones refused. */
  private void reopen(Ranker old) {
    synchronized (this) {
      if (open == old) {
        open = rank();
      }
    }
    old.close();
    assertEquals(0, old.reading().model().liveArrays(), "arrays of a closed ranker");
  }

  private void once(Random random, List<float[]> expected) {
    int query = random.nextInt(QUERIES);
    int deed = random.nextInt(8);
    Thread self = Thread.currentThread();
    Limit limit =
        deed == 0 ? Limit.of(Duration.ofNanos(1 + random.nextInt(3_000_000))) : Limit.cancellable();
    Runnable inside =
        switch (deed) {
          case 1 -> self::interrupt;
          case 2 -> limit::cancel;
          case 3 ->
              () -> {
                throw new Thrown();
              };
          default -> () -> {};
        };
    Hooks looking = Hooks.none().observe(POINT, (context, x) -> inside.run());
    Hooks hooks = deed > 4 ? Hooks.none() : random.nextBoolean() ? looking.concurrent() : looking;
    Ranker ranker = open;
    if (deed == 4 && random.nextInt(4) == 0) {
      reopen(ranker);
    }
    try {
      assertArrayEquals(expected.get(query), score(ranker, query, hooks, limit));
      right.incrementAndGet();
    } catch (CallInterruptedException | CallCancelledException | Thrown e) {
      ended.incrementAndGet();
    } catch (IllegalStateException e) {
      assertEquals("the ranker soak is closed", e.getMessage());
    } finally {
      Thread.interrupted();
    }
  }
}
