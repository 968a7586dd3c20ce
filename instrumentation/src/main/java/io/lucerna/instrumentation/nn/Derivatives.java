package io.lucerna.instrumentation.nn;

import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/** Whether PyTorch keeps what derivatives need, which each thread says for itself. */
public final class Derivatives {
  private static final ThreadLocal<Boolean> WANTED = ThreadLocal.withInitial(() -> false);

  private Derivatives() {}

  /**
   * Whether this thread is in a pass that is gone back through. DJL's {@code hasGradient} does not
   * say that: it is false of whatever is computed.
   */
  public static boolean wanted() {
    return WANTED.get();
  }

  /** Runs work that goes back through a pass, on this thread. */
  public static <T> T with(Supplier<T> work) {
    return set(true, work);
  }

  /** Runs work within {@link #with} that does not. */
  public static <T> T without(Supplier<T> work) {
    return set(false, work);
  }

  private static <T> T set(boolean on, Supplier<T> work) {
    boolean before = JniUtils.isGradMode();
    boolean wanted = WANTED.get();
    JniUtils.setGradMode(on);
    WANTED.set(on);
    try {
      return work.get();
    } finally {
      JniUtils.setGradMode(before);
      WANTED.set(wanted);
    }
  }
}
