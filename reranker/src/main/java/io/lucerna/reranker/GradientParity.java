package io.lucerna.reranker;

import ai.djl.ndarray.NDArray;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.family.Reference;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares gradients with those that Hugging Face transformers and autograd computed for the same
 * token ids, all padded in a batch: of the last logit; of the logarithm of the second answer's
 * probability; of the cosine, inner product or MaxSim with the first text, which is the query and
 * constant.
 */
@Internal
public final class GradientParity {
  /** The bound, times max(1, the largest number of the tensor). */
  private static final double BOUND = 1e-5;

  private final HookedModel model;
  private final Checkpoint gradients;
  private final List<Parity.Difference> found = new ArrayList<>();

  private GradientParity(HookedModel model, Checkpoint gradients) {
    this.model = model;
    this.gradients = gradients;
  }

  /**
   * Compares.
   *
   * @param ranker the ranker whose model's gradients are compared
   * @param reference tensors with the token ids
   * @param gradients {@code grad:} and the name of a tensor of the reference, zero at padding
   * @return a line for each point that has a gradient there, in forward order
   * @throws CheckpointException if a tensor has another shape than the gradient
   */
  public static List<Parity.Difference> of(
      Ranker ranker, Checkpoint reference, Checkpoint gradients) {
    HookedModel model = ranker.reading().model();
    GradientParity parity = new GradientParity(model, gradients);
    List<TokenSequence> texts = Parity.texts(reference);
    Hooks hooks = Hooks.none();
    for (HookPoint point : model.registry().points()) {
      if (parity.has(point)) {
        hooks = hooks.observeGradient(point.toString(), parity::compare);
      }
    }
    if (hooks.goBack()) {
      TokenBatch batch = TokenBatch.of(texts, model.config().padId(), Side.PAIR);
      model.gradients(batch, hooks, Gradient.TRUE, parity::slopes);
    }
    return List.copyOf(parity.found);
  }

  /** Whether there is a gradient by the very activation, and not by what a function makes it of. */
  private boolean has(HookPoint point) {
    Reference named = model.reference(point).orElse(null);
    return named != null
        && named.after() == null
        // Where a first block reads the stream as it is, the gradient there is the stream's.
        && !(point.site() == Site.NORMALIZED_RESID_PRE
            && named.tensor().startsWith("hidden_states"))
        && gradients.names().contains("grad:" + named.tensor());
  }

  private float[][] slopes(float[][] outputs) {
    float[] first = outputs[0];
    return Arrays.stream(outputs).map(output -> slope(first, output)).toArray(float[][]::new);
  }

  private float[] slope(float[] first, float[] output) {
    return switch (model.task()) {
      case LABELS -> Label.LAST.slope(output);
      case ANSWERS -> Label.LOG_PROBABILITY.slope(output);
      case VECTOR -> Similarity.COSINE.slopeByPassage(first, output, Gradient.TRUE);
      case TERMS -> Similarity.DOT.slopeByPassage(first, output, Gradient.TRUE);
      case TOKEN_VECTORS ->
          new MaxSim(model.outputs()).slopeByPassage(first, output, Gradient.TRUE);
    };
  }

  private void compare(HookContext context, NDArray gradient) {
    HookPoint point = context.point();
    Reference named = model.reference(point).orElseThrow();
    String name = "grad:" + named.tensor();
    long[] shape = gradients.shape(name);
    float[] all = gradients.floats(name);
    double[] own = Numbers.doubles(gradient);
    double largest = 1;
    for (float value : all) {
      largest = Math.max(largest, Math.abs(value));
    }
    int last = (int) shape[shape.length - 1];
    int size = all.length / (int) shape[0];
    int ownSize = own.length / context.batch().size();
    boolean keys = point.letters().contains("kpos");
    long numbers = 0;
    double worst = 0;
    for (int row = 0; row < context.batch().size(); row++) {
      float[] expected = named.values(Arrays.copyOfRange(all, row * size, (row + 1) * size), last);
      if (expected.length != ownSize) {
        throw new CheckpointException(
            gradients
                + ": tensor "
                + name
                + " has "
                + expected.length
                + " numbers for a text, "
                + point
                + " has "
                + ownSize);
      }
      int length = context.batch().sequences().get(row).length();
      for (int i = 0; i < ownSize; i++) {
        if (!keys || i % last < length) { // a look at padding is left out there
          double difference = Math.abs(expected[i] - own[row * ownSize + i]) / largest;
          worst = Double.isNaN(difference) || difference > worst ? difference : worst;
          numbers++;
        }
      }
    }
    found.add(new Parity.Difference(point + ".grad", name, numbers, worst, BOUND));
  }
}
