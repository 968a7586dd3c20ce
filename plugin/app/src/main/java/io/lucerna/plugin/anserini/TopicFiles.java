package io.lucerna.plugin.anserini;

import io.anserini.search.SearchCollection;
import io.anserini.search.topicreader.Topics;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.plugin.collections.CollectionException;
import io.lucerna.plugin.collections.CollectionRegistry;
import io.lucerna.topics.Topic;
import io.lucerna.topics.TopicFormat;
import io.lucerna.topics.TopicReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Topics by the names that Anserini gives to files, collections and readers.
 *
 * @param queries the texts by topic id, in the order of the file
 * @param reader Anserini's name of the format; null where the name of the topics says it
 * @param asTheyAre whether Anserini reads the same where it is given the same file; it knows plain
 *     files of the older formats only
 */
public record TopicFiles(Map<String, String> queries, @Nullable String reader, boolean asTheyAre) {
  /** Those whose files Anserini reads as we do. */
  private static final Set<TopicFormat> OLDER =
      EnumSet.of(TopicFormat.TREC, TopicFormat.CACM, TopicFormat.TSV_INT, TopicFormat.TSV_STRING);

  /** How many topics MS MARCO's development sets have. */
  private static final int PASSAGE_TOPICS = 6980;

  private static final int DOCUMENT_TOPICS = 5193;

  /**
   * Reads topics.
   *
   * @param topics a file, {@code -} for standard input, or the name of one of Anserini's topic sets
   *     (downloaded by Anserini)
   * @param reader Anserini's name of the reader; null to infer the format from the file
   * @param field {@code title}, {@code description}, {@code narrative}, or several joined by {@code
   *     +}
   * @throws IllegalArgumentException if Anserini has no such reader
   * @throws MalformedTextException if the file is none of topics, or a topic lacks the field
   */
  public static TopicFiles read(String topics, @Nullable String reader, String field)
      throws IOException {
    TextFile file = TextFile.named(topics);
    if (!file.exists()) {
      return new TopicFiles(named(topics, field), reader, true);
    }
    boolean plain = file.plain();
    String content = file.text();
    if (reader != null && !isOurs(reader)) {
      return new TopicFiles(foreign(file.name(), content, reader, field), reader, plain);
    }
    TopicFormat format =
        reader == null ? TopicReader.guessFormat(file.name(), content) : TopicFormat.parse(reader);
    Map<String, String> queries = new LinkedHashMap<>();
    for (Topic topic : TopicReader.parse(file.name(), content, format)) {
      queries.put(topic.id(), join(file.name(), topic.id(), fields(topic, format), field));
    }
    boolean asTheyAre =
        plain
            && OLDER.contains(format)
            && !isOfMsMarco(queries)
            && readsTheSame(file.name(), content, format, field, queries);
    return new TopicFiles(queries, format.anseriniName(), asTheyAre);
  }

  /**
   * Whether Anserini makes the same queries of a file. Of TREC's it needs a description and a
   * narrative after each title and takes a title's first line, and no line of ids and queries may
   * be empty.
   */
  private static boolean readsTheSame(
      String name, String content, TopicFormat format, String field, Map<String, String> queries)
      throws IOException {
    try {
      return foreign(name, content, format.anseriniName(), field).equals(queries);
    } catch (MalformedTextException e) {
      return false;
    }
  }

  /**
   * Whether Anserini knows the topics as those of MS MARCO's development sets: the order of their
   * run it reads from a file of its own, which it looks for on the web.
   */
  private static boolean isOfMsMarco(Map<String, String> queries) {
    return (queries.size() == PASSAGE_TOPICS || queries.size() == DOCUMENT_TOPICS)
        && "androgen receptor define".equalsIgnoreCase(queries.get("2"));
  }

  /** The queries of several files; a later one takes precedence. */
  public static Map<String, String> queries(List<TopicFiles> files) {
    Map<String, String> queries = new LinkedHashMap<>();
    files.forEach(file -> queries.putAll(file.queries));
    return queries;
  }

