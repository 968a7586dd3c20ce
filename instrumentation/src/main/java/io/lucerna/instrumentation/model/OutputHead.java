package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.Arrays;

/** What turns the last hidden states into the output: one row of numbers per text. */
sealed interface OutputHead {

  /** hidden [B, S, H] -> [B, outputs], in the scope of hidden. */
  NDArray apply(NDArray hidden, BoundHooks hooks);

  /** Numbers per text. */
  int outputs();

  /** Whether the output depends on the first token's hidden state alone. */
  boolean readsFirstOnly();

  /** BERT's pooler (dense and tanh over the first token) and a linear classifier over it. */
  record Classifier(Linear pooler, Linear classifier) implements OutputHead {
    @Override
    public NDArray apply(NDArray hidden, BoundHooks hooks) {
      NDArray pooled = pooler.apply(first(hidden)).tanh(); // [B, H]
      pooled = hooks.at(Site.POOLER_OUT, pooled);
      return hooks.at(Site.LOGITS, classifier.apply(pooled)); // [B, labels]
    }

    @Override
    public boolean readsFirstOnly() {
      return true;
    }

    @Override
    public int outputs() {
      return (int) classifier.bias().getShape().get(0);
    }
  }

  /** One vector per text: its first token's, or the mean over its tokens without padding. */
  record Pooler(Pooling pooling, int width) implements OutputHead {
    @Override
    public NDArray apply(NDArray hidden, BoundHooks hooks) {
      NDArray pooled =
          switch (pooling) {
            case CLS -> first(hidden);
            case MEAN -> mean(hidden, hooks.batch());
          };
      return hooks.at(Site.POOLER_OUT, pooled); // [B, H]
    }

    private static NDArray mean(NDArray hidden, TokenBatch batch) {
      if (!batch.padded()) {
        return hidden.mean(new int[] {1});
      }
      int s = batch.width();
      float[] share = new float[batch.size() * s];
      for (int row = 0; row < batch.size(); row++) {
        int length = batch.sequences().get(row).length();
        Arrays.fill(share, row * s, row * s + length, 1f / length);
      }
      NDArray weights =
          hidden
              .getManager()
              .create(share, new Shape(batch.size(), 1, s))
              .toType(hidden.getDataType(), false);
      return weights.matMul(hidden).squeeze(1); // [B, 1, S] x [B, S, H] -> [B, H]
    }

    @Override
    public boolean readsFirstOnly() {
      return pooling == Pooling.CLS;
    }

    @Override
    public int outputs() {
      return width;
    }
  }

  private static NDArray first(NDArray hidden) {
    return hidden.get(":, 0");
  }
}
