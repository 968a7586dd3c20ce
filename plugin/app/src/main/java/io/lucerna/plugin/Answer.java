package io.lucerna.plugin;

import io.lucerna.plugin.cli.ExitCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a process says of an item to the one that asked for it; in bytes, an exit code comes first.
 */
sealed interface Answer {
  /**
   * It is done.
   *
   * @param outcome what came of it, encoded
   */
  record Done(byte[] outcome) implements Answer {}

  /**
   * It failed.
   *
   * @param code how the command ends
   * @param message one line for the user
   */
  record Failed(ExitCode code, String message) implements Answer {}

  /** The answer in bytes. */
  default byte[] bytes() {
    return switch (this) {
      case Done done -> bytes(ExitCode.DONE, done.outcome);
      case Failed failed -> bytes(failed.code, failed.message.getBytes(StandardCharsets.UTF_8));
    };
  }

  private static byte[] bytes(ExitCode code, byte[] content) {
    byte[] bytes = new byte[content.length + 1];
    bytes[0] = (byte) code.status();
    System.arraycopy(content, 0, bytes, 1, content.length);
    return bytes;
  }

  /** Reads what {@link #bytes} wrote. */
  static Answer of(byte[] bytes) {
    byte[] content = Arrays.copyOfRange(bytes, 1, bytes.length);
    if (bytes[0] == 0) {
      return new Done(content);
    }
    return Arrays.stream(ExitCode.values())
        .filter(code -> (byte) code.status() == bytes[0])
        .findFirst()
        .map(code -> new Failed(code, new String(content, StandardCharsets.UTF_8)))
        .orElseThrow();
  }
}
