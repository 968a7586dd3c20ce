package io.lucerna.instrumentation.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives the weights in an ONNX graph the names and layout of the PyTorch state dict.
 *
 * <p>Exporters keep the names of what the graph uses as it is: embeddings, biases, LayerNorms, and
 * the weight of a Gemm with {@code transB}. The weight of a linear layer that became a MatMul is
 * stored transposed under a made-up name. Its real name is that of the bias added to the product,
 * or stands in the node's name ({@code /encoder/layer.0/attention/self/query/MatMul}); where both
 * are there they must agree. Weights with equal values may be stored once and passed on by Identity
 * nodes, and those of half precision by Cast nodes. An export with fixed lengths holds, in place of
 * the position embeddings, the rows that those lengths need: they are found as what is added right
 * before the embeddings' LayerNorm, and have fewer rows than the configuration says.
 *
 * <p>A floating tensor of two or more dimensions that gets no name is an error; smaller made-up
 * ones are constants of the computation and left out.
 */
final class OnnxWeights {
  private static final Set<String> QUANTIZED =
      Set.of(
          "MatMulInteger",
          "QLinearMatMul",
          "MatMulNBits",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "DynamicQuantizeMatMul");
  private static final String POSITIONS = "embeddings.position_embeddings.weight";
  private static final int MAX_SUMS = 3;

  private final WeightFile file;
  private final List<WeightFile> files;
  private final OnnxGraph graph;
  private final Map<String, List<OnnxGraph.Node>> consumers = new HashMap<>();
  private final Map<Path, WeightFile> external = new HashMap<>();
  private final List<StoredTensor> externalTensors = new ArrayList<>();

  private OnnxWeights(WeightFile file, List<WeightFile> files) {
    this.file = file;
    this.files = files;
    this.graph = OnnxParser.parse(file).withoutCopies();
    for (OnnxGraph.Node node : graph.nodes()) {
      if (QUANTIZED.contains(node.operation())) {
        throw error(
            "is quantized (it has a "
                + node.operation()
                + " node); only weights in F32, F16, BF16 or F64 can be read");
      }
      for (String input : node.inputs()) {
        consumers.computeIfAbsent(input, i -> new ArrayList<>()).add(node);
      }
    }
  }

  /**
   * The weights by name.
   *
   * @param files gets the files of external data that are opened
   */
  static SortedMap<String, StoredTensor> read(WeightFile file, List<WeightFile> files) {
    return new OnnxWeights(file, files).read();
  }

  private SortedMap<String, StoredTensor> read() {
    SortedMap<String, StoredTensor> named = new TreeMap<>();
    Set<String> stored = new HashSet<>();
    for (OnnxGraph.Tensor tensor : graph.tensors()) {
      if (!stored.add(tensor.name())) {
        throw error("holds the tensor " + tensor.name() + " twice");
      }
      StoredTensor weight = weight(tensor);
      if (weight != null && named.put(weight.name(), weight) != null) {
        throw error("two tensors come out as " + weight.name() + ", one is " + tensor.name());
      }
    }
    requireApart(externalTensors);
    return named;
  }

  private @Nullable StoredTensor weight(OnnxGraph.Tensor tensor) {
    boolean isNamed = isStateDictName(tensor.name());
    if (isNamed) {
      requireStoredAsNamed(tensor);
      return located(tensor, tensor.name(), tensor.shape(), false);
    }
    if (tensor.shape().length < 2) {
      // Its place is still checked: external data must not overlap.
      located(tensor, tensor.name(), tensor.shape(), false);
      return null;
    }
    List<OnnxGraph.Node> users = consumers(tensor.name());
    if (tensor.shape().length == 2 && users.size() == 1 && isProduct(users.get(0), tensor)) {
      OnnxGraph.Node node = users.get(0);
      return located(tensor, linearName(node, tensor), tensor.shape(), !isTransB(node));
    }
    String positions = foldedPositions(tensor.name());
    if (positions != null) {
      long[] shape = tensor.shape();
      boolean fits = shape.length == 2 || shape.length == 3 && shape[0] == 1;
      if (fits) {
        long[] rows = {shape[shape.length - 2], shape[shape.length - 1]};
        return located(tensor, positions, rows, false);
      }
    }
    throw unnamed(tensor, "");
  }

