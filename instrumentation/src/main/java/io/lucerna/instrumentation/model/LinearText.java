package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.text.TokenBatch;

/**
 * A text, or copies of it, where it enters the first block.
 *
 * @param model what reads it
 * @param batch the text, as often as there are copies
 * @param embedded what enters the first block, [B, S, H], in a scope that holds all that is made of
 *     it
 */
record LinearText(HookedModel model, TokenBatch batch, NDArray embedded) {

  /** Some copies of one text, in a scope of their own within another. */
  LinearText copies(int count, NDManager outer) {
    NDManager scope = outer.newSubManager();
    Shape one = embedded.getShape();
    NDArray many =
        embedded.broadcast(new Shape(count, one.get(1), one.get(2))).add(0); // of its own
    many.attach(scope);
    TokenBatch repeated =
        TokenBatch.repeated(
            batch.sequences().getFirst(), count, batch.padId(), batch.side(), batch.width());
    return new LinearText(model, repeated, many);
  }

  NDManager scope() {
    return embedded.getManager();
  }
}
