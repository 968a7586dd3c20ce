package io.lucerna.instrumentation.checkpoint;

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
}
