package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * How the outcome of an item is written into its line of a journal, and read back. {@link
 * #outcomes} and {@link #version} are in the journal's first line, and a journal of others is
 * refused: whoever changes what {@link #write} writes counts the version up.
 *
 * @param <T> the outcome; equal ones have equal lines
 */
public interface ItemCodec<T> {
  /** {@return what the outcomes are, in one word such as {@code scores}} */
  String outcomes();

  /** {@return the version of what {@link #write} writes, from 1} */
  int version();

  /** {@return the field of a line that holds the item's id} */
  String key();

  /**
   * Adds an outcome's fields to its item's line.
   *
   * @param outcome what came of the item
   * @param line the line, which has the item's id
   */
  void write(T outcome, ObjectNode line);

  /**
   * Reads what {@link #write} wrote.
   *
   * @param line the line
   * @param shared what all outcomes have in common; a missing node if no line holds it
   * @return the outcome
   * @throws IllegalArgumentException if the line cannot have been written so; the message says why
   */
  T read(JsonNode line, JsonNode shared);

  /**
   * {@return what an outcome has in common with all others that have anything to share; empty for
   * nothing} It is written once, in a line of its own before the first of them.
   *
   * @param outcome what came of an item
   */
  default Optional<ObjectNode> shared(T outcome) {
    return Optional.empty();
  }
}
