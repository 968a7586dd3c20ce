package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * How the outcome of an item is written into its line of a journal, and read back.
 *
 * @param <T> the outcome; equal ones have equal lines
 */
public interface ItemCodec<T> {
  /** The field of a line that holds the item's id. */
  String key();

  /** Adds an outcome's fields to its item's line. */
  void write(T outcome, ObjectNode line);

  /**
   * Reads what {@link #write} wrote.
   *
   * @param shared what all outcomes have in common; a missing node if no line holds it
   * @throws IllegalArgumentException if the line cannot have been written so; the message says why
   */
  T read(JsonNode line, JsonNode shared);

  /**
   * What this outcome has in common with all others that have anything to share: it is written
   * once, in a line of its own before the first of them.
   */
  default Optional<ObjectNode> shared(T outcome) {
    return Optional.empty();
  }
}
