package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.nn.Leaves;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One text's pass through the network made linear around it ({@link Gradient#FROZEN}): any number
 * that is a weighted sum of its outputs is the sum of what the tokens and the biases add to it
 * (Modarressi et al. 2023, "DecompX", section 3), and also the sum of what each component writes
 * into the residual stream. It is valid within the call that gave it, on that thread.
 */
public final class LinearPass {
  private final HookedModel model;
  private final TokenBatch batch;
  private final NDManager scope;
  private final LinearGraph direct;
  private @Nullable LinearGraph whole;
  private @Nullable LinearCopies copies;

  LinearPass(HookedModel model, TokenBatch batch, NDManager scope) {
    this.model = model;
    this.batch = batch;
    this.scope = scope;
    Set<HookPoint> all = points(Site.RESID_PRE, Site.Z, Site.MLP_POST);
    this.direct = LinearGraph.of(model, batch, all, all, true, scope);
  }

  /** Points of some sites; of the residual stream only what enters a stack. */
  private Set<HookPoint> points(Site... sites) {
    Set<HookPoint> points = new LinkedHashSet<>();
    for (HookPoint point : model.registry().points()) {
      if (List.of(sites).contains(point.site()) && (!isStream(point) || point.layer() == 0)) {
        points.add(point);
      }
    }
    return points;
  }

  private static boolean isStream(HookPoint point) {
    return point.site() == Site.RESID_PRE;
  }

  /** {@return the model's output for the text, as {@link HookedModel#forward} returns it} */
  public float[] output() {
    return model.network().head().rows(direct.output(), batch)[0];
  }

  /**
   * {@return a weighted sum of the outputs}
   *
   * @param weights one for each number of {@link #output()}
   */
  public double number(float[] weights) {
    try (NDArray number = weighted(direct, weights)) {
      return Numbers.doubles(number)[0];
    }
  }

  /**
   * What tokens and biases add to a number.
   *
   * @param tokens one number for each token of the text
   * @param biases what maps' and norms' biases add, and what a decoder reads besides the text
   */
  public record Shares(double[] tokens, double biases) {
    /** {@return the sum of all parts} */
    public double sum() {
      double sum = biases;
      for (double token : tokens) {
        sum += token;
      }
      return sum;
    }
  }

  /**
   * Something that writes into the residual stream.
   *
   * @param point z of a head, or what an MLP's last map reads
   * @param head the head; -1 for an MLP
   */
  public record Component(HookPoint point, int head) {
    /**
     * {@return a short name: {@code L3H7}, {@code L3mlp}; of a decoder {@code D0H1}, {@code D0mlp},
     * and {@code D0X1} for a head that looks at the text}
     */
    @Override
    public String toString() {
      String layer = (point.stack() == Stack.TEXT ? "L" : "D") + point.layer();
      return head < 0 ? layer + "mlp" : layer + (point.stack() == Stack.CROSS ? "X" : "H") + head;
    }
  }

  /**
   * What components write into the stream, as far as it goes straight to the output.
   *
   * @param components heads and MLPs in forward order, without the biases of their last maps
   * @param rest the tokens' embeddings, and the biases on that way
   */
  public record Written(Map<Component, Double> components, Shares rest) {
    /** {@return the sum of all parts} */
    public double sum() {
      return rest.sum() + components.values().stream().mapToDouble(d -> d).sum();
    }
  }

  /**
   * Divides a weighted sum of the outputs among the tokens of the text, whatever way they took.
   *
   * @param weights one for each number of {@link #output()}
   * @return the share of each token
   */
  public Shares shares(float[] weights) {
    LinearGraph graph = whole();
    return shares(graph, weighted(graph, weights));
  }

  /**
   * Divides a weighted sum of the outputs among the components.
   *
   * @param weights one for each number of {@link #output()}
   * @return what each component wrote
   */
  public Written written(float[] weights) {
    Map<Component, Double> components = new LinkedHashMap<>();
    Shares rest = shares(direct, weighted(direct, weights), components);
    return new Written(components, rest);
  }

