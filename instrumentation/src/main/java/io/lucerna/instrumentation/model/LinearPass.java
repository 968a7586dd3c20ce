package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.memory.Headroom;
import io.lucerna.instrumentation.nn.Constants;
import io.lucerna.instrumentation.nn.Derivatives;
import io.lucerna.instrumentation.nn.Leaves;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One text's pass through the network made linear around it ({@link Gradient#FROZEN}): any number
 * that is a weighted sum of its outputs is the sum of what the tokens and the biases add to it
 * (Modarressi et al. 2023, "DecompX", section 3), and also the sum of what each component writes
 * into the residual stream. It is valid within the call that gave it.
 */
public final class LinearPass {
  /** Rows of a product of matrices from which on more of them save no time. */
  private static final int ROWS = 256;

  private final HookedModel model;
  private final NDManager scope;
  private final LinearText text;
  private final Constants.Kept constants;
  private final Set<HookPoint> entries;
  private final Set<HookPoint> written;
  private final LinearGraph direct;
  private @Nullable LinearGraph whole;
  private final Queue<LinearCopies> idle = new ConcurrentLinkedQueue<>();

  LinearPass(HookedModel model, TokenBatch batch, NDManager scope) {
    this.model = model;
    this.scope = scope;
    this.constants = new Constants.Kept(scope);
    this.entries = points(Site.RESID_PRE);
    this.written = points(Site.Z, Site.MLP_POST);
    Set<HookPoint> all = new LinkedHashSet<>(entries);
    all.addAll(written);
    Headroom.requirePass();
    Pass plain = Pass.of(Hooks.none().bind(model.registry(), batch));
    this.text = new LinearText(model, batch, Workers.one(() -> model.embedded(scope, plain)));
    this.direct = run(() -> graph(all, constants));
  }

  /** A pass of the text that can be gone back through, down to where it is cut. */
  private LinearGraph graph(Set<HookPoint> cut, Constants known) {
    return LinearGraph.of(text, new Leaves(cut, cut, Set.of(), scope), known, true);
  }

