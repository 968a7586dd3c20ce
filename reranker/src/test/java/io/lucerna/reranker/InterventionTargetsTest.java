package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.observe;
import static io.lucerna.reranker.InterventionSetup.open;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Interventions change the numbers that they target, and no other. */
class InterventionTargetsTest {
  /** Checks which numbers of each text an intervention changed: all that are targeted, no other. */
  private static void onlyChanges(Ranker ranker, String line, String point, Targeted which) {
    Observed plain = Observed.after(ranker, QUERY, PASSAGES, Hooks.none(), point);
    CompiledSpec spec = compile(ranker, line);
    Observed changed = Observed.after(ranker, QUERY, PASSAGES, spec.hooks(), point);
    spec.check();
    int count = 0;
    for (String text : plain.values().keySet()) {
      float[] before = plain.numbers(text);
      float[] after = changed.numbers(text);
      IntPredicate targeted = which.in(text, plain.text(text).tokens(), before.length);
      for (int i = 0; i < before.length; i++) {
        assertEquals(
            targeted.test(i),
            Float.floatToIntBits(before[i]) != Float.floatToIntBits(after[i]),
            line + ", " + text + ", index " + i);
        count += targeted.test(i) ? 1 : 0;
      }
    }
    assertTrue(count > 0, line + " targets nothing");
  }

  private interface Targeted {
    IntPredicate in(String text, List<Token> tokens, int size);
  }

  /** Whether a number lies at a targeted position, where each position has {@code row} numbers. */
  private static Targeted atPositions(int row, PositionTest test) {
    return (text, tokens, size) -> i -> i / row < tokens.size() && test.test(tokens, i / row);
  }

  private interface PositionTest {
    boolean test(List<Token> tokens, int position);
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void onlyTheTargetedNumbersChange(Path folder) {
    try (Ranker ranker = open(folder)) {
      int width = ranker.reading().points().size("d_model").orElseThrow();
      int heads = ranker.reading().points().size("head").orElseThrow();
      int d = width / heads;
      String stream = "blocks.1.hook_resid_pre";
      for (Role role : List.of(Role.CLS, Role.SEP, Role.QUERY, Role.MATCH, Role.OTHER)) {
        onlyChanges(
            ranker,
            "set " + stream + " at=" + role.option() + " to=7",
            stream,
            atPositions(width, (tokens, p) -> tokens.get(p).role() == role));
      }
      onlyChanges(
          ranker,
          "set " + stream + " at=passage,0 to=7",
          stream,
          atPositions(
              width,
              (tokens, p) ->
                  p == 0
                      || !Set.of(Role.CLS, Role.SEP, Role.QUERY).contains(tokens.get(p).role())));
      onlyChanges(
          ranker,
          "set " + stream + " at=-1,2-3 to=7",
          stream,
          atPositions(width, (tokens, p) -> p == tokens.size() - 1 || p == 2 || p == 3));
      onlyChanges(
          ranker, "set " + stream + " to=7", stream, atPositions(width, (tokens, p) -> true));
      onlyChanges(
          ranker,
          "set " + stream + " unit=1,3-4 at=1--2 to=7",
          stream,
          (text, tokens, size) ->
              i ->
                  i / width >= 1
                      && i / width < tokens.size() - 1
                      && Set.of(1, 3, 4).contains(i % width));
      onlyChanges(
          ranker,
          "set blocks.1.attn.hook_z head=1 at=match to=7",
          "blocks.1.attn.hook_z",
          (text, tokens, size) ->
              i ->
                  i / width < tokens.size()
                      && tokens.get(i / width).role() == Role.MATCH
                      && i % width / d == 1);
      onlyChanges(
          ranker,
          "set blocks.1.attn.hook_pattern head=1-2 at=match keys=cls,-1 to=7",
          "blocks.1.attn.hook_pattern",
          (text, tokens, size) -> {
            int padded = (int) Math.sqrt(size / heads);
            return i -> {
              int head = i / (padded * padded);
              int query = i / padded % padded;
              int key = i % padded;
              return (head == 1 || head == 2)
                  && query < tokens.size()
                  && tokens.get(query).role() == Role.MATCH
                  && (key == 0 || key == tokens.size() - 1);
            };
          });
      onlyChanges(
          ranker,
          "set blocks.0.attn.hook_attn_scores to=7",
          "blocks.0.attn.hook_attn_scores",
          (text, tokens, size) -> {
            int padded = (int) Math.sqrt(size / heads);
            return i -> i / padded % padded < tokens.size() && i % padded < tokens.size();
          });
      onlyChanges(
          ranker,
          "set pooler.hook_pooler_out unit=2 to=7",
          "pooler.hook_pooler_out",
          (text, tokens, size) -> i -> i == 2);
      onlyChanges(ranker, "set hook_score to=7", "hook_score", (text, tokens, size) -> i -> true);
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void aSideIsLeftAloneWhereTheOtherIsNamed(Path folder) {
    try (Ranker ranker = open(folder)) {
      if (ranker.reading().sides().size() == 1) {
        return;
      }
      String point = "hook_full_embed";
      for (String side : List.of("query", "passage")) {
        onlyChanges(
            ranker,
            "set " + point + " to=7 side=" + side,
            point,
            (text, tokens, size) -> {
              int row = ranker.reading().points().size("d_model").orElseThrow();
              boolean own = text.startsWith(side.equals("query") ? "query" : "text");
              return i -> own && i / row < tokens.size();
            });
      }
    }
  }

  static Stream<Path> masked() throws IOException {
    return Checkout.kinds("llama-rank|gemma2-causal|modernbert-cross");
  }

  /**
   * Neither later keys nor those outside a window are looked at, whatever becomes of the scores.
   */
  @ParameterizedTest
  @MethodSource("masked")
  void whatAMaskHidesStaysHidden(Path folder) {
    try (Ranker ranker = open(folder)) {
      int layers = ranker.card().layers();
      for (String line : List.of("set %s to=0", "scale %s by=-1", "scale %s by=2")) {
        int hidden = 0;
        for (int layer = 0; layer < layers; layer++) {
          String scores = "blocks." + layer + ".attn.hook_attn_scores";
          String pattern = "blocks." + layer + ".attn.hook_pattern";
          Observed plain = observe(ranker, "", pattern);
          Observed changed = observe(ranker, String.format(Locale.ROOT, line, scores), pattern);
          for (String text : plain.values().keySet()) {
            int tokens = plain.text(text).tokens().size();
            int padded = (int) plain.shape()[plain.shape().length - 1];
            float[] before = plain.numbers(text);
            float[] after = changed.numbers(text);
            for (int i = 0; i < before.length; i++) {
              if (before[i] == 0 && i / padded % padded < tokens) {
                assertEquals(0, after[i], line + ", " + text + ", index " + i);
                hidden++;
              }
            }
          }
        }
        assertTrue(hidden > 0, folder + " hides nothing");
      }
    }
  }
}