  private static boolean isStateDictName(String name) {
    return name.matches("[A-Za-z_]\\w*(\\.\\w+)+");
  }

  /** A tensor that keeps its name keeps its layout, so no product may use it as it is. */
  private void requireStoredAsNamed(OnnxGraph.Tensor tensor) {
    for (OnnxGraph.Node node : consumers(tensor.name())) {
      if (isProduct(node, tensor) && !isTransB(node)) {
        throw error(
            "tensor "
                + tensor.name()
                + " is multiplied as stored by "
                + describe(node)
                + ", where a state dict's layout [out, in] needs a transposition");
      }
    }
  }

  private static boolean isProduct(OnnxGraph.Node node, OnnxGraph.Tensor tensor) {
    return (node.operation().equals("MatMul") || node.operation().equals("Gemm"))
        && node.input(1).equals(tensor.name())
        && !node.input(0).equals(tensor.name());
  }

  private boolean isTransB(OnnxGraph.Node node) {
    if (!node.operation().equals("Gemm")) {
      return false;
    }
    Map<String, Double> numbers = node.numbers();
    double transB = numbers.getOrDefault("transB", 0.0);
    boolean plain =
        numbers.getOrDefault("alpha", 1.0) == 1
            && numbers.getOrDefault("beta", 1.0) == 1
            && numbers.getOrDefault("transA", 0.0) == 0
            && (transB == 0 || transB == 1)
            && Set.of("alpha", "beta", "transA", "transB").containsAll(numbers.keySet());
    if (!plain) {
      throw error(describe(node) + " is not a plain linear layer: " + numbers);
    }
    return transB == 1;
  }

  /** The name of the linear layer's weight, from its bias and from its node. */
  private String linearName(OnnxGraph.Node node, OnnxGraph.Tensor tensor) {
    String fromBias = biasOwner(node);
    String fromNode = nodeOwner(node.name());
    if (fromBias == null && fromNode == null) {
      throw unnamed(tensor, ": no bias with a name is added to the product");
    }
    if (fromBias != null && fromNode != null) {
      boolean agree =
          ("." + fromBias).endsWith("." + fromNode) || ("." + fromNode).endsWith("." + fromBias);
      if (!agree) {
        throw unnamed(tensor, ": its node says " + fromNode + ", its bias " + fromBias);
      }
    }
    return (fromBias != null ? fromBias : fromNode) + ".weight";
  }

  private @Nullable String biasOwner(OnnxGraph.Node product) {
    if (product.operation().equals("Gemm")) {
      return owner(product.input(2));
    }
    List<OnnxGraph.Node> users =
        product.outputs().stream().flatMap(o -> consumers(o).stream()).toList();
    if (users.size() != 1 || !users.get(0).operation().equals("Add")) {
      return null;
    }
    String left = owner(users.get(0).input(0));
    return left != null ? left : owner(users.get(0).input(1));
  }

  private static @Nullable String owner(String bias) {
    String end = ".bias";
    return isStateDictName(bias) && bias.endsWith(end)
        ? bias.substring(0, bias.length() - end.length())
        : null;
  }

  private static @Nullable String nodeOwner(String node) {
    int end = node.lastIndexOf('/');
    return node.startsWith("/") && end > 0 ? node.substring(1, end).replace('/', '.') : null;
  }

