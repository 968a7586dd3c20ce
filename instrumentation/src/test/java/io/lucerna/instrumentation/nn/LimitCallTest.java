package io.lucerna.instrumentation.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.instrumentation.call.Limit;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LimitCallTest {

  /** What the work throws arrives as it is, so that work which reads files needs no wrapping. */
  @Test
  void checkedExceptionsPass() throws IOException {
    IOException thrown = new IOException("gone");
    Limit limit = Limit.cancellable();
    assertSame(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                limit.call(
                    () -> {
                      throw thrown;
                    })));
    assertEquals("read", limit.call(LimitCallTest::read));
    assertEquals("plain", limit.call(() -> "plain"));
  }

  private static String read() throws IOException {
    return "read";
  }
}
