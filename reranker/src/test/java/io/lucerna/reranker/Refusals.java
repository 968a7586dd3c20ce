package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** What a refusal says. */
public final class Refusals {
  private Refusals() {}

  public static String message(Class<? extends Throwable> type, Executable call) {
    return String.valueOf(assertThrows(type, call).getMessage());
  }
}
