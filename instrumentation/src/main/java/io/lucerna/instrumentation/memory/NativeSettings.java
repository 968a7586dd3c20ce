package io.lucerna.instrumentation.memory;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.Locale;

/**
 * What native libraries are told about memory, before the first of them is loaded. It holds for the
 * whole process. A variable of the environment that says something else is left to say it, and
 * {@code -Dlucerna.nativeSettings=false} leaves everything as it is.
 */
public final class NativeSettings {
  /** As oneDNN reads it: kernels for how many shapes are kept. Its own choice is 1024. */
  private static final String CACHE = "ONEDNN_PRIMITIVE_CACHE_CAPACITY";

  private static final int KERNELS = 64;

  /**
   * Settings of glibc's malloc. Large arrays that live for one batch must come from the heap and
   * stay there: handing each one back to the system costs a page fault for every 4 KiB when the
   * next one is filled.
   */
  private enum Malloc {
    TRIM_THRESHOLD(-1, Integer.MAX_VALUE),
    TOP_PAD(-2, 1 << 26),
    MMAP_THRESHOLD(-3, 1 << 30);

    private final int number;
    private final int bytes;

    /**
     * A setting.
     *
     * @param number of the parameter in malloc.h
     */
    Malloc(int number, int bytes) {
      this.number = number;
      this.bytes = bytes;
    }

    private boolean open() {
      return System.getenv("MALLOC_" + name() + "_") == null;
    }
  }

  private NativeSettings() {}

  /**
   * Makes the settings where the system has them: malloc's with glibc, oneDNN's wherever the
   * environment can be changed. Called again, it changes nothing more.
   */
  public static void apply() {
    String asked = System.getProperty("lucerna.nativeSettings", "true");
    if (Platform.isWindows() || asked.toLowerCase(Locale.ROOT).equals("false")) {
      return;
    }
    try {
      NativeLibrary c = NativeLibrary.getProcess();
      // The last argument: a value that is there stays.
      c.getFunction("setenv").invokeInt(new Object[] {CACHE, Integer.toString(KERNELS), 0});
      Function mallopt = c.getFunction("mallopt");
      for (Malloc setting : Malloc.values()) {
        if (setting.open()) {
          mallopt.invokeInt(new Object[] {setting.number, setting.bytes});
        }
      }
    } catch (LinkageError e) {
      // Another C library, or no JNA for this system: slower, and as right.
    }
  }
}
