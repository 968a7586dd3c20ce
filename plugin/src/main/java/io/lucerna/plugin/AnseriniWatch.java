package io.lucerna.plugin;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/**
 * Collects the warnings that Anserini only logs, so that a command can fail on them, and keeps the
 * traces that it prints to standard error from the user, who sees them with {@code -verbose}.
 */
final class AnseriniWatch implements AutoCloseable {
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
  private final AbstractAppender appender;
  private final List<Logger> loggers;
  private final PrintStream standardError = System.err;

  private AnseriniWatch(List<Logger> loggers) {
    this.loggers = loggers;
    this.appender =
        new AbstractAppender("watch", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
              complaints.add(event.getMessage().getFormattedMessage());
            }
          }
        };
  }

  /** Starts to watch the loggers of these names and all below them. */
  static AnseriniWatch on(boolean verbose, String... names) {
    List<Logger> loggers = new ArrayList<>();
    for (String name : names) {
      loggers.add((Logger) LogManager.getLogger(name));
    }
    AnseriniWatch watch = new AnseriniWatch(loggers);
    watch.appender.start();
    if (!verbose) {
      System.setErr(
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }
    loggers.forEach(logger -> logger.addAppender(watch.appender));
    return watch;
  }

  /** The messages of level WARN and up so far. */
  List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  @Override
  public void close() {
    loggers.forEach(logger -> logger.removeAppender(appender));
    appender.stop();
    System.setErr(standardError);
  }
}
