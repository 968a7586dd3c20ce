package io.lucerna.plugin.texts;

import java.util.Optional;

/** Which ids an output can hold; none holds an empty one. */
public enum Ids {
  /** A TREC run, whose columns are separated by whitespace. */
  RUN,
  /** A table with tabs. */
  TABLE,
  /** JSON. */
  JSON;

  /**
   * What is wrong with an id, if anything is.
   *
   * @param what the id's kind, such as {@code document}
   */
  Optional<String> fault(String what, String id) {
    if (id.isEmpty()) {
      return Optional.of("the " + what + " id is empty");
    }
    return switch (this) {
      case RUN ->
          id.chars().anyMatch(Character::isWhitespace)
              ? Optional.of(
                  what + " id '" + id + "' contains whitespace, which no TREC run can hold")
              : Optional.empty();
      case TABLE ->
          id.chars().anyMatch(c -> c == '\t' || c == '\n' || c == '\r')
              ? Optional.of(
                  what + " id '" + id + "' contains a tab or line end, which no table can hold")
              : Optional.empty();
      case JSON -> Optional.empty();
    };
  }
}
