package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Token ids and types of 1,000 real passages, and of hard strings, for every kind of tokenizer
 * against Hugging Face's tokenizers library: {@code tokens.py} of module instrumentation says how
 * the references were made.
 */
class TokenReferencesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FOLDER = Checkout.models().resolve("tokens");
  private static final Path BUNDLED =
      Checkout.root().resolve("topics/src/main/resources/io/lucerna/topics/bundled");
  private static final int CUT = 64;
  private static final int UNCUT = 1 << 16;
  private static final List<String> PASSAGES = new ArrayList<>();

  /** Every sixth text of CACM, read once. */
  private static List<String> records = List.of();

  /** The kinds whose tokenizer is here; minilm's is in the module that has the model. */
  static Stream<Path> kinds() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("tokenizer.json")))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static JsonNode references(Path kind) throws IOException {
    return JSON.readTree(kind.resolve("tokens.json").toFile());
  }

  @BeforeAll
  static void passages() throws IOException {
    for (String line : Files.readAllLines(BUNDLED.resolve("corpus.jsonl"))) {
      PASSAGES.add(JSON.readTree(line).get("contents").asText());
    }
  }

  private static List<String> titles() throws IOException {
    return Files.readAllLines(BUNDLED.resolve("topics.txt")).stream()
        .filter(line -> line.startsWith("<title>"))
        .map(line -> line.substring("<title>".length()).strip())
        .toList();
  }

  private static PairTokenizer open(Path kind, InputForm form, int limit) {
    return PairTokenizer.open(kind, form, limit, TermForm.LOWER_CASE)
        .limitedTo(limit, Truncation.STRICT);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void passagesAlone(Path kind) throws IOException {
    try (PairTokenizer tokenizer = open(kind, new InputForm.Apart("", ""), UNCUT)) {
      check(kind, "bundled", PASSAGES.size(), i -> tokenizer.passage(PASSAGES.get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void pairsWholeAndCut(Path kind) throws IOException {
    List<String> titles = titles();
    for (var limit : Map.of("bundled-pairs", UNCUT, "bundled-cut", CUT).entrySet()) {
      try (PairTokenizer tokenizer = open(kind, new InputForm.Pair("", ""), limit.getValue())) {
        check(
            kind,
            limit.getKey(),
            PASSAGES.size(),
            i -> tokenizer.pair(titles.get(i % titles.size()), PASSAGES.get(i)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void recordsOfCacm(Path kind) throws IOException {
    Path archive = Checkout.shared("collections/cacm/cacm.tar.gz");
    assumeTrue(Files.exists(archive), "no " + archive);
    if (records.isEmpty()) {
      List<String> all = cacm(archive);
      records = IntStream.range(0, 520).mapToObj(i -> all.get(6 * i)).toList();
    }
    try (PairTokenizer tokenizer = open(kind, new InputForm.Apart("", ""), UNCUT)) {
      check(kind, "cacm", records.size(), i -> tokenizer.passage(records.get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void hardStrings(Path kind) throws IOException {
    JsonNode strings = JSON.readTree(FOLDER.resolve("hard.json").toFile());
    JsonNode expected = references(kind).get("hard");
    assertEquals(strings.size(), expected.size());
    try (Subwords subwords = Subwords.open(kind, TokenizerFiles.read(kind), true)) {
      for (int i = 0; i < strings.size(); i++) {
        String text = strings.get(i).asText();
        long[] ids = subwords.encode(text).stream().mapToLong(Subwords.Piece::id).toArray();
        assertArrayEquals(longs(expected.get(i)), ids, text);
      }
    }
  }

  private static long[] longs(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  private static void check(Path kind, String name, int count, IntFunction<TokenSequence> inputs)
      throws IOException {
    JsonNode group = references(kind).get("groups").get(name);
    assertEquals(group.get("count").asInt(), count);
    MessageDigest hash = sha256();
    for (int i = 0; i < count; i++) {
      TokenSequence input = inputs.apply(i);
      if (i < group.get("first").size()) {
        assertArrayEquals(longs(group.get("first").get(i)), input.ids(), name + " text " + i);
      }
      String line = joined(input.ids()) + " / " + joined(input.types()) + "\n";
      hash.update(line.getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(group.get("sha256").asText(), HexFormat.of().formatHex(hash.digest()), name);
  }

  private static String joined(long[] numbers) {
    return LongStream.of(numbers).mapToObj(Long::toString).collect(Collectors.joining(" "));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The texts of CACM's records by file name: what is between the tags of preformatted text. */
  private static List<String> cacm(Path archive) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    byte[] tar;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(archive))) {
      tar = in.readAllBytes();
    }
    // Ustar: a head of 512 bytes with name, size in octal at 124 and kind at 156, then the content.
    for (int at = 0; at + 512 <= tar.length && tar[at] != 0; ) {
      String name = field(tar, at, 100);
      int size = Integer.parseInt(field(tar, at + 124, 12).strip(), 8);
      if (tar[at + 156] == '0') {
        String page = new String(tar, at + 512, size, StandardCharsets.UTF_8);
        String text = page.substring(page.indexOf("<pre>") + 5);
        texts.put(
            name.substring(name.lastIndexOf('/') + 1), text.substring(0, text.indexOf("</pre>")));
      }
      at += 512 + (size + 511) / 512 * 512;
    }
    return List.copyOf(texts.values());
  }

  private static String field(byte[] tar, int at, int length) {
    byte[] own = Arrays.copyOfRange(tar, at, at + length);
    String text = new String(own, StandardCharsets.US_ASCII);
    return text.indexOf(0) < 0 ? text : text.substring(0, text.indexOf(0));
  }
}
