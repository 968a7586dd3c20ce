package io.lucerna.instrumentation.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Reference;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a model computes with a reference that Hugging Face transformers computed for the
 * same token ids: at every hook point for which the reference has a tensor, and at the output.
 */
public final class Parity {
  /** The bound on hook points and outputs, times max(1, abs(value)). */
  public static final double BOUND = 1e-5;

  /**
   * The bound on logits of a whole vocabulary: sums of many large products, 30 in size where they
   * are near 0, so that transformers in fp64 is up to 1.2e-5 away from its own fp32.
   */
  public static final double VOCABULARY_BOUND = 2e-5;

  /** The bound on attention probabilities. */
  public static final double PROBABILITY_BOUND = 1e-6;

  /**
   * How far a point is from the reference.
   *
   * @param point the point's name, or {@code output}
   * @param tensor the name in the reference
   * @param numbers how many numbers were compared
   * @param worst the largest abs(difference) / max(1, abs(reference)); of probabilities the largest
   *     difference
   * @param bound what it may be
   */
  public record Difference(String point, String tensor, long numbers, double worst, double bound) {
    /** {@return whether the difference is within the bound; NaN is not} */
    public boolean holds() {
      return worst <= bound;
    }
  }

  private final HookedModel model;
  private final Checkpoint reference;
  private final List<TokenSequence> texts;
  private final Map<String, Difference> found = new LinkedHashMap<>();

  private Parity(HookedModel model, Checkpoint reference) {
    this.model = model;
    this.reference = reference;
    this.texts = texts(reference);
  }

  /**
   * Runs the texts of a reference, all padded in a batch and each alone, and compares.
   *
   * @param model the model to compare; hooks see its activations, and nothing in it is changed
   * @param reference tensors under the names that {@link Reference} gives
   * @return a line for each point that the reference has, in forward order, the output last
   * @throws CheckpointException if the reference lacks the token ids, or a tensor has another shape
   *     than the activation
   */
  public static List<Difference> of(HookedModel model, Checkpoint reference) {
    Parity parity = new Parity(model, reference);
    int[] all = new int[parity.texts.size()];
    Arrays.setAll(all, i -> i);
    parity.run(all);
    for (int text : all) {
      parity.run(new int[] {text});
    }
    return List.copyOf(parity.found.values());
  }

  /**
   * {@return the texts of a reference: {@code input_ids}, {@code attention_mask} and perhaps {@code
   * token_type_ids}, padded on the right}
   *
   * @param reference integer tensors [texts, positions]; a mask of 1s and 0s gives each text's
   *     length
   * @throws CheckpointException if they are missing
   */
  public static List<TokenSequence> texts(Checkpoint reference) {
    long[] shape = reference.shape("input_ids");
    int width = (int) shape[1];
    long[] ids = reference.integers("input_ids");
    long[] mask = reference.integers("attention_mask");
    long[] types =
        reference.names().contains("token_type_ids")
            ? reference.integers("token_type_ids")
            : new long[ids.length];
    List<TokenSequence> texts = new ArrayList<>();
    for (int row = 0; row < shape[0]; row++) {
      int from = row * width;
      int length = (int) Arrays.stream(mask, from, from + width).sum();
      texts.add(
          TokenSequence.ofIds(
              Arrays.copyOfRange(ids, from, from + length),
              Arrays.copyOfRange(types, from, from + length)));
    }
    return texts;
  }

  private void run(int[] rows) {
    List<TokenSequence> sequences = Arrays.stream(rows).mapToObj(texts::get).toList();
    TokenBatch batch = new TokenBatch(sequences, rows, model.config().padId(), Side.PAIR);
    Hooks hooks = Hooks.none();
    for (HookPoint point : model.registry().points()) {
      Optional<Reference> named = model.reference(point);
      if (named.isPresent() && reference.names().contains(named.get().tensor())) {
        Hook.Observer compare =
            (context, x) -> compare(context, named.get(), x.getShape().getShape(), singles(x));
        hooks = hooks.with(point.toString(), compare);
      }
    }
    float[][] outputs = model.forward(batch, hooks);
    for (int row = 0; row < rows.length; row++) {
      output(rows[row], outputs[row]);
    }
  }

  private static float[] singles(NDArray x) {
    try (NDArray single = x.toType(DataType.FLOAT32, true)) {
      return single.toFloatArray();
    }
  }

