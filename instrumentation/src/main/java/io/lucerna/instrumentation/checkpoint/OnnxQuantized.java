package io.lucerna.instrumentation.checkpoint;

import io.lucerna.instrumentation.checkpoint.OnnxGraph.Node;
import io.lucerna.instrumentation.checkpoint.OnnxGraph.Scaling;
import io.lucerna.instrumentation.checkpoint.OnnxGraph.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the floating graph that a quantised one stands for: that of the numbers which its stored
 * integers mean, in which nothing else is rounded.
 *
 * <ul>
 *   <li>DequantizeLinear of stored integers, also after a Gather, is a tensor of numbers.
 *   <li>What QuantizeLinear, DynamicQuantizeLinear and DequantizeLinear make of other values are
 *       those values.
 *   <li>MatMulInteger with stored integers, and the Mul by both scales that follows it (after a
 *       Cast), are a MatMul.
 * </ul>
 *
 * <p>The nodes must be in the order in which they are computed, as ONNX demands.
 */
final class OnnxQuantized {
  /** What computes with integers in ways that are not read, or with fewer than 8 bits. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "Q[A-Z]\\w*|ConvInteger|MatMul(NBits|Bnb4|FpQ4|IntegerToFloat)"
              + "|DynamicQuantize(MatMul|LSTM)|GatherBlockQuantized");

  private static final String[] SUFFIXES = {"_quantized", "_DequantizeLinear_Output"};

  /** A product of integers that is not scaled yet. */
  private record Product(Node node, String input, Tensor weight) {}

  /** Stored integers and the numbers that they are. */
  private record Scaled(Tensor integers, Tensor number, Scaling by) {
    boolean same(Scaled other) {
      return integers == other.integers
          && by.scale() == other.by.scale()
          && by.zero() == other.by.zero()
          && by.axis() == other.by.axis();
    }
  }

  private final Path path;
  private final Map<String, Tensor> stored = new HashMap<>();
  private final Map<String, Node> makers = new HashMap<>();

  /** Values by the names of what quantisation makes of them. */
  private final Map<String, String> origins = new HashMap<>();

  private final Set<String> inputScales = new HashSet<>();

  /** Products of an input's scale and a weight's, with the latter. */
  private final Map<String, Tensor> scales = new HashMap<>();

  private final Map<String, Product> products = new LinkedHashMap<>();
  private final Map<String, Scaled> numbers = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();
  private final List<Node> kept = new ArrayList<>();
  private boolean quantised;

  private OnnxQuantized(Path path) {
    this.path = path;
  }

  /**
   * The floating graph.
   *
   * @param path the file, for messages
   * @throws CheckpointException where a node quantises in a way that cannot be read
   */
  static OnnxGraph floating(OnnxGraph graph, Path path) {
    return new OnnxQuantized(path).run(graph);
  }

  private OnnxGraph run(OnnxGraph graph) {
    for (Tensor tensor : graph.tensors()) {
      if (stored.put(tensor.name(), tensor) != null) {
        throw error("holds the tensor " + tensor.name() + " twice");
      }
    }
    for (Node node : graph.nodes()) {
      List<String> inputs = node.inputs().stream().map(i -> origins.getOrDefault(i, i)).toList();
      add(new Node(node.name(), node.operation(), inputs, node.outputs(), node.numbers()));
    }
    if (!products.isEmpty()) {
      throw error(
          products.values().iterator().next().node.described()
              + " has a result that is not multiplied by the product of its inputs' scales");
    }
    List<Tensor> tensors = new ArrayList<>();
    numbers.values().forEach(scaled -> tensors.add(scaled.number));
    for (Tensor tensor : graph.tensors()) {
      if (tensor.type().floating) {
        // The scales' names are made from those of the weights, so that they look like weights.
        boolean left = isWeight(tensor) && !OnnxWeights.isStateDictName(tensor.name());
        if (!used.contains(tensor.name()) && !(quantised && left && user(tensor) == null)) {
          tensors.add(tensor);
        }
      } else if (!used.contains(tensor.name())) {
        refuseWeight(tensor);
      }
    }
    return new OnnxGraph(tensors, kept);
  }

  private void add(Node node) {
    if (REFUSED.matcher(node.operation()).matches()) {
      throw error(
          node.described()
              + " cannot be read; quantised weights can be those of MatMulInteger and of"
              + " DequantizeLinear");
    }
    boolean whole =
        switch (node.operation()) {
          case "QuantizeLinear", "DynamicQuantizeLinear" -> quantise(node);
          case "DequantizeLinear" -> dequantise(node);
          case "MatMulInteger" -> multiply(node);
          case "Mul" -> scale(node);
          default -> false;
        };
    if (!whole) {
      keep(node);
    }
  }

  private void keep(Node node) {
    kept.add(node);
    node.outputs().forEach(output -> makers.put(output, node));
  }

  private boolean quantise(Node node) {
    quantised = true;
    Tensor constant = stored.get(node.input(0));
    if (constant != null && (isWeight(constant) || !constant.type().floating)) {
      throw error(
          node.described()
              + " rounds the stored tensor "
              + constant.name()
              + "; weights can be read only if they are stored as integers, or not quantised");
    }
    origins.put(output(node, 0), node.input(0));
    if (node.operation().equals("DynamicQuantizeLinear") && node.outputs().size() > 1) {
      inputScales.add(node.outputs().get(1));
    }
    return true;
  }