  private static <T> T run(Supplier<T> work) {
    return Workers.one(() -> Derivatives.with(work));
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
    return model.network().head().rows(direct.output(), text.batch())[0];
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
    /** A number of which the tokens have these shares; the rest is the biases'. */
    static Shares of(double number, double[] tokens) {
      return new Shares(tokens, number - LinearPass.sum(tokens));
    }

    /** By source; the last is no token. */
    static Shares ofSources(double[] sources) {
      return new Shares(Arrays.copyOf(sources, sources.length - 1), sources[sources.length - 1]);
    }

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
   * What a number is made of.
   *
   * @param byToken what tokens and biases add, whatever way they took
   * @param written what components write
   * @param byBoth what each component adds, by the token that it has it from; empty if nobody asked
   */
  public record Parts(Shares byToken, Written written, Map<Component, Shares> byBoth) {}

  /**
   * Divides a weighted sum of the outputs among the components.
   *
   * @param weights one for each number of {@link #output()}
   * @return what each component wrote
   */
  public Written written(float[] weights) {
    return run(() -> written(weights, new LinkedHashMap<>()));
  }

  /**
   * The same.
   *
   * @param slopes is given the number's slope at each component's point, which the caller closes
   */
  private Written written(float[] weights, Map<HookPoint, NDArray> slopes) {
    Map<Component, Double> components = new LinkedHashMap<>();
    Shares rest = shares(direct, weighted(direct, weights), components, slopes);
    return new Written(components, rest);
  }

  /**
   * Divides a weighted sum of the outputs.
   *
   * @param weights one for each number of {@link #output()}
   * @param biases what becomes of biases
   * @param byBoth whether components are divided among tokens, which takes the longest
   * @return the parts, each division with the sum as its sum
   * @throws IllegalArgumentException if biases are to be shared and the text is too long for that
   */
  public Parts parts(float[] weights, Biases biases, boolean byBoth) {
    Map<HookPoint, NDArray> slopes = new LinkedHashMap<>();
    try {
      Written written = run(() -> written(weights, slopes));
      if (biases == Biases.ABSDOT) {
        return parts(sharing(weights, slopes), written.components());
      }
      return new Parts(
          shares(weights), written, byBoth ? byBoth(written.components(), slopes) : Map.of());
    } finally {
      slopes.values().forEach(NDArray::close);
    }
  }

  /**
   * Divides a weighted sum of the outputs among the tokens of the text, whatever way they took.
   *
   * @param weights one for each number of {@link #output()}
   * @return the share of each token
   */
  public Shares shares(float[] weights) {
    return run(() -> byToken(weights));
  }

  private Shares byToken(float[] weights) {
    LinearGraph made = whole;
    if (made == null) {
      made = graph(entries, constants.again());
      whole = made;
    }
    return shares(made, weighted(made, weights), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** The parts where tokens share biases: so they do on the straight way. */
  private static Parts parts(LinearSources sources, Map<Component, Double> components) {
    Map<Component, Shares> byBoth = new LinkedHashMap<>();
    double[] left = sources.sums().clone();
    for (Component component : components.keySet()) {
      double[] own = Objects.requireNonNull(sources.components().get(component));
      byBoth.put(component, Shares.ofSources(own));
      for (int i = 0; i < left.length; i++) {
        left[i] -= own[i];
      }
    }
    return new Parts(
        Shares.ofSources(sources.sums()), new Written(components, Shares.ofSources(left)), byBoth);
  }

  private Map<Component, Shares> byBoth(
      Map<Component, Double> components, Map<HookPoint, NDArray> slopes) {
    List<Component> all = List.copyOf(components.keySet());
    List<double[]> tokens = inCopies(all, (copies, some) -> copies.ofComponents(some, slopes));
    Map<Component, Shares> shares = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      double value = components.getOrDefault(all.get(i), 0.0);
      shares.put(all.get(i), Shares.of(value, tokens.get(i)));
    }
    return shares;
  }

  /**
   * Divides several weighted sums of the outputs among the tokens.
   *
   * @param weights of each sum, one for each number of {@link #output()}
   * @return the shares of each
   */
  public List<Shares> shares(List<float[]> weights) {
    float[] output = output();
    List<double[]> tokens = inCopies(weights, LinearCopies::ofSums);
    List<Shares> shares = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      double sum = 0;
      for (int k = 0; k < output.length; k++) {
        sum += (double) weights.get(i)[k] * output[k];
      }
      shares.add(Shares.of(sum, tokens.get(i)));
    }
    return shares;
  }

  /**
   * What each source gives to the output: all together are the output.
   *
   * @param biases what becomes of biases
   * @return by token, and last what else there is; each as {@link #output()}
   * @throws IllegalArgumentException if biases are to be shared and the text is too long for that
   */
  public float[][] sources(Biases biases) {
    return biases == Biases.OWN
        ? sources(LinearSources.room(text))
        : sharing(new float[output().length], Map.of()).outputs();
  }

  /** The same with biases of their own, some at a time. */
  float[][] sources(int some) {
    int width = output().length;
    return Workers.one(() -> LinearSources.outputs(text, constants::again, width, some));
  }

  private LinearSources sharing(float[] weights, Map<HookPoint, NDArray> slopes) {
    return Workers.one(() -> LinearSources.sharing(text, constants.again(), weights, slopes));
  }

  /** Goes back from many numbers, in copies of the text, some at once in each. */
  private <T> List<double[]> inCopies(
      List<T> numbers, BiFunction<LinearCopies, List<T>, double[][]> work) {
    int count = Math.ceilDiv(ROWS, text.batch().width());
    List<Callable<double[][]>> tasks = new ArrayList<>();
    for (int from = 0; from < numbers.size(); from += count) {
      List<T> some = numbers.subList(from, Math.min(from + count, numbers.size()));
      tasks.add(() -> Derivatives.with(() -> inCopies(count, some, work)));
    }
    List<double[]> rows = new ArrayList<>();
    model.runAll(tasks).forEach(some -> Collections.addAll(rows, some));
    return rows;
  }

  private <T> double[][] inCopies(
      int count, List<T> some, BiFunction<LinearCopies, List<T>, double[][]> work) {
    LinearCopies copies = idle.poll();
    if (copies == null) {
      copies = new LinearCopies(text.copies(count, scope), constants.again(), entries, written);
    }
    double[][] rows = work.apply(copies, some);
    idle.add(copies);
    return rows;
  }

  private NDArray weighted(LinearGraph graph, float[] weights) {
    OutputHead head = model.network().head();
    NDArray slopes = head.slopes(new float[][] {weights}, graph.output(), text.batch());
    return graph.output().mul(slopes).sum();
  }

  /**
   * Goes back from a number.
   *
   * @param components is given what each adds, where the way is cut there
   * @param slopes is given the number's slope there
   */
  private Shares shares(
      LinearGraph graph,
      NDArray number,
      Map<Component, Double> components,
      Map<HookPoint, NDArray> slopes) {
    graph.back(number);
    double[] tokens = new double[text.batch().width()];
    double biases = 0;
    for (HookPoint point : graph.leaves().all().keySet()) {
      double[] each = graph.products(point);
      if (!isStream(point)) {
        NDArray slope = graph.slope(point, scope);
        slopes.put(point, slope);
        components.putAll(byComponent(point, slope.getShape().getShape(), each));
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
