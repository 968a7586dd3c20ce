package io.lucerna.spark;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process, and what it says on both its streams. */
final class Program implements AutoCloseable {
  private final Process process;
  private final StringBuilder said = new StringBuilder();
  private boolean ended;

  /** Starts it. */
  Program(ProcessBuilder builder) throws IOException {
    process = builder.redirectErrorStream(true).start();
    Thread listener = new Thread(this::listen, "listener");
    listener.setDaemon(true);
    listener.start();
  }

  private void listen() {
    char[] some = new char[1 << 12];
    try (Reader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (int count = reader.read(some); count >= 0; count = reader.read(some)) {
        hear(some, count);
      }
    } catch (IOException e) {
      hear(("" + e).toCharArray(), ("" + e).length());
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void hear(char[] some, int count) {
    said.append(some, 0, count);
    notifyAll();
  }

  /** Waits until it says something; the first match of the pattern. */
  synchronized String awaits(Pattern what) throws InterruptedException {
    Matcher matcher = what.matcher(said);
    while (!matcher.find()) {
      if (ended) {
        throw new AssertionError("ended without '" + what + "': " + said);
      }
      wait();
      matcher.reset();
    }
    return matcher.group();
  }

  /** Waits for its end, and fails the test unless it has this exit code. */
  String ends(int code) throws InterruptedException {
    int is = process.waitFor();
    synchronized (this) {
      while (!ended) {
        wait();
      }
      if (is != code) {
        throw new AssertionError("exit code " + is + ": " + said);
      }
      return said.toString();
    }
  }

  /** Kills it and the processes that it started, without a chance to tidy up. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
  }
}
