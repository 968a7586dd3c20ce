package io.lucerna.topics;

import io.lucerna.base.text.MalformedTextException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The forms of topic files that can be read, named as Anserini names its topic readers. */
public enum TopicFormat {
  /** {@code <top>} blocks with {@code <num>}, {@code <title>}, {@code <desc>}, {@code <narr>}. */
  TREC("Trec", true),
  /** {@code <DOC>} blocks with {@code <DOCNO>}; all the rest of the block is the query. */
  CACM("Cacm", true),
  /**
   * XML of {@code <topic number="1">} with {@code <query>}, {@code <question>}, {@code
   * <narrative>}; the question is where TREC's description is.
   */
  COVID("Covid", false),
  /** The same with {@code <query>} and {@code <description>}. */
  WEB_XML("Webxml", false),
  /** Lines of an integer id, a tab, and the query. */
  TSV_INT("TsvInt", true),
  /** Lines of any id, a tab, and the query. */
  TSV_STRING("TsvString", false),
  /**
   * Lines, or an array, of JSON objects with an id and a text under the names of {@link
   * FieldNames}; {@code description} and {@code narrative} are optional.
   */
  JSON_STRING("JsonString", false);

  /** An object, or an array of objects: an id in brackets is neither. */
  private static final Pattern JSON = Pattern.compile("\\{|\\[\\s*[{\\]]");

  /** What may stand before the first element: blanks, and XML's declaration and comments. */
  private static final Pattern PROLOG =
      Pattern.compile(
          "^(?:\\s++|<\\?.*?\\?>|<!--.*?-->|<!DOCTYPE[^>\\[]*(?:\\[.*?\\])?\\s*>)*+",
          Pattern.DOTALL);

  /** What is found in a file of a format with tags; the first that is found counts. */
  private record Sign(Pattern pattern, TopicFormat format) {
    static Sign of(String pattern, TopicFormat format) {
      return new Sign(Pattern.compile(pattern, Pattern.CASE_INSENSITIVE), format);
    }
  }

  private static final List<Sign> SIGNS =
      List.of(
          Sign.of("^<doc[\\s>]", CACM),
          Sign.of("<top[\\s>]", TREC),
          Sign.of("<question[\\s>]", COVID),
          Sign.of("<topic[\\s>]", WEB_XML));

  private final String anseriniName;
  private final boolean integerIds;

  TopicFormat(String anseriniName, boolean integerIds) {
    this.anseriniName = anseriniName;
    this.integerIds = integerIds;
  }

  /** {@return what Anserini's {@code -topicReader} calls the format} */
  public String anseriniName() {
    return anseriniName;
  }

  /**
   * {@return whether ids are integers, so that {@code 007} and {@code 7} are the same topic,
   * written {@code 7}}
   */
  public boolean integerIds() {
    return integerIds;
  }

  /**
   * {@return the format of this name, whatever its case}
   *
   * @param name Anserini's name of the format, such as {@code TsvInt}
   * @throws IllegalArgumentException if there is none; the message lists those that exist
   */
  public static TopicFormat parse(String name) {
    for (TopicFormat format : values()) {
      if (format.anseriniName.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return format;
      }
    }
    String known =
        Arrays.stream(values()).map(TopicFormat::anseriniName).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "unknown topic format '" + name + "'; the formats are " + known);
  }

  /**
   * Tells the format from the text of a file. A file of tab-separated lines counts as {@link
   * #TSV_INT} only if every id is an integer in canonical form, so that guessing never changes an
   * id.
   *
   * @param file the file's name, for the message
   * @param content the whole text
   * @throws MalformedTextException if the text looks like none of the formats
   */
  static TopicFormat guess(String file, String content) throws MalformedTextException {
    String start = PROLOG.matcher(content).replaceFirst("");
    if (start.startsWith("<")) {
      for (Sign sign : SIGNS) {
        if (sign.pattern.matcher(start).find()) {
          return sign.format;
        }
      }
    }
    if (JSON.matcher(start).lookingAt()) {
      return JSON_STRING;
    }
    if (start.lines().findFirst().orElse("").indexOf('\t') > 0) {
      boolean integers =
          start
              .lines()
              .filter(line -> !line.isBlank())
              .map(line -> line.strip().split("\t", 2)[0])
              .allMatch(TopicFormat::isCanonicalInteger);
      return integers ? TSV_INT : TSV_STRING;
    }
    int line = (int) content.substring(0, content.length() - start.length()).lines().count() + 1;
    throw new MalformedTextException(
        file,
        line,
        "cannot tell the topic format: a topic file starts with <top>, <DOC>, {, [, or id<TAB>text,"
            + " or is XML of <topic number=\"...\">");
  }

  /**
   * {@return whether an id is an integer as {@link #TSV_INT} writes it, without leading zeros or a
   * plus}
   *
   * @param id an id as written in a file
   */
  public static boolean isCanonicalInteger(String id) {
    try {
      return Integer.toString(Integer.parseInt(id)).equals(id);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
