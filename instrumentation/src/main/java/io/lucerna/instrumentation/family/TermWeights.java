package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * SPLADE: a masked-language model's logits as a weight for each term of the vocabulary, the largest
 * of log(1 + max(0, logit)) over a text's tokens (Formal et al. 2021, "SPLADE v2", equations 1 and
 * 6). Special tokens take part, padding does not.
 *
 * <p>The logits of a whole batch are large, 0.5 GB for 8 texts of 512 tokens and 30,522 terms, so
 * they are computed for some terms at a time. They are there at once only if they are hooked.
 *
 * @param transform the map before the decoder [H, H]
 * @param activation after it
 * @param norm after that
 * @param decoder the map to the logits [V, H], cut into maps to some of them
 */
record TermWeights(Linear transform, Activation activation, Norm norm, List<Linear> decoder)
    implements OutputHead {

  /**
   * Terms whose logits are there at once: fewer than an MLP's units, and a size with a fast kernel.
   */
  private static final long TERMS_AT_ONCE = 2304;

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
    return of(
        weights.headLinear(names.transform, h, h),
        activation,
        weights.headNorm(names.norm, h, epsilon),
        new Linear(decoder, weights.head(names.bias, v), weights.work()));
  }

  /** The head with a decoder for the whole vocabulary [V, H]. */
  static TermWeights of(Linear transform, Activation activation, Norm norm, Linear decoder) {
    long v = decoder.bias().size();
    List<Linear> parts = new ArrayList<>();
    for (long from = 0; from < v; from += TERMS_AT_ONCE) {
      parts.add(decoder.rows(from, Math.min(from + TERMS_AT_ONCE, v)));
    }
    return new TermWeights(transform, activation, norm, List.copyOf(parts));
  }

  @Override
  public NDArray apply(NDArray hidden, Pass pass) {
    try (NDArray mapped = transform.apply(hidden, pass);
        NDArray activated = activation.apply(mapped, pass);
        NDArray read = norm.apply(activated, pass); // [B, S, H]
        NDArray most =
            pass.wants(Site.MLM_LOGITS, -1)
                ? most(pass.at(Site.MLM_LOGITS, logits(read, pass)), pass)
                : mostOf(read, pass)) { // [B, V]
      // The largest logit has the largest weight, so the rest is computed for it alone.
      return pass.at(
          Site.TERMS, pass.kernels().logOfOnePlus(Activation.RELU.apply(most, pass))); // [B, V]
    }
  }

  /** [B, S, H] -> [B, S, V]. */
  private NDArray logits(NDArray read, Pass pass) {
    NDList parts = new NDList();
    decoder.forEach(part -> parts.add(part.apply(read, pass)));
    return joined(parts, 2);
  }

  /** DJL copies a single array, and its copies have no derivative. */
  private static NDArray joined(NDList parts, int axis) {
    return parts.size() == 1 ? parts.getFirst() : NDArrays.concat(parts, axis);
  }

  /** Each text's largest logits, some terms at a time: [B, S, H] -> [B, V]. */
  private NDArray mostOf(NDArray read, Pass pass) {
    NDManager outer = read.getManager();
    try (NDManager scope = outer.newSubManager()) {
      NDList parts = new NDList();
      for (Linear part : decoder) {
        try (NDArray logits = part.apply(read, pass)) { // [B, S, v]
          NDArray most = most(logits, pass);
          most.attach(scope);
          parts.add(most); // [B, v]
        }
      }
      NDArray together = joined(parts, 1);
      together.attach(outer);
      return together;
    }
  }

  /** logits [B, S, v] -> the largest over each text's tokens, [B, v]. */
  private static NDArray most(NDArray logits, Pass pass) {
    TokenBatch batch = pass.batch();
    if (!batch.padded()) {
      return pass.kernels().largest(logits);
    }
    NDManager outer = logits.getManager();
    try (NDManager scope = outer.newSubManager()) {
      logits.attach(scope); // views and maxima belong to the scope too
      NDList rows = new NDList();
      for (int row = 0; row < batch.size(); row++) {
        int length = batch.sequences().get(row).length();
        rows.add(logits.get("{}, :{}", row, length).max(new int[] {0})); // [L, v] -> [v]
      }
      NDArray most = NDArrays.stack(rows);
      most.attach(outer);
      return most;
    }
  }

  @Override
  public List<HookPoint> points() {
    return List.of(HookPoint.of(Site.MLM_LOGITS), HookPoint.of(Site.TERMS));
  }

  @Override
  public int outputs() {
    return decoder.stream().mapToInt(part -> (int) part.bias().size()).sum();
  }

  @Override
  public boolean readsFirstOnly() {
    return false;
  }
}
