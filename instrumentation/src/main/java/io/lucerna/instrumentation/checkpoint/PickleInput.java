package io.lucerna.instrumentation.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of pickles in a file, one after the other. What they may ask for is bounded: their
 * length, the length of a text, the number of operations.
 */
final class PickleInput {
  private static final int BUFFER = 1 << 13;
  private static final int MAX_TEXT = 1 << 16;
  private static final int MAX_NAME = 1 << 8;

  /** Some forty operations write a tensor. */
  static final int MAX_OPERATIONS = 1_000_000;

  static final long MAX_BYTES = 64_000_000;

  private final WeightFile file;
  private final long begin;
  private final long end;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
  private long position;
  private int operations;

  /** Reads the bytes from {@code begin} up to {@code end} of the file. */
  PickleInput(WeightFile file, long begin, long end) {
    this.file = file;
    this.begin = begin;
    this.end = end;
    this.position = begin;
  }

  /** Where the next byte lies in the file. */
  long position() {
    return position;
  }

  /** The code of the next operation. */
  int operation() {
    if (++operations > MAX_OPERATIONS) {
      throw error(
          position, "has more than " + MAX_OPERATIONS + " operations, too many for a state dict");
    }
    return octet();
  }

  int octet() {
    if (position >= end) {
      throw error(position, "is cut short: it has no end");
    }
    if (position - begin >= MAX_BYTES) {
      throw error(position, "is longer than " + MAX_BYTES + " bytes, too long for a state dict");
    }
    if (!buffer.hasRemaining()) {
      buffer.clear().limit((int) Math.min(BUFFER, end - position));
      file.read(position, buffer);
    }
    position++;
    return Byte.toUnsignedInt(buffer.get());
  }

  /** A little-endian number of up to eight bytes; of fewer, it is not negative. */
  long number(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) octet() << 8 * i;
    }
    return value;
  }

  /** A text of that many bytes. */
  String text(long bytes) {
    if (bytes > MAX_TEXT || bytes > end - position) {
      throw error(
          position,
          "has a text of "
              + bytes
              + " bytes, allowed are up to "
              + Math.min(MAX_TEXT, end - position));
    }
    byte[] read = new byte[(int) bytes];
    for (int i = 0; i < read.length; i++) {
      read[i] = (byte) octet();
    }
    return decoded(read);
  }

  /** A text up to the end of the line. */
  String line() {
    ByteBuffer read = ByteBuffer.allocate(MAX_NAME);
    for (int octet = octet(); octet != '\n'; octet = octet()) {
      if (!read.hasRemaining()) {
        throw error(position, "has a name of more than " + MAX_NAME + " bytes");
      }
      read.put((byte) octet);
    }
    byte[] bytes = new byte[read.flip().remaining()];
    read.get(bytes);
    return decoded(bytes);
  }

  private String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw error(position, "has a text that is not UTF-8");
    }
  }

  /** A text of the file as a message may hold it: one line, not too long. */
  static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MAX_NAME ? line : line.substring(0, MAX_NAME) + "...";
  }

  /** An error; {@code what} continues "the pickle at byte N". */
  CheckpointException error(long at, String what) {
    return new CheckpointException(file.path() + ": the pickle at byte " + at + " " + what);
  }
}
