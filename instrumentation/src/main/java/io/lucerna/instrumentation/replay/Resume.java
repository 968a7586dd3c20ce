package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs what follows an entry: the rest of its block, the blocks above it, and the head.
 *
 * <p>In shapes B is the batch, S the longest text, R the rows that are needed, H the residual
 * width, N the heads, D the width of a head.
 *
 * @param model the model
 * @param sparing whether the last block is computed only where the head reads it, which rounds
 *     differently: where only the first token counts, and nothing hooks the others
 */
record Resume(HookedModel model, boolean sparing) {
  /** The first rows, few enough and as many as the kernels of a whole text need. */
  private static final String FIRST = ":, :" + Linear.FEWEST_ROWS;

  /**
   * The outputs from an entry on.
   *
   * @param activation what is known there, in a scope of the caller; spent
   * @param beside what it is added to [B, S, H], or [1, S, H] for all; null for a block's input
   */
  float[][] from(Entry entry, NDArray activation, @Nullable NDArray beside, Pass pass) {
    int layer = entry.layer();
    if (entry.stage() == Entry.Stage.INPUT) {
      return fromInput(layer, activation, pass);
    }
    NDManager scope = activation.getManager();
    NDArray out; // [B, S, H]
    try (Pass.Scope inner = pass.within(scope)) {
      activation.attach(inner.manager());
      out = tail(entry, activation, Objects.requireNonNull(beside), pass);
      out.attach(scope);
    }
    return fromInput(layer + 1, out, pass);
  }

  private NDArray tail(Entry entry, NDArray activation, NDArray beside, Pass pass) {
    Block block = model.blocks().get(entry.layer());
    boolean first = firstOnly(entry.layer()) && entry.stage() == Entry.Stage.ATTN_OUT;
    NDArray known = first ? activation.get(FIRST) : activation;
    NDArray stream = first ? beside.get(FIRST) : beside;
    return switch (entry.stage()) {
      case INPUT -> throw new IllegalArgumentException("a block's input has no tail");
      case Z -> block.fromZ(stream, known, pass);
      case ATTN_OUT -> block.fromAttnOut(stream, known, pass);
      case MLP_OUT -> block.fromMlpOut(stream, known, pass);
    };
  }

  /** The blocks from one on, and the head; for the number of blocks the head alone. */
  private float[][] fromInput(int layer, NDArray input, Pass pass) {
    int last = model.blocks().size() - 1;
    if (layer > last || !firstOnly(last)) {
      return model.output(model.hidden(layer, last + 1, input, pass), pass);
    }
    NDArray hidden = model.hidden(layer, last, input, pass);
    NDManager scope = hidden.getManager();
    Block block = model.blocks().get(last);
    Places places = places(pass, scope).get(block.kind());
    try (Pass.Scope inner = pass.within(scope)) {
      hidden.attach(inner.manager());
      NDArray read = block.attentionInput(hidden, pass);
      NDArray z = FirstToken.z(block.attention(), read, places, pass); // [B, R, N, D]
      hidden = block.fromZ(hidden.get(":, :" + z.getShape().get(1)), z, pass); // [B, R, H]
      hidden.attach(scope);
    }
    return model.output(hidden, pass);
  }

  /**
   * The outputs from a block's projected queries, keys and values on.
   *
   * @param input what entered the block [B, S, H]
   * @param projected queries, keys and values side by side [B, S, (N + 2K) D]; spent
   */
  float[][] fromProjected(int layer, NDArray input, NDArray projected, Pass pass) {
    Block block = model.blocks().get(layer);
    Places places = places(pass, input.getManager()).get(block.kind());
    if (!firstOnly(layer)) {
      NDArray z = block.attention().ofProjected(projected, places, pass);
      return fromInput(layer + 1, block.fromZ(input, z, pass), pass);
    }
    List<NDArray> parts = block.attention().split(projected);
    NDArray queries = parts.getFirst().get(FIRST);
    NDArray z = block.attention().z(queries, parts.get(1), parts.get(2), places, pass);
    return model.output(block.fromZ(input.get(FIRST), z, pass), pass);
  }

  private List<Places> places(Pass pass, NDManager scope) {
    return model.network().places(pass.batch(), scope);
  }

  /** Whether only the first position of this block's output is ever read, and that is used. */
  private boolean firstOnly(int layer) {
    return sparing && layer == model.blocks().size() - 1 && model.readsFirstOnly();
  }
}
