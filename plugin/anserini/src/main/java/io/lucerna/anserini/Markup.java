package io.lucerna.anserini;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * Takes HTML and SGML markup out of text, in time linear in its length whatever the text. Only tags
 * of {@link MarkupElements known elements} count. All else between less-than and greater-than signs
 * stays: collections are full of {@code a < b}, {@code List<String>} and {@code <b and c>}.
 */
final class Markup {
  private static final Pattern TAG =
      Pattern.compile(
          "</?([A-Za-z][\\w-]*)(/?|\\s[^<>]*)>"
              + "|<(?:!(?:\\[|(?i:doctype|entity|element|attlist|notation)\\b)|\\?xml\\b)[^<>]*>");

  private static final Pattern END_TAG = Pattern.compile("</([A-Za-z][\\w-]*)");

  private final String text;
  private final StringBuilder out;
  private final Matcher tag;

  /** The names of all end tags in the text, made when the first is asked for. */
  private @Nullable Set<String> closed;

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

  /** Whether a text begins with markup, whitespace aside. */
  static boolean begins(String text) {
    int start = text.length() - text.stripLeading().length();
    return text.startsWith("<", start) && new Markup(text).markupEnd(start) >= 0;
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
   * Tells a tag from text such as {@code if x <b and c> d}: the element is known, and the rest are
   * attributes. A tag right behind a word, as in {@code List<Object>}, must be closed somewhere, if
   * its element has to be.
   */
  private boolean isMarkup() {
    if (tag.group(1) == null) {
      return true;
    }
    String name = tag.group(1).toLowerCase(Locale.ROOT);
    if (!MarkupElements.isKnown(name) || !MarkupElements.areAttributes(tag.group(2))) {
      return false;
    }
    int lt = tag.start();
    boolean typed = lt > 0 && isWord(text.charAt(lt - 1)) && tag.group(2).isEmpty();
    return !typed
        || text.charAt(lt + 1) == '/'
        || !MarkupElements.mustBeClosed(name)
        || closed().contains(name);
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private Set<String> closed() {
    if (closed == null) {
      closed = new HashSet<>();
      Matcher ends = END_TAG.matcher(text);
      while (ends.find()) {
        closed.add(ends.group(1).toLowerCase(Locale.ROOT));
      }
    }
    return closed;
  }
}
