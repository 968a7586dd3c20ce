package io.lucerna.instrumentation.sweep;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An attention head, written {@code L3H7}; heads are ordered by layer, then by number.
 *
 * @param layer from 0
 * @param head from 0
 */
public record Head(int layer, int head) implements Comparable<Head> {
  private static final Pattern WRITTEN =
      Pattern.compile("[Ll](\\d{1,4})[Hh](\\d{1,4})|(\\d{1,4})[.:](\\d{1,4})");

  /**
   * Reads {@code L3H7}, and the spellings {@code 3.7} and {@code 3:7}.
   *
   * @param text the head, such as {@code L3H7}; letters in either case
   * @return the head, which no model need have
   * @throws IllegalArgumentException if it is something else
   */
  public static Head parse(String text) {
    Matcher found = WRITTEN.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "a head is written by its layer and number, such as L1H6; got " + text);
    }
    int first = found.group(1) == null ? 3 : 1;
    return new Head(Integer.parseInt(found.group(first)), Integer.parseInt(found.group(first + 1)));
  }

  @Override
  public int compareTo(Head other) {
    return layer == other.layer
        ? Integer.compare(head, other.head)
        : Integer.compare(layer, other.layer);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "L%dH%d", layer, head);
  }
}
