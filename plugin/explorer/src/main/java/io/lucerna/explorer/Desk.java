package io.lucerna.explorer;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.Limit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where requests wait for the model: one works at a time, a few wait, and the rest are sent away. A
 * page that asks again gives up what it asked before.
 */
final class Desk implements AutoCloseable {
  private static final int WAITING = 32;

  private final Duration time;
  private final ThreadPoolExecutor worker;
  private final Map<String, Limit> pages = new ConcurrentHashMap<>();

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
   * @throws Refusal if there are too many before it, it took too long, or the page asked again
   */
  <T> T work(String page, Callable<T> work) throws Exception {
    Limit limit = Limit.of(time);
    if (!page.isEmpty()) {
      Limit before = pages.put(page, limit);
      if (before != null) {
        before.cancel();
      }
    }
    try {
      return submit(limit, work).get();
    } catch (CancellationException e) {
      throw new Refusal(503, "the server is ending", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CallCancelledException) {
        throw !page.isEmpty() && pages.get(page) != limit
            ? new Refusal(409, "given up: the page asked for something else")
            : new Refusal(503, "given up: it took longer than " + time.toSeconds() + " s");
      }
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } finally {
      limit.cancel();
      pages.remove(page, limit);
    }
  }

  private <T> Future<T> submit(Limit limit, Callable<T> work) {
    try {
      return worker.submit(
          () ->
              limit.call(
                  () -> {
                    Limit.check();
                    return work.call();
                  }));
    } catch (RejectedExecutionException e) {
      throw new Refusal(429, "too many requests are waiting; try again in a second", e);
    }
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
