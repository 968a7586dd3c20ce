package io.lucerna.instrumentation.nn;

import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.Limit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Seats for those who compute, given in the order in which they were asked for. Who waits looks at
 * the call's limit again and again without losing the turn, which a fair semaphore's timed wait
 * would. Thread-safe.
 */
final class Seats {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Deque<Object> queue = new ArrayDeque<>();
  private int free;

  Seats(int count) {
    free = count;
  }

  /** Waits until somebody's turn may have come. */
  private interface Pause<E extends Exception> {
    void take() throws E;
  }

  /**
   * Takes a seat, and waits for it no longer than the call of this thread may.
   *
   * @throws InterruptedException if the thread is interrupted
   * @throws CallCancelledException if the call's limit is reached first
   */
  void acquire() throws InterruptedException {
    acquire(
        () -> {
          if (!moved.await(Limit.look(), TimeUnit.NANOSECONDS)) {
            Limit.check();
          }
        });
  }

  /** Takes a seat, however long that takes. */
  void acquireUninterruptibly() {
    acquire(moved::awaitUninterruptibly);
  }

  private <E extends Exception> void acquire(Pause<E> pause) throws E {
    Object turn = new Object();
    lock.lock();
    try {
      queue.add(turn);
      while (free == 0 || queue.peek() != turn) {
        pause.take();
      }
      free--;
    } finally {
      queue.remove(turn);
      moved.signalAll();
      lock.unlock();
    }
  }

  /** Gives a seat back. */
  void release() {
    lock.lock();
    try {
      free++;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How many wait. */
  int waiting() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }
}
