package io.lucerna.anserini;

import java.util.Locale;
import java.util.regex.Pattern;

/** How stored text becomes the passage that a model reads. */
public enum PassageCleaning {
  /** The text as it was stored. */
  NONE {
    @Override
    public String apply(String stored) {
      return stored;
    }
  },
  /**
   * Tags of known elements become spaces, entities characters, and runs of whitespace one space.
   */
  MARKUP {
    @Override
    public String apply(String stored) {
      return join(Markup.strip(stored));
    }
  },
  /**
   * As published numbers on CACM were made: everything from a less-than sign to the next
   * greater-than sign becomes a space, which eats text of the ten records that compare numbers;
   * entities become characters; the citation lines, three numbers and two tabs, are dropped; runs
   * of whitespace become one space.
   */
  CACM {
    @Override
    public String apply(String stored) {
      return join(CITATION.matcher(Markup.stripPlainly(stored)).replaceAll(""));
    }
  };

  private static final Pattern CITATION =
      Pattern.compile("^\\d+\\t\\d+\\t\\d+[^\\S\\n]*$", Pattern.MULTILINE);

  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}]+");

  /**
   * {@return the passage that a model reads}
   *
   * @param stored the text as the index or the file holds it
   */
  public abstract String apply(String stored);

  /**
   * {@return whether a text begins with a tag of a known element, a comment or a document type}
   *
   * @param stored the text as the index or the file holds it
   */
  public static boolean beginsWithMarkup(String stored) {
    return Markup.begins(stored);
  }

  /** {@return the name on the command line} */
  public String optionName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the cleaning of this name}
   *
   * @param name the name on the command line: {@code none}, {@code markup} or {@code cacm}
   * @throws IllegalArgumentException if there is none; the message lists those that exist
   */
  public static PassageCleaning parse(String name) {
    for (PassageCleaning cleaning : values()) {
      if (cleaning.optionName().equals(name)) {
        return cleaning;
      }
    }
    throw new IllegalArgumentException(
        "unknown passage cleaning '" + name + "'; use none, markup or cacm");
  }

  private static String join(String text) {
    return SPACE.matcher(text).replaceAll(" ").strip();
  }
}
