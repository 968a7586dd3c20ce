package io.lucerna.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laws of the bundled collection that need no judgments. */
class BundledCollectionTest {
  @TempDir Path dir;

  @Test
  void topicsAreManyDistinctAndFullyWritten() throws IOException {
    TopicSet topics = BundledCollection.topics();
    assertTrue(topics.size() >= 40, topics.toString());
    Set<String> titles = new HashSet<>();
    Set<String> fields = new HashSet<>();
    for (Topic topic : topics) {
      assertTrue(titles.add(topic.text().toLowerCase(Locale.ROOT)), topic.text());
      assertTrue(topic.description().isPresent(), topic.id());
      String narrative = topic.narrative().orElseThrow();
      assertTrue(narrative.startsWith("Field: "), narrative);
      fields.add(narrative.substring(0, narrative.indexOf('.')));
    }
    assertTrue(fields.size() >= 20, fields.toString());
    Path file = BundledCollection.writeTopics(dir.resolve("t"));
    assertEquals(topics.topics(), TopicReader.read(file).topics());
  }

  @Test
  void passagesAreManyAndOfProperLength() throws IOException {
    Map<String, String> passages = passages();
    assertTrue(passages.size() >= 400, "only " + passages.size());
    for (Map.Entry<String, String> passage : passages.entrySet()) {
      int words = passage.getValue().strip().split("\\s+").length;
      assertTrue(words >= 30 && words <= 120, passage.getKey() + " has " + words + " words");
    }
  }

  @Test
  void noTwoPassagesShareEightConsecutiveWords() throws IOException {
    Map<List<String>, String> seen = new HashMap<>();
    for (Map.Entry<String, String> passage : passages().entrySet()) {
      String folded = passage.getValue().toLowerCase(Locale.ROOT);
      List<String> words = List.of(folded.replaceAll("[^\\p{L}\\p{N}]+", " ").strip().split(" "));
      for (int i = 0; i + 8 <= words.size(); i++) {
        String other = seen.putIfAbsent(words.subList(i, i + 8), passage.getKey());
        if (other != null) {
          assertEquals(other, passage.getKey(), "share " + words.subList(i, i + 8));
        }
      }
    }
  }

  private Map<String, String> passages() throws IOException {
    Map<String, String> passages = new TreeMap<>();
    ObjectMapper json = new ObjectMapper();
    for (String line : Files.readAllLines(BundledCollection.writeCorpus(dir.resolve("c")))) {
      JsonNode document = json.readTree(line);
      assertNull(
          passages.put(document.get("id").asText(), document.get("contents").asText()),
          document.get("id").asText());
    }
    return passages;
  }
}