  /** The name of the position embeddings, if sums lead from the tensor to their LayerNorm. */
  private @Nullable String foldedPositions(String name) {
    String value = name;
    for (int sums = 0; sums <= MAX_SUMS; sums++) {
      List<OnnxGraph.Node> users = consumers(value);
      if (users.size() != 1 || users.get(0).outputs().isEmpty()) {
        return null;
      }
      OnnxGraph.Node user = users.get(0);
      String norm = "embeddings.LayerNorm.weight";
      if (sums > 0
          && user.operation().equals("LayerNormalization")
          && user.input(1).endsWith(norm)) {
        String scale = user.input(1);
        return scale.substring(0, scale.length() - norm.length()) + POSITIONS;
      }
      if (!user.operation().equals("Add")) {
        return null;
      }
      value = user.outputs().get(0);
    }
    return null;
  }

  private List<OnnxGraph.Node> consumers(String name) {
    return consumers.getOrDefault(name, List.of());
  }

  /** Finds the tensor's bytes and checks that they are as many as its shape needs. */
  private StoredTensor located(
      OnnxGraph.Tensor tensor, String name, long[] shape, boolean transposed) {
    long count = StoredTensor.count(tensor.shape(), tensor.type());
    long bytes = count * tensor.type().bytes;
    OnnxGraph.Extent extent = tensor.inline();
    WeightFile holder = file;
    if (extent == null) {
      holder = externalFile(tensor);
      extent =
          new OnnxGraph.Extent(
              externalNumber(tensor, "offset", 0), externalNumber(tensor, "length", bytes));
    }
    if (count < 0
        || extent.length() != bytes
        || extent.offset() > holder.size()
        || bytes > holder.size() - extent.offset()) {
      throw error(
          "tensor "
              + tensor.name()
              + " of shape "
              + Arrays.toString(tensor.shape())
              + " and type "
              + tensor.type()
              + " does not fit its "
              + extent.length()
              + " bytes at "
              + extent.offset()
              + " of "
              + holder.path().getFileName());
    }
    StoredTensor stored =
        StoredTensor.rowMajor(holder, name, tensor.type(), shape, extent.offset());
    if (holder != file) {
      externalTensors.add(stored);
    }
    return transposed ? stored.transposed() : stored;
  }

  private WeightFile externalFile(OnnxGraph.Tensor tensor) {
    if (!Set.of("location", "offset", "length", "checksum")
        .containsAll(tensor.external().keySet())) {
      throw error(
          "tensor " + tensor.name() + " has unknown external data " + tensor.external().keySet());
    }
    Path path = Checkpoints.sibling(file.path(), tensor.external().getOrDefault("location", ""));
    WeightFile known = external.get(path);
    if (known != null) {
      return known;
    }
    WeightFile opened = WeightFile.open(path);
    files.add(opened);
    external.put(path, opened);
    return opened;
  }

  private long externalNumber(OnnxGraph.Tensor tensor, String key, long otherwise) {
    String text = tensor.external().get(key);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw error("tensor " + tensor.name() + " has the external " + key + " \"" + text + "\"");
    }
    return Long.parseLong(text);
  }

  private void requireApart(Collection<StoredTensor> tensors) {
    Map<WeightFile, List<StoredTensor>> byFile =
        tensors.stream().collect(Collectors.groupingBy(StoredTensor::file));
    for (List<StoredTensor> sharing : byFile.values()) {
      sharing.sort(Comparator.comparingLong(StoredTensor::offset));
      long end = 0;
      StoredTensor before = sharing.get(0);
      for (StoredTensor tensor : sharing) {
        if (tensor.offset() < end && !tensor.sameView(before)) {
          throw error("the external data of tensor " + tensor.name() + " overlaps another's");
        }
        end = tensor.offset() + StoredTensor.bytes(tensor.shape(), tensor.type());
        before = tensor;
      }
    }
  }

  private CheckpointException unnamed(OnnxGraph.Tensor tensor, String why) {
    List<OnnxGraph.Node> users = consumers(tensor.name());
    return error(
        "cannot tell which weight the tensor "
            + tensor.name()
            + " of shape "
            + Arrays.toString(tensor.shape())
            + " is, used by "
            + (users.isEmpty() ? "no node" : describe(users.get(0)))
            + why);
  }

  private static String describe(OnnxGraph.Node node) {
    return "node " + node.name() + " (" + node.operation() + ")";
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
