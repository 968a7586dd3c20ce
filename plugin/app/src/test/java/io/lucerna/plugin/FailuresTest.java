package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.instrumentation.hub.HubException;
import io.lucerna.plugin.cli.ExitCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
  static Stream<Throwable> interrupts() {
    return Stream.of(
        new InterruptedException(),
        new IllegalStateException("interrupted", new InterruptedException()),
        new HubException("a.json: interrupted", new InterruptedException()),
        new InterruptedIOException("interrupted while waiting for a lock"),
        new UncheckedIOException(new ClosedByInterruptException()),
        new IllegalStateException(new IllegalStateException(new InterruptedException())));
  }

  @ParameterizedTest
  @MethodSource("interrupts")
  void anInterruptIsTheUsersWish(Throwable thrown) {
    Failures.Failure failure = Failures.explain(thrown).orElseThrow();
    assertEquals(ExitCode.INTERRUPTED, failure.code());
    assertEquals("interrupted", failure.message());
  }

  @Test
  void aTimeoutIsNone() {
    IOException timeout = new SocketTimeoutException("Read timed out");
    assertEquals(ExitCode.FAILED, Failures.explain(timeout).orElseThrow().code());
  }

  @Test
  void aBugIsNotExplained() {
    assertEquals(Optional.empty(), Failures.explain(new IllegalStateException("a bug")));
    assertEquals(
        Optional.empty(),
        Failures.explain(new IllegalStateException(new ArithmeticException("a bug"))));
  }
}
