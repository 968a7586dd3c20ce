package io.lucerna.instrumentation.nn;

import ai.djl.engine.Engine;
import io.lucerna.instrumentation.memory.NativeSettings;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * PyTorch, whose libraries take about as long to load as the files of a small model to read. What
 * DJL would tell its makers of that is not sent.
 */
public final class TorchEngine {
  /** For how long the end of the program waits for libraries that are being loaded. */
  private static final long PATIENCE_MILLIS = 3000;

  /** DJL reports to its makers where it is started on Amazon's machines, and asks everywhere. */
  private static final String NO_REPORTS = "OPT_OUT_TRACKING";

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  static {
    if (System.getProperty(NO_REPORTS) == null) {
      System.setProperty(NO_REPORTS, "true");
    }
    NativeSettings.apply();
  }

  private TorchEngine() {}

  /**
   * Begins to load PyTorch on a thread of its own, unless that was done before. Whoever needs it
   * waits for it, and is told if it cannot be loaded.
   */
  public static void begin() {
    if (!BEGUN.compareAndSet(false, true)) {
      return;
    }
    // Two threads that log for the first time at once make SLF4J write to standard error.
    LoggerFactory.getILoggerFactory();
    Thread loader = new Thread(TorchEngine::attempt, "lucerna-engine");
    loader.setDaemon(true);
    try {
      // C++ that is being set up must not be torn down: that can end in a crash.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> await(loader)));
    } catch (IllegalStateException e) {
      return; // The program ends: nobody will need it.
    }
    loader.start();
  }

  /** The engine, loaded. */
  public static synchronized Engine get() {
    return Engine.getEngine("PyTorch");
  }

  private static void attempt() {
    try {
      get();
    } catch (RuntimeException | LinkageError e) {
      // Whoever needs it tries again, and is told.
    }
  }

  private static void await(Thread loader) {
    try {
      loader.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
