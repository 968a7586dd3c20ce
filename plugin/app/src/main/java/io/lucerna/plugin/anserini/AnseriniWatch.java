package io.lucerna.plugin.anserini;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/**
 * Collects what Anserini only logs or prints where it should fail: warnings, and traces on standard
 * error. So a command can fail on them, and the user sees one line, or all with {@code -verbose}.
 */
public final class AnseriniWatch implements AutoCloseable {
  private final boolean verbose;
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
  private final AbstractAppender appender;
  private final Logger logger;
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private AnseriniWatch(boolean verbose) {
    this.verbose = verbose;
    this.logger = LoggerContext.getContext(false).getRootLogger();
    this.appender =
        new AbstractAppender("watch", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            boolean serious = event.getLevel().isMoreSpecificThan(Level.WARN);
            if (serious && event.getLoggerName().startsWith("io.anserini")) {
              complaints.add(event.getMessage().getFormattedMessage());
            }
          }
        };
  }

  /** Starts to watch. */
  public static AnseriniWatch start(boolean verbose) {
    AnseriniWatch watch = new AnseriniWatch(verbose);
    watch.appender.start();
    watch.logger.addAppender(watch.appender);
    System.setErr(new PrintStream(watch.printed, true, StandardCharsets.UTF_8));
    return watch;
  }

  /** The messages of level WARN and up so far. */
  public List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  /**
   * The first line of the first trace, or else the first warning, after a colon; empty if there is
   * none.
   */
  String reason() {
    String trace = printed.toString(StandardCharsets.UTF_8);
    return trace
        .lines()
        .findFirst()
        .or(() -> complaints().stream().findFirst())
        .map(r -> ": " + r)
        .orElse("");
  }

  @Override
  public void close() {
    logger.removeAppender(appender);
    appender.stop();
    System.setErr(standardError);
    if (verbose) {
      standardError.print(printed.toString(StandardCharsets.UTF_8));
    }
  }
}
