package io.lucerna.instrumentation.recording;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads the complete lines of a file; what follows the last line end is not one. */
final class LineReader {
  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private long start;
  private long end;

  /** Reads from the stream's position, which counts as byte 0. */
  LineReader(InputStream in) {
    this.in = new BufferedInputStream(in, BUFFER);
  }

  /** The next line without its line end; empty if there is no further complete line. */
  Optional<byte[]> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        start = end;
        end += line.size() + 1L;
        return Optional.of(line.toByteArray());
      }
      line.write(b);
    }
    return Optional.empty();
  }

  /** Where the last line begins. */
  long start() {
    return start;
  }

  /** Where it ends, after its line end. */
  long end() {
    return end;
  }
}
