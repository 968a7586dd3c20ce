package io.lucerna.instrumentation.call;

import io.lucerna.base.Given;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When calls are to end before their work is done: once the time since the limit was made is over,
 * or {@link #cancel} was called. They look at it before each passage that they turn into tokens,
 * before each batch and while they wait for a place, so that they end at most one batch later.
 *
 * <p>Thread-safe. Several calls may share one.
 */
public final class Limit {
  private static final Duration LONGEST = Duration.ofDays(10_000);

  /** How soon a call that waits sees that it was cancelled. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final ThreadLocal<@Nullable Limit> CURRENT = new ThreadLocal<>();

  private final Duration time;
  private final long end;
  private volatile boolean cancelled;

  private Limit(Duration time) {
    this.time = time;
    this.end = System.nanoTime() + time.toNanos();
  }

  /** {@return a limit without a time, for calls that may be cancelled} */
  public static Limit cancellable() {
    return new Limit(LONGEST);
  }

  /**
   * A limit in time, which begins to run.
   *
   * @param time how long
   * @return the limit
   * @throws IllegalArgumentException if the time is null or not more than zero
   */
  public static Limit of(Duration time) {
    Given.value(time, "the time of a call");
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("the time of a call must be more than 0, got " + time);
    }
    return new Limit(time.compareTo(LONGEST) > 0 ? LONGEST : time);
  }

  /** Ends the calls that have this limit, soon, and those that will be given it, at once. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Work that may fail as it does.
   *
   * @param <T> what it gives
   * @param <E> what it throws
   */
  @FunctionalInterface
  public interface Work<T, E extends Exception> {
    /**
     * Does the work.
     *
     * @return what it gives
     * @throws E as the work does
     */
    T get() throws E;
  }

  /**
   * Runs work whose calls, on this thread, have this limit. A limit that the thread had before
   * holds again afterwards, and not meanwhile.
   *
   * @param <T> what the work gives
   * @param <E> what the work throws
   * @param work the calls
   * @return what the work gives
   * @throws E as the work does
   * @throws CallCancelledException if the limit ended a call
   * @throws CallInterruptedException if the thread was interrupted, which it then stays
   */
  public <T, E extends Exception> T call(Work<T, E> work) throws E {
    Given.value(work, "the work");
    Limit before = CURRENT.get();
    CURRENT.set(this);
    try {
      return work.get();
    } finally {
      restore(before);
    }
  }

  private static void restore(@Nullable Limit before) {
    if (before == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(before);
    }
  }

  private void hold() {
    if (cancelled) {
      throw new CallCancelledException("the call was cancelled");
    }
    if (left() <= 0) {
      throw new CallCancelledException("the call took longer than " + time);
    }
  }

  private long left() {
    return end - System.nanoTime();
  }

  /**
   * Ends the call of this thread if it is to end.
   *
   * @throws CallCancelledException if its limit is reached
   * @throws CallInterruptedException if the thread is interrupted, which it stays
   */
  public static void check() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CallInterruptedException(new InterruptedException());
    }
    Limit limit = CURRENT.get();
    if (limit != null) {
      limit.hold();
    }
  }

  /**
   * A task for another thread that has the limit of this one.
   *
   * @param <T> what the task gives
   * @param task the task
   * @return the task with the limit
   */
  public static <T extends @Nullable Object> Callable<T> carry(Callable<T> task) {
    Limit limit = CURRENT.get();
    if (limit == null) {
      return task;
    }
    return () -> {
      Limit before = CURRENT.get();
      CURRENT.set(limit);
      try {
        limit.hold();
        return task.call();
      } finally {
        restore(before);
      }
    };
  }

  /**
   * Waits for a latch, no longer than the call of this thread may.
   *
   * @param latch the latch
   * @throws InterruptedException if the thread is interrupted
   */
  public static void await(CountDownLatch latch) throws InterruptedException {
    Limit limit = CURRENT.get();
    if (limit == null) {
      latch.await();
      return;
    }
    while (!latch.await(limit.nextLook(), TimeUnit.NANOSECONDS)) {
      limit.hold();
    }
  }

  /**
   * {@return for how many nanoseconds whoever waits for a call of this thread may do so before he
   * calls {@link #check}}
   */
  public static long look() {
    Limit limit = CURRENT.get();
    return limit == null ? Long.MAX_VALUE : limit.nextLook();
  }

  private long nextLook() {
    return Math.max(0, Math.min(LOOK_NANOS, left()));
  }
}
