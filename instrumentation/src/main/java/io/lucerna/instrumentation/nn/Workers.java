package io.lucerna.instrumentation.nn;

import ai.djl.pytorch.jni.JniUtils;
import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.memory.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The threads that run forward passes: one for each core, each doing all the arithmetic of its
 * batch alone. Threads that share the work inside every operation wait for each other hundreds of
 * times per pass, and stall whenever another program takes one of the cores.
 *
 * <p>A task that is alone runs on its caller's thread. There are as many seats as workers, and
 * whoever computes has one, workers and callers alike, so that many callers do not take more cores
 * than there are. Callers get their seats in the order in which they came.
 *
 * <p>What is computed depends on how work is cut into batches, never on the number of threads,
 * which {@code -Dlucerna.threads=N} sets.
 */
public final class Workers {
  private static final int COUNT =
      Integer.getInteger("lucerna.threads", Runtime.getRuntime().availableProcessors());

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static final Seats SEATS = new Seats(count());

  /** Whether a thread has a seat. */
  private static final ThreadLocal<Boolean> SEATED = ThreadLocal.withInitial(() -> false);

  private static final ExecutorService POOL = Executors.newFixedThreadPool(count(), Worker::new);

  private Workers() {}

  /** How many tasks run at once. */
  public static int count() {
    return Math.max(1, COUNT);
  }

  /** Loads the engine, and keeps its operations on the thread that calls them. */
  public static void prepare() {
    TorchEngine.get();
    JniUtils.setNumThreads(1);
  }

  /**
   * Runs tasks, as many at once as there are workers, and waits for all of them. Called by a thread
   * that has a seat, for example in a hook, it runs them one after the other, since those that have
   * seats and wait for others could wait forever.
   *
   * <p>An interrupt, or the call's {@link Limit}, is thrown on when the tasks that were begun have
   * ended; no other is begun. An interrupt does not reach the tasks themselves.
   *
   * @return the results in the order of the tasks
   * @throws RuntimeException what the first failed task threw, after all have ended
   * @throws CallInterruptedException if the thread was interrupted, which it then stays
   * @throws CallCancelledException if the call's limit was reached
   */
  public static <T> List<T> all(List<? extends Callable<T>> tasks) {
    try {
      if (tasks.size() == 1 || SEATED.get()) {
        List<T> results = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
          results.add(alone(task));
        }
        return results;
      }
      return together(
          tasks.stream().map(task -> new Job<T>(Limit.carry(Gate.carry(task)))).toList());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof Exception cause ? unchecked(cause) : unchecked(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(e);
    } catch (Exception e) {
      throw unchecked(e);
    }
  }

  /** Runs one task on this thread, as {@link #all} does. */
  public static <T> T one(Supplier<T> task) {
    return all(List.<Callable<T>>of(task::get)).getFirst();
  }

  private static <T> T alone(Callable<T> task) throws Exception {
    Limit.check();
    if (SEATED.get()) {
      return task.call();
    }
    SEATS.acquire();
    try {
      SEATED.set(true);
      return task.call();
    } finally {
      SEATED.remove();
      SEATS.release();
    }
  }

  private static <T> List<T> together(List<Job<T>> jobs)
      throws InterruptedException, ExecutionException {
    try {
      jobs.forEach(POOL::execute);
      for (Job<T> job : jobs) {
        Limit.await(job.ended);
      }
    } finally {
      // First no other is begun. Then nobody may continue, and free what the jobs compute with,
      // while one of them still runs.
      jobs.stream().filter(Job::begun).toList().forEach(Job::awaitEnd);
    }
    List<T> results = new ArrayList<>(jobs.size());
    for (Job<T> job : jobs) {
      results.add(job.result.get());
    }
    return results;
  }

  /** A task that is begun once, or never. */
  private static final class Job<T> implements Runnable {
    private final FutureTask<T> result;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean taken = new AtomicBoolean();

    Job(Callable<T> task) {
      result = new FutureTask<>(task);
    }

    @Override
    public void run() {
      if (taken.get()) {
        return;
      }
      SEATS.acquireUninterruptibly();
      try {
        SEATED.set(true);
        if (taken.compareAndSet(false, true)) {
          result.run();
          ended.countDown();
        }
      } finally {
        SEATED.remove();
        SEATS.release();
      }
    }

    /** Sees to it that the task is not begun from here on; whether it was before. */
    boolean begun() {
      return !taken.compareAndSet(false, true);
    }

    /** Waits for a task that was begun; an interrupt stays, and does not end that. */
    void awaitEnd() {
      boolean interrupted = false;
      while (true) {
        try {
          ended.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static final class Worker extends Thread {
    Worker(Runnable work) {
      super(work, "lucerna-worker-" + NUMBER.getAndIncrement());
      setDaemon(true);
    }
  }

  private static RuntimeException unchecked(Exception thrown) {
    return thrown instanceof RuntimeException known ? known : new IllegalStateException(thrown);
  }
}
