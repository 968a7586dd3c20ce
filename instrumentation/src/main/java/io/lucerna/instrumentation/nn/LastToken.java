package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map of the last token's hidden state: to labels, or to the logits of some next tokens.
 *
 * @param map the map [labels, H]
 * @param cap logits x become cap tanh(x / cap); null where they stay
 * @param padId tokens with this id are never the last one; negative where all count
 */
public record LastToken(Linear map, @Nullable Double cap, long padId) implements OutputHead {

  @Override
  public NDArray apply(NDArray hidden, Pass pass) {
    NDArray last = pass.at(Site.POOLER_OUT, last(hidden, pass.batch())); // [B, H]
    NDArray logits = map.apply(last, pass); // [B, labels]
    return pass.at(Site.LOGITS, cap == null ? logits : pass.kernels().capped(logits, cap));
  }

  private NDArray last(NDArray hidden, TokenBatch batch) {
    long[] rows = new long[batch.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = (long) row * batch.width() + last(batch.sequences().get(row).ids());
    }
    NDArray index = hidden.getManager().create(rows, new Shape(rows.length));
    return Embeddings.lookup(index, hidden.reshape(-1, hidden.getShape().get(2)));
  }

  /** {@return the last position whose token does not stand for padding; 0 where all do} */
  public int last(long[] ids) {
    int last = ids.length - 1;
    while (last > 0 && ids[last] == padId) {
      last--;
    }
    return last;
  }

  @Override
  public List<HookPoint> points() {
    return List.of(HookPoint.of(Site.POOLER_OUT), HookPoint.of(Site.LOGITS));
  }

  @Override
  public int outputs() {
    return (int) map.bias().size();
  }

  @Override
  public boolean readsFirstOnly() {
    return false;
  }

  @Override
  public Map<String, Integer> sizes() {
    return Map.of("label", outputs());
  }
}
