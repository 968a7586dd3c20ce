package io.lucerna.explorer;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.call.Limit;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where requests wait for the model: one works at a time, a few wait, and the rest are sent away. A
 * page that asks again gives up what it asked before of the same kind, and of those that matter
 * less.
 */
final class Desk implements AutoCloseable {
  private static final int WAITING = 32;

  private final Duration time;
  private final ThreadPoolExecutor worker;
  private final Map<Asker, Asked<?>> askers = new ConcurrentHashMap<>();

  /** What is asked for; what matters most is first. */
  enum Kind {
    RANKING,
    /** The inside of a score. */
    INSIDE,
    ESTIMATES
  }

  private record Asker(String page, Kind kind) {}

  /** Work with the limit that gives it up. */
  private record Asked<T>(Limit limit, FutureTask<T> task) {}

  /**
   * @param time how long a request may take, waiting included
   */
  Desk(Duration time) {
    this.time = time;
    this.worker =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("explorer-model").factory());
  }

  /**
   * Does work in its turn.
   *
   * @param page names who asks; empty for somebody who gives up nothing
   * @param kind what is asked for
   * @throws Refusal if there are too many before it, it took too long, or the page asked again
   */
  <T> T work(String page, Kind kind, Callable<T> work) throws Exception {
    Limit limit = Limit.of(time);
    Asked<T> asked =
        new Asked<>(
            limit,
            new FutureTask<>(
                () ->
                    limit.call(
                        () -> {
                          Limit.check();
                          return work.call();
                        })));
    Asker asker = new Asker(page, kind);
    if (!page.isEmpty()) {
      giveUp(askers.put(asker, asked));
      for (Kind less : EnumSet.range(kind, Kind.ESTIMATES)) {
        giveUp(less == kind ? null : askers.remove(new Asker(page, less)));
      }
    }
    try {
      worker.execute(asked.task);
      return asked.task.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw worker.isShutdown()
          ? ending()
          : new Refusal(429, "too many requests are waiting; try again in a second", e);
    } catch (CancellationException | TimeoutException e) {
      throw givenUp(asker, asked);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CallCancelledException) {
        throw givenUp(asker, asked);
      }
      if (e.getCause() instanceof CallInterruptedException) {
        throw ending();
      }
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    } finally {
      giveUp(asked);
      askers.remove(asker, asked);
    }
  }

  /** Ends work, and frees the place in which it waits. */
  private void giveUp(@Nullable Asked<?> asked) {
    if (asked != null) {
      asked.limit.cancel();
      if (worker.remove(asked.task)) {
        asked.task.cancel(false);
      }
    }
  }

  private Refusal givenUp(Asker asker, Asked<?> asked) {
    if (worker.isShutdown()) {
      return ending();
    }
    return !asker.page().isEmpty() && askers.get(asker) != asked
        ? new Refusal(409, "given up: the page asked for something else")
        : new Refusal(503, "given up: it took longer than " + time.toSeconds() + " s");
  }

  private static Refusal ending() {
    return new Refusal(503, "the server is ending");
  }

  /** How much work waits for its turn. */
  int waiting() {
    return worker.getQueue().size();
  }

  @Override
  public void close() {
    for (Runnable waiting : worker.shutdownNow()) {
      if (waiting instanceof Future<?> future) {
        future.cancel(true);
      }
    }
  }
}
