package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.HookPoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Arrays of zeros that are added to activations, so that the gradient of an activation is that of a
 * leaf, and what lies below it still has its own, unless the way is cut there.
 */
public final class Leaves {
  private final Set<HookPoint> points;
  private final Set<HookPoint> cut;
  private final Set<HookPoint> kept;
  private final NDManager scope;
  private final Map<HookPoint, NDArray> leaves = new LinkedHashMap<>();
  private final Map<HookPoint, NDArray> activations = new LinkedHashMap<>();
  private final List<Bias> biases = new ArrayList<>();

  /**
   * A bias of a map or a norm, as one pass adds it.
   *
   * @param value its numbers
   * @param leaf zeros that are added to it
   */
  public record Bias(NDArray value, NDArray leaf) {}

  /**
   * @param points where gradients are wanted
   * @param scope holds the leaves until their gradients have been read
   */
  public Leaves(Set<HookPoint> points, NDManager scope) {
    this(points, Set.of(), Set.of(), scope);
  }

  /**
   * @param points where gradients are wanted
   * @param cut those of them below which there is no gradient
   * @param kept other points whose activations are wanted
   * @param scope holds the leaves until their gradients have been read
   */
  public Leaves(Set<HookPoint> points, Set<HookPoint> cut, Set<HookPoint> kept, NDManager scope) {
    this.points = Set.copyOf(points);
    this.cut = Set.copyOf(cut);
    this.kept = Set.copyOf(kept);
    this.scope = scope;
  }

  /** Whether the activation at a point is kept, with a leaf or without. */
  boolean looks(HookPoint point) {
    return wants(point) || kept.contains(point);
  }

  private boolean wants(HookPoint point) {
    return points.contains(point);
  }

  /** The activation with a leaf added if one is wanted here. */
  NDArray added(HookPoint point, NDArray activation) {
    if (kept.contains(point)) {
      keep(point, activation);
    }
    if (!wants(point)) {
      return activation;
    }
    NDArray leaf = leaf(activation);
    leaves.put(point, leaf);
    NDArray below = cut.contains(point) ? activation.stopGradient() : activation;
    NDArray added = below.add(leaf);
    keep(point, added);
    return added;
  }

  private void keep(HookPoint point, NDArray activation) {
    NDArray own = activation.reshape(activation.getShape()); // the pass may close the other
    own.attach(scope);
    activations.put(point, own);
  }

  /** A bias with a leaf added. */
  NDArray added(NDArray bias) {
    NDArray leaf = leaf(bias);
    biases.add(new Bias(bias, leaf));
    NDArray added = bias.add(leaf);
    added.attach(scope); // a bias belongs to the model
    return added;
  }

  private NDArray leaf(NDArray like) {
    NDArray leaf = scope.zeros(like.getShape(), like.getDataType());
    leaf.setRequiresGradient(true);
    return leaf;
  }

  /** The leaves in the order in which a pass reached them. */
  public Map<HookPoint, NDArray> all() {
    return leaves;
  }

  /** The activation, with its leaf if it has one, at a wanted point that a pass has reached. */
  public NDArray activation(HookPoint point) {
    return Objects.requireNonNull(activations.get(point));
  }

  /** The biases that were added in a pass whose kernels tell of them. */
  public List<Bias> biases() {
    return biases;
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
