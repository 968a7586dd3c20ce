package io.lucerna.testkit;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What the current thread has done since some moment. Unlike the time on the clock, it does not
 * depend on what else the machine does.
 */
public final class Work {
  private final long processor = processorNanos();
  private final long bytes = allocated();

  private Work() {}

  /** Begins to count. */
  public static Work begin() {
    return new Work();
  }

  /** Bytes asked of the heap, those freed again included. */
  public long bytes() {
    return allocated() - bytes;
  }

  /** Time of the processor, other threads' left out. */
  public Duration processor() {
    return Duration.ofNanos(processorNanos() - processor);
  }

  /**
   * Fails if it was more than this.
   *
   * @param what the message's beginning
   * @throws AssertionError telling by how much
   */
  public void within(String what, Duration mostProcessor, long mostBytes) {
    Duration took = processor();
    long asked = bytes();
    if (took.compareTo(mostProcessor) > 0) {
      throw new AssertionError(
          what + " took " + took + " of the processor, not " + mostProcessor + " at most");
    }
    if (asked > mostBytes) {
      throw new AssertionError(
          what + " took " + asked + " bytes of memory, not " + mostBytes + " at most");
    }
  }

  private static long processorNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long allocated() {
    try {
      return (Long)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                  "getThreadAllocatedBytes",
                  new Object[] {Thread.currentThread().threadId()},
                  new String[] {"long"});
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }
}
