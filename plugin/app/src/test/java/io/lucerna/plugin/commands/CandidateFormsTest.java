package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.TextFile;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.studies.work.Hashes;
import io.lucerna.testkit.Checkout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and corpora in all forms that others write give what the plain form gives. */
class CandidateFormsTest {
  private static final String REQUEST =
      "{'query': {'qid': '7', 'text': 'red lamp'}, 'candidates': ["
          + "{'docid': 'x', 'score': 9.5, 'doc': {'contents': 'a tall red lamp'}},"
          + " {'docid': 'y', 'score': 8.5, 'doc': {'contents': 'red lamp'}}]}";

  private static final String RUN = "7 Q0 y 1 1.000000 Lucerna\n7 Q0 x 2 0.500000 Lucerna\n";

  @TempDir Path folder;

  @BeforeEach
  void plain() throws IOException {
    write("topics.tsv", "7\tred lamp\n");
    write("run.txt", "7 Q0 x 1 9.5 t\n7 Q0 y 2 8.5 t\n");
    write("requests.json", REQUEST);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content.replace('\'', '"'));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell rerank(String input, String output) {
    return Shell.run(
        "rerank", "-rerank.model", "fake", "-input", path(input), "-output", path(output));
  }

  private Shell corpus(String corpus) {
    return Shell.run(
        "rerank",
        "-rerank.model",
        "fake",
        "-topics",
        path("topics.tsv"),
        "-run",
        path("run.txt"),
        "-corpus",
        path(corpus),
        "-output",
        path("out.txt"));
  }

  private void gives(String run, Shell shell) throws IOException {
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(run, Files.readString(folder.resolve("out.txt")));
  }

