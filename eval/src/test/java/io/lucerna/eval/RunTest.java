package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
  @TempDir Path folder;

  private static Ranking ranking(Object... docnosAndScores) {
    List<RankedDoc> docs = new ArrayList<>();
    for (int i = 0; i < docnosAndScores.length; i += 2) {
      docs.add(
          new RankedDoc(
              (String) docnosAndScores[i], ((Number) docnosAndScores[i + 1]).floatValue()));
    }
    return Ranking.of("1", docs);
  }

  @Test
  void ordersByScoreThenDocnoDescendingInBytes() {
    assertEquals(
        List.of("top", "b", "a10", "a1", "a", "Z", "low"),
        ranking("a", 1, "low", -1, "Z", 1, "top", 2, "a1", 1, "a10", 1, "b", 1).docnos());
    // U+FFFD sorts above a surrogate pair in bytes of UTF-8 only if pairs are compared as chars.
    assertEquals(
        List.of("\uD83D\uDE00", "\uFFFD"), ranking("\uFFFD", 1, "\uD83D\uDE00", 1).docnos());
    assertEquals(List.of("b", "a"), ranking("a", 0.0f, "b", -0.0f).docnos());
  }

  @Test
  void readsWhateverOrderAndRankTheFileHas() throws IOException {
    Path file = folder.resolve("run");
    Files.writeString(
        file, "2 Q0 a 9 1.5 x\n1\tQ0 b 1 2e0  x\n\n2 Q0 c 1 -.5 x\r\n2 Q0 d 7 3 last");
    Run run = Run.read(file);
    assertEquals("last", run.tag());
    assertEquals(List.of("2", "1"), List.copyOf(run.topics()));
    assertEquals(List.of("d", "a", "c"), run.ranking("2").orElseThrow().docnos());
    assertTrue(run.ranking("3").isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 Q0 a 1 2.0|5 columns where 6 are expected (topic Q0 docno rank score tag)",
        "1 Q0 a b 1 2.0 t|7 columns where 6 are expected (topic Q0 docno rank score tag)",
        "1 Q0 a 1 high t|score 'high' is not a number",
        "1 Q0 a 1 1d t|score '1d' is not a number",
        "1 Q0 a 1 0x1p3 t|score '0x1p3' is not a number",
        "1 Q0 a 1 NaN t|score 'NaN' is not a finite number",
        "1 Q0 a 1 inf t|score 'inf' is not a finite number",
        "1 Q0 a 1 -Infinity t|score '-Infinity' is not a finite number",
        "1 Q0 a 1 1e39 t|score '1e39' is not a finite number",
        "1 Q0 first 1 1 t|document first occurs twice for topic 1",
      })
  void namesFileAndLineOfAMalformedLine(String line, String fault) throws IOException {
    Path file = folder.resolve("bad.run");
    Files.writeString(file, "1 Q0 first 1 9.0 t\n" + line + "\n");
    MalformedTextException e = assertThrows(MalformedTextException.class, () -> Run.read(file));
    assertEquals(file + ":2: " + fault, e.getMessage());
  }

  @Test
  void refusesAnEmptyRunAndBadParts() throws IOException {
    Path file = Files.writeString(folder.resolve("empty"), "");
    assertEquals(
        file + ": no ranked documents; each line must be: topic Q0 docno rank score tag",
        assertThrows(MalformedTextException.class, () -> Run.read(file)).getMessage());
    assertEquals(
        "topic 1, document a: score NaN",
        assertThrows(IllegalArgumentException.class, () -> ranking("a", Float.NaN)).getMessage());
    assertEquals(
        "topic 1: document a is ranked twice",
        assertThrows(IllegalArgumentException.class, () -> ranking("a", 1, "a", 2)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Run.of("two words", List.of()));
    assertThrows(IllegalArgumentException.class, () -> Run.of("t", List.of(ranking(), ranking())));
  }

  @Test
  void printsSixDecimalsAndMovesTiesApartDownwards() throws IOException {
    Path file = folder.resolve("out.run");
    Run.of("tag", List.of(ranking("b", 1.5f, "a", 1.5f, "c", 0.25f, "e", 1e-7f, "d", -0f)))
        .write(file);
    assertEquals(
        List.of(
            "1 Q0 b 1 1.500000 tag",
            "1 Q0 a 2 1.499999 tag",
            "1 Q0 c 3 0.250000 tag",
            "1 Q0 e 4 0.000000 tag",
            "1 Q0 d 5 -0.000001 tag"),
        Files.readAllLines(file));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1e-3, 1, 10, 16, 1e3, 1e6, 1e12, 1e30})
  void whatIsWrittenReadsBackInTheSameOrder(double magnitude) throws IOException {
    Random random = new Random((long) (magnitude * 1e6));
    List<RankedDoc> docs = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      float score = (float) ((random.nextDouble() - 0.5) * magnitude);
      int ties = 1 + random.nextInt(4);
      for (int t = 0; t < ties; t++) {
        docs.add(
            new RankedDoc("d" + i + "x" + t, random.nextBoolean() ? score : Math.nextUp(score)));
      }
    }
    Collections.shuffle(docs, random);
    Ranking before = Ranking.of("1", docs);
    BigDecimal[] printed = RunWriter.printedScores(before);
    for (int i = 1; i < printed.length; i++) {
      assertTrue(printed[i - 1].compareTo(printed[i]) > 0, "place " + i + " of " + magnitude);
      assertTrue(Float.parseFloat("" + printed[i - 1]) > Float.parseFloat("" + printed[i]));
    }
    Path file = folder.resolve("run");
    Run.of("t", List.of(before)).write(file);
    assertEquals(before.docnos(), Run.read(file).ranking("1").orElseThrow().docnos());
  }

  @Test
  void writesMsMarcoLines() throws IOException {
    Path file = folder.resolve("out.tsv");
    Run.of("tag", List.of(ranking("b", 1.5f, "a", 1.5f))).writeMsMarco(file);
    assertEquals("1\tb\t1\n1\ta\t2\n", Files.readString(file));
  }

  @Test
  void aFailedWriteLeavesTheTargetAsItWas() throws IOException {
    Path target = Files.writeString(folder.resolve("old.run"), "old");
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.write(
                target,
                out -> {
                  out.write("half");
                  throw new IOException("disk full");
                }));
    assertEquals("old", Files.readString(target));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(target), files.toList());
    }
    Path missing = folder.resolve("no/such/folder/run");
    assertThrows(IOException.class, () -> Run.of("t", List.of(ranking("a", 1))).write(missing));
    assertFalse(Files.exists(missing));
  }
}
