package io.lucerna.instrumentation.memory;

import java.lang.ref.Reference;

/**
 * Makes sure that Java's heap has room before native code creates objects in it: native code that
 * finds no room does not throw, it ends the process.
 */
public final class Headroom {
  private Headroom() {}

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
