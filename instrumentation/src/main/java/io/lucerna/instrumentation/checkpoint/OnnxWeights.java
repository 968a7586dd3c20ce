package io.lucerna.instrumentation.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
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
 * before the embeddings' LayerNorm, and have fewer rows than the configuration says. Of a quantised
 * graph, the floating one is looked at that it stands for ({@link OnnxQuantized}).
 *
 * <p>A floating tensor of two or more dimensions that gets no name is an error; smaller made-up
 * ones are constants of the computation and left out.
 */
final class OnnxWeights {
  private static final String POSITIONS = "embeddings.position_embeddings.weight";
  private static final int MAX_SUMS = 3;

  /** The most bytes that a protobuf varint has. */
  private static final int MAX_VARINT = 10;

  private final WeightFile file;
  private final List<WeightFile> files;
  private final OnnxGraph graph;
  private final Map<String, List<OnnxGraph.Node>> consumers = new HashMap<>();
  private final Map<Path, WeightFile> external = new HashMap<>();
  private final List<StoredTensor> externalTensors = new ArrayList<>();

  private OnnxWeights(WeightFile file, List<WeightFile> files) {
    this.file = file;
    this.files = files;
    this.graph = OnnxQuantized.floating(OnnxParser.parse(file).withoutCopies(), file.path());
    for (OnnxGraph.Node node : graph.nodes()) {
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
    for (OnnxGraph.Tensor tensor : graph.tensors()) {
      StoredTensor weight = weight(tensor);
      if (weight != null && named.put(weight.name(), weight) != null) {
        throw error("two tensors come out as " + weight.name() + ", one is " + tensor.name());
      }
    }
    requireApart(externalTensors);
    return named;
  }

  private @Nullable StoredTensor weight(OnnxGraph.Tensor tensor) {
    if (isStateDictName(tensor.name())) {
      return located(tensor, tensor.name(), tensor.shape(), isTransposed(tensor));
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

  static boolean isStateDictName(String name) {
    return name.matches("[A-Za-z_]\\w*(\\.\\w+)+");
  }

  /**
   * Whether a tensor with its name is stored as {@code [in, out]}. Exporters keep the layout with
   * the name; tools that make a MatMul of a Gemm keep the name alone.
   */
  private boolean isTransposed(OnnxGraph.Tensor tensor) {
    for (OnnxGraph.Node node : consumers(tensor.name())) {
      if (isProduct(node, tensor) && !isTransB(node)) {
        boolean alone = consumers(tensor.name()).size() == 1 && tensor.shape().length == 2;
        if (alone && tensor.name().equals(linearName(node, tensor))) {
          return true;
        }
        throw error(
            "tensor "
                + tensor.name()
                + " is multiplied as stored by "
                + node.described()
                + ", where a state dict's layout [out, in] needs a transposition");
      }
    }
    return false;
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
      throw error(node.described() + " is not a plain linear layer: " + numbers);
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
    boolean fits =
        tensor.varints()
            ? extent.length() >= count && extent.length() / MAX_VARINT <= count
            : extent.length() == bytes;
    if (count < 0
        || !fits
        || extent.offset() > holder.size()
        || extent.length() > holder.size() - extent.offset()) {
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
    if (tensor.varints()) {
      stored = stored.ofVarints(extent.length());
    }
    if (tensor.scaling() != null) {
      stored = stored.scaled(levels(tensor, tensor.scaling()));
    }
    return transposed ? stored.transposed() : stored;
  }

  private Levels levels(OnnxGraph.Tensor tensor, OnnxGraph.Scaling scaling) {
    OnnxGraph.Tensor scale = scaling.scale();
    OnnxGraph.Tensor zero = scaling.zero();
    if (!scale.type().floating) {
      throw misfit(tensor, scaling, scale, "a floating scale");
    }
    if (zero != null && zero.type() != tensor.type()) {
      throw misfit(tensor, scaling, zero, "a zero point of type " + tensor.type());
    }
    requireChannels(tensor, scaling, scale);
    float[] scales = located(scale, scale.name(), scale.shape(), false).floats();
    long[] zeros = new long[1];
    if (zero != null) {
      requireChannels(tensor, scaling, zero);
      zeros = located(zero, zero.name(), zero.shape(), false).integers();
    }
    if (scales.length == 1 && zeros.length == 1) {
      return new Levels(scales, zeros, 1);
    }
    int channels = (int) tensor.shape()[scaling.axis()];
    float[] all = Arrays.copyOf(scales, channels);
    long[] allZeros = Arrays.copyOf(zeros, channels);
    Arrays.fill(all, scales.length, channels, scales[0]);
    Arrays.fill(allZeros, zeros.length, channels, zeros[0]);
    long step = 1;
    for (int i = scaling.axis() + 1; i < tensor.shape().length; i++) {
      step *= tensor.shape()[i];
    }
    return new Levels(all, allZeros, step);
  }

  /** One value for all of the tensor, or one for each index of the axis. */
  private void requireChannels(
      OnnxGraph.Tensor tensor, OnnxGraph.Scaling scaling, OnnxGraph.Tensor values) {
    int axis = scaling.axis();
    long[] shape = values.shape();
    boolean one = LongStream.of(shape).allMatch(size -> size == 1);
    boolean each =
        shape.length == 1
            && axis >= 0
            && axis < tensor.shape().length
            && shape[0] == tensor.shape()[axis]
            && shape[0] > 0;
    if (!one && !each) {
      throw misfit(tensor, scaling, values, "one value, or one for each index of axis " + axis);
    }
  }

  private CheckpointException misfit(
      OnnxGraph.Tensor tensor, OnnxGraph.Scaling scaling, OnnxGraph.Tensor is, String needed) {
    return error(
        scaling.node().described()
            + " scales the "
            + tensor.type()
            + " of tensor "
            + tensor.name()
            + ", of shape "
            + Arrays.toString(tensor.shape())
            + ", with "
            + is.name()
            + " of type "
            + is.type()
            + " and shape "
            + Arrays.toString(is.shape())
            + ", where it needs "
            + needed);
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
            + (users.isEmpty() ? "no node" : users.get(0).described())
            + why);
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
