package io.lucerna.studies.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.HeadSweep;
import io.lucerna.studies.patch.Patching;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.ContrastPair;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadSweepTest {
  private static final String QUERY = "what is a lamp";
  private static final String BASE = "the lamp is light of oil and glass .";
  private static final String CHANGED = "the lamp is light of oil and lamp .";

  private static Ranker open(String model) {
    return Rankers.open(Path.of(Checkout.model(model)), model, ScorerOptions.defaults());
  }

  /** The plain way: a hook keeps each layer's z, and another puts one head of it elsewhere. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aCellIsTheScoreWithThatHeadsOutputsCopied(String model) {
    try (Ranker ranker = open(model)) {
      Map<Integer, float[]> kept = new HashMap<>();
      Hook.Observer keep =
          (context, z) -> {
            if (context.batch().side() == ranker.reading().sides().getLast()) {
              kept.put(context.point().layer(), z.toFloatArray());
            }
          };
      Hooks keeping = Hooks.none().with("blocks.*.attn.hook_z", keep);
      float perturbed = ranker.score(QUERY, List.of(CHANGED), keeping).scores()[0];
      float base = ranker.score(QUERY, List.of(BASE)).scores()[0];
      HeadSweep sweep = HeadSweep.of(ranker, QUERY, BASE, CHANGED);
      assertEquals(base, sweep.base(), 1e-6);
      assertEquals(perturbed, sweep.perturbed(), 1e-6);
      for (int layer = 0; layer < ranker.card().layers(); layer++) {
        float[] donor = Objects.requireNonNull(kept.get(layer));
        for (int head = 0; head < ranker.card().heads(); head++) {
          NDIndex place = new NDIndex(":, :, " + head + ", :");
          Hook.Intervention copy =
              (context, z) -> {
                if (context.batch().side() == ranker.reading().sides().getLast()) {
                  try (NDArray other = z.getManager().create(donor, z.getShape())) {
                    z.set(place, other.get(place));
                  }
                }
                return z;
              };
          Hooks copying = Hooks.none().with("blocks." + layer + ".attn.hook_z", copy);
          float score = ranker.score(QUERY, List.of(BASE), copying).scores()[0];
          assertEquals(score, sweep.patched()[layer][head], 1e-6, "L" + layer + "H" + head);
          assertEquals(
              (sweep.patched()[layer][head] - (double) sweep.base())
                  / ((double) sweep.perturbed() - sweep.base()),
              sweep.effects()[layer][head],
              1e-12);
        }
      }
    }
  }

  @Test
  void theExampleNamesTheStrongestHead() {
    try (Ranker ranker = open("bert-cross")) {
      String name = HeadSweepExample.strongest(ranker, QUERY, BASE, CHANGED);
      double[][] effects = HeadSweep.of(ranker, QUERY, BASE, CHANGED).effects();
      String[] parts = name.substring(1).split("H", -1);
      double strongest = effects[Integer.parseInt(parts[0])][Integer.parseInt(parts[1])];
      for (double[] layer : effects) {
        for (double effect : layer) {
          assertTrue(effect <= strongest, name);
        }
      }
    }
  }

  @Test
  void theExampleSweepsTheNeuronsOfALayer() {
    try (Ranker ranker = open("bert-cross")) {
      List<ContrastPair> pairs = List.of(ContrastPair.of("pair", QUERY, BASE, CHANGED));
      Patching neurons = PatchingExample.neurons(ranker, pairs);
      assertEquals(1, neurons.mean().length);
      assertEquals(ranker.reading().model().config().mlpWidth(), neurons.mean()[0].length);
      assertEquals("unit 3", neurons.nodes().get(3).node());
    }
  }

  @Test
  void aQueryThatIsTooLongIsRefused() {
    try (Ranker ranker = open("bert-cross")) {
      String query = "lamp ".repeat(2000);
      assertThrows(
          IllegalArgumentException.class, () -> HeadSweep.of(ranker, query, BASE, CHANGED));
    }
  }
}
