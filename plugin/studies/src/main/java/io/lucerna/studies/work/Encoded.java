package io.lucerna.studies.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;

/**
 * What came of an item, as a journal holds it: what a process that does the item sends to the one
 * that writes the journal.
 *
 * @param item its id
 * @param shared the line that it has in common with others; empty for none
 * @param line the line of the item itself
 */
public record Encoded(String item, String shared, String line) implements Serializable {
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

  private static String text(ObjectNode line) {
    try {
      return JournalReader.MAPPER.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
