package io.lucerna.plugin;

import io.anserini.search.topicreader.TopicReader;
import io.anserini.search.topicreader.Topics;
import io.lucerna.topics.Topic;
import io.lucerna.topics.TopicFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Reads topics by the names that Anserini gives to files, collections and readers. */
final class TopicFiles {
  private TopicFiles() {}

  /**
   * Reads the query texts of topics, by topic id, in the order of the file.
   *
   * @param topics a file, or the name of one of Anserini's topic sets (downloaded by Anserini)
   * @param reader Anserini's name of the reader; null to tell the format from the file
   * @param field {@code title}, {@code description}, {@code narrative}, or several joined by {@code
   *     +}
   */
  static Map<String, String> read(String topics, @Nullable String reader, String field)
      throws IOException {
    Path file = Path.of(topics);
    if (!Files.isRegularFile(file)) {
      return named(topics, field);
    }
    if (reader != null && !isOurs(reader)) {
      return foreign(file, reader, field);
    }
    Iterable<Topic> read =
        reader == null
            ? io.lucerna.topics.TopicReader.read(file)
            : io.lucerna.topics.TopicReader.read(file, TopicFormat.parse(reader));
    Map<String, String> queries = new LinkedHashMap<>();
    for (Topic topic : read) {
      queries.put(topic.id(), join(topic.id(), fields(topic), field));
    }
    return queries;
  }

  private static boolean isOurs(String reader) {
    return Arrays.stream(TopicFormat.values()).anyMatch(f -> f.anseriniName().equals(reader));
  }

  private static Map<String, String> fields(Topic topic) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("title", topic.text());
    topic.description().ifPresent(text -> fields.put("description", text));
    topic.narrative().ifPresent(text -> fields.put("narrative", text));
    return fields;
  }

  private static Map<String, String> named(String name, String field) throws IOException {
    Topics known = Topics.getByName(name);
    if (known == null) {
      throw new CommandException(
          ExitCode.INPUT,
          name
              + ": no such file, and Anserini knows no topics of that name; "
              + CollectionOptions.known());
    }
    try {
      return texts(TopicReader.getTopics(known), field);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.INPUT,
          name
              + ": Anserini cannot fetch these topics: "
              + e.getMessage()
              + ". Fetch the file in another way and give its path",
          e);
    }
  }

  private static Map<String, String> foreign(Path file, String reader, String field) {
    Class<?> type =
        AnseriniNames.require(
            "io.anserini.search.topicreader.", reader + "TopicReader", "-topicReader");
    try {
      TopicReader<?> instance = (TopicReader<?>) type.getConstructor(Path.class).newInstance(file);
      SortedMap<?, ? extends Map<String, String>> read = instance.read();
      if (read.isEmpty()) {
        throw new CommandException(
            ExitCode.INPUT, file + ": Anserini's reader " + reader + " finds no topics in it");
      }
      return texts(read, field);
    } catch (CommandException e) {
      throw e;
    } catch (ReflectiveOperationException | IOException | RuntimeException e) {
      throw new CommandException(
          ExitCode.INPUT, file + ": Anserini's reader " + reader + " cannot read it: " + e, e);
    }
  }

  private static Map<String, String> texts(
      SortedMap<?, ? extends Map<String, String>> topics, String field) {
    Map<String, String> queries = new LinkedHashMap<>();
    topics.forEach((id, fields) -> queries.put(id.toString(), join(id.toString(), fields, field)));
    return queries;
  }

  private static String join(String id, Map<String, String> fields, String wanted) {
    StringBuilder query = new StringBuilder();
    for (String name : List.of(wanted.split("\\+"))) {
      String text = fields.get(name);
      if (text == null) {
        throw new CommandException(
            ExitCode.INPUT,
            String.format(
                Locale.ROOT,
                "topic %s has no field %s; it has %s (-topicField)",
                id,
                name,
                String.join(", ", fields.keySet())));
      }
      query.append(' ').append(text);
    }
    return query.toString().replaceAll("\\s+", " ").strip();
  }
}
