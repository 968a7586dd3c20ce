package io.lucerna.qrels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QrelsTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("test.qrels"), text);
  }

  @Test
  void keepsTheFilesOrderAndTellsUnjudgedFromZero() throws IOException {
    Qrels qrels = Qrels.read(file("7 0 b 2\r\n\n7\tQ0   a  0\n3 0 z -1\n7 0 c 2"));
    assertEquals(List.of("7", "3"), List.copyOf(qrels.topics()));
    assertEquals(List.of("b", "a", "c"), List.copyOf(qrels.judged("7").keySet()));
    assertEquals(OptionalInt.of(0), qrels.grade("7", "a"));
    assertEquals(OptionalInt.empty(), qrels.grade("7", "z"));
    assertEquals(OptionalInt.empty(), qrels.grade("3", "z"));
    assertEquals(OptionalInt.empty(), qrels.grade("none", "z"));
    assertEquals(Map.of(0, List.of("a"), 2, List.of("b", "c")), qrels.strata("7"));
    assertTrue(qrels.strata("3").isEmpty());
    assertEquals(4, qrels.size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 0 a|3 columns where 4 are expected (topic iteration docno grade)",
        "1 0 a 1 x|5 columns where 4 are expected (topic iteration docno grade)",
        "1 0 a 1.0|grade '1.0' is not a whole number",
        "1 0 first 2|document first is judged twice for topic 1 (1, then 2)",
      })
  void namesFileAndLineOfAMalformedLine(String line, String fault) throws IOException {
    Path file = file("1 0 first 1\n\n" + line + "\n1 0 last 1\n");
    MalformedTextException e = assertThrows(MalformedTextException.class, () -> Qrels.read(file));
    assertEquals(file + ":3: " + fault, e.getMessage());
    assertEquals(3, e.line());
    assertEquals(file.toString(), e.file());
  }

  @Test
  void refusesAFileWithoutJudgments() throws IOException {
    Path file = file("\n \n");
    MalformedTextException e = assertThrows(MalformedTextException.class, () -> Qrels.read(file));
    assertEquals(
        file + ": no judgments; each line must be: topic iteration docno grade", e.getMessage());
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Path file = folder.resolve("latin");
    Files.write(file, "1 0 caf\u00e9 1\n".getBytes(StandardCharsets.ISO_8859_1));
    MalformedTextException e = assertThrows(MalformedTextException.class, () -> Qrels.read(file));
    assertEquals(file + ":1: not UTF-8: byte 0xE9 at byte 8 of the line", e.getMessage());
  }

  @Test
  void aByteOrderMarkIsNotPartOfTheFirstTopic() throws IOException {
    assertEquals(List.of("1"), List.copyOf(Qrels.read(file("\uFEFF1 0 a 1\n")).topics()));
  }

  @Test
  void copiesWhatItIsGivenAndCannotBeChanged() {
    Map<String, Integer> judged = new LinkedHashMap<>(Map.of("a", 1));
    Qrels qrels = Qrels.of(Map.of("1", judged));
    judged.put("b", 1);
    assertEquals(1, qrels.size());
    assertThrows(UnsupportedOperationException.class, () -> qrels.judged("1").put("b", 1));
  }
}
