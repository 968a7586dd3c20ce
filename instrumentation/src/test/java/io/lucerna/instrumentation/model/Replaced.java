package io.lucerna.instrumentation.model;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Weights some of which are another number everywhere.
 *
 * @param stored the weights
 * @param number from a tensor's name to that number; null for a tensor that stays
 */
record Replaced(Checkpoint stored, Function<String, @Nullable Float> number) implements Checkpoint {
  @Override
  public SortedSet<String> names() {
    return stored.names();
  }

  @Override
  public long[] shape(String name) {
    return stored.shape(name);
  }

  @Override
  public boolean floating(String name) {
    return stored.floating(name);
  }

  @Override
  public float[] floats(String name) {
    return replaced(name, stored.floats(name));
  }

  @Override
  public float[] floats(String name, long from, int count) {
    return replaced(name, stored.floats(name, from, count));
  }

  private float[] replaced(String name, float[] values) {
    Float other = number.apply(name);
    if (other != null) {
      Arrays.fill(values, other);
    }
    return values;
  }

  @Override
  public long[] integers(String name) {
    return stored.integers(name);
  }

  @Override
  public String sha256() {
    return stored.sha256();
  }

  @Override
  public boolean traced() {
    return stored.traced();
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
