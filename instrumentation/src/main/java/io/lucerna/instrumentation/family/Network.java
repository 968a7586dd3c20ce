package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model of a family: what comes before its blocks, the blocks, and what comes after. In shapes
 * B is the batch, S the longest text, H the residual width.
 */
public interface Network {
  /** The sizes. */
  ModelConfig config();

  /** The sites before the blocks that this model has. */
  List<Site> before();

  /** The word embeddings [V, E]. */
  NDArray wordEmbeddings();

  /** What enters the first block, [B, S, H] in the scope. */
  NDArray embed(NDManager scope, Pass pass);

  /** How positions enter attention, for each kind of attention that blocks have. */
  List<Places> places(TokenBatch batch, NDManager scope);

  /** The blocks in order. */
  List<? extends Block> blocks();

  /** What comes after the blocks. */
  OutputHead head();

  /**
   * What a reference made with Hugging Face calls a point; null where no module gives it. Hidden
   * states, attentions and logits need not be told.
   */
  @Nullable Reference reference(HookPoint point);
}
