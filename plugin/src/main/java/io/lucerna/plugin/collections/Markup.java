package io.lucerna.plugin.collections;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;
import org.jsoup.parser.Tag;

/**
 * Takes HTML, SGML and XML markup out of text, in time linear in its length whatever the text. A
 * less-than sign that opens no tag stays: collections are full of {@code a < b}.
 */
final class Markup {
  private static final Pattern TAG =
      Pattern.compile("</?([A-Za-z][\\w:.-]*)(/?|\\s[^<>]*)>|<[!?][A-Za-z\\[][^<>]*>");

  private final String text;
  private final StringBuilder out;
  private final Matcher tag;

  private Markup(String text) {
    this.text = text;
    this.out = new StringBuilder(text.length());
    this.tag = TAG.matcher(text);
  }

  /**
   * The text with each tag, comment, script and style sheet replaced by a space, and entities read.
   */
  static String strip(String text) {
    return Parser.unescapeEntities(new Markup(text).withoutTags(), false);
  }

  /** The text with each stretch from {@code <} to the next {@code >} replaced by a space. */
  static String stripPlainly(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    for (int lt = text.indexOf('<'); lt >= 0; lt = text.indexOf('<', from)) {
      int gt = text.indexOf('>', lt + 2);
      if (gt < 0) {
        break;
      }
      out.append(text, from, lt).append(' ');
      from = gt + 1;
    }
    return Parser.unescapeEntities(out.append(text, from, text.length()).toString(), false);
  }

  private String withoutTags() {
    int from = 0;
    for (int lt = text.indexOf('<'); lt >= 0; lt = text.indexOf('<', from)) {
      out.append(text, from, lt);
      from = markupEnd(lt);
      if (from < 0) {
        out.append('<');
        from = lt + 1;
      } else {
        out.append(' ');
      }
    }
    return out.append(text, from, text.length()).toString();
  }

  /** Where the markup that begins at this less-than sign ends, or -1 if none begins there. */
  private int markupEnd(int lt) {
    if (text.startsWith("<!--", lt)) {
      int close = text.indexOf("-->", lt + 4);
      return close < 0 ? text.length() : close + 3;
    }
    if (!tag.region(lt, text.length()).lookingAt() || !isMarkup()) {
      return -1;
    }
    int end = tag.end();
    String name = tag.group(1) == null ? "" : tag.group(1).toLowerCase(Locale.ROOT);
    boolean opens = text.charAt(lt + 1) != '/' && text.charAt(end - 2) != '/';
    if (opens && (name.equals("script") || name.equals("style"))) {
      Matcher close =
          Pattern.compile("</" + name + "\\s*>", Pattern.CASE_INSENSITIVE).matcher(text);
      return close.find(end) ? close.end() : text.length();
    }
    return end;
  }

  /**
   * Tells a tag from text such as {@code if x <y and y> z}: a tag has no attributes, or has a value
   * for one, or is an element of HTML.
   */
  private boolean isMarkup() {
    if (tag.group(1) == null) {
      return true;
    }
    String rest = tag.group(2).strip();
    return rest.isEmpty()
        || rest.equals("/")
        || rest.indexOf('=') >= 0
        || Tag.isKnownTag(tag.group(1).toLowerCase(Locale.ROOT));
  }
}
