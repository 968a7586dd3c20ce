package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.ActivationCache;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.memory.Gate;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Attention;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * One text's forward pass with what its blocks computed, which can be continued from the middle
 * under many changes at once: nothing below a change is computed again, and nothing that a change
 * cannot reach.
 *
 * <p>In shapes C is the number of changes, S the number of positions, H the residual width. Arrays
 * given to a method belong to a scope of the caller ({@link #newScope}), and so do those that it
 * returns: they stay when the run is closed. Safe for use by several threads.
 */
public final class TracedRun implements AutoCloseable {
  private static final String NAME = "the traced run";

  private static final List<Site> KEPT =
      List.of(
          Site.RESID_PRE,
          Site.Q,
          Site.K,
          Site.V,
          Site.PATTERN,
          Site.Z,
          Site.ATTN_OUT,
          Site.MLP_POST,
          Site.MLP_OUT);

  private final HookedModel model;
  private final TokenBatch batch;
  private final ActivationCache kept = new ActivationCache();
  private final Gate gate = new Gate(kept::close);
  private final float[] output;

  /**
   * Runs one text and keeps what its blocks computed.
   *
   * @param batch a batch of one text
   */
  public static TracedRun of(HookedModel model, TokenBatch batch) {
    return model.whileOpen(NAME, () -> new TracedRun(model, batch));
  }

  private TracedRun(HookedModel model, TokenBatch batch) {
    if (batch.size() != 1) {
      throw new IllegalArgumentException("a traced run is of one text, got " + batch.size());
    }
    this.model = model;
    this.batch = batch;
    Hooks hooks = Hooks.none();
    for (Site site : KEPT) {
      hooks = hooks.with(site.glob(), kept.observer());
    }
    for (int layer = 0; layer < model.blocks().size(); layer++) {
      Block block = model.blocks().get(layer);
      for (Site site : List.of(block.besideMlp(), block.out())) {
        hooks = hooks.with(new HookPoint(site, layer).toString(), kept.observer());
      }
    }
    try {
      this.output = model.forward(batch, hooks)[0];
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    }
  }

  /** The model's output without a change. */
  public float[] output() {
    return output.clone();
  }

  /** Number of positions, padding included. */
  public int width() {
    return batch.width();
  }

  /** The model that ran. */
  public HookedModel model() {
    return model;
  }

  /** Work that needs what was kept, and the weights. */
  private <T> T whileOpen(Supplier<T> work) {
    return gate.call(NAME, () -> model.whileOpen(work));
  }

  /** A scope for arrays of a continuation; to be closed by the caller. */
  public NDManager newScope() {
    return model.ownScope();
  }

  /** What was computed at a point, without the batch dimension, as a view in the scope. */
  public NDArray at(Site site, int layer, NDManager scope) {
    return whileOpen(
        () -> {
          NDArray view = kept.get(new HookPoint(site, layer)).squeeze(0);
          view.attach(scope);
          return view;
        });
  }

  /**
   * Whether the pass can be continued from a change at a point; where not, a changed pass must run
   * as a whole. It can wherever what follows in the block works on each position by itself.
   */
  public boolean continues(HookPoint point) {
    return point.site() == Site.RESID_PRE || block(point.layer()).byPosition();
  }

  /** Rows of a table: [rows, W] and C numbers to [C, W]. */
  public static NDArray gather(NDArray table, int[] rows) {
    long[] ids = Arrays.stream(rows).asLongStream().toArray();
    NDArray index = table.getManager().create(ids, new Shape(ids.length));
    return Embeddings.lookup(index, table);
  }

  /**
   * What entered a block, without the batch dimension: for the number of blocks what left the last.
   */
  public NDArray into(int layer, NDManager scope) {
    return layer == model.blocks().size()
        ? at(model.blocks().getLast().out(), layer - 1, scope)
        : at(Site.RESID_PRE, layer, scope);
  }

  /** Attention outputs of z, all heads side by side: [..., N D] to [..., H]. */
  public NDArray attnOut(int layer, NDArray joined) {
    return whileOpen(() -> block(layer).attnOut(joined, none()));
  }

  /** MLP outputs of the hidden layer's activations: [..., M] to [..., H]. */
  public NDArray mlpOut(int layer, NDArray activations) {
    return whileOpen(() -> block(layer).mlpOut(activations, none()));
  }

  private Block block(int layer) {
    return model.blocks().get(layer);
  }

  /**
   * A block's outputs at single positions when its attention output is replaced there.
   *
   * @param positions each change's position
   * @param attnOut [C, H]
   * @return [C, H]
   */
  public NDArray rowsAfterAttention(int layer, int[] positions, NDArray attnOut) {
    return whileOpen(
        () -> {
          NDArray pre = gather(at(Site.RESID_PRE, layer, attnOut.getManager()), positions);
          return block(layer).fromAttnOut(pre, attnOut, none(positions.length));
        });
  }

  /** The same when the MLP's output is replaced there. */
  public NDArray rowsAfterMlp(int layer, int[] positions, NDArray mlpOut) {
    Block block = block(layer);
    return whileOpen(
        () -> {
          NDArray beside = gather(at(block.besideMlp(), layer, mlpOut.getManager()), positions);
          return block.fromMlpOut(beside, mlpOut, none(positions.length));
        });
  }

  /**
   * The outputs when one position of a block's input is replaced. Queries, keys and values are
   * computed for that position alone; attention and what follows for all.
   *
   * @param layer the block, or the number of blocks for the last hidden states
   * @param positions each change's position
   * @param rows what stands there, [C, H]
   */
  public float[][] withInputRow(int layer, int[] positions, NDArray rows) {
    return whileOpen(() -> inputRow(layer, positions, rows));
  }

  private float[][] inputRow(int layer, int[] positions, NDArray rows) {
    NDManager scope = rows.getManager();
    Pass pass = none(positions.length);
    NDArray input = spread(into(layer, scope), positions, rows); // [C, S, H]
    if (layer == model.blocks().size()) {
      return model.output(input, pass);
    }
    Block block = block(layer);
    Attention attention = block.attention();
    NDArray projected =
        spread(
            projected(layer, scope),
            positions,
            attention.project(block.attentionInput(rows, pass), pass));
    Places places = places(pass, scope).get(block.kind());
    if (lastOfFirst(layer)) {
      List<NDArray> parts = attention.split(projected);
      NDArray queries = parts.get(0).get(":, :" + Linear.FEWEST_ROWS);
      NDArray z = attention.z(queries, parts.get(1), parts.get(2), places, pass); // [C, R, N, D]
      NDArray first = input.get(":, :" + Linear.FEWEST_ROWS);
      return model.output(block.fromZ(first, z, pass), pass);
    }
    NDArray z = attention.ofProjected(projected, places, pass);
    return finish(block.fromZ(input, z, pass), layer + 1, pass);
  }

  /** The outputs when a block's attention output is replaced at all positions, by [C, S, H]. */
  public float[][] withAttnOut(int layer, NDArray attnOut) {
    return whileOpen(() -> allAttnOut(layer, attnOut));
  }

  private float[][] allAttnOut(int layer, NDArray attnOut) {
    NDManager scope = attnOut.getManager();
    Pass pass = none((int) attnOut.getShape().get(0));
    NDArray pre = at(Site.RESID_PRE, layer, scope).expandDims(0); // [1, S, H]
    Block block = block(layer);
    if (lastOfFirst(layer)) {
      String some = ":, :" + Linear.FEWEST_ROWS;
      return model.output(block.fromAttnOut(pre.get(some), attnOut.get(some), pass), pass);
    }
    return finish(block.fromAttnOut(pre, attnOut, pass), layer + 1, pass);
  }

  /** The outputs when a block's MLP output is replaced at all positions, by [C, S, H]. */
  public float[][] withMlpOut(int layer, NDArray mlpOut) {
    Pass pass = none((int) mlpOut.getShape().get(0));
    Block block = block(layer);
    return whileOpen(
        () -> {
          NDArray beside = at(block.besideMlp(), layer, mlpOut.getManager()).expandDims(0);
          return finish(block.fromMlpOut(beside, mlpOut, pass), layer + 1, pass);
        });
  }

  /** Runs the blocks from {@code layer} on, the last one only where the output needs it. */
  private float[][] finish(NDArray input, int layer, Pass pass) {
    NDManager scope = input.getManager();
    if (layer == model.blocks().size()) {
      return model.output(input, pass);
    }
    List<Places> places = places(pass, scope);
    NDArray hidden = input;
    for (int l = layer; l < model.blocks().size(); l++) {
      Block block = block(l);
      Places own = places.get(block.kind());
      try (Pass.Scope inner = pass.within(scope)) {
        hidden.attach(inner.manager());
        hidden =
            lastOfFirst(l)
                ? forwardFirst(block, hidden, own, pass)
                : block.forward(hidden, own, pass);
        hidden.attach(scope);
      }
    }
    return model.output(hidden, pass);
  }

  /** A block of which only the first token's output is needed, [B, R, H]. */
  private static NDArray forwardFirst(Block block, NDArray input, Places places, Pass pass) {
    NDArray z = block.attention().zOfFirst(block.attentionInput(input, pass), places, pass);
    NDArray first = input.get(":, :" + z.getShape().get(1)); // [B, R, H]
    return block.fromZ(first, z, pass);
  }

  /** Whether only the first position of this block's output is ever read. */
  private boolean lastOfFirst(int layer) {
    return layer == model.blocks().size() - 1 && model.readsFirstOnly();
  }

  /** Queries, keys and values side by side, [S, (N + 2K) D]. */
  private NDArray projected(int layer, NDManager scope) {
    NDArray q = at(Site.Q, layer, scope).reshape(width(), -1);
    NDArray k = at(Site.K, layer, scope).reshape(width(), -1);
    NDArray v = at(Site.V, layer, scope).reshape(width(), -1);
    return q.concat(k, 1).concat(v, 1);
  }

  /** C copies of a table [S, W], each with one row replaced: [C, S, W]. Bits are copied. */
  private static NDArray spread(NDArray table, int[] positions, NDArray rows) {
    int s = (int) table.getShape().get(0);
    long[] ids = new long[positions.length * s];
    Arrays.setAll(ids, i -> i % s);
    for (int c = 0; c < positions.length; c++) {
      ids[c * s + positions[c]] = s + c;
    }
    NDArray both = table.concat(rows, 0); // [S + C, W]
    NDArray index = table.getManager().create(ids, new Shape(positions.length, s));
    return Embeddings.lookup(index, both);
  }

  /** A pass of one text without hooks. */
  private Pass none() {
    return none(1);
  }

  /** A pass of so many copies of the text, without hooks. */
  private Pass none(int count) {
    TokenBatch copies =
        TokenBatch.repeated(
            batch.sequences().getFirst(), count, batch.padId(), batch.side(), batch.width());
    return Pass.of(Hooks.none().bind(model.registry(), copies));
  }

  private List<Places> places(Pass pass, NDManager scope) {
    return model.network().places(pass.batch(), scope);
  }

  /** Waits for running calls, and frees what was kept; closing again does nothing. */
  @Override
  public void close() {
    gate.close(NAME);
  }
}