  private void compare(HookContext context, Reference named, long[] shape, float[] all) {
    List<String> letters = context.point().letters();
    int size = all.length / (int) shape[0];
    for (int row = 0; row < context.batch().size(); row++) {
      int text = context.batch().rows()[row];
      float[] actual = Arrays.copyOfRange(all, row * size, (row + 1) * size);
      float[] expected = values(named, text);
      String point = context.point().toString();
      int length = texts.get(text).length();
      if (letters.contains("kpos")) {
        attention(context.point(), named.tensor(), expected, actual, shape, length);
      } else {
        boolean positions = letters.contains("pos");
        int count = positions ? length * (actual.length / (int) shape[1]) : actual.length;
        numbers(point, named.tensor(), expected, actual, count, bound(context.point().site()));
      }
    }
  }

  private float[] values(Reference named, int text) {
    long[] shape = reference.shape(named.tensor());
    float[] all = reference.floats(named.tensor());
    int size = all.length / (int) shape[0];
    int row = shape[0] == 1 ? 0 : text;
    float[] own = Arrays.copyOfRange(all, row * size, (row + 1) * size);
    return named.values(own, (int) shape[shape.length - 1]);
  }

  /**
   * Numbers [heads, queries, keys] of real tokens; the reference is padded to its own width. Where
   * a decoder attends, it is the only query.
   */
  private void attention(
      HookPoint point, String tensor, float[] expected, float[] actual, long[] shape, int length) {
    boolean square = point.letters().contains("qpos");
    boolean probabilities = point.site() == Site.PATTERN;
    int heads = (int) shape[1];
    int rows = (int) shape[2];
    int width = (int) shape[3];
    int area = expected.length / heads;
    int stored = square ? (int) Math.round(Math.sqrt(area)) : area;
    int queries = square ? length : 1;
    double worst = 0;
    for (int head = 0; head < heads; head++) {
      for (int query = 0; query < queries; query++) {
        for (int key = 0; key < length; key++) {
          float e = expected[head * area + query * stored + key];
          float a = actual[(head * rows + query) * width + key];
          worst = larger(worst, probabilities ? Math.abs((double) e - a) : relative(e, a));
        }
      }
    }
    long numbers = (long) heads * queries * length;
    note(point.toString(), tensor, numbers, worst, probabilities ? PROBABILITY_BOUND : BOUND);
  }

  /**
   * {@return the bound on a point that holds no probabilities}
   *
   * @param site the kind of place
   */
  public static double bound(Site site) {
    return site == Site.MLM_LOGITS ? VOCABULARY_BOUND : BOUND;
  }

  private void numbers(
      String point, String tensor, float[] expected, float[] actual, int count, double bound) {
    if (expected.length < count || actual.length < count) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: tensor %s has %d numbers for a text, %s has %d",
              reference,
              tensor,
              expected.length,
              point,
              actual.length));
    }
    double worst = 0;
    for (int i = 0; i < count; i++) {
      worst = larger(worst, relative(expected[i], actual[i]));
    }
    note(point, tensor, count, worst, bound);
  }

  private static double relative(float expected, float actual) {
    return Math.abs((double) expected - actual) / Math.max(1, Math.abs(expected));
  }

  /** The larger of two; NaN wins. */
  private static double larger(double one, double other) {
    return Double.isNaN(other) || other > one ? other : one;
  }

  private void note(String point, String tensor, long numbers, double worst, double bound) {
    found.merge(
        point,
        new Difference(point, tensor, numbers, worst, bound),
        (a, b) ->
            new Difference(
                point, tensor, a.numbers() + b.numbers(), larger(a.worst(), b.worst()), bound));
  }

  private void output(int text, float[] actual) {
    String name = outputName();
    if (name == null) {
      return;
    }
    float[] expected = values(Reference.of(name), text);
    if (model.task() == Task.ANSWERS) {
      expected = answers(name, expected, text);
    }
    numbers("output", name, expected, actual, actual.length, BOUND);
  }

  /** The logits of the answers where the model gives them: [positions, V] to two numbers. */
  private float[] answers(String name, float[] logits, int text) {
    long[] shape = reference.shape(name);
    int at = shape[1] == 1 ? 0 : (int) ((texts.get(text).length() - 1) * shape[2]);
    float[] own = new float[model.answers().size()];
    for (int i = 0; i < own.length; i++) {
      own[i] = logits[at + model.answers().get(i).intValue()];
    }
    return own;
  }

  /** The name under which the reference has the output; null if it lacks it. */
  private @Nullable String outputName() {
    String name =
        switch (model.task()) {
          case LABELS, ANSWERS -> "logits";
          case VECTOR -> model.pooling() == Pooling.CLS ? "cls" : "mean_pooled";
          case TERMS -> "splade";
          case TOKEN_VECTORS -> "token_embeddings";
        };
    return reference.names().contains(name) ? name : null;
  }
}
