package io.lucerna.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.text.MalformedTextException;
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

  @Test
  void jsonMayBeAnArray() throws IOException {
    String json = "\n[{\"qid\": \"a\", \"query\": \"one\"},\n {\n\"_id\": 5, \"text\": \"two\"}]\n";
    assertEquals(
        List.of(new Topic("a", "one"), new Topic("5", "two")),
        TopicReader.read(Files.writeString(dir.resolve("t.json"), json)).topics());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{'qid': 'a', 'query': 'one'},\\n{'qid': 'a', 'query': 'two'}]|t:2: topic id 'a' was already used in line 1",
        "[{'qid': 'a', 'query': 'one'},\\n7]|t:2: not a JSON object",
        "[{'qid': 'a', 'query': 'one'},\\n]|t:2: not JSON: ",
        "[{'qid': 'a', 'query': 'one'}\\n|t:2: not JSON: ",
        "[{'qid': 'a', 'query': 'one'}]\\n{}|t:2: not JSON: something follows the end of the array",
        "[]|t:1: no topics in the file",
      })
  void malformedArraysNameTheirLine(String raw, String message) {
    String json = raw.replace("\\n", "\n").replace('\'', '"');
    MalformedTextException e =
        assertThrows(
            MalformedTextException.class,
            () -> TopicReader.parse("t", json, TopicFormat.JSON_STRING));
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e::getMessage);
  }

  @Test
  void jsonOfBeirIrDatasetsAndPyTerrier() throws IOException {
    for (String json :
        List.of(
            "{\"_id\": \"q1\", \"text\": \"oven\", \"metadata\": {}}",
            "{\"query_id\": \"q1\", \"text\": \"oven\"}",
            "{\"qid\": \"q1\", \"query\": \"oven\"}",
            "{\"topic_id\": \"q1\", \"question\": \"oven\", \"title\": null}",
            "{\"query_id\": \"q1\", \"title\": \"oven\", \"text\": \"\"}")) {
      Path file = Files.writeString(dir.resolve("queries.jsonl"), json + "\n");
      assertEquals(List.of(new Topic("q1", "oven")), TopicReader.read(file).topics(), json);
    }
  }

  private static final String COVID =
      """
      <topics task="COVIDSearch 2020" batch="5">
        <!-- <topic number="9"><query>none</query></topic> -->
        <topic number="01">
          <query>AT&amp;T &lt;ovens&gt; &#x1F525; caf&#233;</query>
          <question><![CDATA[what <b> is]]> the <i>ans</i>wer</question>
          <narrative>n</narrative>
        </topic>
        <topic number="2"><query>second</query></topic>
      </topics>
      """;

  @Test
  void covidTopicsAreXml() throws IOException {
    List<Topic> expected =
        List.of(
            new Topic(
                "1",
                "AT&T <ovens> \uD83D\uDD25 caf\u00e9",
                Optional.of("what <b> is the answer"),
                Optional.of("n")),
            new Topic("2", "second"));
    String declaration = "\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    for (String content : List.of(COVID, declaration + COVID, COVID.replace('"', '\''))) {
      for (String ends : List.of("\n", "\r\n")) {
        Path file = Files.writeString(dir.resolve("covid.xml"), content.replace("\n", ends));
        assertEquals(expected, TopicReader.read(file).topics());
        assertEquals(expected, TopicReader.read(file, TopicFormat.COVID).topics());
      }
    }
  }

  @Test
  void webTopicsHaveDescriptionsAndSubtopics() throws IOException {
    String web =
        """
        <webtrack2009>
          <topic number="1" type="faceted">
            <query>obama family tree</query>
            <description> Find information
            on it. </description>
            <subtopic number="1" type="nav">one</subtopic>
            <subtopic number="2" type="inf">two</subtopic>
          </topic>
          <topic number="q2">only words</topic>
        </webtrack2009>
        """;
    assertEquals(
        List.of(
            new Topic(
                "1", "obama family tree", Optional.of("Find information on it."), Optional.empty()),
            new Topic("q2", "only words")),
        TopicReader.parse("t", web, TopicReader.guessFormat("t", web)).topics());
  }

  @Test
  void trecTopicsInXmlHaveEntitiesAndThoseAloneAreTakenAsTheyAre() throws IOException {
    String top = "<top>\n<num>301</num>\n<title>R&amp;D at AT&T &#169; &bogus;</title>\n</top>\n";
    for (String before :
        List.of("<topics>\n", "<?xml version=\"1.0\"?>\n<topics>\n", "<!-- <top> -->\n<t>")) {
      assertEquals(
          List.of(new Topic("301", "R&D at AT&T \u00a9 &bogus;")),
          TopicReader.parse("t", before + top + "</topics>\n", TopicFormat.TREC).topics());
    }
    assertEquals(
        List.of(new Topic("301", "R&amp;D at AT&T &#169; &bogus;")),
        TopicReader.parse("t", top, TopicFormat.TREC).topics());
  }

  @Test
  void entitiesOfFilesAreNotRead() {
    String xml =
        "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
            + "<t><topic number=\"1\"><query>&x;</query></topic></t>";
    MalformedTextException e =
        assertThrows(
            MalformedTextException.class, () -> TopicReader.parse("t", xml, TopicFormat.WEB_XML));
    assertEquals(
        "t:1: not well-formed XML: The entity \"x\" was referenced, but not declared.",
        e.getMessage());
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
          TREC|`<?xml version="1.0" encoding="UTF-8"?>\n<topics>\n<top><num>1</num><title>x</title></top>\n</topics>`
          TREC|`<topics>\n<!-- <topic> -->\n<TOP>\n<num>1<title>x</top>\n</topics>`
          COVID|`<topics task="COVIDSearch"><topic number="1"><query>x</query><question>y</question></topic></topics>`
          COVID|`<?xml version="1.0"?>\n<!DOCTYPE topics [<!ELEMENT topics ANY>]>\n<topics><topic number="1"><query>x</query>\n<question>y</question></topic></topics>`
          WEB_XML|`\n<webtrack2012><topic number="1" type="x"><query>x</query></topic></webtrack2012>`
          """)
  void theFormatIsToldFromTheContent(TopicFormat format, String raw) throws IOException {
    String content = raw;
    Files.writeString(dir.resolve("topics"), content);
    assertEquals(format, TopicReader.guessFormat("topics", content));
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
          TSV_STRING|`qid\tquery\n1\tx`|`t:1: a header, not a topic: qid, query; remove it`
          TSV_INT|`Topic_ID\tText\n1\tx`|`t:1: a header, not a topic: Topic_ID, Text; remove it`
          TSV_STRING|`a b\tx`|`t:1: topic id 'a b' contains whitespace, which no run can hold`
          TSV_STRING|`a\t\u00a0`|`t:1: topic a has no text`
          COVID|`\n<topics>\n<topic number="1">\n</topic></topics>`|`t:3: the topic has no text under <query>`
          COVID|`<topics>\n<topic><query>x</query></topic></topics>`|`t:2: the topic has no number`
          COVID|`<topics><topic number="1"><query>x</query>\n<query>y</query></topic></topics>`|`t:2: a second <query> in one topic`
          COVID|`<topics><topic number="1"><query>x</query></topic>\n<topic number="01"><query>x</query></topic></topics>`|`t:2: topic id '1' was already used in line 1`
          WEB_XML|`<topics>\n<topic number="1">\n<query>x &eacute;</query></topic></topics>`|`t:3: not well-formed XML: The entity "eacute" was referenced, but not declared.`
          WEB_XML|`\n<topics>\n<topic number="1"><query>x</topic></topics>`|`t:3: not well-formed XML: The element type "query" must be terminated by the matching end-tag "</query>".`
          WEB_XML|`<topics></topics>`|`t:1: no topics in the file`
          JSON_STRING|`{"id": "1", "title": "x"}\n[1]`|`t:2: not a JSON object`
          JSON_STRING|`{"title": "x"}`|`t:1: no topic id: expected a field id, qid, _id, query_id or topic_id; the fields are title`
          JSON_STRING|`{"id": "1", "title": " "}`|`t:1: no query: expected a field title, query, text, question, contents, content, body, passage, segment or abstract; the fields are id, title`
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
    assertTrue(String.valueOf(e.getMessage()).startsWith("t:2: not JSON: "));
  }

  @ParameterizedTest
  @EnumSource(TopicFormat.class)
  void emptyFilesAreErrors(TopicFormat format) throws IOException {
    Path file = Files.writeString(dir.resolve("empty.txt"), " \n");
    for (var read :
        List.<Executable>of(() -> TopicReader.read(file), () -> TopicReader.read(file, format))) {
      MalformedTextException e = assertThrows(MalformedTextException.class, read);
      assertEquals(file + ":1: no topics in the file", e.getMessage());
    }
  }

  @Test
  void whatLooksLikeNoFormatIsAnError() throws IOException {
    Path file = Files.writeString(dir.resolve("x.txt"), "\n\njust words\n");
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> TopicReader.read(file));
    assertEquals(
        file
            + ":3: cannot tell the topic format: a topic file starts with <top>, <DOC>, {, [, or"
            + " id<TAB>text, or is XML of <topic number=\"...\">",
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
    assertEquals(file + ":2: not UTF-8: byte 0xEF at byte 5 of the line", e.getMessage());
  }

  @Test
  void formatsGoByAnserinisNames() {
    for (TopicFormat format : TopicFormat.values()) {
      assertEquals(format, TopicFormat.parse(format.anseriniName()));
    }
    assertEquals(TopicFormat.TSV_INT, TopicFormat.parse("tsvint"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> TopicFormat.parse("Sgml"));
    assertEquals(
        "unknown topic format 'Sgml'; the formats are Trec, Cacm, Covid, Webxml, TsvInt, TsvString,"
            + " JsonString",
        e.getMessage());
  }

  @Test
  void anIdInBracketsIsNoArray() throws IOException {
    assertEquals(
        TopicFormat.TSV_STRING, TopicFormat.guess("topics.tsv", "[1]\twhat burns in a lamp\n"));
    assertEquals(
        TopicFormat.JSON_STRING,
        TopicFormat.guess("topics.json", "[\n {\"id\": \"1\", \"title\": \"lamps\"}]"));
  }
}
