package io.lucerna.topics;

import io.lucerna.base.MalformedTextException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads topic files: UTF-8, gzipped or not. Ids are those that Anserini's reader of the same name
 * gives.
 *
 * <p>Two things differ from Anserini on purpose: a TREC title may run over several lines (Anserini
 * keeps the first), and only the label {@code Topic:} is dropped from a title (Anserini drops
 * everything up to the first colon).
 */
public final class TopicReader {
  private TopicReader() {}

  /** Reads a file whose format is told from its content. */
  public static TopicSet read(Path file) throws IOException {
    String name = name(file);
    String content = decode(name, bytes(file));
    return parse(name, content, TopicFormat.guess(name, nonEmpty(name, content)));
  }

  /**
   * Reads a file of a known format.
   *
   * @throws MalformedTextException if a line is malformed, an id occurs twice, or there is no topic
   */
  public static TopicSet read(Path file, TopicFormat format) throws IOException {
    String name = name(file);
    return parse(name, decode(name, bytes(file)), format);
  }

  /** Tells the format of a file from its content. */
  public static TopicFormat guessFormat(Path file) throws IOException {
    String name = name(file);
    return TopicFormat.guess(name, nonEmpty(name, decode(name, bytes(file))));
  }

  /**
   * Reads topics from text.
   *
   * @param name what the set is called, and the file that messages name
   * @param content the whole text
   * @param format its format
   * @throws MalformedTextException if a line is malformed, an id occurs twice, or there is no topic
   */
  public static TopicSet parse(String name, String content, TopicFormat format)
      throws MalformedTextException {
    Collector topics = new Collector(name, format.integerIds());
    switch (format) {
      case TREC -> TaggedTopics.trec(name, nonEmpty(name, content), topics);
      case CACM -> TaggedTopics.cacm(name, nonEmpty(name, content), topics);
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

    void add(int line, Topic topic) throws MalformedTextException {
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
              file, line, "topic id '" + id + "' contains white space, which no run can hold");
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

  private static String name(Path file) {
    Path name = file.getFileName();
    return name == null ? file.toString() : name.toString();
  }

  private static String nonEmpty(String name, String content) throws MalformedTextException {
    if (content.isBlank()) {
      throw new MalformedTextException(name, 1, "no topics in the file");
    }
    return content;
  }

  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      if (!gzip) {
        return in.readAllBytes();
      }
      try (InputStream unzipped = new GZIPInputStream(in)) {
        return unzipped.readAllBytes();
      }
    }
  }

  private static String decode(String name, byte[] bytes) throws IOException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = decoder.decode(in, out, true);
    out.flip();
    if (result.isError()) {
      int line = 1 + (int) out.chars().filter(c -> c == '\n').count();
      throw new MalformedTextException(
          name, line, "not UTF-8; convert the file, for example with iconv -f latin1 -t utf-8");
    }
    if (!result.isUnderflow()) {
      throw new CharacterCodingException();
    }
    String content = out.toString();
    return content.startsWith("\uFEFF") ? content.substring(1) : content;
  }
}
