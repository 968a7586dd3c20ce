package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncationTest {
  private static final InputForm PAIR = new InputForm.Pair("", "");
  private static final InputForm PROMPT = new InputForm.Prompt("q: {query} d: {passage} r:");

  @TempDir Path folder;

  @BeforeEach
  void vocabulary() throws IOException {
    Files.write(
        folder.resolve("vocab.txt"),
        List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "q", "d", "r", ":", "\uFFFD"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\"}");
  }

  private PairTokenizer open(InputForm form, int limit, Truncation truncation) {
    return PairTokenizer.open(folder, form, limit, TermForm.LOWER_CASE)
        .limitedTo(limit, truncation);
  }

  private static int count(TokenSequence input, String piece) {
    return (int) input.tokens().stream().filter(t -> t.piece().equals(piece)).count();
  }

  @Test
  void longestKeepsWhatTransformersKeeps() throws IOException {
    List<String> lines;
    try (InputStream in = TruncationTest.class.getResourceAsStream("longest-first.txt")) {
      lines =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
    }
    assertTrue(lines.size() > 100);
    try (PairTokenizer any = open(PAIR, 512, Truncation.LONGEST)) {
      for (String line : lines) {
        String[] n = line.split(" ");
        PairTokenizer tokenizer = any.limitedTo(Integer.parseInt(n[2]), Truncation.LONGEST);
        TokenSequence read =
            tokenizer.pair(
                "a ".repeat(Integer.parseInt(n[0])), "b ".repeat(Integer.parseInt(n[1])));
        assertEquals(n[3] + " " + n[4], count(read, "a") + " " + count(read, "b"), line);
      }
    }
  }

  @Test
  void thePassageIsCutFirstAndALongQueryToHalfOfTheRoom() {
    Random random = new Random(3);
    for (InputForm form : List.of(PAIR, PROMPT)) {
      try (PairTokenizer wide = open(form, 512, Truncation.PASSAGE)) {
        int around = wide.pair("a", "b").length() - 2;
        for (int round = 0; round < 200; round++) {
          int q = 1 + random.nextInt(40);
          int p = random.nextInt(40);
          int room = 2 + random.nextInt(60);
          PairTokenizer tokenizer = wide.limitedTo(around + room, Truncation.PASSAGE);
          TokenSequence read = tokenizer.pair("a ".repeat(q), "b ".repeat(p));
          boolean fits = q + p <= room;
          int query = fits ? q : Math.min(q, room / 2);
          assertEquals(query, count(read, "a"));
          assertEquals(fits ? p : Math.min(p, room - query), count(read, "b"));
          assertEquals(!fits, read.truncated());
          assertEquals(q > room / 2, tokenizer.fit("a ".repeat(q)).isPresent());
        }
      }
    }
  }

  @Test
  void strictRefusesAQueryWithoutRoomForAPassage() {
    try (PairTokenizer tokenizer = open(PAIR, 8, Truncation.STRICT)) {
      assertEquals(8, tokenizer.pair("a a a a", "b b b").length());
      assertFalse(tokenizer.fit("a a a a").isPresent());
      assertThrows(IllegalArgumentException.class, () -> tokenizer.pair("a a a a a", "b"));
      assertEquals(
          "the query takes 8 tokens with special tokens and leaves no room for a passage; the limit"
              + " is 8",
          tokenizer.fit("a a a a a").orElseThrow().refused());
    }
  }

  @Test
  void aTextAloneIsCutAtTheLimit() {
    InputForm apart = new InputForm.Apart("q: ", "d: ");
    try (PairTokenizer tokenizer = open(apart, 8, Truncation.PASSAGE)) {
      TokenSequence query = tokenizer.query("a ".repeat(100_000));
      assertEquals(8, query.length());
      assertEquals(4, count(query, "a"));
      assertTrue(query.truncated());
      assertEquals(4, tokenizer.fit("a a a a a").orElseThrow().kept());
      assertTrue(tokenizer.fit("a a a a").isEmpty());
    }
    try (PairTokenizer strict = open(apart, 8, Truncation.STRICT)) {
      assertThrows(IllegalArgumentException.class, () -> strict.query("a a a a a"));
    }
  }

  @Test
  void theBeginningIsCutWhereTheFolderSaysSo() throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"truncation_side\": \"left\"}");
    try (PairTokenizer tokenizer = open(PAIR, 8, Truncation.PASSAGE)) {
      TokenSequence read = tokenizer.pair("b a a", "a a a b b b");
      assertEquals("[CLS] a a [SEP] b b b [SEP]", pieces(read));
      assertEquals("[CLS] a b b b b b [SEP]", pieces(tokenizer.passage("b a b b b b b")));
    }
  }

  private static String pieces(TokenSequence read) {
    return String.join(" ", read.tokens().stream().map(t -> t.piece()).toList());
  }

  @Test
  void halfASurrogatePairIsReadAsTheReplacementCharacter() {
    Random random = new Random(9);
    String[] parts = {"a", "b", " ", "\uD83D", "\uDE00", "\uD83D\uDE00", "\uFFFD", "q"};
    try (PairTokenizer pair = open(PAIR, 40, Truncation.PASSAGE);
        PairTokenizer prompt = open(PROMPT, 40, Truncation.PASSAGE);
        PairTokenizer apart =
            open(new InputForm.Apart("q\uD83D", "\uDE00d"), 40, Truncation.PASSAGE)) {
      for (int round = 0; round < 500; round++) {
        StringBuilder one = new StringBuilder();
        StringBuilder two = new StringBuilder();
        for (int i = random.nextInt(9); i >= 0; i--) {
          one.append(parts[random.nextInt(parts.length)]);
          two.append(parts[random.nextInt(parts.length)]);
        }
        String query = one.toString();
        String passage = two.toString();
        String q = replaced(query);
        String p = replaced(passage);
        same(pair.pair(q, p), pair.pair(query, passage));
        same(prompt.pair(q, p), prompt.pair(query, passage));
        same(apart.passage(q, p), apart.passage(query, passage));
        same(apart.query(q), apart.query(query));
      }
    }
  }

  /** By code points, which an unpaired surrogate is one of. */
  private static String replaced(String text) {
    int[] points = text.codePoints().map(p -> p >= 0xD800 && p <= 0xDFFF ? 0xFFFD : p).toArray();
    return new String(points, 0, points.length);
  }

  private static void same(TokenSequence expected, TokenSequence actual) {
    assertArrayEquals(expected.ids(), actual.ids());
    assertEquals(expected.tokens(), actual.tokens());
    assertEquals(expected.positions(Role.MATCH).length, actual.positions(Role.MATCH).length);
  }
}