  private void refused(String message, Shell shell) {
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertFalse(shell.err().contains("\tat "), shell.err());
    assertFalse(Files.exists(folder.resolve("out.txt")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REQUEST",
        "[REQUEST]",
        "\n [\n REQUEST\n]\n",
        "\uFEFFREQUEST\r\n",
        "\uFEFF[REQUEST]",
        "[{'query': 'red lamp', 'hits': [{'qid': 7, 'docid': 'x', 'rank': 1, 'score': 9.5,"
            + " 'content': 'a tall red lamp'}, {'qid': 7, 'docid': 'y', 'rank': 2, 'score': 8.5,"
            + " 'content': 'red lamp'}]}]",
        "{'qid': '7', 'query': 'red lamp', 'candidates': [{'docid': 'x', 'rank': 1, 'content':"
            + " 'a tall red lamp'}, {'docid': 'y', 'rank': 2, 'content': 'red lamp'}]}",
        "{'query': {'query_id': '7', 'query': 'red lamp'}, 'candidates': [{'docno': 'x', 'text':"
            + " 'a tall red lamp'}, {'docno': 'y', 'doc': 'red lamp'}]}",
        "{'query': {'_id': '7', 'text': 'red lamp'}, 'candidates': [{'doc_id': 'x', 'score': 2,"
            + " 'doc': {'title': 'a', 'text': 'tall red lamp'}}, {'_id': 'y', 'score': 1, 'doc':"
            + " {'segment': 'red lamp'}}]}",
      })
  void requests(String form) throws IOException {
    write("in.whatever", form.replace("REQUEST", REQUEST));
    gives(RUN, rerank("in.whatever", "out.txt"));
  }

  @Test
  void compressedRequests() throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("in.jsonl")))) {
      out.write(Files.readAllBytes(folder.resolve("requests.json")));
    }
    gives(RUN, rerank("in.jsonl", "out.txt"));
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.txt.meta.json").toFile());
    assertEquals(Hashes.sha256(folder.resolve("in.jsonl")), meta.at("/requests/sha256").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"requests.json", "run.txt"})
  void standardInput(String name) throws IOException {
    write("c.json", "[{'id': 'x', 'text': 'a tall red lamp'}, {'id': 'y', 'text': 'red lamp'}]");
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(name))));
    List<String> words = new ArrayList<>(List.of("rerank", "-rerank.model", "fake"));
    words.addAll(List.of("-input", "-", "-output", path("out.txt")));
    if (name.equals("run.txt")) {
      words.addAll(List.of("-topics", path("topics.tsv"), "-corpus", path("c.json")));
    }
    try {
      gives(RUN, Shell.run(words.toArray(String[]::new)));
    } finally {
      System.setIn(before);
    }
    JsonNode meta = new ObjectMapper().readTree(folder.resolve("out.txt.meta.json").toFile());
    assertEquals(
        Hashes.sha256(folder.resolve(name)),
        meta.at(name.equals("run.txt") ? "/run/sha256" : "/requests/sha256").asText());
  }

  /** RankLLM's published first stages: gzipped arrays of the older form. */
  @Test
  void publishedRequests() throws IOException {
    Path published = Checkout.shared("collections/dl-top100/BM25.dl19.json.gz");
    assumeTrue(Files.exists(published), "skipped RankLLM's published requests: no " + published);
    Requests requests = Requests.read(TextFile.of(published), Ids.RUN);
    assertEquals(43, requests.topics().size());
    for (Candidates topic : requests.topics()) {
      assertEquals(100, topic.ranking().size());
      assertFalse(topic.query().isBlank());
      for (String docno : topic.ranking().docnos()) {
        assertFalse(requests.text(topic.topic(), docno).isBlank());
      }
    }
  }

  @Test
  void oldRequestsAreWrittenInTheNewForm() throws IOException {
    write(
        "old.json",
        "[{'query': 'red lamp', 'hits': [{'qid': 7, 'docid': 'x', 'score': 1, 'content': 'red"
            + " lamp'}]}]");
    assertEquals(ExitCode.DONE, rerank("old.json", "out.jsonl").code());
    assertEquals(
        new ObjectMapper()
            .readTree(
                "{\"query\": {\"qid\": \"7\", \"text\": \"red lamp\"}, \"candidates\":"
                    + " [{\"docid\": \"x\", \"score\": 1.0, \"doc\": {\"contents\": \"red"
                    + " lamp\"}}]}")
            .toString(),
        Files.readString(folder.resolve("out.jsonl")).strip());
  }

  /** JSON's escapes can say half a surrogate pair, which no output can hold. */
  @Test
  void halfASurrogatePairIsReplaced() throws IOException {
    String half = REQUEST.replace("red lamp'}, 'can", "red \\ud83d lamp'}, 'can");
    write("half.json", half.replace("'red lamp'}}]", "'red \\ud83d lamp\\ud83d'}}]"));
    write(
        "whole.json",
        Files.readString(folder.resolve("half.json")).replaceAll("\\\\u....", "\uFFFD"));
    assertEquals(ExitCode.DONE, rerank("half.json", "half.jsonl").code());
    assertEquals(ExitCode.DONE, rerank("whole.json", "whole.jsonl").code());
    String written = Files.readString(folder.resolve("half.jsonl"));
    assertTrue(written.contains("red \uFFFD lamp"), written);
    assertEquals(Files.readString(folder.resolve("whole.jsonl")), written);
  }

  @Test
  void aTopicWithoutCandidatesLeavesNoLine() throws IOException {
    write("in.jsonl", REQUEST + "\n{'query': {'qid': '8', 'text': 'blue'}, 'candidates': []}\n");
    gives(RUN, rerank("in.jsonl", "out.txt"));
    assertEquals(ExitCode.DONE, rerank("in.jsonl", "out.jsonl").code());
    assertTrue(
        Files.readAllLines(folder.resolve("out.jsonl")).get(1).endsWith("\"candidates\":[]}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "in:1: not JSON: Unexpected end-of-input | {'query': {'qid': '7', 'te",
        "in:1: not JSON: Unexpected end-of-input | [{'query': {'qid': '7', 'te",
        "in:1: not JSON: something follows the end of the array | [REQUEST] {}",
        "in:1: not JSON: Unrecognized token 'x' | [REQUEST] x",
        "in:1: not a JSON object: number | [1]",
        "in:1: expected {\"query\": | [{}]",
        "in:3: expected {\"query\": | [REQUEST,\\n\\n{}]",
        "in:1: expected {\"query\": | {'query': 'red'}",
        "in:1: expected {\"query\": | {'candidates': []}",
        "there is no array of candidates or hits | {'query': 'red', 'hits': {}}",
        "no topic id: expected a field id, | {'query': {'text': 'red'}, 'candidates': []}",
        "no query: expected a field | {'query': {'qid': '7'}, 'candidates': []}",
        "in:1: document x occurs twice for topic 7 | {'qid': 7, 'query': 'red', 'candidates': [{'docid': 'x', 'content': 'a'}, {'docid': 'x', 'content': 'a'}]}",
        "the hits of one query have several topics: 7, 8 | [{'query': 'r', 'hits': [{'qid': 7, 'docid': 'x', 'content': 'a'}, {'qid': 8, 'docid': 'y', 'content': 'a'}]}]",
        "only some have a score | {'qid': 7, 'query': 'red', 'candidates': [{'docid': 'x', 'score': 1, 'content': 'a'}, {'docid': 'y', 'content': 'a'}]}",
        "a score or rank must be a finite number, got 1.0E99 | {'qid': 7, 'query': 'red', 'candidates': [{'docid': 'x', 'score': 1e99, 'content': 'a'}]}",
        "document x of topic 7 has no text: expected | {'qid': 7, 'query': 'red', 'candidates': [{'docid': 'x', 'doc': null}]}",
        "in:1: no document id: expected | {'qid': 7, 'query': 'red', 'candidates': [{'content': 'a'}]}",
        "in:1: document id 'a b' contains whitespace, which no TREC run can hold | {'qid': 7, 'query': 'red', 'candidates': [{'docid': 'a b', 'content': 'a'}]}",
        "in:1: document id 'a ' contains whitespace, which no TREC run can hold | {'qid': 7, 'query': 'red', 'candidates': [{'docid': 'a ', 'content': 'a'}]}",
        "in:1: topic id '7 8' contains whitespace, which no TREC run can hold | {'qid': '7 8', 'query': 'red', 'candidates': []}",
        "in:1: the document id is empty | {'qid': 7, 'query': 'red', 'candidates': [{'docid': '', 'content': 'a'}]}",
      })
  void whatIsNoRequestIsNamed(String message, String content) throws IOException {
    write("in", content.replace("REQUEST", REQUEST).replace("\\n", "\n"));
    refused(message, rerank("in", "out.txt"));
  }

  @Test
  void aSecondRequestForATopicIsNamed() throws IOException {
    write("in", REQUEST + "\n" + REQUEST);
    refused("in:2: a second request for topic 7", rerank("in", "out.txt"));
    write("in", "[\n" + REQUEST + ",\n" + REQUEST + "]");
    refused("in:3: a second request for topic 7", rerank("in", "out.txt"));
  }

  @Test
  void requestsHoldIdsThatRunsCannot() throws IOException {
    write(
        "in.json",
        "[{'query': 'red lamp', 'hits': [{'qid': 'a b', 'docid': 'x y', 'content': 'red'}]}]");
    assertEquals(ExitCode.DONE, rerank("in.json", "out.jsonl").code());
    assertTrue(Files.readString(folder.resolve("out.jsonl")).contains("\"docid\":\"x y\""));
  }

  @Test
  void latin1IsNamedWithItsLine() throws IOException {
    String two = REQUEST + "\n" + REQUEST.replace("tall", "t\u00e9l").replace("'7'", "'8'");
    Files.write(folder.resolve("in"), two.replace('\'', '"').getBytes(StandardCharsets.ISO_8859_1));
    refused("in:2: not UTF-8: byte 0xE9", rerank("in", "out.txt"));
    String array = "[" + two.replaceFirst("\n", ",\n") + "]";
    Files.write(
        folder.resolve("in"), array.replace('\'', '"').getBytes(StandardCharsets.ISO_8859_1));
    refused("in:2: not UTF-8: byte 0xE9", rerank("in", "out.txt"));
    String corpus = "{'id': 'x', 'text': 'a'}\n{'id': 'y', 'text': 'caf\u00e9'}\n";
    Files.write(
        folder.resolve("corpus.jsonl"),
        corpus.replace('\'', '"').getBytes(StandardCharsets.ISO_8859_1));
    refused("corpus.jsonl:2: not UTF-8: byte 0xE9", corpus("corpus.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id': 'x', 'contents': 'a tall red lamp'}\n{'id': 'y', 'contents': 'red lamp'}",
        "\uFEFF{'_id': 'x', 'title': 'a', 'text': 'tall red lamp', 'metadata': {}}\r\n\r\n"
            + "{'_id': 'y', 'title': '', 'text': 'red lamp'}\r\n",
        "{'doc_id': 'x', 'text': 'a tall red lamp'}\n{'doc_id': 'y', 'text': 'red lamp'}",
        "{'docno': 'x', 'text': 'a tall red lamp'}\n{'docno': 'y', 'text': 'red lamp'}",
        "{'pid': 'x', 'docid': 'D1', 'passage': 'a tall red lamp'}\n"
            + "{'pid': 'y', 'docid': 'D1', 'passage': 'red lamp'}",
        "{'docid': 'x', 'title': 'a', 'segment': 'tall red lamp'}\n"
            + "{'docid': 'y', 'title': '', 'segment': 'red lamp'}",
        "[{'id': 'x', 'contents': 'a tall red lamp'},\n{'id': 'y', 'contents': 'red lamp'}]",
        "{'id': 'z'}\n{'id': 'x', 'text': 'a tall red lamp'}\n{'id': 'y', 'text': 'red lamp'}",
      })
  void corpora(String form) throws IOException {
    write("corpus.json", form);
    gives(RUN, corpus("corpus.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"corpus.jsonl", "corpus.jsonl.gz"})
  void ofADataSetOfBeirsTheCorpusAloneIsRead(String name) throws IOException {
    Path beir = Files.createDirectories(folder.resolve("beir/qrels"));
    write("beir/queries.jsonl", "{'_id': 'x', 'text': 'a query with the id of a document'}");
    write("beir/qrels/test.json", "{'no': 'document'}");
    compressed(
        beir.resolveSibling(name),
        "{'_id': 'x', 'title': 'a', 'text': 'tall red lamp'}\n"
            + "{'_id': 'y', 'title': '', 'text': 'red lamp'}");
    gives(RUN, corpus("beir"));
  }

  /** Compressed files of a folder need no name of JSON's, as those of MS MARCO v2 have none. */
  @Test
  void compressedFilesOfAFolderAreToldByTheirContent() throws IOException {
    Files.createDirectory(folder.resolve("parts"));
    compressed(
        folder.resolve("parts/msmarco_passage_00.gz"), "{'pid': 'y', 'passage': 'red lamp'}");
    compressed(folder.resolve("parts/readme.gz"), "no object");
    write("parts/more.json", "{'pid': 'x', 'passage': 'a tall red lamp'}");
    write("parts/readme.txt", "{'no': 'document'}");
    gives(RUN, corpus("parts"));
    Files.delete(folder.resolve("parts/msmarco_passage_00.gz"));
    Files.delete(folder.resolve("parts/more.json"));
    Files.delete(folder.resolve("out.txt"));
    refused("parts: the folder holds no .jsonl or .json file", corpus("parts"));
  }

  private static void compressed(Path file, String content) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void idsThatAreNumbers() throws IOException {
    write("run.txt", "7 Q0 1 1 9.5 t\n7 Q0 2 2 8.5 t\n");
    write("c.json", "[{'id': 1, 'text': 'a tall red lamp'}, {'id': 2, 'text': 'red lamp'}]");
    gives(RUN.replace("x", "1").replace("y", "2"), corpus("c.json"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "c.jsonl:1: no document id: expected a field id, | {'text': 'a'}",
        "the fields are text, url | {'text': 'a', 'url': 'u'}",
        "c.jsonl:1: no document id | {'id': null, 'text': 'a'}",
        "c.jsonl:1: document x has no text: expected a field contents, | {'id': 'x', 'text': null}",
        "c.jsonl:1: document x has no text: field text must be a string, but its type is array | {'id': 'x', 'title': 't', 'text': ['a', 'b']}",
        "c.jsonl:2: document z has no text: field contents must be a string, but its type is array | {'id': 'x', 'text': 'a'}\\n{'id': 'z', 'title': 't', 'contents': ['a']}",
        "c.jsonl:1: document id 'x ' begins or ends with whitespace | {'id': 'x ', 'text': 'a'}",
        "c.jsonl:2: document x occurs twice | [{'id': 'x', 'text': 'a'},\\n{'id': 'x', 'text': 'b'}]",
        "c.jsonl:1: not JSON: | {'id': 'x', 'text': 'a'",
        "c.jsonl:1: not JSON: | {'id': 'x', 'text': 'a'} x",
        "document y of the run is not in the corpus | {'id': 'x', 'text': 'a'}",
        "document x of the run is not in the corpus | ``",
      })
  void whatIsNoCorpusIsNamed(String message, String content) throws IOException {
    write("c.jsonl", content.replace("\\n", "\n"));
    refused(message, corpus("c.jsonl"));
  }

  @Test
  void whetherTextsAreCleanedDoesNotDependOnTheRun() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      lines.append("{'id': 'd" + i + "', 'text': 'red lamp List<String>'}\n");
    }
    write("c.jsonl", "{'id': 'x', 'text': '<p>red <generic> lamp'}\n" + lines);
    write("run.txt", "7 Q0 x 1 2 t\n7 Q0 d0 2 1 t\n");
    Shell one = corpus("c.jsonl");
    assertEquals(ExitCode.DONE, one.code(), one.err());
    String first = Files.readString(folder.resolve("out.txt"));
    write("run.txt", "7 Q0 d0 1 2 t\n7 Q0 x 2 1 t\n");
    Shell other = corpus("c.jsonl");
    assertEquals(first, Files.readString(folder.resolve("out.txt")));
    String printed = "passages cleaned: none (inferred from the first 5 documents of the corpus)";
    assertTrue(one.err().contains(printed), one.err());
    assertTrue(other.err().contains(printed), other.err());
  }

  @Test
  void taggedCorporaAreCleaned() throws IOException {
    write(
        "c.jsonl",
        "{'id': 'x', 'text': '<p>a tall red lamp</p>'}\n{'id': 'y', 'text': '<b>red</b> lamp'}\n");
    Shell shell = corpus("c.jsonl");
    gives(RUN, shell);
    assertTrue(
        shell.err().contains("markup (inferred from the first 2 documents of the corpus)"),
        shell.err());
  }
}
