package io.lucerna.instrumentation.checkpoint;

import java.io.Closeable;
import java.util.SortedSet;

/**
 * The stored weights of one model: named tensors, read as fp32 in row-major order whatever the
 * storage form.
 *
 * <p>Names and shapes are those of the Hugging Face PyTorch state dict, so a linear weight is
 * {@code [out, in]} even where the file stores it transposed. {@link Checkpoints#open} makes one.
 * Reads may come from many threads at once.
 */
public interface Checkpoint extends Closeable {

  /** {@return the names of all tensors in the file or files} */
  SortedSet<String> names();

  /**
   * {@return the shape of a tensor, outermost axis first; empty for a scalar}
   *
   * @param name a tensor's name, as in the state dict
   * @throws CheckpointException if there is no such tensor; the message names the nearest names
   */
  long[] shape(String name);

  /**
   * {@return whether a tensor's values are floating-point numbers, as they are stored or after
   * dequantisation}
   *
   * @param name a tensor's name, as in the state dict
   * @throws CheckpointException if there is no such tensor
   */
  boolean floating(String name);

  /**
   * {@return the values of a tensor as fp32; bf16 and fp16 are widened exactly, fp64 is refused
   * unless exact, and of a quantised ONNX file the values are what its integers stand for}
   *
   * @param name a tensor's name, as in the state dict
   * @throws CheckpointException if there is no such tensor, its type is not a floating one, its
   *     bytes are cut short, or a value is not finite
   */
  float[] floats(String name);

  /**
   * {@return some of the values of {@link #floats(String)}, which may be more than an array can
   * hold}
   *
   * @param name a tensor's name, as in the state dict
   * @param from number of the first value
   * @param count how many
   * @throws CheckpointException as above, or if the tensor has not as many values
   */
  float[] floats(String name, long from, int count);

  /**
   * {@return the values of an integer or boolean tensor, such as stored position ids}
   *
   * @param name a tensor's name, as in the state dict
   * @throws CheckpointException if there is no such tensor, its type is a floating one, or its
   *     bytes are cut short
   */
  long[] integers(String name);

  /** {@return SHA-256 over the weight files' bytes in the order of their names, in hex} */
  String sha256();

  /**
   * {@return whether the weights come out of a traced graph, which may have kept fewer position
   * embeddings than the model had: only those of the input that it was traced with}
   */
  boolean traced();
}
