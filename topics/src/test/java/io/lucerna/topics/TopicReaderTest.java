package io.lucerna.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.MalformedTextException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TopicReaderTest {
  @TempDir Path dir;

  private static final String TREC =
      """
      <top>

      <num> Number: 051
      <title> Topic: C++:  the
        language

      <desc> Description:
      What is it?

      <narr> Narrative:
      Anything <b>relevant</b>.
      </top>
      <top><num>52</num><title>Second</title></top>
      """;

  @Test
  void trecTopicsMayBeClosedOrNotAndRunOverLines() throws IOException {
    TopicSet topics = TopicReader.parse("t", TREC, TopicFormat.TREC);
    assertEquals(
        List.of(
            new Topic(
                "51",
                "C++: the language",
                Optional.of("What is it?"),
                Optional.of("Anything <b>relevant</b>.")),
            new Topic("52", "Second")),
        topics.topics());
    assertEquals("Second", topics.get("52").orElseThrow().text());
    assertTrue(topics.get("051").isEmpty());
  }

  @Test
  void cacmQueriesAreAllThatFollowsTheNumber() throws IOException {
    String cacm = "<DOC>\n<DOCNO> 07 </DOCNO>\n\n\n a query\nover lines\n\n \n</DOC>\n";
    assertEquals(
        List.of(new Topic("7", "a query over lines")),
        TopicReader.parse("t", cacm, TopicFormat.CACM).topics());
  }

  @Test
  void tsvIdsAreIntegersOrStrings() throws IOException {
    String tsv = "007\tone  query \n8\tanother\n\n";
    assertEquals(
        List.of(new Topic("7", "one query"), new Topic("8", "another")),
        TopicReader.parse("t", tsv, TopicFormat.TSV_INT).topics());
    assertEquals(
        List.of(new Topic("007", "one query"), new Topic("8", "another")),
        TopicReader.parse("t", tsv, TopicFormat.TSV_STRING).topics());
  }

  @Test
  void jsonTakesTheNamesInUse() throws IOException {
    String json =
        """
        {"id": "a", "title": "one"}
        {"qid": 5, "query": "two", "description": "d", "narrative": " "}
        {"id": "c", "text": "three"}
        """;
    assertEquals(
        List.of(
            new Topic("a", "one"),
            new Topic("5", "two", Optional.of("d"), Optional.empty()),
            new Topic("c", "three")),
        TopicReader.parse("t", json, TopicFormat.JSON_STRING).topics());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          TREC|`\n<TOP>\n<num>1<title>x</top>`
          CACM|`<DOC>\n<DOCNO>1</DOCNO>\nx\n</DOC>`
          TSV_INT|`1\tx\n-2\ty`
          TSV_STRING|`1\tx\n02\ty`
          TSV_STRING|`q1\tx`
          JSON_STRING|`{"id": 1, "text": "x"}`
          """)
  void theFormatIsToldFromTheContent(TopicFormat format, String raw) throws IOException {
    String content = raw;
    assertEquals(
        format, TopicReader.guessFormat(Files.writeString(dir.resolve("topics"), content)));
    assertEquals(
        TopicReader.parse("topics", content, format).topics(),
        TopicReader.read(dir.resolve("topics")).topics());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          TREC|`\n<top>\n<num>1\n<title>x`|`t:2: <top> without its </top>`
          TREC|`<top>\n<num>1<title>x\n<top>\n</top>`|`t:1: <top> without its </top>`
          TREC|`<top>\n<num>1</num>\n</top>`|`t:1: the topic has no text under <title>`
          TREC|`<top><title>x</top>`|`t:1: the topic has no text under <num>`
          TREC|`<top><num>1<title>x<title>y</top>`|`t:1: a second <title> in one topic`
          TREC|`<top><num>1<title>x</top>\n<title>y`|`t:2: <title> outside of a <top>`
          TREC|`<top><num>1<title>x</top>\n\n<top><num>01<title>y</top>`|`t:3: topic id '1' was already used in line 1`
          TREC|`<top><num>MB1<title>x</top>`|`t:1: topic id 'MB1' is not an integer, as this format demands`
          CACM|`<DOC>\n<DOCNO>1</DOCNO>\n \n</DOC>`|`t:1: the topic has no text after </docno>`
          TSV_INT|`1\tx\n1\ty`|`t:2: topic id '1' was already used in line 1`
          TSV_INT|`99999999999\tx`|`t:1: topic id '99999999999' is not an integer, as this format demands`
          TSV_STRING|`a\tx\nb`|`t:2: expected id<TAB>text, got 1 column(s)`
          TSV_STRING|`a\tx\ty`|`t:1: expected id<TAB>text, got 3 column(s)`
          TSV_STRING|`a b\tx`|`t:1: topic id 'a b' contains white space, which no run can hold`
          JSON_STRING|`{"id": "1", "title": "x"}\n[1]`|`t:2: not a JSON object`
          JSON_STRING|`{"title": "x"}`|`t:1: no topic id: expected a field id or qid`
          JSON_STRING|`{"id": "1", "title": " "}`|`t:1: no query: expected a field title, query or text that is not blank`
          """)
  void malformedLinesAreErrorsThatNameFileAndLine(TopicFormat format, String raw, String message) {
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> TopicReader.parse("t", raw, format));
    assertEquals(message, e.getMessage());
  }

  @Test
  void brokenJsonNamesItsLine() {
    MalformedTextException e =
        assertThrows(
            MalformedTextException.class,
            () -> TopicReader.parse("t", "\n{\"id\": ", TopicFormat.JSON_STRING));
    assertTrue(String.valueOf(e.getMessage()).startsWith("t:2: not a JSON object: "));
  }

  @ParameterizedTest
  @EnumSource(TopicFormat.class)
  void emptyFilesAreErrors(TopicFormat format) throws IOException {
    Path file = Files.writeString(dir.resolve("empty.txt"), " \n");
    for (var read :
        List.<Executable>of(() -> TopicReader.read(file), () -> TopicReader.read(file, format))) {
      MalformedTextException e = assertThrows(MalformedTextException.class, read);
      assertEquals("empty.txt:1: no topics in the file", e.getMessage());
    }
  }

  @Test
  void whatLooksLikeNoFormatIsAnError() throws IOException {
    Path file = Files.writeString(dir.resolve("x.txt"), "\n\njust words\n");
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> TopicReader.read(file));
    assertEquals(
        "x.txt:3: cannot tell the topic format: a topic file starts with <top>, <DOC>, {, or"
            + " id<TAB>text",
        e.getMessage());
  }

  @Test
  void gzipAndByteOrderMarksAreTakenAsTheyCome() throws IOException {
    Path file = dir.resolve("topics.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("\uFEFF1\tna\u00efve\u00a0query\n".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(List.of(new Topic("1", "na\u00efve query")), TopicReader.read(file).topics());
  }

  @Test
  void otherCharsetsAreErrors() throws IOException {
    Path file =
        Files.write(
            dir.resolve("latin.tsv"),
            "1\tx\n2\tna\u00efve\n".getBytes(StandardCharsets.ISO_8859_1));
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> TopicReader.read(file));
    assertEquals(
        "latin.tsv:2: not UTF-8; convert the file, for example with iconv -f latin1 -t utf-8",
        e.getMessage());
  }

  @Test
  void formatsGoByAnserinisNames() {
    for (TopicFormat format : TopicFormat.values()) {
      assertEquals(format, TopicFormat.parse(format.anseriniName()));
    }
    assertEquals(TopicFormat.TSV_INT, TopicFormat.parse("tsvint"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> TopicFormat.parse("Webxml"));
    assertEquals(
        "unknown topic format 'Webxml'; the formats are Trec, Cacm, TsvInt, TsvString, JsonString",
        e.getMessage());
  }
}