  /**
   * Divides what each component adds among the tokens that it has it from.
   *
   * @param weights one for each number of {@link #output()}
   * @return for each component of {@link #written}, shares whose sum is its number there
   */
  public Map<Component, Shares> writtenByToken(float[] weights) {
    Map<HookPoint, NDArray> slopes = new LinkedHashMap<>();
    Map<Component, Double> values = new LinkedHashMap<>();
    direct.back(weighted(direct, weights));
    direct
        .leaves()
        .all()
        .forEach(
            (point, leaf) -> {
              if (!isStream(point)) {
                NDArray slope;
                try (NDArray gradient = leaf.getGradient()) {
                  slope = gradient.duplicate();
                }
                slope.attach(scope);
                slopes.put(point, slope);
                double[] each = LinearGraph.products(leaf, direct.leaves().activation(point));
                values.putAll(byComponent(point, slope.getShape().getShape(), each));
              }
            });
    direct.clear();
    Map<Component, double[]> tokens = copies().tokens(List.copyOf(values.keySet()), slopes);
    Map<Component, Shares> shares = new LinkedHashMap<>();
    values.forEach(
        (component, value) -> {
          double[] own = Objects.requireNonNull(tokens.get(component));
          shares.put(component, new Shares(own, value - sum(own)));
        });
    return shares;
  }

  /**
   * The way of the tokens' parts through all of the network; who asks for components needs none.
   */
  private LinearGraph whole() {
    LinearGraph made = whole;
    if (made == null) {
      Set<HookPoint> entries = points(Site.RESID_PRE);
      made = LinearGraph.of(model, batch, entries, entries, true, scope);
      whole = made;
    }
    return made;
  }

  /** Copies of the text in the network, so that many components go back at once. */
  private LinearCopies copies() {
    LinearCopies made = copies;
    if (made == null) {
      made =
          new LinearCopies(
              model, batch, points(Site.RESID_PRE), points(Site.Z, Site.MLP_POST), scope);
      copies = made;
    }
    return made;
  }

  private NDArray weighted(LinearGraph graph, float[] weights) {
    OutputHead head = model.network().head();
    NDArray slopes = head.slopes(new float[][] {weights}, graph.output(), batch);
    return graph.output().mul(slopes).sum();
  }

  private Shares shares(LinearGraph graph, NDArray number) {
    return shares(graph, number, new LinkedHashMap<>());
  }

  /**
   * Goes back from a number.
   *
   * @param components is given what each adds, where the way is cut there
   */
  private Shares shares(LinearGraph graph, NDArray number, Map<Component, Double> components) {
    graph.back(number);
    double[] tokens = new double[batch.width()];
    double biases = 0;
    for (Map.Entry<HookPoint, NDArray> entry : graph.leaves().all().entrySet()) {
      HookPoint point = entry.getKey();
      double[] each = LinearGraph.products(entry.getValue(), graph.leaves().activation(point));
      if (!isStream(point)) {
        long[] shape = entry.getValue().getShape().getShape();
        components.putAll(byComponent(point, shape, each));
      } else if (point.stack() == Stack.TEXT) {
        int width = each.length / tokens.length;
        for (int i = 0; i < each.length; i++) {
          tokens[i / width] += each[i];
        }
      } else {
        biases += sum(each);
      }
    }
    for (Leaves.Bias bias : graph.leaves().biases()) {
      biases += sum(LinearGraph.products(bias.leaf(), bias.value()));
    }
    graph.clear();
    return new Shares(tokens, biases);
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /** Sums of numbers at a point, of z [1, S, N, D] by head. */
  private static Map<Component, Double> byComponent(HookPoint point, long[] shape, double[] each) {
    Map<Component, Double> sums = new LinkedHashMap<>();
    if (point.site() != Site.Z) {
      sums.put(new Component(point, -1), sum(each));
      return sums;
    }
    for (int i = 0; i < each.length; i++) {
      int head = (int) (i / shape[3] % shape[2]);
      sums.merge(new Component(point, head), each[i], Double::sum);
    }
    return sums;
  }
}
