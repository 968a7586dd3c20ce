package io.lucerna.topics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.lucerna.base.MalformedTextException;
import io.lucerna.topics.TopicReader.Collector;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Topic formats of one topic per line. Blank lines are skipped. */
final class LineTopics {
  private static final ObjectReader JSON =
      new ObjectMapper()
          .readerFor(JsonNode.class)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
      topics.add(number, new Topic(topics.id(number, columns[0]), columns[1]));
    }
  }

  static void json(String file, String content, Collector topics) throws MalformedTextException {
    int number = 0;
    for (String line : (Iterable<String>) content.lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        topics.add(number, json(file, number, line, topics));
      }
    }
  }

  private static Topic json(String file, int number, String line, Collector topics)
      throws MalformedTextException {
    JsonNode object;
    try {
      object = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new MalformedTextException(
          file, number, "not a JSON object: " + e.getOriginalMessage());
    }
    if (!object.isObject()) {
      throw new MalformedTextException(file, number, "not a JSON object");
    }
    String id = first(object, List.of("id", "qid"));
    if (id == null) {
      throw new MalformedTextException(file, number, "no topic id: expected a field id or qid");
    }
    String text = first(object, List.of("title", "query", "text"));
    if (text == null || text.isBlank()) {
      throw new MalformedTextException(
          file, number, "no query: expected a field title, query or text that is not blank");
    }
    return new Topic(
        topics.id(number, id),
        text,
        Optional.ofNullable(first(object, List.of("description"))),
        Optional.ofNullable(first(object, List.of("narrative"))));
  }

  private static @Nullable String first(JsonNode object, List<String> keys) {
    for (String key : keys) {
      JsonNode value = object.get(key);
      if (value != null && (value.isTextual() || value.isNumber())) {
        return value.asText();
      }
    }
    return null;
  }
}
