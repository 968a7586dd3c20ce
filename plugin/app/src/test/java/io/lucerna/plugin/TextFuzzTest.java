package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.studies.record.PairTable;
import io.lucerna.testkit.Work;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.TopicFormat;
import io.lucerna.topics.TopicReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Mutated texts are refused with file and line, or read as a plain reader of a few lines reads
 * them.
 */
class TextFuzzTest {
  private static final int ROUNDS = 1450;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Reads a text that has been accepted, in a plain way. */
  private interface Plain {
    Object of(String text) throws IOException;
  }

  /** A kind of text: a good one, its reader, and the plain reader. */
  record Kind(String name, String sample, Readers.Values reader, Plain plain) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Kind> KINDS =
      List.of(
          new Kind("runs", Readers.RUN, Readers::run, TextFuzzTest::run),
          new Kind("judgments", Readers.QRELS, Readers::judgments, TextFuzzTest::judgments),
          new Kind(
              "topics",
              Readers.TOPICS,
              file -> {
                Map<String, String> values = new LinkedHashMap<>();
                TopicReader.read(file, TopicFormat.TSV_STRING)
                    .forEach(topic -> values.put(topic.id(), topic.text()));
                return values;
              },
              TextFuzzTest::topics),
          new Kind("corpora", Readers.CORPUS, Readers::corpus, TextFuzzTest::corpus),
          new Kind("requests", Readers.REQUESTS, Readers::requests, TextFuzzTest::requests),
          new Kind("pairs", Readers.PAIRS, Readers::pairs, TextFuzzTest::pairs),
          new Kind(
              "contrast pairs",
              Readers.CONTRASTS,
              file -> ContrastPairs.read(file).stream().map(TextFuzzTest::values).toList(),
              TextFuzzTest::contrasts));

  @TempDir Path folder;

