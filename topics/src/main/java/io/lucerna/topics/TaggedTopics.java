package io.lucerna.topics;

import io.lucerna.base.text.MalformedTextException;
import io.lucerna.topics.TopicReader.Collector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Topic formats marked up with SGML tags; the tags of fields may be closed or not. */
final class TaggedTopics {
  /**
   * Tags of TREC topics since 1992. Those that are not part of the query end the field before them.
   */
  private static final Pattern TREC_TAG =
      Pattern.compile(
          "<(/?)(top|num|title|desc|narr|dom|smry|con|fac|def|nat|time|head)(?:\\s[^<>]*)?>",
          Pattern.CASE_INSENSITIVE);

  /** The beginning of a file of topics without XML around them. */
  private static final Pattern BARE = Pattern.compile("\\s*+<top[\\s>]", Pattern.CASE_INSENSITIVE);

  private static final Pattern CACM_TAG =
      Pattern.compile("<(/?)(doc|docno)>", Pattern.CASE_INSENSITIVE);

  /** The words that NIST put before the content of a field. */
  private static final Pattern LABEL =
      Pattern.compile("^\\s*(Number|Topic|Description|Narrative)\\s*:", Pattern.CASE_INSENSITIVE);

  private TaggedTopics() {}

  static void trec(String file, String content, Collector topics) throws MalformedTextException {
    // SGML topics are on their own and are taken as they are; an element around them makes them
    // XML.
    boolean xml = !BARE.matcher(content).lookingAt();
    String text = xml ? XmlText.withoutComments(content) : content;
    UnaryOperator<String> decoded = xml ? XmlText::decoded : UnaryOperator.identity();
    for (Block block : blocks(file, text, TREC_TAG, "top")) {
      topics.add(
          block.line,
          topics.id(block.line, block.require("num")),
          decoded.apply(block.require("title")),
          Optional.ofNullable(block.fields.get("desc")).map(decoded),
          Optional.ofNullable(block.fields.get("narr")).map(decoded));
    }
  }

  static void cacm(String file, String content, Collector topics) throws MalformedTextException {
    for (Block block : blocks(file, content, CACM_TAG, "doc")) {
      String id = topics.id(block.line, block.require("docno"));
      topics.add(block.line, id, block.require("/docno"), Optional.empty(), Optional.empty());
    }
  }

  /**
   * One topic's block.
   *
   * @param fields the text after each tag up to the next one, by the tag's name; text after a
   *     closing tag goes by the name with a slash
   */
  private record Block(String file, int line, Map<String, String> fields) {
    String require(String name) throws MalformedTextException {
      String text = fields.get(name);
      if (text == null || text.isBlank()) {
        String what = name.startsWith("/") ? "no text after <" + name : "no text under <" + name;
        throw new MalformedTextException(file, line, "the topic has " + what + ">");
      }
      return text;
    }
  }

  private static List<Block> blocks(String file, String content, Pattern tags, String outer)
      throws MalformedTextException {
    List<Block> blocks = new ArrayList<>();
    @Nullable Block open = null;
    Matcher tag = tags.matcher(content);
    int seen = 0;
    int line = 1;
    int from = 0;
    while (tag.find(from)) {
      line += newlines(content, seen, tag.start());
      seen = tag.start();
      from = tag.end();
      boolean closing = !tag.group(1).isEmpty();
      String name = tag.group(2).toLowerCase(Locale.ROOT);
      if (name.equals(outer) && !closing) {
        rejectOpen(open, outer);
        open = new Block(file, line, new HashMap<>());
      } else if (open == null) {
        throw new MalformedTextException(file, line, tag.group() + " outside of a <" + outer + ">");
      } else if (name.equals(outer)) {
        blocks.add(open);
        open = null;
      } else {
        int end = tag.find(from) ? tag.start() : content.length();
        String text = LABEL.matcher(content.substring(from, end)).replaceFirst("");
        String key = (closing ? "/" : "") + name;
        if (open.fields.putIfAbsent(key, text) != null && !closing) {
          throw new MalformedTextException(file, line, "a second <" + name + "> in one topic");
        }
      }
    }
    rejectOpen(open, outer);
    return blocks;
  }

  private static void rejectOpen(@Nullable Block open, String outer) throws MalformedTextException {
    if (open != null) {
      throw new MalformedTextException(
          open.file, open.line, "<" + outer + "> without its </" + outer + ">");
    }
  }

  private static int newlines(String content, int from, int to) {
    return (int) content.substring(from, to).chars().filter(c -> c == '\n').count();
  }
}
