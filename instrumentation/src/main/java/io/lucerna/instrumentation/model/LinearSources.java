package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.nn.Biased;
import io.lucerna.instrumentation.nn.Constants;
import io.lucerna.instrumentation.nn.Kernels;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The sources of a text's output, each alone in a copy of the linear network: its tokens, and last
 * what a decoder reads besides the text. All copies together give the text's output.
 *
 * @param outputs by source, as the head gives them
 * @param sums by source, a weighted sum of the outputs
 * @param components by component and source, what it writes times the sum's slope there
 */
record LinearSources(float[][] outputs, double[] sums, Map<Component, double[]> components) {
  /** The fewest copies: with fewer rows a map is computed as one of more. */
  private static final int FEWEST = 16;

  /** Copies, tokens and units of an MLP that one pass may have: 1 GB in single precision. */
  private static final long MOST = 1L << 28;

  /** The same where copies need not be in one pass. */
  private static final long SOME = 1L << 24;

  /**
   * The outputs of sources that have biases of their own, some at a time.
   *
   * @param one the text
   * @param constants those of the text's first pass, for each pass anew
   * @param width numbers of an output
   * @param some how many sources are in one pass
   */
  static float[][] outputs(LinearText one, Supplier<Constants> constants, int width, int some) {
    int sources = one.batch().width() + 1;
    float[][] outputs = new float[sources][];
    for (int from = 0; from < sources; from += some) {
      int end = Math.min(sources, from + some);
      LinearSources part =
          of(one, constants.get(), Biases.OWN, from, end, new float[width], Map.of());
      System.arraycopy(part.outputs, 0, outputs, from, end - from);
    }
    return outputs;
  }

  /** How many sources there is room for in one pass, if they need not be together. */
  static int room(LinearText one) {
    return (int) Math.max(FEWEST, SOME / numbers(one, 1));
  }

  /**
   * All sources with a weighted sum of their outputs, where they share biases.
   *
   * @param weights of the sum
   * @param slopes of the sum at the components' points, of one copy
   */
  static LinearSources sharing(
      LinearText one, Constants constants, float[] weights, Map<HookPoint, NDArray> slopes) {
    int sources = one.batch().width() + 1;
    return of(one, constants, Biases.ABSDOT, 0, sources, weights, slopes);
  }

  /** How many sources hold something: the last one holds what a decoder reads besides the text. */
  private static int holding(HookedModel model, int from, int end, int last) {
    boolean decodes =
        model.registry().points().stream().anyMatch(point -> point.stack() != Stack.TEXT);
    return decodes ? end - from : Math.min(end - from, last);
  }

  private static LinearSources of(
      LinearText one,
      Constants constants,
      Biases biases,
      int from,
      int end,
      float[] weights,
      Map<HookPoint, NDArray> slopes) {
    HookedModel model = one.model();
    requireRoom(one, end - from);
    LinearText text = one.copies(Math.max(FEWEST, end - from), one.scope());
    try (NDManager scope = text.scope()) {
      int copies = text.batch().size();
      int last = one.batch().width() - from;
      Biased biased =
          biases == Biases.OWN
              ? Biased.inOne(last)
              : Biased.shared(holding(model, from, end, last));
      Map<Component, double[]> components = new LinkedHashMap<>();
      Hooks hooks = Hooks.none();
      for (HookPoint point : model.registry().points()) {
        if (point.site() == Site.RESID_PRE && point.layer() == 0) {
          NDArray has =
              point.stack() == Stack.TEXT
                  ? ofTokens(from, Math.min(end, one.batch().width()), text, scope)
                  : ofLast(last, text, scope);
          hooks = hooks.intervene(point.toString(), (context, x) -> x.mul(has));
        }
      }
      for (Map.Entry<HookPoint, NDArray> slope : slopes.entrySet()) {
        hooks =
            hooks.observe(
                slope.getKey().toString(),
                (context, x) -> put(slope.getKey(), x.mul(slope.getValue()), components));
      }
      Pass pass =
          Pass.of(
              hooks.bind(model.registry(), text.batch()), Kernels.frozen(constants, biased, false));
      NDArray hidden = model.hidden(0, model.blocks().size(), text.embedded(), pass);
      OutputHead head = model.network().head();
      NDArray output = head.apply(hidden, pass);
      pass.finish();
      float[][] rows = new float[copies][];
      Arrays.fill(rows, weights);
      NDArray products = output.mul(head.slopes(rows, output, text.batch()));
      double[] sums = Numbers.doubles(products.reshape(copies, -1).sum(new int[] {1}));
      components.replaceAll((component, all) -> Arrays.copyOf(all, end - from));
      return new LinearSources(
          Arrays.copyOf(head.rows(output, text.batch()), end - from),
          Arrays.copyOf(sums, end - from),
          components);
    }
  }

  /** Numbers of the largest arrays of a pass of copies. */
  private static long numbers(LinearText one, int copies) {
    return (long) copies * one.batch().width() * Math.max(1, one.model().config().mlpWidth());
  }

  /** Refuses a text whose copies would need too much memory at once. */
  private static void requireRoom(LinearText one, int copies) {
    if (numbers(one, copies) > MOST) {
      throw new IllegalArgumentException(
          "a text of "
              + one.batch().width()
              + " tokens is too long for them to share biases; with this model, at most "
              + ((long) Math.sqrt((double) MOST / one.model().config().mlpWidth()) - 1)
              + " can");
    }
  }

  /** 1 for each token in the copy of its own. */
  private static NDArray ofTokens(int from, int end, LinearText text, NDManager scope) {
    int width = text.batch().width();
    float[] mask = new float[text.batch().size() * width];
    for (int token = from; token < end; token++) {
      mask[(token - from) * width + token] = 1;
    }
    return mask(mask, width, text, scope);
  }

  /** 1 for the copy of what is no token, if it is among these. */
  private static NDArray ofLast(int last, LinearText text, NDManager scope) {
    float[] mask = new float[text.batch().size()];
    if (last < mask.length) {
      mask[last] = 1;
    }
    return mask(mask, 1, text, scope);
  }

  private static NDArray mask(float[] mask, int width, LinearText text, NDManager scope) {
    return scope
        .create(mask, new Shape(text.batch().size(), width, 1))
        .toType(text.embedded().getDataType(), false);
  }

  /** Products at a point, [B, S, N, D] or [B, S, M], by component and copy. */
  private static void put(HookPoint point, NDArray products, Map<Component, double[]> components) {
    boolean byHead = point.site() == Site.Z;
    try (NDArray spent = products;
        NDArray sum = spent.sum(byHead ? new int[] {1, 3} : new int[] {1, 2})) {
      double[] all = Numbers.doubles(sum);
      int copies = (int) products.getShape().get(0);
      int heads = all.length / copies;
      for (int head = 0; head < heads; head++) {
        double[] own = new double[copies];
        for (int copy = 0; copy < copies; copy++) {
          own[copy] = all[copy * heads + head];
        }
        components.put(new Component(point, byHead ? head : -1), own);
      }
    }
  }
}
