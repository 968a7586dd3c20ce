package io.lucerna.plugin.collections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anserini.search.topicreader.CacmTopicReader;
import io.anserini.search.topicreader.CovidTopicReader;
import io.anserini.search.topicreader.JsonStringTopicReader;
import io.anserini.search.topicreader.TrecTopicReader;
import io.anserini.search.topicreader.TsvIntTopicReader;
import io.anserini.search.topicreader.TsvStringTopicReader;
import io.anserini.search.topicreader.WebxmlTopicReader;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.BundledCollection;
import io.lucerna.topics.Topic;
import io.lucerna.topics.TopicFormat;
import io.lucerna.topics.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topic ids and queries are those that Anserini's readers give. */
class TopicsAgainstAnseriniTest {
  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "CACM, cacm/topics.cacm.txt, 64",
    "TSV_INT, msmarco-dl/topics.dl19-passage.txt, 43",
    "TSV_STRING, msmarco-dl/topics.dl19-passage.txt, 43",
    "TSV_INT, msmarco-dl/topics.dl20.txt, 200"
  })
  void sharedFiles(TopicFormat format, String path, int count) throws IOException {
    Path file = Checkout.shared("collections/" + path);
    assumeTrue(Files.exists(file), "skipped the comparison on " + path + ": no " + file);
    assertEquals(count, compare(file, format).size());
  }

  @Test
  void bundledTopics() throws IOException {
    compare(BundledCollection.writeTopics(dir), TopicFormat.TREC);
  }

  @Test
  void writtenForms() throws IOException {
    String trec =
        """
        <top>
        <num> Number: 051
        <title> Topic: Airbus  Subsidies

        <desc> Description:
        A description.

        <narr> Narrative:
        A narrative.
        </top>
        <top>
        <num>052</num>
        <title>
        title below its tag
        <desc> Description:
        B
        <narr> Narrative:
        C
        </top>
        """;
    compare(write("t.trec", trec), TopicFormat.TREC);
    compare(write("t.tsv", "007\tone  query \n8\tanother"), TopicFormat.TSV_INT);
    compare(write("s.tsv", "007\tone  query \nx8\tanother"), TopicFormat.TSV_STRING);
    compare(
        write("t.jsonl", "{\"id\": 7, \"title\": \"a\"}\n{\"qid\": \"07\", \"title\": \"b\"}"),
        TopicFormat.JSON_STRING);
    compare(
        write(
            "covid.xml",
            """
            <topics task="COVIDSearch 2020" batch="1">
              <topic number="1">
                <query>coronavirus origin</query>
                <question>what is the origin of COVID-19</question>
                <narrative>seeking information</narrative>
              </topic>
              <topic number="12">
                <query>coronavirus R&amp;D</query>
                <question>q</question>
                <narrative>n</narrative>
              </topic>
            </topics>
            """),
        TopicFormat.COVID);
    compare(
        write(
            "web.xml",
            """
            <webtrack2012>
              <topic number="151" type="single">
                <query>403b</query>
                <description>
                  What is a 403b plan?
                </description>
                <subtopic number="1" type="inf">What is it?</subtopic>
              </topic>
            </webtrack2012>
            """),
        TopicFormat.WEB_XML);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content);
  }

  private static Map<String, String> compare(Path file, TopicFormat format) throws IOException {
    Map<String, String> expected = new TreeMap<>();
    anserini(file, format)
        .forEach(
            (id, fields) ->
                expected.put(
                    id.toString(),
                    fields
                        .getOrDefault("title", String.valueOf(fields.get("query")))
                        .strip()
                        .replaceAll("\\s+", " ")));
    Map<String, String> actual = new TreeMap<>();
    for (Topic topic : TopicReader.read(file, format)) {
      actual.put(topic.id(), topic.text());
    }
    assertEquals(expected, actual);
    return actual;
  }

  private static Map<?, Map<String, String>> anserini(Path file, TopicFormat format)
      throws IOException {
    return switch (format) {
      case TREC -> new TrecTopicReader(file).read();
      case CACM -> new CacmTopicReader(file).read();
      case COVID -> new CovidTopicReader(file).read();
      case WEB_XML -> new WebxmlTopicReader(file).read();
      case TSV_INT -> new TsvIntTopicReader(file).read();
      case TSV_STRING -> new TsvStringTopicReader(file).read();
      case JSON_STRING -> new JsonStringTopicReader(file).read();
    };
  }
}
