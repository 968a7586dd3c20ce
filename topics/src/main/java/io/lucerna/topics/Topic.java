package io.lucerna.topics;

import io.lucerna.base.Given;
import java.util.Optional;

/**
 * One information need. Whitespace in every text is normalised: runs become one space, ends are
 * trimmed.
 *
 * @param id the topic's id as runs and judgments write it; no whitespace
 * @param text the query: TREC's title, or the text of a one-line format; never blank
 * @param description TREC's description, if the format has one and it is not blank
 * @param narrative TREC's narrative, if the format has one and it is not blank
 */
public record Topic(
    String id, String text, Optional<String> description, Optional<String> narrative) {

  /**
   * Normalises the texts and checks that there is an id and a query.
   *
   * @throws IllegalArgumentException if the id is empty or has whitespace, the query is blank, or
   *     something is null
   */
  public Topic {
    Given.value(id, "the topic's id");
    Given.value(text, "the text of topic " + id);
    Given.value(description, "the description of topic " + id);
    Given.value(narrative, "the narrative of topic " + id);
    if (id.isEmpty() || id.chars().anyMatch(Character::isWhitespace)) {
      throw new IllegalArgumentException(
          "a topic id must be non-empty and free of whitespace, got '" + id + "'");
    }
    text = normalise(text);
    if (text.isEmpty()) {
      throw new IllegalArgumentException("topic " + id + " has no text");
    }
    description = description.map(Topic::normalise).filter(s -> !s.isEmpty());
    narrative = narrative.map(Topic::normalise).filter(s -> !s.isEmpty());
  }

  /**
   * A topic of a query alone, without description and narrative.
   *
   * @param id the topic's id as runs and judgments write it; no whitespace
   * @param text the query; not blank
   */
  public Topic(String id, String text) {
    this(id, text, Optional.empty(), Optional.empty());
  }

  private static String normalise(String s) {
    return s.replaceAll("[\\s\\p{Z}]+", " ").strip();
  }
}
