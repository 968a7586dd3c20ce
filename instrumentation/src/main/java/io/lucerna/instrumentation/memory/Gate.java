package io.lucerna.instrumentation.memory;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands before native memory: nobody computes with it but in a call through the gate, and closing
 * refuses new calls, waits for those that run, and only then frees. Freed memory that a thread
 * still reads ends the whole process.
 *
 * <p>A call may make others, of the same gate too: they belong to it, on its own thread and on
 * those that work for it ({@link #carry}), and are let through even when closing has begun.
 *
 * <p>Thread-safe. A call costs a lock that is held for some instructions, when it begins and when
 * it ends.
 */
public final class Gate {
  /** The gates that a thread is inside of. */
  private static final ThreadLocal<@Nullable Inside> INSIDE = new ThreadLocal<>();

  private record Inside(Gate gate, @Nullable Inside others) {}

  private final Runnable free;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition empty = lock.newCondition();
  private int calls;
  private boolean closed;
  private boolean freed;

  /**
   * A gate that is open.
   *
   * @param free frees the memory; called once
   */
  public Gate(Runnable free) {
    this.free = free;
  }

  /**
   * Runs a call.
   *
   * @param name what the caller knows the owner of the memory as, such as {@code the model}
   * @return what it returns
   * @throws IllegalStateException if the gate is closed
   */
  public <T extends @Nullable Object> T call(String name, Supplier<T> work) {
    Inside others = INSIDE.get();
    if (entered(others)) {
      return work.get();
    }
    Inside now = new Inside(this, others);
    enter(name);
    try {
      INSIDE.set(now);
      return work.get();
    } finally {
      try {
        restore(others);
      } finally {
        leave();
      }
    }
  }

  private boolean entered(@Nullable Inside gates) {
    for (Inside one = gates; one != null; one = one.others) {
      if (one.gate == this) {
        return true;
      }
    }
    return false;
  }

  private static void restore(@Nullable Inside gates) {
    if (gates == null) {
      INSIDE.remove();
    } else {
      INSIDE.set(gates);
    }
  }

  private void enter(String name) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException(name + " is closed");
      }
      calls++;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      calls--;
      if (calls == 0) {
        empty.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * A task for another thread that works for the calls which this thread is in. Whoever hands it
   * out stays in the call until the task has ended.
   */
  public static <T extends @Nullable Object> Callable<T> carry(Callable<T> task) {
    Inside gates = INSIDE.get();
    if (gates == null) {
      return task;
    }
    return () -> {
      Inside own = INSIDE.get();
      INSIDE.set(gates);
      try {
        return task.call();
      } finally {
        restore(own);
      }
    };
  }

  /**
   * Refuses calls from now on, waits for those that run, and frees the memory. An interrupt does
   * not shorten the wait; the thread stays interrupted. Closing again does nothing more.
   *
   * @param name what the caller knows the owner of the memory as
   * @throws IllegalStateException if this thread is in a call of this gate, in a hook for example:
   *     it would wait for itself. The gate stays open.
   */
  public void close(String name) {
    if (entered(INSIDE.get())) {
      throw new IllegalStateException(
          name
              + " cannot be closed from inside one of its own calls, such as a hook; close it"
              + " after the call");
    }
    lock.lock();
    try {
      closed = true;
      while (calls > 0) {
        empty.awaitUninterruptibly();
      }
      if (!freed) {
        freed = true;
        free.run();
      }
    } finally {
      lock.unlock();
    }
  }
}
