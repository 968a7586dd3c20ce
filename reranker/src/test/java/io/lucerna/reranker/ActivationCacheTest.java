package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of activations on the heap; that they are those of a recording, its module tests. */
class ActivationCacheTest {
  private static final String QUERY = "time sharing operating system";
  private static final String PATTERNS = "*.hook_pattern";

  static Stream<Path> models() throws IOException {
    return Checkout.kinds("bert-(cross|bi)|bert-colbert|t5-monot5|qwen3-causal|deberta-v2-cross");
  }

  private static Ranker open(Path folder) {
    return Rankers.open(folder, "laws", ScorerOptions.defaults());
  }

  /** Of uneven length, more than a batch takes. */
  private static List<String> passages() {
    return IntStream.range(0, 20)
        .mapToObj(i -> "the capital shares time ".repeat(i * 7 % 5) + "memory " + i)
        .toList();
  }

  private static List<InputActivations> all(ActivationCache cache) {
    List<InputActivations> all = new ArrayList<>(cache.passages());
    cache.query().ifPresent(all::add);
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void everyPassageIsThereWithItsTokensAndScore(Path folder) {
    try (Ranker ranker = open(folder)) {
      List<String> passages = passages();
      ActivationCache cache = ranker.cache(QUERY, passages, "*");
      assertArrayEquals(ranker.score(QUERY, passages).scores(), cache.scores().scores());
      List<Side> sides = ranker.reading().sides();
      assertEquals(sides.contains(Side.QUERY), cache.query().isPresent());
      assertEquals(passages.size(), cache.passages().size());
      for (int i = 0; i < passages.size(); i++) {
        InputActivations passage = cache.passages().get(i);
        assertEquals(i, passage.number());
        assertEquals(sides.getLast(), passage.side());
        assertEquals(
            ranker.reading().input(sides.getLast(), QUERY, passages.get(i)).tokens(),
            passage.tokens());
        assertEquals(cache.scores().scores()[i], passage.get("hook_score").at(0));
        assertEquals(
            ranker.reading().points().points(), List.copyOf(passage.slices().keySet()), "order");
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void shapesHoldTheRealTokensAlone(Path folder) {
    try (Ranker ranker = open(folder)) {
      for (InputActivations input : all(ranker.cache(QUERY, passages(), "*"))) {
        int tokens = input.tokens().size();
        input
            .slices()
            .forEach(
                (point, slice) -> {
                  long numbers = Arrays.stream(slice.shape()).reduce(1, (a, b) -> a * b);
                  assertEquals(numbers, slice.values().length, point.toString());
                  List<String> letters = point.letters();
                  boolean rows = letters.contains("pos") || letters.contains("qpos");
                  assertEquals(rows ? tokens : 1, slice.positions().length, point.toString());
                  if (letters.contains("kpos")) {
                    assertEquals(tokens, slice.shape()[2], point.toString());
                  }
                });
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void attentionOfEveryTokenAndHeadAddsUpToOne(Path folder) {
    try (Ranker ranker = open(folder)) {
      for (InputActivations input : all(ranker.cache(QUERY, passages(), PATTERNS))) {
        input
            .slices()
            .forEach(
                (point, slice) -> {
                  int keys = point.letters().contains("kpos") ? input.tokens().size() : 1;
                  for (int from = 0; from < slice.values().length; from += keys) {
                    double sum = 0;
                    for (int key = 0; key < keys; key++) {
                      sum += slice.values()[from + key];
                    }
                    assertEquals(1, sum, 1e-5, point + " from " + from);
                  }
                });
      }
    }
  }

  /** Within the bound of docs/numerics.md for a text in a padded batch. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void otherPassagesMoveNothing(Path folder) {
    try (Ranker ranker = open(folder)) {
      List<String> passages = passages();
      String[] points = {"blocks.*.attn.hook_pattern", "blocks.*.attn.hook_z"};
      ActivationCache together = ranker.cache(QUERY, passages, points);
      for (int i = 0; i < passages.size(); i++) {
        InputActivations alone =
            ranker.cache(QUERY, List.of(passages.get(i)), points).passages().getFirst();
        InputActivations among = together.passages().get(i);
        assertEquals(alone.tokens(), among.tokens());
        for (Map.Entry<HookPoint, Slice> one : alone.slices().entrySet()) {
          float[] expected = one.getValue().values();
          float[] actual = among.get(one.getKey()).values();
          assertEquals(expected.length, actual.length);
          for (int n = 0; n < expected.length; n++) {
            assertEquals(
                expected[n],
                actual[n],
                5e-6 * Math.max(1, Math.abs(expected[n])),
                "passage " + i + " at " + one.getKey());
          }
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void offsetsCutTheWordsOutOfTheTexts(Path folder) {
    try (Ranker ranker = open(folder)) {
      String query = "memory";
      List<String> passages = List.of("paris", "Memory of time", "capital city", "memory memory");
      ActivationCache cache = ranker.cache(query, passages, "blocks.0.hook_resid_pre");
      boolean pair = cache.query().isEmpty();
      for (int i = 0; i < passages.size(); i++) {
        String text = passages.get(i);
        List<Token> tokens = cache.passages().get(i).tokens();
        assertFalse(cache.scores().truncated()[i]);
        assertEquals(List.of(text.split(" ")), words(tokens, pair ? 1 : 0, text));
        if (pair) {
          assertEquals(List.of(query), words(tokens, 0, query));
        }
      }
    }
  }

  /** The words of a segment, cut out by the offsets of their tokens. */
  private static List<String> words(List<Token> tokens, int segment, String text) {
    List<String> words = new ArrayList<>();
    for (int word = 0; ; word++) {
      int number = word;
      List<Token> own =
          tokens.stream().filter(t -> t.segment() == segment && t.word() == number).toList();
      if (own.isEmpty()) {
        return words;
      }
      words.add(text.substring(own.getFirst().start(), own.getLast().end()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void theQueryOfABiEncoderIsReadOnceAndAlone(Path folder) {
    try (Ranker ranker = open(folder)) {
      ActivationCache cache = ranker.cache(QUERY, passages(), "blocks.0.hook_resid_pre");
      cache
          .query()
          .ifPresent(
              query -> {
                assertEquals(Side.QUERY, query.side());
                assertEquals(List.of(QUERY.split(" ")), words(query.tokens(), 0, QUERY));
                assertTrue(
                    query.tokens().stream()
                        .filter(t -> !t.special())
                        .allMatch(t -> t.role() == Role.QUERY));
              });
    }
  }

  @Test
  void hooksBeforeHaveHadTheirEffect() throws IOException {
    try (Ranker ranker = open(models().findFirst().orElseThrow())) {
      Hooks zero = Hooks.none().intervene("blocks.0.attn.hook_z", (context, z) -> z.muli(0));
      ActivationCache cache = ranker.cache(QUERY, passages(), zero, "blocks.*.attn.hook_z");
      assertArrayEquals(ranker.score(QUERY, passages(), zero).scores(), cache.scores().scores());
      for (InputActivations input : all(cache)) {
        float[] z = input.get(HookPoint.of(0, Site.Z)).values();
        assertArrayEquals(new float[z.length], z, 0);
        float[] above = input.get("blocks.1.attn.hook_z").values();
        assertNotEquals(0, above[0]);
      }
    }
  }

  @Test
  void aStreamGivesTheSameNumbersInputByInput() throws IOException {
    for (Path folder : models().limit(2).toList()) {
      try (Ranker ranker = open(folder)) {
        ActivationCache cache = ranker.cache(QUERY, passages(), "blocks.1.*");
        Map<Integer, InputActivations> streamed = new ConcurrentHashMap<>();
        AtomicInteger queries = new AtomicInteger();
        Hooks hooks =
            InputActivations.hooks(
                ranker.reading().points(),
                List.of("blocks.1.*"),
                input -> {
                  if (input.side() == Side.QUERY) {
                    queries.incrementAndGet();
                  } else {
                    streamed.put(input.number(), input);
                  }
                });
        for (int call = 1; call <= 2; call++) { // hooks serve any number of calls
          streamed.clear();
          ranker.score(QUERY, passages(), hooks);
          assertEquals(cache.query().isPresent() ? call : 0, queries.get());
          assertEquals(cache.passages().size(), streamed.size());
        }
        for (InputActivations kept : cache.passages()) {
          InputActivations other = Objects.requireNonNull(streamed.get(kept.number()));
          kept.slices()
              .forEach(
                  (point, slice) ->
                      assertArrayEquals(
                          slice.values(), other.get(point).values(), point.toString()));
        }
      }
    }
  }

  @Test
  void noPassagesAreNone() throws IOException {
    for (Path folder : models().limit(2).toList()) {
      try (Ranker ranker = open(folder)) {
        ActivationCache cache = ranker.cache(QUERY, List.of(), "blocks.*.attn.hook_z");
        assertEquals(List.of(), cache.passages());
        assertEquals(ranker.reading().sides().contains(Side.QUERY), cache.query().isPresent());
      }
    }
  }

  @Test
  void whatIsNotThereIsRefusedByName() throws IOException {
    try (Ranker ranker = open(models().findFirst().orElseThrow())) {
      List<String> one = List.of("memory");
      refused(
          "no hook point matches 'blocks.1.atn.hook_z'; nearest: blocks.1.attn.hook_z",
          () -> ranker.cache(QUERY, one, "blocks.1.atn.hook_z"));
      refused("name at least one hook point", () -> ranker.cache(QUERY, one));
      InputActivations passage = ranker.cache(QUERY, one, "hook_full_embed").passages().getFirst();
      refused(
          "hook_score was not recorded; recorded: [hook_full_embed]",
          () -> passage.get("hook_score"));
      refused("there is no point 'embed'; recorded: [hook_full_embed]", () -> passage.get("embed"));
      Slice slice = passage.get("hook_full_embed");
      refused(
          "the shape is " + Arrays.toString(slice.shape()) + ", got the place [0]",
          () -> slice.at(0));
      assertThrows(IndexOutOfBoundsException.class, () -> slice.at(0, (int) slice.shape()[1]));
      assertEquals(slice.values()[(int) slice.shape()[1] + 2], slice.at(1, 2));
    }
  }

  private static void refused(String message, Runnable call) {
    assertTrue(
        Refusals.message(IllegalArgumentException.class, call::run)
            .toLowerCase(Locale.ROOT)
            .startsWith(message.toLowerCase(Locale.ROOT)),
        message);
  }
}
