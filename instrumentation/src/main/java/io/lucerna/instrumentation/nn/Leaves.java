package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.HookPoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Arrays of zeros that are added to activations, so that the gradient of an activation is that of a
 * leaf, and what lies below it still has its own.
 */
public final class Leaves {
  private final Set<HookPoint> points;
  private final NDManager scope;
  private final Map<HookPoint, NDArray> leaves = new LinkedHashMap<>();

  /**
   * @param points where gradients are wanted
   * @param scope holds the leaves until their gradients have been read
   */
  public Leaves(Set<HookPoint> points, NDManager scope) {
    this.points = Set.copyOf(points);
    this.scope = scope;
  }

  boolean wants(HookPoint point) {
    return points.contains(point);
  }

  /** The activation with a leaf added if one is wanted here. */
  NDArray added(HookPoint point, NDArray activation) {
    if (!wants(point)) {
      return activation;
    }
    NDArray leaf = scope.zeros(activation.getShape(), activation.getDataType());
    leaf.setRequiresGradient(true);
    leaves.put(point, leaf);
    return activation.add(leaf);
  }

  /** The leaves in the order in which a pass reached them. */
  public Map<HookPoint, NDArray> all() {
    return leaves;
  }

  /**
   * Checks that every wanted point was reached.
   *
   * @throws IllegalStateException naming the points that were not
   */
  void finish() {
    if (leaves.size() != points.size()) {
      Set<String> missed = new TreeSet<>();
      points.stream().filter(p -> !leaves.containsKey(p)).forEach(p -> missed.add(p.toString()));
      throw new IllegalStateException("the forward pass never reached " + missed);
    }
  }
}
