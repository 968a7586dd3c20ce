package io.lucerna.studies.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * What came of an item, as a journal holds it: what a process that does the item sends to the one
 * that writes the journal.
 *
 * @param item its id
 * @param shared the line that it has in common with others; empty for none
 * @param line the line of the item itself
 */
public record Encoded(String item, String shared, String line) {
  /**
   * {@return an outcome as a journal holds it}
   *
   * @param codec how outcomes are written
   * @param item the item's id
   * @param outcome what came of it
   * @param <T> the outcome
   */
  public static <T> Encoded of(ItemCodec<T> codec, String item, T outcome) {
    ObjectNode line = JournalReader.MAPPER.createObjectNode().put(codec.key(), item);
    codec.write(outcome, line);
    return new Encoded(item, codec.shared(outcome).map(Encoded::text).orElse(""), text(line));
  }

  /** {@return the lines as bytes, of which {@link #of(String, byte[])} makes the same again} */
  public byte[] bytes() {
    return (shared + "\n" + line).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * {@return an outcome that another process encoded}
   *
   * @param item the item's id
   * @param bytes what {@link #bytes} gave
   */
  public static Encoded of(String item, byte[] bytes) {
    String lines = new String(bytes, StandardCharsets.UTF_8);
    int end = lines.indexOf('\n');
    return new Encoded(item, lines.substring(0, end), lines.substring(end + 1));
  }

  private static String text(ObjectNode line) {
    try {
      return JournalReader.MAPPER.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
