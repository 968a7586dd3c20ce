package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One pass of one batch through a network: its hooks, its kernels, and who frees what. A block says
 * what is computed; that an array is dead, or is changed in place, or has a leaf for its gradient
 * added, is decided here.
 */
public final class Pass {
  private final BoundHooks hooks;
  private final Kernels kernels;
  private final @Nullable Leaves leaves;

  private Pass(BoundHooks hooks, Kernels kernels, @Nullable Leaves leaves) {
    this.hooks = hooks;
    this.kernels = kernels;
    this.leaves = leaves;
  }

  /** A plain pass. */
  public static Pass of(BoundHooks hooks) {
    return of(hooks, Kernels.fast());
  }

  /**
   * A pass that nobody goes back through.
   *
   * @param kernels how it computes
   */
  public static Pass of(BoundHooks hooks, Kernels kernels) {
    return new Pass(hooks, kernels, null);
  }

  /**
   * A pass that PyTorch can go back through to the leaves.
   *
   * @param kernels with derivatives
   */
  public static Pass differentiable(BoundHooks hooks, Kernels kernels, Leaves leaves) {
    return new Pass(hooks.copiedBy(kernels::copy), kernels, leaves);
  }

  /** The same pass in another stack of blocks, whose sites have other names. */
  Pass in(Stack stack) {
    return new Pass(hooks.in(stack), kernels, leaves);
  }

  /** The batch in the network. */
  public TokenBatch batch() {
    return hooks.batch();
  }

  public Kernels kernels() {
    return kernels;
  }

  /** Whether a point is looked at, for activations that are computed only on demand. */
  public boolean wants(Site site, int layer) {
    return hooks.wants(site, layer) || leaves != null && leaves.looks(hooks.point(site, layer));
  }

  /** Runs the hooks of a point outside of the blocks. */
  public NDArray at(Site site, NDArray activation) {
    return at(site, -1, activation);
  }

  /**
   * Runs a point's hooks.
   *
   * @return the activation to continue with: the argument itself if nothing replaced it
   */
  public NDArray at(Site site, int layer, NDArray activation) {
    NDArray hooked = hooks.at(site, layer, activation);
    return leaves == null ? hooked : leaves.added(hooks.point(site, layer), hooked);
  }

  /** spent + other [B, S, H], in the scope of {@code spent}. */
  NDArray sum(NDArray spent, NDArray other) {
    try (spent) {
      return spent.add(other);
    }
  }

  /** Says that an array is dead, so that the next one reuses its pages. */
  void done(NDArray dead) {
    dead.close();
  }

  /**
   * A scope inside another, to be closed by the caller. Where the pass is gone back through, what
   * it holds stays until the outer one is closed: a derivative may need an array that was made of
   * Java's memory, which only that array keeps.
   */
  public Scope within(NDManager outer) {
    return new Scope(outer.newSubManager(), kernels.goBack());
  }

  /**
   * A scope.
   *
   * @param stays whether closing it is left to the one around it
   */
  public record Scope(NDManager manager, boolean stays) implements AutoCloseable {
    @Override
    public void close() {
      if (!stays) {
        manager.close();
      }
    }
  }

  /**
   * Runs a step in a scope of its own: whatever it makes but its result is freed at its end.
   *
   * @param spent what the step reads, and nobody after it
   * @return the result, in the manager in which {@code spent} was
   */
  NDArray step(NDArray spent, UnaryOperator<NDArray> step) {
    NDManager outer = spent.getManager();
    try (Scope scope = within(outer)) {
      spent.attach(scope.manager());
      NDArray result = step.apply(spent);
      result.attach(outer);
      return result;
    }
  }

  /** Checks, after the pass, that every hooked point was reached. */
  public void finish() {
    hooks.finish();
    if (leaves != null) {
      leaves.finish();
    }
  }
}
