package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.open;
import static io.lucerna.reranker.InterventionSetup.points;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Passages scored again and again, against one call of the ranker for each time. */
class KeptPairsTest {
  private static final long ALL = 1 << 24;

  /** Bytes of an activation of the passages that is as wide as the model. */
  private static long one(Ranker ranker) {
    var reading = ranker.reading();
    var side = reading.sides().getLast();
    var inputs = PASSAGES.stream().map(text -> reading.input(side, QUERY, text)).toList();
    return reading.batches(side, inputs).stream()
        .mapToLong(b -> (long) b.size() * b.width() * reading.model().config().width() * 4)
        .sum();
  }

  static Stream<Path> models() throws IOException {
    return Checkout.kinds(
        "bert-(cross|bi|colbert|mlm-splade)|t5-monot5|qwen3-causal|deberta-v2-cross");
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoresAreThoseOfTheRankerToTheBit(Path folder) {
    try (Ranker ranker = open(folder)) {
      List<String> lines = new ArrayList<>(List.of("", "scale hook_score by=2"));
      for (HookPoint point : points(ranker)) {
        lines.add("scale " + point + " by=0.5");
      }
      lines.add("zero blocks.0.hook_resid_post; zero blocks.0.hook_mlp_out at=0-2");
      HookedModel model = ranker.reading().model();
      int live = model.liveArrays();
      try (KeptPairs all = new KeptPairs(ranker, QUERY, PASSAGES, ALL);
          KeptPairs some = new KeptPairs(ranker, QUERY, PASSAGES, one(ranker))) {
        for (String line : lines) {
          CompiledSpec spec = compile(ranker, line);
          float[] expected = ranker.score(QUERY, PASSAGES, spec.hooks()).scores();
          for (KeptPairs kept : List.of(all, some)) {
            CompiledSpec again = spec.fresh();
            assertArrayEquals(expected, kept.score(again.hooks()).scores(), line);
            assertEquals(spec.report(), again.report());
          }
        }
        assertEquals(live, model.liveArrays());
      }
    }
  }

  /** So many that they are turned into tokens in several parts; and the query is seen first. */
  @ParameterizedTest
  @MethodSource("models")
  void manyPassagesKeepTheirOrder(Path folder) {
    try (Ranker ranker = open(folder)) {
      List<String> many = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        many.add(PASSAGES.get(i % PASSAGES.size()) + " " + i);
      }
      Reading reading = ranker.reading();
      List<Side> sides = new ArrayList<>();
      String first = points(ranker).getFirst().toString();
      Hooks looks = Hooks.none().observe(first, (context, x) -> sides.add(context.batch().side()));
      try (KeptPairs kept = new KeptPairs(ranker, QUERY, many, ALL)) {
        for (int i = 0; i < many.size(); i++) {
          TokenSequence alone = reading.input(kept(reading), QUERY, many.get(i));
          assertEquals(alone.tokens(), kept.inputs().get(i).tokens());
        }
        float[] expected = ranker.score(QUERY, many, looks).scores();
        List<Side> order = List.copyOf(sides);
        sides.clear();
        assertArrayEquals(expected, kept.score(looks).scores());
        assertEquals(order, sides);
      }
      assertEquals(List.of(), reading.inputs(kept(reading), QUERY, List.of()));
    }
  }

