package io.lucerna.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.base.text.MalformedTextException;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of pairs in all their forms, and the edit maps that come with them. */
class ContrastPairsTest {
  private static final String MECHIR_HEADER =
      "qid\tdocno\tscore_delta\ttext\tperturbed_text\tquery\trelevance";

  @TempDir Path dir;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content);
  }

  private static ContrastPair pair(String id, String base, String perturbed) {
    return new ContrastPair(
        id,
        "q1",
        "lamp \"oil\"",
        "d1",
        "TFC1",
        base,
        perturbed,
        Edit.words(base, perturbed),
        List.of("lamp"),
        OptionalInt.of(3),
        OptionalDouble.of(1.5),
        OptionalDouble.of(2.25),
        OptionalDouble.of(4.1));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    PairTokens tokens =
        new PairTokens(
            "minilm",
            "a",
            new long[] {101, 7, 1037, 102},
            new long[] {101, 7, 9, 102},
            List.of("cls", "other", "filler", "sep"),
            List.of("cls", "other", "injected", "sep"));
    ContrastPair one = pair("1", "the 🪔\tis\n\"on\"", "the 🪔\tis\n\"on\" lamp");
    ContrastPair two =
        new ContrastPair(
            "2",
            "q2",
            "oil",
            "d2",
            "custom",
            "",
            "oil",
            List.of(new Edit(0, 0, 0, 3)),
            List.of(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    String lines =
        ContrastPairs.line(one, Optional.of(tokens))
            + "\n"
            + ContrastPairs.line(two, Optional.empty());
    assertTrue(lines.contains("\"changed\":[[2,3]]"), lines);
    assertEquals(List.of(one, two), ContrastPairs.read(file("pairs.jsonl", lines)));
  }

  @Test
  void tableIsReadWithAndWithoutHeaderAndGrade() throws IOException {
    String rows = "q1\tlamp\td1\ta lamp\ta wick lamp\t2\nq1\tlamp\td1\toil\toil lamp\n";
    for (String header : List.of("", "qid\tquery\tdocid\tbase\tperturbed\tgrade\n")) {
      List<ContrastPair> pairs = ContrastPairs.read(file("pairs.tsv", header + rows));
      assertEquals(2, pairs.size());
      assertEquals("q1/d1", pairs.get(0).id());
      assertEquals("q1/d1/2", pairs.get(1).id());
      assertEquals(OptionalInt.of(2), pairs.get(0).grade());
      assertEquals(OptionalInt.empty(), pairs.get(1).grade());
      assertEquals(List.of(new Edit(1, 1, 1, 6)), pairs.get(0).edits());
      assertEquals(List.of(new Edit(3, 3, 3, 8)), pairs.get(1).edits());
    }
  }

  /** In one table there may be several; known ones are written as everywhere. */
  @Test
  void aColumnNamesThePerturbationOfEachPair() throws IOException {
    String table =
        "qid\tquery\tdocid\tbase\tperturbed\tgrade\tperturbation\n"
            + "q1\tlamp\td1\ta\ta lamp\t2\ttfc1\n"
            + "q1\tlamp\td1\ta\ta lamp\t\tadd:IDF:start\n"
            + "q1\tlamp\td1\ta\ta lamp\t0\tMine-2\n";
    List<ContrastPair> pairs = ContrastPairs.read(file("pairs.tsv", table));
    assertEquals(
        List.of("TFC1", "ADD:idf:start", "Mine-2"),
        pairs.stream().map(ContrastPair::perturbation).toList());
    assertEquals(
        List.of(OptionalInt.of(2), OptionalInt.empty(), OptionalInt.of(0)),
        pairs.stream().map(ContrastPair::grade).toList());
  }

  @Test
  void whoReadsATableMayNameItsPerturbation() throws IOException {
    String own = "q1\tlamp\td1\ta lamp\ta wick lamp\t2\n";
    String mechIr = MECHIR_HEADER + "\nq1\td1\t-1.5\ta lamp\ta wick lamp\tlamp\t2\n";
    for (String table : List.of(own, mechIr)) {
      Path file = file("pairs.tsv", table);
      ContrastPair unnamed = ContrastPairs.read(file).getFirst();
      ContrastPair named = ContrastPairs.read(file, "tfc1:START").getFirst();
      assertEquals("custom", unnamed.perturbation());
      assertEquals("TFC1:start", named.perturbation());
      assertEquals(
          ContrastPairs.line(unnamed, Optional.empty()).replace("custom", "TFC1:start"),
          ContrastPairs.line(named, Optional.empty()));
    }
    Path good = file("pairs.tsv", own);
    for (String wrong :
        List.of("", "two words", "TFC1:", "TFC1:middling", "../x", "a,b", "\u00e9")) {
      assertThrows(IllegalArgumentException.class, () -> ContrastPairs.read(good, wrong), wrong);
    }
  }

  @Test
  void whatNamesItsPerturbationIsNotNamedByOthers() throws IOException {
    String json = ContrastPairs.line(pair("1", "a", "b"), Optional.empty());
    String table =
        "qid\tquery\tdocid\tbase\tperturbed\tgrade\tperturbation\nq\tlamp\td\ta\tb\t1\tTFC1\n";
    for (String content : List.of(json, table)) {
      Path file = file("t.tsv", "\n" + content);
      MalformedTextException e =
          assertThrows(MalformedTextException.class, () -> ContrastPairs.read(file, "TDC"));
      assertEquals(
          file
              + ":2: the pairs say themselves what their perturbation is, so they cannot be called"
              + " TDC",
          e.getMessage());
    }
  }

  @Test
  void mechIrsTableIsReadGzippedToo() throws IOException {
    String table =
        MECHIR_HEADER
            + "\nq1\td1\t-1.5\t\"He said \"\"on\"\"\"\t\"He said \"\"on\"\" lamp\"\tlamp\t0\n";
    Path gz = dir.resolve("pairs.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
      out.write(table.getBytes(StandardCharsets.UTF_8));
    }
    for (Path file : List.of(gz, file("pairs.tsv", table))) {
      ContrastPair pair = ContrastPairs.read(file).getFirst();
      assertEquals("He said \"on\" lamp", pair.perturbed());
      assertEquals("lamp", pair.query());
      assertEquals(OptionalInt.of(0), pair.grade());
    }
  }

  @Test
  void publishedTablesAreReadWhole() throws IOException {
    Path folder = Checkout.shared("collections/msmarco-dl");
    assumeTrue(Files.isDirectory(folder), "skipped MechIR's tables: no folder " + folder);
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> tables = files.filter(f -> f.toString().endsWith(".tsv.gz")).toList();
      assertEquals(4, tables.size());
      for (Path table : tables) {
        List<ContrastPair> pairs = ContrastPairs.read(table);
        assertEquals(4000, pairs.size());
        for (ContrastPair pair : pairs) {
          // All of them append to the end.
          assertEquals(1, pair.edits().size(), pair.id());
          assertEquals(pair.base().length(), pair.edits().getFirst().baseStart(), pair.id());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':1} | p.jsonl:2: field id must be a string",
        "[] | p.jsonl:2: not a JSON object",
        "nonsense | p.jsonl:2: not JSON: Unrecognized token 'nonsense': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') (column 9 of nonsense)",
        "GOOD,'edits':'x'} | p.jsonl:2: field edits must be a list",
        "GOOD,'terms':'x'} | p.jsonl:2: field terms must be a list",
        "GOOD,'edits':[[0,1,0]]} | p.jsonl:2: an edit must be four numbers, got [0,1,0]",
        "GOOD,'edits':[[0,1,0,'x']]} | p.jsonl:2: an edit must be four whole numbers, got [0,1,0,\"x\"]",
        "GOOD,'edits':[[3,1,0,1]]} | p.jsonl:2: not an edit: 3..1 to 0..1",
        "GOOD,'edits':[]} | p.jsonl:2: the edits [] do not turn the base into the perturbed text",
        "GOOD,'grade':1.5} | p.jsonl:2: field grade must be a whole number",
        "GOOD,'idf':'x'} | p.jsonl:2: field idf must be a number",
        "GOOD,'terms':[1]} | p.jsonl:2: terms must be strings, got 1",
        "FIRST | p.jsonl:2: id '1' was already used",
      })
  void malformedJsonNamesFileAndLine(String line, String message) throws IOException {
    String good =
        "{'id':'2','qid':'q','query':'lamp','docid':'d','perturbation':'x','base':'a','perturbed':'b'";
    String first = ContrastPairs.line(pair("1", "a", "b"), Optional.empty());
    String second =
        line.startsWith("FIRST") ? first : line.replace("GOOD", good).replace('\'', '"');
    Path file = file("p.jsonl", first + "\n" + second + "\n");
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> ContrastPairs.read(file));
    assertEquals(dir.resolve(message).toString(), e.getMessage());
  }

  /** As a pair of the texts "base" and "perturbed" it would be counted with the others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "qid, query, docid, Base, Perturbed",
        "query_id, query, doc_id, text, perturbed_text",
        "qid, query, docid, base, perturbed, label",
        "qid, query, docid, base, perturbed, perturbation",
        "qid, query, docid, base, perturbed, perturbation, grade",
        "qid, docno, text, perturbed_text, query, relevance",
        "qid, query, docid, original, changed ",
      })
  void otherHeadersAreRefused(String columns) throws IOException {
    expect(
        "t.tsv:1: the header must be qid, query, docid, base, perturbed, grade, perturbation (the"
            + " last, or the last two, may be omitted) or "
            + MECHIR_HEADER.replace("\t", ", ")
            + ", got "
            + columns,
        columns.replace(", ", "\t") + "\nq1\tlamp\td1\ta lamp\ta wick lamp\t2\n");
  }

  @Test
  void malformedTablesNameFileAndLine() throws IOException {
    expect(
        "t.tsv:1: expected the columns qid, query, docid, base, perturbed, grade separated by tabs, got 2 column(s)",
        "q1\tlamp");
    expect("t.tsv:1: grade 'x' is not a whole number", "q1\tlamp\td1\ta\tb\tx");
    expect("t.tsv:1: topic, query and document must not be empty", "q1\t\td1\ta\tb");
    expect(
        "t.tsv:3: expected the columns "
            + MECHIR_HEADER.replace("\t", ", ")
            + " separated by tabs, got 5 column(s)",
        MECHIR_HEADER + "\n\nq1\tlamp\td1\ta\tb");
    String named = "qid\tquery\tdocid\tbase\tperturbed\tgrade\tperturbation\n";
    expect(
        "t.tsv:2: expected the columns qid, query, docid, base, perturbed, grade, perturbation"
            + " separated by tabs, got 6 column(s)",
        named + "q1\tlamp\td1\ta\tb\tTFC1");
    expect(
        "t.tsv:2: a perturbation is called by one word of at most 64 letters, digits, . _ : and -,"
            + " got ''",
        named + "q1\tlamp\td1\ta\tb\t1\t");
    expect(
        "t.tsv:2: perturbation 'LB1:2': takes no settings", named + "q1\tlamp\td1\ta\tb\t1\tLB1:2");
    expect("t.tsv:1: no contrast pairs in the file", "");
    expect("t.tsv:1: no contrast pairs in the file", MECHIR_HEADER + "\n");
    Files.write(dir.resolve("t.tsv"), new byte[] {'q', '\t', (byte) 0xff});
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> ContrastPairs.read(dir.resolve("t.tsv")));
    assertEquals(
        dir.resolve("t.tsv") + ":1: not UTF-8: byte 0xFF at byte 3 of the line", e.getMessage());
  }

  private void expect(String message, String content) throws IOException {
    Path file = file("t.tsv", content);
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> ContrastPairs.read(file));
    assertEquals(dir.resolve(message).toString(), e.getMessage());
  }

  @Test
  void streamReadsNoFurtherThanItIsAsked() throws IOException {
    Path file = file("p.tsv", "q1\tlamp\td1\ta\tb\nbroken\n");
    try (Stream<ContrastPair> pairs = ContrastPairs.stream(file)) {
      assertEquals("q1/d1", pairs.limit(1).toList().getFirst().id());
    }
    try (Stream<ContrastPair> pairs = ContrastPairs.stream(file)) {
      assertThrows(UncheckedIOException.class, pairs::toList);
    }
  }

  /** The constructor of a pair checks the map; here the map must be as small as the change. */
  @Test
  void editsOfWordsAreRightForAnyTwoTexts() {
    SplittableRandom random = new SplittableRandom(9);
    List<String> parts = List.of("lamp", "oil", " ", "  ", ". ", "\n", "🪔", "👩‍🔬", "é", "-");
    for (int round = 0; round < 3000; round++) {
      StringBuilder one = new StringBuilder();
      StringBuilder two = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        String part = parts.get(random.nextInt(parts.size()));
        int where = random.nextInt(6);
        one.append(where == 0 ? "" : part);
        two.append(where == 1 ? "" : part);
      }
      Edit.check(one.toString(), two.toString(), Edit.words(one.toString(), two.toString()));
      Edit.check(one.toString(), two.toString(), Edit.between(one.toString(), two.toString()));
    }
    assertEquals(
        List.of(new Edit(4, 8, 4, 7), new Edit(15, 15, 14, 18)),
        Edit.words("the lamp is on.", "the oil is on. off"));
    assertEquals(List.of(), Edit.words("same", "same"));
  }

  @Test
  void editsDoNotCutSurrogatePairs() {
    // Both lamps begin with the same surrogate.
    assertEquals(List.of(new Edit(2, 4, 2, 4)), Edit.between("a 🪔", "a 🪕"));
  }
}
