package io.lucerna.instrumentation.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What weights are found by in an ONNX graph: its stored tensors and its nodes, nothing else. */
record OnnxGraph(List<Tensor> tensors, List<Node> nodes) {

  /**
   * A floating initializer, or the value of a Constant node under the name of its output.
   *
   * @param inline where the bytes lie in the model's own file; null where they are external
   */
  record Tensor(
      String name,
      ElementType type,
      long[] shape,
      @Nullable Extent inline,
      Map<String, String> external) {}

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
        Tensor copy = new Tensor(output, source.type, source.shape, source.inline, source.external);
        byName.put(output, copy);
        allTensors.add(copy);
      } else {
        origins.put(output, inputs.get(0));
      }
    }
    return new OnnxGraph(allTensors, kept);
  }
}
