package io.lucerna.instrumentation.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What weights are found by in an ONNX graph: its stored tensors and its nodes, nothing else. */
record OnnxGraph(List<Tensor> tensors, List<Node> nodes) {

  /**
   * An initializer, or the value of a Constant node under the name of its output; of types that
   * weights have.
   *
   * @param inline where the bytes lie in the model's own file; null where they are external
   * @param varints whether the bytes are protobuf varints
   * @param scaling what numbers integers stand for; null where values are what they are
   */
  record Tensor(
      String name,
      ElementType type,
      long[] shape,
      @Nullable Extent inline,
      boolean varints,
      Map<String, String> external,
      @Nullable Scaling scaling) {

    /** The same values under another name. */
    Tensor named(String other) {
      return new Tensor(other, type, shape, inline, varints, external, scaling);
    }

    /** The numbers that the integers stand for, under another name. */
    Tensor scaled(String other, Scaling by) {
      return new Tensor(other, type, shape, inline, varints, external, by);
    }
  }

  /**
   * How a tensor's integers are scaled.
   *
   * @param scale one number, or one for each index of the axis
   * @param zero the integer that stands for 0, as many as there are scales or one; null for 0
   * @param axis the tensor's axis along which they change
   * @param node the operation that says so
   */
  record Scaling(Tensor scale, @Nullable Tensor zero, int axis, Node node) {}

  /** A range of bytes in a file. */
  record Extent(long offset, long length) {}

  /** An operation; {@code numbers} are its attributes of the kinds INT and FLOAT. */
  record Node(
      String name,
      String operation,
      List<String> inputs,
      List<String> outputs,
      Map<String, Double> numbers) {

    /** The input at that place; empty where there is none, as ONNX marks one that is left out. */
    String input(int at) {
      return at < inputs.size() ? inputs.get(at) : "";
    }

    /** Name and operation, for messages. */
    String described() {
      return "node " + name + " (" + operation + ")";
    }
  }

  /**
   * The same graph without nodes that only pass a value on. An Identity of a stored tensor, which
   * exporters write for weights with equal values, becomes one more tensor with the same bytes;
   * what takes the result of another Identity or of a Cast takes its input instead.
   */
  OnnxGraph withoutCopies() {
    Map<String, Tensor> byName = new HashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name, tensor));
    Map<String, String> origins = new HashMap<>();
    List<Tensor> allTensors = new ArrayList<>(tensors);
    List<Node> kept = new ArrayList<>();
    for (Node node : nodes) {
      List<String> inputs = node.inputs.stream().map(i -> origins.getOrDefault(i, i)).toList();
      boolean identity = node.operation.equals("Identity");
      boolean passes = identity || node.operation.equals("Cast");
      if (!passes || inputs.size() != 1 || node.outputs.size() != 1) {
        kept.add(new Node(node.name, node.operation, inputs, node.outputs, node.numbers));
        continue;
      }
      String output = node.outputs.get(0);
      Tensor source = byName.get(inputs.get(0));
      if (identity && source != null) {
        Tensor copy = source.named(output);
        byName.put(output, copy);
        allTensors.add(copy);
      } else {
        origins.put(output, inputs.get(0));
      }
    }
    return new OnnxGraph(allTensors, kept);
  }
}