  @ParameterizedTest
  @FieldSource("KINDS")
  void mutatedTextsAreRefusedOrReadRight(Kind kind) throws IOException {
    long seed = Long.getLong("lucerna.seed", 20261128L);
    Random random = new Random(seed);
    Path file = folder.resolve("text");
    byte[] good = kind.sample.getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = good;
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        bytes = mutated(bytes, random);
      }
      Files.write(file, bytes);
      String where =
          String.format(Locale.ROOT, "%s, seed %d, round %d:%n%s", kind, seed, round, shown(bytes));
      Object values;
      Work work = Work.begin();
      try {
        values = kind.reader.of(file);
      } catch (MalformedTextException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.matches(
            "(?s)\\Q" + file + "\\E:([1-9][0-9]*:|.*(no |compressed|cut off)).*")) {
          fail(where + "\nno file and line: " + message);
        }
        continue;
      } catch (Exception e) {
        throw new AssertionError(where, e);
      } finally {
        work.within(where, Duration.ofSeconds(5), 32_000_000);
      }
      read++;
      Object expected;
      try {
        expected = kind.plain.of(text(bytes));
      } catch (Exception e) {
        throw new AssertionError(where + "\nwas read as " + values, e);
      }
      assertEquals(expected, values, where);
    }
    // A test that only sees refusals says little of values.
    if (read < ROUNDS / 20) {
      fail(kind + ": only " + read + " of " + ROUNDS + " were read");
    }
  }

  /** Forms, orders and blanks that mean the same give the same values. */
  @ParameterizedTest
  @FieldSource("KINDS")
  void formsOfOneTextGiveTheSameValues(Kind kind) throws IOException {
    Path file = folder.resolve("text");
    Object expected = kind.reader.of(Files.writeString(file, kind.sample));
    assertEquals(kind.plain.of(kind.sample), expected);
    List<String> same = new ArrayList<>(List.of(kind.sample + "\n\n", kind.sample + "\r\n"));
    if (kind.sample.startsWith("{")) {
      same.add(reversedKeys(kind.sample));
      same.add(kind.sample.replace(": ", "\t:\t ").replace(", ", " ,  "));
    }
    if (kind.name.equals("runs") || kind.name.equals("judgments")) {
      same.add(kind.sample.replace(" ", "\t").replace("\n", " \n"));
    }
    for (String text : same) {
      for (Map.Entry<String, byte[]> form : ReadersTest.forms(text).entrySet()) {
        Files.write(file, form.getValue());
        assertEquals(expected, kind.reader.of(file), form.getKey() + " of " + text);
      }
    }
  }

  private static String reversedKeys(String lines) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line : lines.lines().toList()) {
      JsonNode object = JSON.readTree(line);
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      var reversed = JSON.createObjectNode();
      names.reversed().forEach(name -> reversed.set(name, object.get(name)));
      all.append(reversed).append('\n');
    }
    return all.toString();
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length + 1);
    int end = Math.min(bytes.length, at + random.nextInt(12));
    String[] inserted = {
      " ",
      "\t",
      "\n",
      "\r",
      "\r\n",
      "\"",
      "{",
      "}",
      "[1]",
      "null",
      "-",
      "9",
      "1e39",
      "NaN",
      "\\",
      ":",
      ",",
      "\u0000",
      "\u00a0",
      "\u2028",
      "\uFEFF",
      "\uFFFD",
      "é",
      "\uD83D\uDD25",
      "\\ud800",
      "q1",
      "d1"
    };
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(bytes, at);
      case 1 -> joined(bytes, at, new byte[0], end);
      case 2 -> joined(bytes, at, new byte[] {(byte) random.nextInt(256)}, at);
      case 3 -> {
        byte[] flipped = bytes.clone();
        if (at < bytes.length) {
          flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 4 -> joined(bytes, at, Arrays.copyOfRange(bytes, at, end), at);
      case 5 -> swapped(bytes, random);
      default ->
          joined(
              bytes,
              at,
              inserted[random.nextInt(inserted.length)].getBytes(StandardCharsets.UTF_8),
              at);
    };
  }

  private static byte[] joined(byte[] bytes, int to, byte[] middle, int from) {
    byte[] all = Arrays.copyOf(bytes, to + middle.length + bytes.length - from);
    System.arraycopy(middle, 0, all, to, middle.length);
    System.arraycopy(bytes, from, all, to + middle.length, bytes.length - from);
    return all;
  }

  /** Two lines exchanged, or one doubled. */
  private static byte[] swapped(byte[] bytes, Random random) {
    List<String> lines =
        new ArrayList<>(
            Arrays.asList(new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1)));
    int one = random.nextInt(lines.size());
    int two = random.nextInt(lines.size());
    String moved = lines.get(one);
    if (random.nextBoolean()) {
      lines.set(one, lines.get(two));
      lines.set(two, moved);
    } else {
      lines.add(two, moved);
    }
    return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String shown(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .replace("\r", "<CR>")
        .replace("\u0000", "<NUL>");
  }

  /** The text, decoded strictly, without a byte order mark. */
  private static String text(byte[] bytes) throws IOException {
    String text =
        StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }

  private static List<List<String>> columns(String text) {
    List<List<String>> all = new ArrayList<>();
    for (String line : lines(text)) {
      List<String> columns =
          Arrays.stream(line.split("[ \t\u000B\f]+", -1)).filter(c -> !c.isEmpty()).toList();
      if (!columns.isEmpty()) {
        all.add(columns);
      }
    }
    return all;
  }

  private static void once(Object before) {
    if (before != null) {
      throw new IllegalStateException("occurred twice");
    }
  }

  private static void count(int expected, int found) {
    if (expected != found) {
      throw new IllegalStateException(found + " columns");
    }
  }

  private static Object run(String text) {
    Map<String, Map<String, Float>> values = new TreeMap<>();
    for (List<String> line : columns(text)) {
      count(6, line.size());
      float score = Float.parseFloat(line.get(4));
      once(values.computeIfAbsent(line.get(0), t -> new TreeMap<>()).put(line.get(2), score));
    }
    return values;
  }

  private static Object judgments(String text) {
    Map<String, Map<String, Integer>> values = new TreeMap<>();
    for (List<String> line : columns(text)) {
      count(4, line.size());
      int grade = Integer.parseInt(line.get(3));
      once(values.computeIfAbsent(line.get(0), t -> new TreeMap<>()).put(line.get(2), grade));
    }
    return values;
  }

  private static Object topics(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : lines(text)) {
      if (!line.isBlank()) {
        String[] cells = line.strip().split("\t", -1);
        count(2, cells.length);
        once(values.put(cells[0].strip(), cells[1].replaceAll("[\\s\\p{Z}]+", " ").strip()));
      }
    }
    return values;
  }

  private static List<JsonNode> objects(String text) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (String line : lines(text)) {
      if (!line.isBlank()) {
        all.add(JSON.readTree(line));
      }
    }
    return all;
  }

  private static String id(JsonNode object) {
    for (String name : List.of("id", "_id", "pid", "docid", "doc_id", "docno")) {
      if (object.path(name).isTextual() || object.path(name).isNumber()) {
        return object.path(name).asText();
      }
    }
    throw new IllegalStateException("no id");
  }

  private static String passage(JsonNode object) {
    if (object.isTextual() || object.path("contents").isTextual()) {
      return object.isTextual() ? object.asText() : object.path("contents").asText();
    }
    String title = object.path("title").asText("");
    return object.path("text").isTextual()
        ? (title + " " + object.path("text").asText()).strip()
        : object.path("title").isTextual() ? title : "no text";
  }

  private static Object corpus(String text) throws IOException {
    Map<String, String> values = new TreeMap<>();
    for (JsonNode object : objects(text)) {
      if (Set.of("d1", "d2", "d3").contains(id(object))) {
        once(values.put(id(object), passage(object)));
      }
    }
    return values;
  }

  private record Scored(String docno, float score, String text) {}

  private static Object requests(String text) throws IOException {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (JsonNode object : objects(text)) {
      List<String> all = new ArrayList<>();
      all.add(object.get("query").get("text").asText());
      // Without scores the order of the file counts, which lower scores than the last keep.
      boolean scored = object.get("candidates").findValue("score") != null;
      List<Scored> candidates = new ArrayList<>();
      for (JsonNode candidate : object.get("candidates")) {
        float score = scored ? candidate.get("score").floatValue() : -candidates.size() - 1;
        candidates.add(new Scored(id(candidate), score, passage(candidate.path("doc"))));
      }
      // By score, and ties by id as trec_eval has them.
      candidates.sort(Comparator.comparing(Scored::score).thenComparing(Scored::docno).reversed());
      candidates.forEach(c -> all.add(c.docno + " " + c.score + " " + c.text));
      once(values.put(object.get("query").get("qid").asText(), all));
    }
    return values;
  }

  private static Object pairs(String text) {
    List<PairTable.Row> rows = new ArrayList<>();
    long number = 0;
    boolean header = false;
    for (String line : lines(text)) {
      number++;
      String[] cells = line.split("\t", -1);
      if (!header) {
        header = line.equals("qid\tquery\tdocid\ttext");
      } else if (!line.isEmpty()) {
        count(4, cells.length);
        rows.add(new PairTable.Row(number, cells[0], cells[1], cells[2], cells[3]));
      }
    }
    return rows;
  }

  private static List<String> values(ContrastPair pair) {
    return List.of(
        pair.id(),
        pair.qid(),
        pair.query(),
        pair.docid(),
        pair.base(),
        pair.perturbed(),
        pair.grade().toString());
  }

  private static Object contrasts(String text) throws IOException {
    List<List<String>> all = new ArrayList<>();
    for (JsonNode object : objects(text)) {
      List<String> values = new ArrayList<>();
      for (String name : List.of("id", "qid", "query", "docid", "base", "perturbed")) {
        values.add(object.get(name).textValue());
      }
      values.add(
          object.hasNonNull("grade")
              ? "OptionalInt[" + object.get("grade").intValue() + "]"
              : "OptionalInt.empty");
      all.add(values);
    }
    return all;
  }
}
