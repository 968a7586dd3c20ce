package io.lucerna.reranker.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.Ranker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Hooks from Java: the examples of docs/hooks.md, compiled and run by the tests. */
public final class HooksExample {
  private HooksExample() {}

  /**
   * How much of its attention each head of every layer gives to the first token, on average. A
   * bi-encoder's query is read first, so that what stays is of the passage.
   */
  public static Map<String, float[]> attentionToFirst(Ranker scorer, String query, String passage) {
    Map<String, float[]> shares = new LinkedHashMap<>();
    Hook.Observer look =
        (context, pattern) -> { // [batch, head, qpos, kpos]
          NDArray toFirst = pattern.get("0, :, :, 0").mean(new int[] {1}); // [head]
          shares.put(context.point().toString(), toFirst.toFloatArray());
        };
    scorer.score(query, List.of(passage), Hooks.none().with("blocks.*.attn.hook_pattern", look));
    return shares;
  }

  /** For each passage, the length of its first token's vector after every layer. */
  public static Map<Integer, float[]> firstTokenNorms(
      Ranker scorer, String query, List<String> passages, int layers) {
    Map<Integer, float[]> norms = new LinkedHashMap<>();
    Hook.Observer measure =
        (context, hidden) -> { // [batch, pos, d_model]
          if (context.batch().side() == Side.QUERY) {
            return;
          }
          float[] lengths = hidden.get(":, 0").norm(new int[] {1}).toFloatArray(); // [batch]
          for (int row = 0; row < lengths.length; row++) {
            int passage = context.batch().rows()[row];
            norms.computeIfAbsent(passage, p -> new float[layers])[context.point().layer()] =
                lengths[row];
          }
        };
    scorer.score(
        query, passages, Hooks.none().with("blocks.*.hook_normalized_resid_post", measure));
    return norms;
  }

  /** How fast a passage's score changes with the attention output of every layer. */
  public static Map<String, Float> slopes(Ranker scorer, String query, String passage) {
    Map<String, Float> slopes = new LinkedHashMap<>();
    Hook.Observer look =
        (context, gradient) -> { // [batch, pos, d_model]
          if (context.batch().side() != Side.QUERY) {
            slopes.put(context.point().toString(), gradient.norm().getFloat());
          }
        };
    Hooks hooks = Hooks.none().observeGradient("blocks.*.hook_attn_out", look);
    scorer.score(query, List.of(passage), hooks);
    return slopes;
  }

  /**
   * The score of a passage after one layer's head outputs are replaced by those of another passage,
   * which must have as many tokens.
   */
  public static float patched(
      Ranker scorer, String query, String recipient, String donor, int layer) {
    String z = "blocks." + layer + ".attn.hook_z";
    Slice other = scorer.cache(query, List.of(donor), z).passages().getFirst().get(z);
    Shape shape = new Shape(other.shape()); // [pos, head, d_head]
    Hook.Intervention replace =
        (context, activation) ->
            context.batch().side() == Side.QUERY
                ? activation
                : activation.getManager().create(other.values(), shape).expandDims(0);
    return scorer.score(query, List.of(recipient), Hooks.none().with(z, replace)).scores()[0];
  }
}
