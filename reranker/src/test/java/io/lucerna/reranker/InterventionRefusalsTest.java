package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.open;
import static io.lucerna.reranker.InterventionSetup.recording;
import static io.lucerna.reranker.InterventionSetup.scores;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Interventions that cannot be done, or that did nothing, are told. */
class InterventionRefusalsTest {
  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void whatNeverHappenedFailsTheCheck(Path folder) {
    try (Ranker ranker = open(folder)) {
      CompiledSpec far = compile(ranker, "zero blocks.0.attn.hook_z at=99");
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      assertArrayEquals(plain, scores(ranker, far.hooks()), 5e-6f);
      int texts = PASSAGES.size() + ranker.reading().sides().size() - 1;
      assertEquals(
          "the intervention 'zero blocks.0.attn.hook_z at=99' changed nothing: none of the "
              + texts
              + " texts has such a position",
          Refusals.message(IllegalStateException.class, far::check));
      CompiledSpec idle = compile(ranker, "zero blocks.0.attn.hook_z; zero hook_score");
      assertEquals(
          "the intervention 'zero blocks.0.attn.hook_z' was never reached: no text was read on its"
              + " side; the intervention 'zero hook_score' was never reached: no text was read on"
              + " its side",
          Refusals.message(IllegalStateException.class, idle::check));
      CompiledSpec injected = compile(ranker, "zero blocks.0.attn.hook_z at=injected");
      scores(ranker, injected.hooks());
      assertTrue(
          Refusals.message(IllegalStateException.class, injected::check)
              .contains("texts has such a position"));
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void whatDoesNotFitTheModelIsRefusedAtItsColumn(Path folder) {
    try (Ranker ranker = open(folder)) {
      int heads = ranker.reading().points().size("head").orElseThrow();
      int mlp = ranker.reading().points().size("d_mlp").orElseThrow();
      int width = ranker.reading().points().size("d_model").orElseThrow();
      MemoryRecording recording = new MemoryRecording().with("d", ranker, QUERY, "time");
      String[][] cases = {
        {
          "zero blocks.0.attn.hook_z head=" + heads,
          "head=",
          "head " + heads + " is not in 0.." + (heads - 1) + ", which blocks.0.attn.hook_z has"
        },
        {
          "zero blocks.0.mlp.hook_post unit=0-" + mlp,
          "unit=",
          "unit " + mlp + " is not in 0.." + (mlp - 1) + ", which blocks.0.mlp.hook_post has"
        },
        {
          "zero blocks.9.mlp.hook_post",
          "blocks.9",
          "no hook point matches 'blocks.9.mlp.hook_post'"
        },
        {
          "zero blocks.0.hook_mlp_out head=0",
          "head=",
          "blocks.0.hook_mlp_out [batch, pos, d_model] has no heads"
        },
        {
          "zero pooler.hook_pooler_out at=cls",
          "at=",
          "pooler.hook_pooler_out [batch, d_model] has no positions"
        },
        {"zero hook_score at=0", "at=", "hook_score [batch] has no positions"},
        {"zero hook_score unit=1", "unit=", "unit 1 is not in 0..0, which hook_score has"},
        {
          "zero blocks.0.attn.hook_pattern unit=0",
          "unit=",
          "blocks.0.attn.hook_pattern [batch, head, qpos, kpos] has positions as its last"
              + " dimension: say keys="
        },
        {
          "zero blocks.0.hook_mlp_out keys=cls",
          "keys=",
          "blocks.0.hook_mlp_out [batch, pos, d_model] has no key positions"
        },
        {
          "add hook_full_embed vector=[1,2] dose=1",
          "vector=",
          "the vector has 2 numbers, where hook_full_embed has " + width + " units"
        },
        {
          "add hook_full_embed unit=0-2 vector=[1,2] dose=1",
          "vector=",
          "the vector has 2 numbers, where hook_full_embed has 3 targeted units"
        },
        {
          "add hook_full_embed unit=0-1 vector=[[1,2],[2,1]] dose=1",
          "vector=",
          "add takes one vector, got 2"
        },
        {
          "project-out hook_full_embed unit=0-1 vector=[[1,2],[2,4]]",
          "vector=",
          "vector 2 of 2 lies in the span of those before it"
        },
        {
          "add blocks.0.attn.hook_pattern vector=[1] dose=1",
          "vector=",
          "blocks.0.attn.hook_pattern has positions as its last dimension, for which there are no"
              + " vectors"
        },
        {
          "mean blocks.0.attn.hook_pattern from=r per=role",
          "per=",
          "blocks.0.attn.hook_pattern relates two positions, which one role does not identify: "
              + "say per=position"
        },
        {
          "patch hook_full_embed from=r per=position donor=x",
          "donor=",
          "r holds no input 'x'; it has 1, such as d"
        },
        {
          "add hook_full_embed vector=/no/such.safetensors#v dose=1",
          "vector=",
          "/no/such.safetensors"
        },
      };
      for (String[] c : cases) {
        String message =
            Refusals.message(SpecSyntaxException.class, () -> compile(ranker, c[0], recording));
        int column = c[0].indexOf(c[1]) + 1;
        assertTrue(message.startsWith("column " + column + ": " + c[2]), c[0] + " gave " + message);
        assertTrue(message.contains("\n  " + c[0] + "\n  "), message);
      }
    }
  }

  @Test
  void aSideThatTheRankerDoesNotReadIsRefused() throws IOException {
    for (Path folder : InterventionSetup.models().toList()) {
      try (Ranker ranker = open(folder)) {
        boolean cross = ranker.reading().sides().equals(List.of(Side.PAIR));
        String line = "zero blocks.0.attn.hook_z side=" + (cross ? "query" : "pair");
        String message = Refusals.message(SpecSyntaxException.class, () -> compile(ranker, line));
        assertTrue(
            message.startsWith(
                cross
                    ? "column 27: this ranker reads no query on its own; its sides are: pair "
                        + "(at=query or at=passage select tokens)"
                    : "column 27: this ranker reads no pair on its own; its sides are: query and"
                        + " passage"),
            message);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void recordingsThatDoNotFitAreRefused(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording empty = new MemoryRecording();
      assertTrue(
          Refusals.message(
                  SpecSyntaxException.class,
                  () -> compile(ranker, "mean hook_full_embed from=r", empty))
              .contains("r holds no input"));
      MemoryRecording one = new MemoryRecording().with("p0", ranker, QUERY, PASSAGES.get(0));
      CompiledSpec resample = compile(ranker, "resample hook_full_embed from=r seed=1", one);
      String alone =
          Refusals.message(
              IllegalArgumentException.class,
              () ->
                  ranker.score(QUERY, PASSAGES.subList(0, 1), resample.hooks("q", List.of("p0"))));
      assertTrue(alone.startsWith("r holds no input with another text than"), alone);
      CompiledSpec own = compile(ranker, "patch hook_full_embed from=r", one);
      assertEquals(
          "a patch without donor= needs the texts' ids, and none were given",
          Refusals.message(IllegalArgumentException.class, () -> scores(ranker, own.hooks())));
      if (ranker.reading().sides().size() == 2) {
        assertEquals(
            "'"
                + own.spec()
                + "': a query is read once for all its passages, so it is not patched with that of"
                + " each pair; add side=passage or donor=",
            Refusals.message(
                IllegalArgumentException.class, () -> new ConditionScorer(ranker, List.of(own))));
      }
      assertEquals(
          "r holds no input 'x'; it has 1, such as p0",
          Refusals.message(
              IllegalArgumentException.class,
              () -> ranker.score(QUERY, PASSAGES.subList(0, 1), own.hooks("q", List.of("x")))));
    }
  }

  @ParameterizedTest
  @MethodSource("io.lucerna.reranker.InterventionSetup#models")
  void numbersThatFp32CannotHoldAreRefused(Path folder) {
    try (Ranker ranker = open(folder)) {
      String message =
          Refusals.message(
              IllegalArgumentException.class,
              () -> scores(ranker, "set hook_full_embed at=cls to=1e300"));
      assertEquals(
          "the intervention 'set hook_full_embed at=cls to=1.0E300' makes a number of"
              + " hook_full_embed 1.0E300, which fp32 cannot hold",
          message);
    }
  }
}
