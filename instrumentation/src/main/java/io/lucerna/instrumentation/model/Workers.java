package io.lucerna.instrumentation.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that run forward passes: one for each core, each doing all the arithmetic of its
 * batch alone. Threads that share the work inside every operation wait for each other hundreds of
 * times per pass, and stand still whenever another program takes one of the cores.
 *
 * <p>What is computed depends on how work is cut into batches, never on the number of threads,
 * which {@code -Dlucerna.threads=N} sets.
 */
public final class Workers {
  private static final int COUNT =
      Integer.getInteger("lucerna.threads", Runtime.getRuntime().availableProcessors());

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(
          count(),
          task -> {
            Thread thread = new Thread(task, "lucerna-worker-" + NUMBER.getAndIncrement());
            thread.setDaemon(true);
            return thread;
          });

  private Workers() {}

  /** How many tasks run at once. */
  public static int count() {
    return Math.max(1, COUNT);
  }

  /** Loads the engine, and keeps its operations on the thread that calls them. */
  static void prepare() {
    Engine.getEngine("PyTorch");
    JniUtils.setNumThreads(1);
  }

  /**
   * Runs tasks, as many at once as there are workers, and waits for all of them.
   *
   * @return the results in the order of the tasks
   * @throws RuntimeException what the first failed task threw, after all have ended
   */
  public static <T> List<T> all(List<? extends Callable<T>> tasks) {
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    try {
      List<T> results = new ArrayList<>(tasks.size());
      if (tasks.size() == 1) {
        results.add(tasks.getFirst().call());
        return results;
      }
      futures.addAll(POOL.invokeAll(tasks));
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof Exception cause ? unchecked(cause) : unchecked(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (Exception e) {
      throw unchecked(e);
    }
  }

  private static RuntimeException unchecked(Exception thrown) {
    return thrown instanceof RuntimeException known ? known : new IllegalStateException(thrown);
  }
}
