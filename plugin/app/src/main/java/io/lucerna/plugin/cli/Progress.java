package io.lucerna.plugin.cli;

import java.util.Locale;

/**
 * Says how far a long piece of work is and how much time it still needs: a bar that is drawn again
 * on a terminal, a line every few seconds elsewhere, nothing for work that is done before that. Not
 * thread-safe.
 */
public final class Progress implements AutoCloseable {
  private static final int BAR = 30;
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 5_000_000_000L;

  private final Console console;
  private final String what;
  private final long total;
  private final long start = System.nanoTime();
  private long done;
  private long shown = start;
  private boolean open;

  public Progress(Console console, String what, long total) {
    this.console = console;
    this.what = what;
    this.total = total;
  }

  /** Some more units are done. */
  public void advance(long units) {
    done += units;
    long now = System.nanoTime();
    if (now - shown >= (console.terminal() ? TERMINAL_NANOS : LINE_NANOS)) {
      shown = now;
      show(line(now - start));
    }
  }

  private void show(String line) {
    if (console.terminal()) {
      console.err().print("\r" + line + "\033[K");
      console.err().flush();
      open = true;
    } else {
      console.err().println(line);
    }
  }

  private String line(long elapsed) {
    double share = total == 0 ? 1 : (double) done / total;
    String left = done == 0 ? "" : ", " + duration(elapsed / 1e9 * (1 - share) / share) + " left";
    String bar = "";
    if (console.terminal()) {
      int full = (int) (share * BAR);
      bar = "[" + "#".repeat(full) + ".".repeat(BAR - full) + "] ";
    }
    return String.format(
        Locale.ROOT, "%s %s%3.0f%% (%d of %d)%s", what, bar, 100 * share, done, total, left);
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 90
        ? whole + " s"
        : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (open) {
      console.err().print("\r\033[K");
      console.err().flush();
      open = false;
    }
  }
}