  private static Side kept(Reading reading) {
    return reading.sides().getLast();
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void whatLiesBelowIsNotComputedAgain(Path folder) {
    try (Ranker ranker = open(folder);
        KeptPairs all = new KeptPairs(ranker, QUERY, PASSAGES, ALL);
        KeptPairs none = new KeptPairs(ranker, QUERY, PASSAGES, 0)) {
      Hooks top = compile(ranker, "zero blocks.1.hook_mlp_out").hooks();
      HookedModel model = ranker.reading().model();
      long before = model.operations();
      all.score(top);
      long resumed = model.operations() - before;
      none.score(top);
      long whole = model.operations() - before - resumed;
      assertTrue(resumed < whole / 2, resumed + " operations, of " + whole);
    }
  }

  private static long operations(Ranker ranker, long bytes) {
    HookedModel model = ranker.reading().model();
    Hooks top = compile(ranker, "zero blocks.1.attn.hook_z head=0").hooks();
    try (KeptPairs kept = new KeptPairs(ranker, QUERY, PASSAGES, bytes)) {
      long before = model.operations();
      kept.score(top);
      return model.operations() - before;
    }
  }

  /** What heads read is kept where it and the blocks' inputs fit, and not with a byte less. */
  @ParameterizedTest
  @EnumSource
  void bytesAreThoseOfTheModelsNumbers(Precision precision) {
    ScorerOptions options = ScorerOptions.defaults().withPrecision(precision);
    try (Ranker ranker = Rankers.open(Checkout.models().resolve("bert-cross"), "laws", options)) {
      long perNumber = precision == Precision.FP64 ? 2 : 1;
      long enough = 2L * ranker.reading().model().blocks().size() * one(ranker) * perNumber;
      assertEquals(operations(ranker, ALL), operations(ranker, enough));
      long more = operations(ranker, enough - 1);
      assertTrue(more > operations(ranker, ALL), more + " operations");
    }
  }

  private static List<String> shown(List<InputActivations> inputs) {
    return inputs.stream()
        .map(
            input ->
                input.side()
                    + " "
                    + input.number()
                    + input.slices().values().stream()
                        .map(slice -> Arrays.toString(slice.values()))
                        .toList())
        .sorted()
        .toList();
  }

  /** Such as those of two threads; here the one is in the middle of the other. */
  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void callsAtOnceDoNotMixWhatTheSameHooksKeep(Path folder) {
    try (Ranker ranker = open(folder);
        KeptPairs kept = new KeptPairs(ranker, QUERY, PASSAGES, ALL)) {
      List<InputActivations> taken = Collections.synchronizedList(new ArrayList<>());
      Hooks keep =
          InputActivations.hooks(
              ranker.reading().points(),
              List.of("blocks.*.hook_mlp_out", "hook_score"),
              taken::add);
      Hooks changed = compile(ranker, "scale blocks.0.hook_mlp_out by=2").hooks().and(keep);
      Side side = kept(ranker.reading());
      AtomicBoolean once = new AtomicBoolean();
      Hooks between =
          Hooks.none()
              .observe(
                  "blocks.1.hook_resid_pre",
                  (context, x) -> {
                    if (context.batch().side() == side && once.compareAndSet(false, true)) {
                      kept.score(changed);
                    }
                  })
              .and(keep);
      kept.score(keep);
      List<String> plain = shown(taken);
      taken.clear();
      kept.score(changed);
      List<String> other = shown(taken);
      assertEquals(plain.size(), other.size());
      assertTrue(plain.stream().noneMatch(other::contains), "they differ");
      taken.clear();
      kept.score(between);
      assertTrue(once.get());
      assertEquals(Stream.concat(plain.stream(), other.stream()).sorted().toList(), shown(taken));
    }
  }

  /** Tokens have the roles that they have for it, which specs go by. */
  @ParameterizedTest
  @MethodSource("models")
  void anotherQueryIsReadAlone(Path folder) {
    String other = PASSAGES.get(1);
    try (Ranker ranker = open(folder);
        KeptPairs kept = new KeptPairs(ranker, QUERY, PASSAGES, ALL)) {
      HookedModel model = ranker.reading().model();
      int live = model.liveArrays();
      long before = model.operations();
      Optional<KeptPairs> same = kept.of(other);
      if (kept(ranker.reading()) == Side.PAIR) {
        assertEquals(Optional.empty(), same);
        return;
      }
      KeptPairs again = same.orElseThrow();
      long read = model.operations() - before;
      before = model.operations();
      ranker
          .reading()
          .outputs(
              Side.QUERY, List.of(ranker.reading().input(Side.QUERY, other, "")), Hooks.none());
      assertEquals(model.operations() - before, read);
      for (String line :
          List.of(
              "",
              "scale hook_score by=2",
              "zero blocks.0.hook_mlp_out at=match",
              "scale blocks.0.hook_attn_out by=0.5")) {
        CompiledSpec spec = compile(ranker, line);
        assertArrayEquals(
            ranker.score(other, PASSAGES, spec.hooks()).scores(),
            again.score(spec.fresh().hooks()).scores(),
            line);
        assertArrayEquals(
            ranker.score(QUERY, PASSAGES, spec.hooks()).scores(),
            kept.score(spec.fresh().hooks()).scores(),
            line);
      }
      assertEquals(live, model.liveArrays());
      again.close();
      assertThrows(IllegalStateException.class, () -> kept.score(Hooks.none()));
      assertThrows(IllegalStateException.class, () -> kept.of(QUERY));
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void passagesThatRepeatAreReadAsTheRankerReadsThem(Path folder) {
    List<String> twice = List.of(PASSAGES.get(1), PASSAGES.get(0), PASSAGES.get(1));
    try (Ranker ranker = open(folder);
        KeptPairs kept = new KeptPairs(ranker, QUERY, twice, ALL)) {
      Hooks cut = compile(ranker, "zero blocks.1.attn.hook_z head=1").hooks();
      assertArrayEquals(ranker.score(QUERY, twice).scores(), kept.score(Hooks.none()).scores());
      assertArrayEquals(ranker.score(QUERY, twice, cut).scores(), kept.score(cut).scores());
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void isOfNoUseOnceItIsClosed(Path folder) {
    try (Ranker ranker = open(folder)) {
      KeptPairs kept = new KeptPairs(ranker, QUERY, PASSAGES, ALL);
      Hooks cut = compile(ranker, "zero blocks.1.attn.hook_z head=1").hooks();
      assertThrows(
          IllegalArgumentException.class,
          () -> kept.score(Hooks.none().observe("blocks.9.hook_mlp_out", (at, given) -> {})));
      kept.close();
      kept.close();
      assertThrows(IllegalStateException.class, () -> kept.score(cut));
      assertThrows(IllegalStateException.class, () -> kept.score(Hooks.none()));
    }
  }
}