  private boolean dequantise(Node node) {
    quantised = true;
    if (node.numbers().getOrDefault("block_size", 0.0) != 0) {
      throw error(node.described() + " scales blocks, which cannot be read");
    }
    int axis = (int) (double) node.numbers().getOrDefault("axis", 1.0);
    Tensor integers = integers(node.input(0));
    if (integers != null) {
      int rank = integers.shape().length;
      Tensor number = number(node, integers, axis < 0 ? axis + rank : axis, output(node, 0));
      origins.put(output(node, 0), number.name());
      return true;
    }
    Node gather = makers.get(node.input(0));
    Tensor table =
        gather != null && gather.operation().equals("Gather") ? integers(gather.input(0)) : null;
    if (gather == null || table == null) {
      origins.put(output(node, 0), node.input(0));
      return true;
    }
    // Ids have the axes batch and position, so that the table's last axis is 2.
    Tensor number = number(node, table, axis == -1 || axis == 2 ? 1 : -1, "");
    List<String> inputs = new ArrayList<>(gather.inputs());
    inputs.set(0, number.name());
    keep(new Node(gather.name(), "Gather", inputs, node.outputs(), gather.numbers()));
    return true;
  }

  /** The numbers that the integers stand for, as a DequantizeLinear says. */
  private Tensor number(Node node, Tensor integers, int axis, String output) {
    Tensor scale = parameter(node, node.input(1), "scale");
    Tensor zero = node.input(2).isEmpty() ? null : parameter(node, node.input(2), "zero point");
    return number(integers, new Scaling(scale, zero, axis, node), output);
  }

  private Tensor number(Tensor integers, Scaling scaling, String output) {
    Tensor number = integers.scaled(name(integers.name(), output), scaling);
    Scaled scaled = new Scaled(integers, number, scaling);
    Scaled before = numbers.put(number.name(), scaled);
    if (before != null && !before.same(scaled)) {
      throw error(
          scaling.node().described()
              + " scales the tensor "
              + integers.name()
              + " otherwise than "
              + before.by.node().described()
              + " does");
    }
    used.add(integers.name());
    return number;
  }

  /** The name of what was quantised: the integers', or that of the output, as weights have it. */
  private String name(String integers, String output) {
    String own = withoutSuffix(integers);
    String other = withoutSuffix(output);
    if (OnnxWeights.isStateDictName(own)) {
      return own;
    }
    if (OnnxWeights.isStateDictName(other)) {
      return other;
    }
    // A weight that others share may be there unquantised too.
    return stored.containsKey(own) ? integers : own;
  }

  private static String withoutSuffix(String name) {
    for (String suffix : SUFFIXES) {
      if (name.endsWith(suffix)) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    return name;
  }

  private boolean multiply(Node node) {
    quantised = true;
    Tensor weight = integers(node.input(1));
    if (integers(node.input(0)) != null) {
      throw error(node.described() + " has the stored tensor " + node.input(0) + " on the left");
    }
    if (weight == null) {
      // Of two values that depend on the input: no weight is near.
      return false;
    }
    products.put(output(node, 0), new Product(node, node.input(0), weight));
    return true;
  }

  private boolean scale(Node node) {
    String left = node.input(0);
    String right = node.input(1);
    boolean first = inputScales.contains(left);
    Tensor constant = stored.get(first ? right : left);
    if (constant != null && (first || inputScales.contains(right))) {
      scales.put(output(node, 0), constant);
      return true;
    }
    Product product = products.get(products.containsKey(left) ? left : right);
    Tensor scale = scales.get(products.containsKey(left) ? right : left);
    if (product == null || scale == null) {
      return false;
    }
    Node of = product.node;
    used.add(scale.name());
    Tensor zero = of.input(3).isEmpty() ? null : parameter(of, of.input(3), "zero point");
    int last = product.weight.shape().length - 1;
    Tensor number = number(product.weight, new Scaling(scale, zero, last, of), "");
    products.values().remove(product);
    List<String> inputs = List.of(product.input, number.name());
    keep(new Node(of.name(), "MatMul", inputs, node.outputs(), Map.of()));
    return true;
  }

  private Tensor parameter(Node node, String name, String what) {
    Tensor tensor = stored.get(name);
    if (tensor == null) {
      throw error(node.described() + " has the " + what + " " + name + ", which is not stored");
    }
    used.add(name);
    return tensor;
  }

  private @Nullable Tensor integers(String name) {
    Tensor tensor = stored.get(name);
    return tensor == null || tensor.type().floating ? null : tensor;
  }

  private static boolean isWeight(Tensor tensor) {
    return tensor.shape().length > 1 || OnnxWeights.isStateDictName(tensor.name());
  }

  /** Integers that nothing scales are weights all the same, if they look like that. */
  private void refuseWeight(Tensor tensor) {
    boolean bytes = tensor.type() == ElementType.I8 || quantised && tensor.type() == ElementType.U8;
    if (bytes && tensor.shape().length > 1) {
      Node user = user(tensor);
      throw error(
          "cannot tell which numbers the integers of tensor "
              + tensor.name()
              + " are: used by "
              + (user == null ? "no node" : user.described())
              + ", and by no DequantizeLinear or scaled MatMulInteger");
    }
  }

  /** A node that takes the tensor. */
  private @Nullable Node user(Tensor tensor) {
    return kept.stream()
        .filter(node -> node.inputs().contains(tensor.name()))
        .findFirst()
        .orElse(null);
  }

  private String output(Node node, int at) {
    if (at >= node.outputs().size()) {
      throw error(node.described() + " has no output " + at);
    }
    return node.outputs().get(at);
  }

  private CheckpointException error(String what) {
    return new CheckpointException(path + ": " + what);
  }
}
