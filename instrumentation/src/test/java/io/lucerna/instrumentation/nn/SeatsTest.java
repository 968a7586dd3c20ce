package io.lucerna.instrumentation.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SeatsTest {
  private final Seats seats = new Seats(1);
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  private Void taken(String name) {
    try {
      seats.acquire();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    order.add(name);
    seats.release();
    return null;
  }

  /** Starts a thread, and waits until it waits for a place. */
  private Future<?> waiting(ExecutorService threads, Runnable task, int before) {
    Future<?> future = threads.submit(task);
    while (seats.waiting() == before) {
      Thread.onSpinWait();
    }
    return future;
  }

  /** A call with a limit looks at it many times meanwhile, and keeps its turn. */
  @Test
  void placesAreGivenInTheOrderInWhichTheyWereAskedFor() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      seats.acquireUninterruptibly();
      Limit limit = Limit.of(Duration.ofHours(1));
      List<Future<?>> all = new ArrayList<>();
      all.add(waiting(threads, () -> limit.call(() -> "" + taken("limited")), 0));
      all.add(waiting(threads, () -> taken("plain"), 1));
      all.add(waiting(threads, seats::acquireUninterruptibly, 2));
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      seats.release();
      for (Future<?> each : all) {
        each.get();
      }
      assertEquals(List.of("limited", "plain"), order);
    }
  }

  @Test
  void whoIsCancelledOrInterruptedLeavesTheQueue() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      seats.acquireUninterruptibly();
      Limit limit = Limit.cancellable();
      Future<?> cancelled = waiting(threads, () -> limit.call(() -> "" + taken("never")), 0);
      Future<?> next = waiting(threads, () -> taken("next"), 1);
      limit.cancel();
      assertInstanceOf(
          CallCancelledException.class,
          assertThrows(ExecutionException.class, cancelled::get).getCause());
      assertEquals(1, seats.waiting());
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, seats::acquire);
      assertEquals(1, seats.waiting());
      seats.release();
      next.get();
      assertEquals(List.of("next"), order);
    }
  }
}
