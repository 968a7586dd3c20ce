package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Masks;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.nn.PreNormBlock;
import io.lucerna.instrumentation.nn.Rotary;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A language model whose tokens look back only: pre-norm blocks with rotary positions, and a head
 * on the last token, which has seen all. Llama, Mistral, Qwen and Gemma are such; {@link
 * CausalFamily} reads them.
 *
 * <p>Batches are padded on the right, so padding is always ahead, where no token looks.
 *
 * @param config the sizes
 * @param words the word embeddings [V, H]
 * @param factor what embeddings are multiplied by
 * @param windows for each kind of attention how many positions a token sees, its own included
 * @param rotary the angles of positions
 * @param blocks the blocks
 * @param head the last norm, and what reads the last token
 */
public record CausalModel(
    ModelConfig config,
    NDArray words,
    double factor,
    List<Integer> windows,
    Rotary rotary,
    List<PreNormBlock> blocks,
    OutputHead.Normed head)
    implements Network {
  /** What the names of the body start with in every class that has a head. */
  static final String PREFIX = "model.";

  /** The window of attention that sees all that came before. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  @Override
  public List<Site> before() {
    return List.of(Site.EMBED);
  }

  @Override
  public NDArray wordEmbeddings() {
    return words;
  }

  @Override
  public NDArray embed(NDManager scope, Pass pass) {
    NDArray found = Embeddings.words(scope, pass, words); // [B, S, H]
    return pass.at(Site.EMBED, factor == 1 ? found : pass.kernels().times(found, factor));
  }

  @Override
  public List<Places> places(TokenBatch batch, NDManager scope) {
    DataType type = words.getDataType();
    Rotary.Angles angles = rotary.angles(batch.width(), scope, type);
    return windows.stream()
        .map(window -> Masks.lookingBack(batch.width(), window, scope, type))
        .map(mask -> Rotary.places(mask, angles))
        .toList();
  }

  @Override
  public @Nullable Reference reference(HookPoint point) {
    String name = name(point);
    return name == null ? null : Reference.of(name);
  }

  private @Nullable String name(HookPoint point) {
    String layer = PREFIX + "layers." + point.layer() + ".";
    boolean last = point.layer() == blocks.size() - 1;
    boolean normed = blocks.getFirst().attentionOutNorm() != null;
    return switch (point.site()) {
      case EMBED -> "out:" + PREFIX + "embed_tokens";
      case NORMALIZED_RESID_PRE -> "out:" + layer + "input_layernorm";
      case Q -> "out:" + layer + "self_attn.q_proj";
      case K -> "out:" + layer + "self_attn.k_proj";
      case V -> "out:" + layer + "self_attn.v_proj";
      case Z -> "in:" + layer + "self_attn.o_proj";
      case ATTN_OUT -> "out:" + layer + (normed ? "post_attention_layernorm" : "self_attn.o_proj");
      case NORMALIZED_RESID_MID ->
          "out:" + layer + (normed ? "pre_feedforward_layernorm" : "post_attention_layernorm");
      case MLP_PRE -> "out:" + layer + "mlp.gate_proj";
      case MLP_PRE_LINEAR -> "out:" + layer + "mlp.up_proj";
      case MLP_POST -> "in:" + layer + "mlp.down_proj";
      case MLP_OUT -> "out:" + layer + (normed ? "post_feedforward_layernorm" : "mlp.down_proj");
      case RESID_POST -> last ? "in:" + PREFIX + "norm" : null;
      default -> null;
    };
  }
}
