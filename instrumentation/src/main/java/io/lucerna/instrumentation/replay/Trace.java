package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.memory.Gate;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Pass;
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
public final class Trace implements AutoCloseable {
  private static final String NAME = "the trace";

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
  private final BatchActivations kept = new BatchActivations();
  private final Gate gate = new Gate(kept::close);
  private final float[] output;

  /**
   * Runs one text and keeps what its blocks computed.
   *
   * @param batch a batch of one text
   */
  public static Trace of(HookedModel model, TokenBatch batch) {
    return model.whileOpen(() -> new Trace(model, batch));
  }

  private Trace(HookedModel model, TokenBatch batch) {
    if (batch.size() != 1) {
      throw new IllegalArgumentException("a trace takes one text, got " + batch.size());
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
        hooks = hooks.with(HookPoint.of(layer, site).toString(), kept.observer());
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
          NDArray view = kept.get(HookPoint.of(layer, site)).squeeze(0);
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
    return whileOpen(() -> block(layer).attnOut(joined, none(1)));
  }

  /** MLP outputs of the hidden layer's activations: [..., M] to [..., H]. */
  public NDArray mlpOut(int layer, NDArray activations) {
    return whileOpen(() -> block(layer).mlpOut(activations, none(1)));
  }

  private Block block(int layer) {
    return model.blocks().get(layer);
  }

  /**
   * What leaves a block at single positions when an activation is replaced there.
   *
   * @param entry where: a block's input, which is what is returned, attention output or MLP output
   * @param positions each change's position
   * @param rows what stands there [C, H]; spent
   * @return [C, H]
   */
  public NDArray rows(Entry entry, int[] positions, NDArray rows) {
    Block block = block(entry.layer());
    return whileOpen(
        () ->
            switch (entry.stage()) {
              case INPUT -> rows;
              case ATTN_OUT ->
                  block.fromAttnOut(beside(entry, positions, rows), rows, none(positions.length));
              case MLP_OUT ->
                  block.fromMlpOut(beside(entry, positions, rows), rows, none(positions.length));
              case Z -> throw new IllegalArgumentException("z is carried as attention output");
            });
  }

  private NDArray beside(Entry entry, int[] positions, NDArray rows) {
    HookPoint stream = entry.beside(model).orElseThrow();
    return gather(at(stream.site(), stream.layer(), rows.getManager()), positions);
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
      return resume().from(Entry.head(model), input, null, pass);
    }
    Block block = block(layer);
    NDArray changed = block.attention().project(block.attentionInput(rows, pass), pass);
    NDArray projected = spread(projected(layer, scope), positions, changed);
    return resume().fromProjected(layer, input, projected, pass);
  }

  /**
   * The outputs when what is known at an entry is replaced at all positions.
   *
   * @param changed [C, S, H]; spent
   */
  public float[][] with(Entry entry, NDArray changed) {
    Pass pass = none((int) changed.getShape().get(0));
    return whileOpen(
        () -> {
          NDArray stream =
              entry
                  .beside(model)
                  .map(point -> at(point.site(), point.layer(), changed.getManager()))
                  .map(kept -> kept.expandDims(0)) // [1, S, H]
                  .orElse(null);
          return resume().from(entry, changed, stream, pass);
        });
  }

  private Resume resume() {
    return new Resume(model, true);
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

  /** A pass of so many copies of the text, without hooks. */
  private Pass none(int count) {
    TokenBatch copies =
        TokenBatch.repeated(
            batch.sequences().getFirst(), count, batch.padId(), batch.side(), batch.width());
    return Pass.of(Hooks.none().bind(model.registry(), copies));
  }

  /** Waits for running calls, and frees what was kept; closing again does nothing. */
  @Override
  public void close() {
    gate.close(NAME);
  }
}
