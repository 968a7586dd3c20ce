package io.lucerna.topics;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What XML writes in another way, in texts whose tags need not be well-formed. */
final class XmlText {
  private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);

  private static final Pattern CDATA = Pattern.compile("<!\\[CDATA\\[(.*?)]]>", Pattern.DOTALL);

  private static final Pattern ENTITY =
      Pattern.compile("&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));");

  private static final Map<String, String> NAMED =
      Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'");

  private XmlText() {}

  /** The text with its comments taken out and all lines where they were. */
  static String withoutComments(String text) {
    return COMMENT
        .matcher(text)
        .replaceAll(comment -> "\n".repeat((int) comment.group().lines().count() - 1));
  }

  /** The text with XML's entities and character references decoded; others stay as they are. */
  static String decoded(String text) {
    String plain = CDATA.matcher(text).replaceAll("$1");
    return ENTITY.matcher(plain).replaceAll(entity -> Matcher.quoteReplacement(character(entity)));
  }

  private static String character(MatchResult entity) {
    if (entity.group(3) != null) {
      return NAMED.getOrDefault(entity.group(3), entity.group());
    }
    int codePoint =
        entity.group(1) != null
            ? Integer.parseInt(entity.group(1))
            : Integer.parseInt(entity.group(2), 16);
    boolean character =
        Character.isValidCodePoint(codePoint)
            && !(codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
    return character ? Character.toString(codePoint) : entity.group();
  }
}
