package io.lucerna.plugin.cli;

import java.util.logging.Logger;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Logging of the command line: warnings and errors to standard error, nothing to standard output.
 *
 * <p>Anserini's jar has a {@code log4j2.xml} of its own that logs to standard output; ours has
 * another name and is asked for by it, so that the class path's order does not matter.
 */
public final class Logging {
  private static final String CONFIGURATION = "log4j2.configurationFile";

  /** Held here, since java.util.logging forgets the levels of unreferenced loggers. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  private static boolean verbose;

  private Logging() {}

  /**
   * Takes effect only before the first logger is made. A configuration that the user names comes
   * first.
   */
  public static void configure() {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, "classpath:lucerna-log4j2.xml");
    }
    // Lucene warns at each start that its vector module is not in use.
    LUCENE.setLevel(java.util.logging.Level.SEVERE);
  }

  /**
   * Logs from INFO up when details are wanted, else from WARN up, as the configuration says. Log4j
   * takes longer to start than many a command to run: only what logs should start it.
   */
  public static void setVerbose(boolean wanted) {
    if (wanted != verbose) {
      Configurator.setRootLevel(wanted ? Level.INFO : Level.WARN);
      verbose = wanted;
    }
  }
}
