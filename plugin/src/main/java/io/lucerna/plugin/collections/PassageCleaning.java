package io.lucerna.plugin.collections;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;
import org.jsoup.parser.Tag;

/** How stored text becomes the passage that a model reads. */
public enum PassageCleaning {
  /** The text as it was stored. */
  NONE {
    @Override
    public String apply(String stored) {
      return stored;
    }
  },
  /** Tags become spaces, entities characters, and runs of white space one space. */
  MARKUP {
    @Override
    public String apply(String stored) {
      return join(unmark(stored));
    }
  },
  /** {@link #MARKUP}, and the citation lines of CACM's records are dropped: three numbers and two tabs. */
  CACM {
    @Override
    public String apply(String stored) {
      return join(CITATION.matcher(unmark(stored)).replaceAll(""));
    }
  };

  /** What is between these tags is no text. */
  private static final Pattern INVISIBLE =
      Pattern.compile(
          "<(script|style)\\b[^>]*>.*?</\\1\\s*>|<!--.*?-->",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern TAG =
      Pattern.compile("</?([A-Za-z][\\w:.-]*)(/?|\\s[^<>]*)>|<[!?][A-Za-z\\[][^<>]*>");

  private static final Pattern CITATION =
      Pattern.compile("^\\d+\\t\\d+\\t\\d+[^\\S\\n]*$", Pattern.MULTILINE);

  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}]+");

  /**
   * The passage.
   *
   * @param stored the text as the index or the file holds it
   */
  public abstract String apply(String stored);

  /** The name on the command line. */
  public String optionName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The cleaning of this name.
   *
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

  private static String unmark(String stored) {
    String visible = INVISIBLE.matcher(stored).replaceAll(" ");
    String bare =
        TAG.matcher(visible)
            .replaceAll(tag -> isMarkup(tag) ? " " : Matcher.quoteReplacement(tag.group()));
    return Parser.unescapeEntities(bare, false);
  }

  /**
   * Tells a tag from text such as {@code if x <y and y> z}: a tag has no attributes, or has a value for
   * one, or is an element of HTML.
   */
  private static boolean isMarkup(MatchResult tag) {
    String name = tag.group(1);
    if (name == null) {
      return true;
    }
    String rest = tag.group(2);
    return rest.isBlank()
        || rest.strip().equals("/")
        || rest.indexOf('=') >= 0
        || Tag.isKnownTag(name.toLowerCase(Locale.ROOT));
  }

  private static String join(String text) {
    return SPACE.matcher(text).replaceAll(" ").strip();
  }
}
