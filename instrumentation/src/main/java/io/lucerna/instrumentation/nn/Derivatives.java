package io.lucerna.instrumentation.nn;

import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/** Whether PyTorch keeps what derivatives need, which each thread says for itself. */
public final class Derivatives {
  private Derivatives() {}

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
    JniUtils.setGradMode(on);
    try {
      return work.get();
    } finally {
      JniUtils.setGradMode(before);
    }
  }
}
