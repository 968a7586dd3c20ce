package io.lucerna.topics;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.topics.TopicReader.Collector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/** Topic formats of one topic per line, and arrays of JSON. Blank lines are skipped. */
final class LineTopics {
  private static final ObjectReader WITHIN = new ObjectMapper().readerFor(JsonNode.class);
  private static final ObjectReader JSON =
      WITHIN.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private LineTopics() {}

  static void tsv(String file, String content, Collector topics) throws MalformedTextException {
    int number = 0;
    for (String line : (Iterable<String>) content.lines()::iterator) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] columns = line.strip().split("\t", -1);
      if (columns.length != 2 || columns[1].isBlank()) {
        throw new MalformedTextException(
            file, number, "expected id<TAB>text, got " + columns.length + " column(s)");
      }
      if (isHeader(columns[0], columns[1])) {
        throw new MalformedTextException(
            file, number, "a header, not a topic: " + String.join(", ", columns) + "; remove it");
      }
      String id = topics.id(number, columns[0]);
      topics.add(number, id, columns[1], Optional.empty(), Optional.empty());
    }
  }

  /** Whether a line names its columns: it would be a topic that nobody asked for. */
  private static boolean isHeader(String id, String text) {
    String first = id.strip().toLowerCase(Locale.ROOT);
    return (FieldNames.TOPIC_IDS.contains(first) || first.equals("topic"))
        && FieldNames.QUERIES.contains(text.strip().toLowerCase(Locale.ROOT));
  }

  static void json(String file, String content, Collector topics) throws MalformedTextException {
    if (content.stripLeading().startsWith("[")) {
      array(file, content, topics);
      return;
    }
    int number = 0;
    for (String line : (Iterable<String>) content.lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        json(file, number, line, topics);
      }
    }
  }

  private static void json(String file, int number, String line, Collector topics)
      throws MalformedTextException {
    try {
      add(file, number, JSON.readTree(line), topics);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inLine(file, number, e, line);
    }
  }

  private static void array(String file, String content, Collector topics)
      throws MalformedTextException {
    try (JsonParser parser = JSON.createParser(content)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        int line = parser.currentTokenLocation().getLineNr();
        add(file, line, WITHIN.readTree(parser), topics);
      }
      if (parser.nextToken() != null) {
        int line = parser.currentTokenLocation().getLineNr();
        throw new MalformedTextException(
            file, line, "not JSON: something follows the end of the array");
      }
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file, "JSON", e, content);
    } catch (MalformedTextException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail", e);
    }
  }

  private static void add(String file, int number, JsonNode object, Collector topics)
      throws MalformedTextException {
    if (!object.isObject()) {
      throw new MalformedTextException(file, number, "not a JSON object");
    }
    String id =
        FieldNames.topicId(object)
            .orElseThrow(
                () -> new MalformedTextException(file, number, FieldNames.noTopicId(object)));
    String text =
        FieldNames.query(object)
            .orElseThrow(
                () -> new MalformedTextException(file, number, FieldNames.noQuery(object)));
    topics.add(
        number,
        topics.id(number, id),
        text,
        text(object, "description"),
        text(object, "narrative"));
  }

  private static Optional<String> text(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isTextual() || value.isNumber() ? Optional.of(value.asText()) : Optional.empty();
  }
}
