package io.lucerna.explorer;

import java.time.Duration;

/**
 * How long a request may keep the server.
 *
 * @param idle without sending or taking a byte
 * @param body from its first to its last byte
 * @param work waiting for the model included
 */
record Limits(Duration idle, Duration body, Duration work) {
  static final Limits DEFAULT =
      new Limits(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(60));
}
