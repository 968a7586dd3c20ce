package io.lucerna.instrumentation.checkpoint;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** How much memory a thread has asked for so far. */
final class Allocations {
  private Allocations() {}

  /** Bytes since the thread began, those freed again included. */
  static long ofThisThread() throws JMException {
    Object bytes =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                "getThreadAllocatedBytes",
                new Object[] {Thread.currentThread().threadId()},
                new String[] {"long"});
    return (Long) bytes;
  }
}
