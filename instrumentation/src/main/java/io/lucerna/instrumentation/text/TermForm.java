package io.lucerna.instrumentation.text;

import java.util.Locale;
import java.util.Optional;

/**
 * How words are compared: as the terms that an index has of them. Rankers call it from several
 * threads at once.
 */
@FunctionalInterface
public interface TermForm {
  /** Words are their own terms, but for case, if they have a letter or a digit. */
  TermForm LOWER_CASE =
      word ->
          word.codePoints().anyMatch(Character::isLetterOrDigit)
              ? Optional.of(word.toLowerCase(Locale.ROOT))
              : Optional.empty();

  /**
   * {@return the term of a word; empty if it has none, like a stop word or punctuation}
   *
   * @param word one word of a text, without whitespace
   */
  Optional<String> of(String word);
}
