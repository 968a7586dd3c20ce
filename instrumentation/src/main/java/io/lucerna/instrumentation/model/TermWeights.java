package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDArrays;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import java.util.List;

/**
 * SPLADE: a masked-language model's logits as a weight for each term of the vocabulary, the largest
 * of log(1 + max(0, logit)) over a text's tokens (Formal et al. 2021, "SPLADE v2", equations 1 and
 * 6). Special tokens take part, padding does not.
 *
 * <p>The logits of a whole batch are large, 0.5 GB for 8 texts of 512 tokens and 30,522 terms. They
 * are there at once only if they are hooked.
 *
 * @param transform the map before the decoder [H, H]
 * @param activation after it
 * @param norm after that
 * @param decoder the map to the logits [V, H]
 */
record TermWeights(Linear transform, Activation activation, Norm norm, Linear decoder)
    implements OutputHead {

  /** Positions whose logits are there at once: 62 MB for 30,522 terms. */
  private static final int POSITIONS_AT_ONCE = 512;

  /**
   * What a family calls the parts.
   *
   * @param transform the map before the decoder
   * @param norm the norm
   * @param decoder the decoder's weight, in files that do not leave it out
   * @param bias the decoder's bias
   */
  record Names(String transform, String norm, String decoder, String bias) {}

  /** Loads the head; the decoder's weights are the word embeddings unless the file has others. */
  static TermWeights load(
      Loading loading, Embeddings embeddings, Activation activation, double epsilon, Names names) {
    Weights weights = loading.weights();
    NDArray words = embeddings.words();
    long v = words.getShape().get(0);
    long h = words.getShape().get(1);
    NDArray decoder =
        loading.settings().flag("tie_word_embeddings", true)
            ? weights.tied(names.decoder, words)
            : weights.head(names.decoder, v, h);
    return new TermWeights(
        weights.headLinear(names.transform, h, h),
        activation,
        weights.headNorm(names.norm, h, epsilon),
        new Linear(decoder, weights.head(names.bias, v), weights.work()));
  }

  @Override
  public NDArray apply(NDArray hidden, BoundHooks hooks) {
    NDArray most; // [B, V]
    try (NDArray mapped = transform.apply(hidden);
        NDArray activated = activation.apply(mapped);
        NDArray read = norm.apply(activated)) { // [B, S, H]
      most =
          hooks.wants(Site.MLM_LOGITS, -1)
              ? most(hooks.at(Site.MLM_LOGITS, decoder.apply(read)), hooks.batch(), 0)
              : mostInParts(read, hooks.batch());
    }
    // The largest logit has the largest weight, so the rest is computed for it alone.
    NDArray weights = Activation.RELU.apply(most).addi(1).log(); // [B, V]
    return hooks.at(Site.TERMS, weights);
  }

  /** Each text's largest logits, a few texts at a time: [B, S, H] -> [B, V]. */
  private NDArray mostInParts(NDArray read, TokenBatch batch) {
    int texts = Math.max(1, POSITIONS_AT_ONCE / batch.width());
    NDManager outer = read.getManager();
    try (NDManager parts = outer.newSubManager()) {
      NDList all = new NDList();
      for (int from = 0; from < batch.size(); from += texts) {
        int to = Math.min(from + texts, batch.size());
        try (NDManager scope = parts.newSubManager()) {
          NDArray some = read.get(from + ":" + to);
          some.attach(scope);
          NDArray most = most(decoder.apply(some), batch, from); // [b, V]
          most.attach(parts);
          all.add(most);
        }
      }
      NDArray together = all.size() == 1 ? all.getFirst() : NDArrays.concat(all);
      together.attach(outer);
      return together;
    }
  }

  /** logits [b, S, V] of the texts from one on -> the largest over each text's tokens [b, V]. */
  private static NDArray most(NDArray logits, TokenBatch batch, int from) {
    NDList all = new NDList();
    for (int i = 0; i < logits.getShape().get(0); i++) {
      int length = batch.sequences().get(from + i).length();
      all.add(logits.get("{}, :{}", i, length).max(new int[] {0})); // [L, V] -> [V]
    }
    return NDArrays.stack(all);
  }

  @Override
  public List<HookPoint> points() {
    return List.of(HookPoint.of(Site.MLM_LOGITS), HookPoint.of(Site.TERMS));
  }

  @Override
  public int outputs() {
    return (int) decoder.bias().getShape().get(0);
  }

  @Override
  public boolean readsFirstOnly() {
    return false;
  }
}
