package io.lucerna.instrumentation.memory;

import java.lang.ref.Reference;

/**
 * Makes sure that Java's heap has room before native code creates objects in it: native code that
 * finds no room does not throw, it ends the process.
 */
public final class Headroom {
  /** For what native code creates in a pass: shapes, which are small and soon garbage. */
  private static final int PASS = 1 << 18;

  private Headroom() {}

  /**
   * Finds room for a pass through a model.
   *
   * @throws OutOfMemoryError if there is none
   */
  public static void requirePass() {
    require(PASS);
  }

  /**
   * Finds room, which is free again at once.
   *
   * @throws OutOfMemoryError if there is none
   */
  public static void require(int bytes) {
    byte[] room = new byte[bytes];
    Reference.reachabilityFence(room);
  }
}
