package io.lucerna.instrumentation.model;

import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A checkpoint in memory.
 *
 * @param tensors the values by name
 * @param shape of all that have as many values; others are vectors
 */
public record StoredArrays(Map<String, float[]> tensors, Shape shape) implements Checkpoint {
  @Override
  public SortedSet<String> names() {
    return new TreeSet<>(tensors.keySet());
  }

  @Override
  public long[] shape(String name) {
    int length = floats(name).length;
    return length == shape.size() ? shape.getShape() : new long[] {length};
  }

  @Override
  public float[] floats(String name) {
    float[] values = tensors.get(name);
    if (values == null) {
      throw new CheckpointException("no tensor " + name);
    }
    return values;
  }

  @Override
  public float[] floats(String name, long from, int count) {
    return Arrays.copyOfRange(floats(name), (int) from, (int) from + count);
  }

  @Override
  public boolean floating(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public long[] integers(String name) {
    throw new CheckpointException(name + " holds no integers");
  }

  @Override
  public String sha256() {
    return "";
  }

  @Override
  public boolean traced() {
    return false;
  }

  @Override
  public void close() {}
}
