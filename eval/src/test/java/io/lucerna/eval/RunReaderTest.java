package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.text.MalformedTextException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunReaderTest {
  @TempDir Path folder;

  /** Reading gives the very rankings that the plain slow way makes of the same lines. */
  @Test
  void readsTheRankingsThatRankingOfMakes() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int scores = 1 + random.nextInt(100);
      Map<String, List<RankedDoc>> topics = new LinkedHashMap<>();
      Set<String> seen = new HashSet<>();
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 1 + random.nextInt(500); i++) {
        String topic = "t" + random.nextInt(4) + (random.nextInt(9) == 0 ? "é" : "");
        String docno = docno(random);
        String score = score(random, scores);
        if (seen.add(topic + " " + docno)) {
          text.append(topic + " Q0 " + docno + "\t" + i + "  " + score + " tag\n");
          topics
              .computeIfAbsent(topic, key -> new ArrayList<>())
              .add(new RankedDoc(docno, (float) Double.parseDouble(score)));
        }
      }
      Run run = Run.read(Files.writeString(folder.resolve("run"), text));
      List<Ranking> plain = new ArrayList<>();
      topics.forEach((topic, docs) -> plain.add(Ranking.of(topic, docs)));
      assertEquals(plain, List.copyOf(run.rankings()), "seed " + seed);
      Ranking first = run.rankings().iterator().next();
      int depth = random.nextInt(first.size() + 1);
      assertEquals(plain.getFirst().top(depth), first.top(depth), "seed " + seed);
      assertEquals(plain.getFirst().hashCode(), first.hashCode(), "seed " + seed);
    }
  }

  private static String docno(Random random) {
    String[] alphabet = {"a", "b", "0", "é", "\uFFFD", "\uD83D\uDE00", "\u3000", "-"};
    StringBuilder docno = new StringBuilder();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      docno.append(alphabet[random.nextInt(alphabet.length)]);
    }
    return docno.toString();
  }

  private static String score(Random random, int distinct) {
    double score = (random.nextInt(distinct) - distinct / 2) / 7.0;
    return switch (random.nextInt(5)) {
      case 0 -> "" + score;
      case 1 -> String.format(Locale.ROOT, "%.3e", score);
      case 2 -> random.nextBoolean() ? "-0" : "0.";
      default -> String.format(Locale.ROOT, "%+.4f", score);
    };
  }

  @Test
  void readsPlainNumbersAsJavaDoes() {
    Random random = new Random(7);
    int quick = 0;
    for (int i = 0; i < 200_000; i++) {
      String text = number(random);
      byte[] bytes = (" " + text + " ").getBytes(StandardCharsets.US_ASCII);
      double read = Decimals.plain(bytes, 1, bytes.length - 1);
      if (!Double.isNaN(read)) {
        quick++;
        assertEquals(
            Double.doubleToRawLongBits(Double.parseDouble(text)),
            Double.doubleToRawLongBits(read),
            text);
      }
    }
    assertTrue(quick > 100_000, quick + " were read the quick way");
  }

  private static String number(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
    for (int i = random.nextInt(9); i > 0; i--) {
      text.append(random.nextInt(10));
    }
    text.append('.');
    for (int i = 1 + random.nextInt(13); i > 0; i--) {
      text.append(random.nextInt(10));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "+", ".", "-.", "1..2", "1e3", "--1", "1-", "0x1", "1f", "NaN"})
  void leavesTheRestToJava(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertTrue(Double.isNaN(Decimals.plain(bytes, 0, bytes.length)));
  }

  @Test
  void readsGzippedRunsWithAMarkAndWindowsLineEnds() throws IOException {
    byte[] text = "\uFEFF1 Q0 a 1 2 t\r\n1 Q0 b 2 1 t\r\n".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(stored)) {
      out.write(text);
    }
    Run run = Run.read(Files.write(folder.resolve("run"), stored.toByteArray()));
    assertEquals(List.of("1"), List.copyOf(run.topics()));
    assertEquals(List.of("a", "b"), run.ranking("1").orElseThrow().docnos());
    assertEquals("t", run.tag());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void refusesWhatIsNotUtf8InAnyColumn(int column) throws IOException {
    String[] columns = {"1", "Q0", "b", "2", "1", "t"};
    columns[column] = "ü";
    String lines = "1 Q0 a 1 2 t\n" + String.join(" ", columns) + "\n";
    Path file = folder.resolve("run");
    Files.write(file, lines.getBytes(StandardCharsets.ISO_8859_1));
    int at = String.join(" ", columns).indexOf('ü') + 1;
    assertEquals(
        file + ":2: not UTF-8: byte 0xFC at byte " + at + " of the line",
        assertThrows(MalformedTextException.class, () -> Run.read(file)).getMessage());
  }
}
