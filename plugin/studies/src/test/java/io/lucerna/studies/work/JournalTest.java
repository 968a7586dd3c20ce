package io.lucerna.studies.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  /** Numbers; those above 0 share a unit. */
  private static final class Numbers implements ItemCodec<Integer> {
    @Override
    public String outcomes() {
      return "numbers";
    }

    @Override
    public int version() {
      return 3;
    }

    @Override
    public String key() {
      return "number";
    }

    @Override
    public void write(Integer outcome, ObjectNode line) {
      line.put("value", outcome);
    }

    @Override
    public Integer read(JsonNode line, JsonNode shared) {
      if (!line.path("value").isInt()) {
        throw new IllegalArgumentException("no value");
      }
      return line.path("value").asInt();
    }

    @Override
    public Optional<ObjectNode> shared(Integer outcome) {
      return outcome > 0
          ? Optional.of(JsonNodeFactory.instance.objectNode().put("unit", outcome > 99 ? "m" : "s"))
          : Optional.empty();
    }
  }

  @TempDir Path folder;

  private static JournalSettings settings(String value) {
    return new JournalSettings().put("model", value);
  }

  private interface Work {
    void on(Journal<Integer> journal) throws IOException;
  }

  private void open(Work work) throws IOException {
    try (FolderLock lock = FolderLock.take(folder, "test");
        Journal<Integer> journal = Journal.open(lock, settings("a"), new Numbers())) {
      work.on(journal);
    }
  }

  private Path file() {
    return folder.resolve("journal.jsonl");
  }

  @Test
  void twoOutcomesOfAnItemAreRefused() throws IOException {
    open(journal -> journal.append("x", 0));
    String same = Files.readAllLines(file()).getLast() + "\n";
    Files.writeString(file(), same, StandardOpenOption.APPEND);
    open(journal -> assertEquals(0, journal.read("x")));
    Files.writeString(file(), same.replace(":0", ":1"), StandardOpenOption.APPEND);
    StudyException e = assertThrows(StudyException.class, () -> open(journal -> {}));
    assertEquals(file() + ": has two outcomes of number x; remove a line", e.getMessage());
  }

  @Test
  void whatIsDoneIsReadAgain() throws IOException {
    assertFalse(Journal.isIn(folder));
    open(
        journal -> {
          journal.append("x", 0);
          journal.append("y", 7);
          journal.append("z", 8);
        });
    assertTrue(Journal.isIn(folder));
    assertEquals(
        List.of(
            "{\"journal\":1,\"outcomes\":\"numbers\",\"version\":3,\"settings\":{\"model\":\"a\"}}",
            "{\"number\":\"x\",\"value\":0}",
            "{\"unit\":\"s\"}",
            "{\"number\":\"y\",\"value\":7}",
            "{\"number\":\"z\",\"value\":8}"),
        Files.readAllLines(file()));
    open(
        journal -> {
          assertEquals(List.of("x", "y", "z"), journal.done());
          assertEquals(7, journal.read("y"));
          assertFalse(journal.has("w"));
          assertThrows(IllegalArgumentException.class, () -> journal.read("w"));
          assertThrows(IllegalStateException.class, () -> journal.append("w", 100));
        });
  }

  @Test
  void aReaderFollowsAJournalThatGrows() throws IOException {
    open(
        journal -> {
          journal.append("x", 1);
          try (JournalReader<Integer> reader = JournalReader.open(folder, new Numbers())) {
            assertEquals("a", reader.settings().path("model").asText());
            assertEquals(List.of("x"), reader.done());
            journal.append("y", 2);
            assertFalse(reader.has("y"));
            reader.refresh();
            assertEquals(2, reader.read("y"));
            // Half a line is not there yet, and stays.
            Files.writeString(file(), "{\"number\":\"z\",\"va", StandardOpenOption.APPEND);
            reader.refresh();
            assertEquals(List.of("x", "y"), reader.done());
            Files.writeString(file(), "lue\":3}\n", StandardOpenOption.APPEND);
            reader.refresh();
            assertEquals(3, reader.read("z"));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"number\":\"y\"", "{\"number\":\"y\"\n", "\u0000\u0000\n", "7\n"})
  void aTornOrBrokenLastLineIsDropped(String last) throws IOException {
    open(journal -> journal.append("x", 0));
    byte[] whole = Files.readAllBytes(file());
    Files.writeString(file(), last, StandardOpenOption.APPEND);
    open(journal -> assertEquals(List.of("x"), journal.done()));
    assertEquals(new String(whole, StandardCharsets.UTF_8), Files.readString(file()));
  }

  /** Torn after any byte, the journal becomes what it was. */
  @Test
  void everyWayToTearItIsMended() throws IOException {
    Work all =
        journal -> {
          int value = 0;
          for (String item : List.of("x", "y", "z")) {
            if (!journal.has(item)) {
              journal.append(item, value);
            }
            value++;
          }
        };
    open(all);
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      open(all);
      assertArrayEquals(whole, Files.readAllBytes(file()), "torn after byte " + length);
    }
  }

  @Test
  void aBrokenLineBeforeTheLastIsNotTrusted() throws IOException {
    open(journal -> journal.append("x", 0));
    Files.writeString(file(), "{\"number\n{\"number\":\"z\"}\n", StandardOpenOption.APPEND);
    StudyException e = assertThrows(StudyException.class, () -> open(journal -> {}));
    assertEquals(file() + ": line 3 is not JSON; give another folder", e.getMessage());
  }

  @Test
  void aDamagedItemIsNamed() throws IOException {
    open(journal -> journal.append("x", 0));
    Files.writeString(file(), "{\"number\":\"y\"}\n", StandardOpenOption.APPEND);
    open(
        journal -> {
          StudyException e = assertThrows(StudyException.class, () -> journal.read("y"));
          assertEquals(
              file() + ": number y is damaged: no value; remove its line and resume",
              e.getMessage());
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"journal\":1 | \"journal\":2 | is a journal of version 2, this program reads version 1",
        "\"journal\":1, | '' | is a journal of version none, this program reads version 1",
        "\"version\":3 | \"version\":2 | holds numbers of version 2, this program reads version 3",
        "numbers | scores | holds scores, not numbers",
      })
  void aJournalOfAnotherVersionIsRefused(String here, String there, String why) throws IOException {
    open(journal -> journal.append("x", 0));
    Files.writeString(file(), Files.readString(file()).replace(here, there));
    byte[] before = Files.readAllBytes(file());
    StudyException e = assertThrows(StudyException.class, () -> open(journal -> {}));
    assertTrue(String.valueOf(e.getMessage()).startsWith(file() + ": " + why), e.getMessage());
    assertArrayEquals(before, Files.readAllBytes(file()));
  }

  @Test
  void anotherStudysJournalIsRefused() throws IOException {
    open(journal -> journal.append("x", 0));
    try (FolderLock lock = FolderLock.take(folder, "test")) {
      StudyException e =
          assertThrows(
              StudyException.class, () -> Journal.open(lock, settings("b"), new Numbers()));
      String said = String.valueOf(e.getMessage());
      assertTrue(said.contains("was made with model a, not b"), said);
    }
  }

  /** Items whose outcomes are numbers, the first two of which share no unit. */
  private static final class Counting implements ItemWork<Integer> {
    @Override
    public List<Item> items() {
      return IntStream.range(0, 30).mapToObj(i -> new Item("i" + i, 1)).toList();
    }

    @Override
    public Integer run(int place) {
      return place - 1;
    }

    @Override
    public ItemCodec<Integer> codec() {
      return new Numbers();
    }
  }

  /** Others do the items in another order, several at a time, and end after some tasks. */
  private static ItemRunner others(long seed, int tasks) {
    return (settings, items, doer, taker) -> {
      List<Item> mixed = new ArrayList<>(items);
      Collections.shuffle(mixed, new Random(seed));
      int ended = 0;
      for (int from = 0; from < mixed.size(); from += 4) {
        if (ended++ == tasks) {
          throw new IOException("lost");
        }
        Map<Item, byte[]> outcomes = new LinkedHashMap<>();
        for (Item item : mixed.subList(from, Math.min(from + 4, mixed.size()))) {
          outcomes.put(item, doer.outcome(item));
        }
        taker.take(outcomes);
      }
    };
  }

  @Test
  void whoeverDoesItemsTheBytesAreThoseOfOneProcess() throws IOException {
    Counting work = new Counting();
    int[] places = work.places(Optional.empty());
    List<Item> done = new ArrayList<>();
    open(journal -> ItemRunner.HERE.complete(work, places, journal, done::add));
    assertEquals(work.items(), done);
    Path file = folder.resolve(JournalReader.FILE);
    byte[] alone = Files.readAllBytes(file);
    for (int round = 0; round < 20; round++) {
      ItemRunner all = others(round, Integer.MAX_VALUE);
      ItemRunner some = others(round, round % 8);
      Files.delete(file);
      open(
          journal -> {
            assertThrows(IOException.class, () -> some.complete(work, places, journal, item -> {}));
          });
      ItemRunner rest = round % 2 == 0 ? all : ItemRunner.HERE;
      done.clear();
      open(
          journal -> {
            rest.complete(work, places, journal, done::add);
            // What is read and written after that is in the new file.
            assertEquals(28, journal.read("i29"));
            journal.append("more", 7);
            assertEquals(7, journal.read("more"));
          });
      assertEquals(30 - Math.min(30, 4 * (round % 8)), done.size());
      byte[] bytes = Files.readAllBytes(file);
      assertArrayEquals(alone, Arrays.copyOf(bytes, alone.length));
    }
  }
}
