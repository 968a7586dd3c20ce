package io.lucerna.topics;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads topic files, opened as {@link TextFile} opens every text. Ids are those that Anserini's
 * reader of the same name gives.
 *
 * <p>Two things differ from Anserini on purpose: a TREC title may run over several lines (Anserini
 * keeps the first), and only the label {@code Topic:} is dropped from a title (Anserini drops
 * everything up to the first colon).
 */
public final class TopicReader {
  private TopicReader() {}

  /**
   * Reads a file whose format is inferred from its content.
   *
   * @param file the file, in UTF-8
   * @return the topics, under the file's name
   * @throws IOException if the file cannot be read, or as {@link #read(TextFile)} throws it
   */
  public static TopicSet read(Path file) throws IOException {
    return read(TextFile.of(file));
  }

  /**
   * Reads a text whose format is inferred from its content.
   *
   * @param file the text, in UTF-8
   * @return the topics, under the text's name
   * @throws MalformedTextException if it looks like no format, or as {@link #parse} throws it
   * @throws IOException if the text cannot be read
   */
  @Internal
  public static TopicSet read(TextFile file) throws IOException {
    String content = file.text();
    return parse(file.name(), content, guessFormat(file.name(), content));
  }

  /**
   * Reads a file of a known format.
   *
   * @param file the file, in UTF-8
   * @param format its format
   * @return the topics, under the file's name
   * @throws MalformedTextException as {@link #parse} does
   * @throws IOException if the file cannot be read
   */
  public static TopicSet read(Path file, TopicFormat format) throws IOException {
    TextFile text = TextFile.of(file);
    return parse(text.name(), text.text(), format);
  }

  /**
   * Infers the format of topics from their text.
   *
   * @param name the file that messages name
   * @param content the whole text
   * @return the format
   * @throws MalformedTextException if it looks like no format, or is blank
   */
  public static TopicFormat guessFormat(String name, String content) throws MalformedTextException {
    return TopicFormat.guess(name, nonEmpty(name, content));
  }

  /**
   * Reads topics from text.
   *
   * @param name what the set is called, and the file that messages name
   * @param content the whole text
   * @param format its format
   * @return the topics, in the order of the text
   * @throws MalformedTextException if a line is malformed, an id occurs twice, or there is no topic
   */
  public static TopicSet parse(String name, String content, TopicFormat format)
      throws MalformedTextException {
    Given.value(name, "the name of the topic set");
    Given.value(content, "the text of the topics");
    Given.value(format, "the format of the topics");
    Collector topics = new Collector(name, format.integerIds());
    switch (format) {
      case TREC -> TaggedTopics.trec(name, nonEmpty(name, content), topics);
      case CACM -> TaggedTopics.cacm(name, nonEmpty(name, content), topics);
      case COVID, WEB_XML -> XmlTopics.read(name, nonEmpty(name, content), topics);
      case TSV_INT, TSV_STRING -> LineTopics.tsv(name, content, topics);
      case JSON_STRING -> LineTopics.json(name, content, topics);
    }
    if (topics.list.isEmpty()) {
      throw new MalformedTextException(name, 1, "no topics in the file");
    }
    return new TopicSet(name, topics.list);
  }

  /** Takes parsed topics, checks ids, and says where two clash. */
  static final class Collector {
    private final String file;
    private final boolean integerIds;
    private final List<Topic> list = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();

    private Collector(String file, boolean integerIds) {
      this.file = file;
      this.integerIds = integerIds;
    }

    void add(
        int line, String id, String text, Optional<String> description, Optional<String> narrative)
        throws MalformedTextException {
      Topic topic;
      try {
        topic = new Topic(id, text, description, narrative);
      } catch (IllegalArgumentException e) {
        throw new MalformedTextException(file, line, String.valueOf(e.getMessage()));
      }
      Integer first = lines.putIfAbsent(topic.id(), line);
      if (first != null) {
        throw new MalformedTextException(
            file, line, "topic id '" + topic.id() + "' was already used in line " + first);
      }
      list.add(topic);
    }

    /** The id as Anserini writes it: integers lose leading zeros and a plus sign. */
    String id(int line, String written) throws MalformedTextException {
      String id = written.strip();
      if (id.isEmpty()) {
        throw new MalformedTextException(file, line, "the topic id is empty");
      }
      if (!integerIds) {
        if (id.chars().anyMatch(Character::isWhitespace)) {
          throw new MalformedTextException(
              file, line, "topic id '" + id + "' contains whitespace, which no run can hold");
        }
        return id;
      }
      try {
        return Integer.toString(Integer.parseInt(id));
      } catch (NumberFormatException e) {
        throw new MalformedTextException(
            file, line, "topic id '" + id + "' is not an integer, as this format demands");
      }
    }
  }

  private static String nonEmpty(String name, String content) throws MalformedTextException {
    if (content.isBlank()) {
      throw new MalformedTextException(name, 1, "no topics in the file");
    }
    return content;
  }
}
