package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A decoder's first step as the head of an encoder: it reads one token, which is the same for every
 * text, and the text through cross-attention, and gives the logits of some next tokens (Nogueira et
 * al. 2020, section 2).
 *
 * <p>In shapes B is the batch, S the longest text, H the residual width, N the heads, A the
 * answers.
 *
 * @param words the word embeddings [V, H]
 * @param start the token that the decoder reads
 * @param bias what is added to the scores of its attention to itself [1, N, 1, 1]
 * @param blocks its blocks
 * @param norm the norm at its end
 * @param factor what the norm's output is multiplied by
 * @param answers the rows of the output matrix for the answers [A, H]
 */
public record Decoder(
    NDArray words,
    long start,
    NDArray bias,
    List<DecoderBlock> blocks,
    Norm norm,
    double factor,
    Linear answers)
    implements OutputHead {

  @Override
  public NDArray apply(NDArray hidden, Pass pass) {
    NDManager scope = hidden.getManager();
    TokenBatch batch = pass.batch();
    Places own = Places.of(bias);
    Places across = Places.of(Masks.padding(batch, scope, hidden.getDataType()));
    Pass here = pass.in(Stack.DECODER);
    NDArray stream = here.at(Site.EMBED, embed(batch.size(), scope)); // [B, 1, H]
    for (DecoderBlock block : blocks) {
      try (Pass.Scope layer = pass.within(scope)) { // frees the keys and values of the text
        stream.attach(layer.manager());
        NDArray text = hidden.reshape(hidden.getShape());
        text.attach(layer.manager());
        stream = block.forward(stream, text, own, across, pass);
        stream.attach(scope);
      }
    }
    NDArray last = here.at(Site.FINAL_NORM, norm.apply(stream, here)); // [B, 1, H]
    return pass.at(
        Site.LOGITS, answers.apply(pass.kernels().scaled(last, factor), pass).squeeze(1)); // [B, A]
  }

  private NDArray embed(int size, NDManager scope) {
    long[] ids = new long[size];
    Arrays.fill(ids, start);
    return Embeddings.lookup(scope.create(ids, new Shape(size, 1)), words);
  }

  @Override
  public List<HookPoint> points() {
    List<HookPoint> points = new ArrayList<>(List.of(new HookPoint(Stack.DECODER, -1, Site.EMBED)));
    blocks.forEach(block -> points.addAll(block.points()));
    points.add(new HookPoint(Stack.DECODER, -1, Site.FINAL_NORM));
    points.add(HookPoint.of(Site.LOGITS));
    return points;
  }

  @Override
  public int outputs() {
    return (int) answers.bias().size();
  }

  @Override
  public Map<String, Integer> sizes() {
    return Map.of("label", outputs(), "dec", 1);
  }

  @Override
  public boolean readsFirstOnly() {
    return false;
  }
}
