package io.lucerna.studies.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.ContrastPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PatchingTest {
  private static final List<ContrastPair> PAIRS =
      List.of(
          pair("a", "what is a lamp", "the lamp is light of oil .", "the lamp is lamp of oil ."),
          pair("same", "what is a lamp", "glass .", "glass ."),
          pair("b", "light of glass", "the lamp is old .", "the lamp is glass ."),
          pair("c", "what is a lamp", "the house is of oil .", "the house is of lamp oil ."));

  private static Ranker ranker;

  private static ContrastPair pair(String id, String query, String base, String perturbed) {
    return ContrastPair.of(id, query, base, perturbed);
  }

  @BeforeAll
  static void open() {
    Path folder = Path.of(Checkout.model("bert-cross"));
    ranker = Rankers.open(folder, "bert-cross", ScorerOptions.defaults());
  }

  @AfterAll
  static void close() {
    ranker.close();
  }

  private static Patching patch(SweepSettings sweep) {
    return Patching.of(
        ranker, PatchSettings.of(sweep).withFloor(new Floor.Absolute(0)).withRounds(50), PAIRS);
  }

  private static Patching patch(SweepKind kind) {
    return patch(SweepSettings.of(kind).build());
  }

  @Test
  void aPairsEffectsAreThoseOfItsOwnSweep() {
    Patching heads = patch(SweepKind.HEAD);
    assertEquals(List.of("a", "b", "c"), heads.pairs().stream().map(ContrastPair::id).toList());
    for (int i = 0; i < heads.pairs().size(); i++) {
      ContrastPair pair = heads.pairs().get(i);
      HeadSweep alone = HeadSweep.of(ranker, pair.query(), pair.base(), pair.perturbed());
      double[][] effects = heads.effects(i);
      assertEquals(alone.base(), heads.scores(i).result().recipient());
      assertEquals(alone.perturbed(), heads.scores(i).result().donor());
      for (int layer = 0; layer < effects.length; layer++) {
        // Adding 0 makes -0 a 0.
        for (int head = 0; head < effects[layer].length; head++) {
          assertEquals(alone.effects()[layer][head] + 0.0, effects[layer][head], pair.id());
        }
      }
    }
  }

  @Test
  void meansAndRanksAreOfThePairs() {
    Patching heads = patch(SweepKind.HEAD);
    double[][] mean = heads.mean();
    int cell = 0;
    double sum = 0;
    for (int layer = 0; layer < mean.length; layer++) {
      for (int head = 0; head < mean[layer].length; head++) {
        double effects = 0;
        double moves = 0;
        double changes = 0;
        for (int i = 0; i < 3; i++) {
          effects += heads.effects(i)[layer][head] / 3;
          moves += heads.effects(i)[layer][head] * heads.scores(i).change();
          changes += heads.scores(i).change();
        }
        assertEquals(effects, mean[layer][head], 1e-12);
        NodeEffect node = heads.nodes().get(cell++);
        assertEquals(new Head(layer, head).toString(), node.node());
        assertEquals(moves / changes, node.effect().value(), 1e-12);
        assertEquals(3, node.pairs());
        sum += Math.abs(mean[layer][head]);
      }
    }
    assertTrue(sum > 0);
    assertEquals(cell, heads.nodes().size());
    List<NodeEffect> strongest = new ArrayList<>(heads.nodes());
    strongest.sort((x, y) -> Double.compare(abs(y), abs(x)));
    assertEquals(strongest, heads.strongest(Integer.MAX_VALUE));
    assertEquals(strongest.subList(0, 2), heads.strongest(2));
    assertEquals(2, heads.queries());
  }

  @Test
  void theHeadlineRanks() {
    PatchSettings settings =
        PatchSettings.of(SweepSettings.of(SweepKind.HEAD).build())
            .withRounds(50)
            .withHeadline(RatioAggregate.MEAN_ROBUST);
    Patching heads = Patching.of(ranker, settings, PAIRS);
    List<Double> sizes =
        heads.strongest(Integer.MAX_VALUE).stream()
            .map(node -> Math.abs(node.get(RatioAggregate.MEAN_ROBUST).value()))
            .toList();
    assertEquals(sizes.stream().sorted(Comparator.reverseOrder()).toList(), sizes);
  }

  private static double abs(NodeEffect node) {
    return Math.abs(node.effect().value());
  }

  @Test
  void pairsThatDoNotChangeAreExcluded() {
    Excluded same = patch(SweepKind.HEAD).excluded().getFirst();
    assertEquals("same", same.pair().id());
    assertTrue(same.reason().startsWith("nothing changes"), same.reason());
    PatchSettings demanding =
        PatchSettings.of(SweepSettings.of(SweepKind.HEAD).build())
            .withFloor(new Floor.Absolute(100))
            .withRounds(10);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Patching.of(ranker, demanding, PAIRS));
    assertTrue(String.valueOf(e.getMessage()).contains("3 (the score changes by less"));
  }

  @ParameterizedTest
  @EnumSource(value = SweepKind.class, mode = EnumSource.Mode.EXCLUDE, names = "NEURON")
  void mapsHaveARowForAllDimensionsButTheLast(SweepKind kind) {
    int layers = ranker.card().layers();
    int heads = ranker.card().heads();
    int[] shape =
        switch (kind) {
          case HEAD -> new int[] {layers, heads};
          case RESID, ATTN, MLP -> new int[] {1, layers};
          case BLOCK -> new int[] {3 * layers, Role.values().length};
          case HEAD_POS -> new int[] {2 * 2, Role.values().length};
          case NEURON -> throw new AssertionError();
        };
    SweepSettings.Builder settings = SweepSettings.of(kind);
    if (kind == SweepKind.HEAD_POS) {
      settings.heads(List.of(new Head(0, 1), new Head(1, 0)));
    }
    Patching patching = patch(settings.build());
    for (double[][] map : List.of(patching.mean(), patching.effects(1))) {
      assertArrayEquals(shape, new int[] {map.length, map[0].length});
    }
    assertEquals(shape[0] * shape[1], patching.nodes().size());
  }

  @Test
  void noiseGoesTheOtherWay() {
    SweepSettings noise =
        SweepSettings.of(SweepKind.MLP).directions(List.of(Direction.NOISE)).build();
    Patching there = patch(SweepKind.MLP);
    Patching back = patch(noise);
    assertEquals(-there.meanChange(), back.meanChange(), 1e-12);
    assertEquals(there.scores(0).result().donor(), back.scores(0).result().recipient());
    SweepSettings both =
        SweepSettings.of(SweepKind.MLP)
            .directions(List.of(Direction.DENOISE, Direction.NOISE))
            .build();
    assertThrows(IllegalArgumentException.class, () -> patch(both));
  }

  @Test
  void perturbationsAreApart() {
    PatchSettings settings =
        PatchSettings.of(SweepSettings.of(SweepKind.HEAD).build())
            .withFloor(new Floor.Share(.9))
            .withRounds(50);
    List<ContrastPair> adds = new ArrayList<>();
    for (ContrastPair pair : PAIRS) {
      adds.add(named("more" + pair.id(), pair.query(), pair.base(), pair.perturbed() + " oil ."));
    }
    List<ContrastPair> all = new ArrayList<>(PAIRS);
    all.addAll(adds);
    String refused =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> Patching.of(ranker, settings, all))
                .getMessage());
    assertTrue(refused.contains("several perturbations: ADD, change; "), refused);
    Map<String, Patching> apart = Patching.byPerturbation(ranker, settings, all);
    assertEquals(List.of("ADD", "change"), List.copyOf(apart.keySet()));
    assertSame(Patching.of(ranker, settings, adds), Objects.requireNonNull(apart.get("ADD")));
    assertSame(Patching.of(ranker, settings, PAIRS), Objects.requireNonNull(apart.get("change")));
    int together = Patching.of(ranker, settings.withPool(), all).pairs().size();
    assertEquals(
        together, apart.values().stream().mapToInt(patching -> patching.pairs().size()).sum());
  }

  private static void assertSame(Patching expected, Patching actual) {
    assertEquals(expected.pairs(), actual.pairs());
    assertEquals(expected.excluded(), actual.excluded());
    assertEquals(expected.nodes(), actual.nodes());
    assertEquals(expected.strongest(99), actual.strongest(99));
  }

  private static ContrastPair named(String id, String query, String base, String perturbed) {
    ContrastPair pair = ContrastPair.of(id, query, base, perturbed);
    return new ContrastPair(
        pair.id(),
        pair.qid(),
        pair.query(),
        pair.docid(),
        "ADD",
        pair.base(),
        pair.perturbed(),
        pair.edits(),
        pair.terms(),
        pair.grade(),
        pair.bm25Base(),
        pair.bm25Perturbed(),
        pair.idf());
  }

  @Test
  void idsMustDiffer() {
    List<ContrastPair> twice = List.of(PAIRS.getFirst(), PAIRS.getFirst());
    assertThrows(IllegalArgumentException.class, () -> Patching.of(ranker, SweepKind.HEAD, twice));
  }
}