  /**
   * Points Anserini to these topics: to their own files where it reads them as we do, to files of
   * ids and queries that are written for it otherwise. Those are read as texts: Anserini compares
   * ids that it reads as numbers with no document's id.
   *
   * @param files what was read for each of its topics
   * @param folder where files may be written
   * @return whether its runs have the topics in another order than by number
   */
  static boolean give(SearchCollection.Args args, List<TopicFiles> files, Path folder)
      throws IOException {
    Set<String> readers = new LinkedHashSet<>();
    files.stream().map(TopicFiles::reader).filter(Objects::nonNull).forEach(readers::add);
    if (readers.size() < 2 && files.stream().allMatch(TopicFiles::asTheyAre)) {
      args.topicReader = readers.stream().findFirst().orElse(null);
      return false;
    }
    args.topicReader = TopicFormat.TSV_STRING.anseriniName();
    args.topicField = "title";
    String[] written = new String[files.size()];
    for (int i = 0; i < written.length; i++) {
      Path file = folder.resolve("topics." + i + ".tsv");
      Map<String, String> queries = files.get(i).queries;
      AtomicFile.write(
          file,
          out -> {
            for (Map.Entry<String, String> query : queries.entrySet()) {
              out.write(query.getKey() + "\t" + query.getValue() + "\n");
            }
          });
      written[i] = file.toString();
    }
    args.topics = written;
    return queries(files).keySet().stream().allMatch(TopicFormat::isCanonicalInteger);
  }

  private static boolean isOurs(String reader) {
    return Arrays.stream(TopicFormat.values()).anyMatch(f -> f.anseriniName().equals(reader));
  }

  /** Under TREC's names, and under those of the format where it has others. */
  private static Map<String, String> fields(Topic topic, TopicFormat format) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("title", topic.text());
    if (format == TopicFormat.COVID || format == TopicFormat.WEB_XML) {
      fields.put("query", topic.text());
    }
    String description = format == TopicFormat.COVID ? "question" : "description";
    topic.description().ifPresent(text -> fields.put(description, text));
    topic.narrative().ifPresent(text -> fields.put("narrative", text));
    return fields;
  }

  private static Map<String, String> named(String name, String field) throws IOException {
    Topics known = Topics.getByName(name);
    if (known == null) {
      throw new FileNotFoundException(
          name
              + ": no such file, and Anserini knows no topics of that name; "
              + CollectionRegistry.known());
    }
    try {
      return texts(name, io.anserini.search.topicreader.TopicReader.getTopics(known), field);
    } catch (IOException e) {
      throw new CollectionException(
          name
              + ": Anserini cannot fetch these topics: "
              + e.getMessage()
              + ". Fetch the file in another way and give its path",
          e);
    }
  }

  /** By a reader of Anserini's, which opens a file by itself. */
  private static Map<String, String> foreign(
      String name, String content, String reader, String field) throws IOException {
    Class<?> type =
        AnseriniNames.require(
            "io.anserini.search.topicreader.", reader + "TopicReader", "-topicReader");
    Path file = Files.createTempFile("lucerna-topics", ".txt");
    try {
      Files.writeString(file, content);
      SortedMap<?, ? extends Map<String, String>> read =
          ((io.anserini.search.topicreader.TopicReader<?>)
                  type.getConstructor(Path.class).newInstance(file))
              .read();
      if (read.isEmpty()) {
        throw new MalformedTextException(
            name, 0, "Anserini's reader " + reader + " finds no topics in it");
      }
      return texts(name, read, field);
    } catch (MalformedTextException e) {
      throw e;
    } catch (ReflectiveOperationException | IOException | RuntimeException e) {
      throw new MalformedTextException(
          name, 0, "Anserini's reader " + reader + " cannot read it: " + e);
    } finally {
      Files.delete(file);
    }
  }

  private static Map<String, String> texts(
      String file, SortedMap<?, ? extends Map<String, String>> topics, String field)
      throws MalformedTextException {
    Map<String, String> queries = new LinkedHashMap<>();
    for (var topic : topics.entrySet()) {
      String id = topic.getKey().toString();
      queries.put(id, join(file, id, topic.getValue(), field));
    }
    return queries;
  }

  private static String join(String file, String id, Map<String, String> fields, String wanted)
      throws MalformedTextException {
    StringBuilder query = new StringBuilder();
    for (String name : List.of(wanted.split("\\+"))) {
      String text = fields.get(name);
      if (text == null) {
        throw new MalformedTextException(
            file,
            0,
            String.format(
                Locale.ROOT,
                "topic %s has no field %s; it has %s",
                id,
                name,
                String.join(", ", fields.keySet())));
      }
      query.append(' ').append(text);
    }
    return query.toString().replaceAll("\\s+", " ").strip();
  }
}
