package io.lucerna.instrumentation.hooks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The hooks of one forward call at the points of one model, for one batch: the seam that a forward
 * pass calls at every point. Not thread-safe.
 */
@Internal
public final class BoundHooks {
  private final Map<HookPoint, List<Hook>> hooks;
  private final TokenBatch batch;
  private final Set<HookPoint> reached;
  private final Stack stack;
  private final UnaryOperator<NDArray> copy;

  BoundHooks(Map<HookPoint, List<Hook>> hooks, TokenBatch batch) {
    this(hooks, batch, new HashSet<>(), Stack.TEXT, NDArray::duplicate);
  }

  private BoundHooks(
      Map<HookPoint, List<Hook>> hooks,
      TokenBatch batch,
      Set<HookPoint> reached,
      Stack stack,
      UnaryOperator<NDArray> copy) {
    this.hooks = hooks;
    this.batch = batch;
    this.reached = reached;
    this.stack = stack;
    this.copy = copy;
  }

  /**
   * {@return the same hooks for blocks of another stack}
   *
   * @param other the stack that is computed next; it must have the sites that are asked for
   */
  public BoundHooks in(Stack other) {
    return new BoundHooks(hooks, batch, reached, other, copy);
  }

  /**
   * {@return the same hooks, whose copies of activations are made in another way}
   *
   * @param copy makes an array of its own from the one it is given; the default is {@code
   *     NDArray::duplicate}
   */
  public BoundHooks copiedBy(UnaryOperator<NDArray> copy) {
    return new BoundHooks(hooks, batch, reached, stack, copy);
  }

  /**
   * {@return the point of that site in the stack that is being computed}
   *
   * @param site the kind of place
   * @param layer the block's number in its stack, from 0; -1 for a site outside of the blocks
   * @throws IllegalArgumentException if the stack lacks the site, or the layer does not fit it
   */
  public HookPoint point(Site site, int layer) {
    return new HookPoint(stack, layer, site);
  }

  /** {@return the batch in the network} */
  public TokenBatch batch() {
    return batch;
  }

  /**
   * {@return whether something is hooked at the point, for activations that are computed only on
   * demand}
   *
   * @param site the kind of place
   * @param layer the block's number, from 0; -1 for a site outside of the blocks
   */
  public boolean wants(Site site, int layer) {
    return !hooks.isEmpty() && hooks.containsKey(point(site, layer));
  }

  /**
   * Runs the hooks of a point outside of the blocks.
   *
   * @param site a site outside of the blocks
   * @param activation what the pass computed there, in the shape that the site documents
   * @return the activation to continue with: the argument itself if no intervention replaced it
   * @throws IllegalStateException as {@link #at(Site, int, NDArray)} does
   */
  public NDArray at(Site site, NDArray activation) {
    return at(site, -1, activation);
  }

  /**
   * Runs a point's hooks in order.
   *
   * @param site the kind of place
   * @param layer the block's number in its stack, from 0; -1 for a site outside of the blocks
   * @param activation what the pass computed there, in the shape that the site documents
   * @return the activation to continue with: the argument itself if no intervention replaced it
   * @throws IllegalStateException if an intervention returns null, a closed array, or another shape
   *     or type
   */
  public NDArray at(Site site, int layer, NDArray activation) {
    if (hooks.isEmpty()) {
      return activation;
    }
    HookPoint point = point(site, layer);
    List<Hook> here = hooks.get(point);
    if (here == null) {
      return activation;
    }
    reached.add(point);
    HookContext context = new HookContext(point, batch);
    NDArray current = activation;
    for (Hook hook : here) {
      current =
          switch (hook) {
            case Hook.Observer observer -> {
              show(observer, context, copy.apply(current));
              yield current;
            }
            case Hook.Intervention intervention -> replace(intervention, context, current);
          };
    }
    return current;
  }

  /**
   * Lets an observer look at an array, which is freed unless the observer takes it over.
   *
   * @param observer who looks
   * @param context where the pass is
   * @param own a copy that nobody else uses
   */
  public static void show(Hook.Observer observer, HookContext context, NDArray own) {
    NDManager before = own.getManager();
    try {
      observer.observe(context, own);
    } finally {
      if (own.getManager() == before) {
        own.close();
      }
    }
  }

  private NDArray replace(Hook.Intervention hook, HookContext context, NDArray current) {
    NDArray own = copy.apply(current);
    boolean continues = false;
    try {
      NDArray answer = answer(hook, context, own);
      if (!answer.getShape().equals(current.getShape())
          || answer.getDataType() != current.getDataType()) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the intervention at %s returned %s %s instead of %s %s",
                context.point(),
                answer.getDataType(),
                answer.getShape(),
                current.getDataType(),
                current.getShape()));
      }
      continues = answer == own;
      // The copy was made for this; another array may be the hook's, which goes on using it.
      NDArray replacement = continues ? own : copy.apply(answer);
      replacement.attach(current.getManager());
      return replacement;
    } finally {
      if (!continues) {
        own.close();
      }
    }
  }

  private static NDArray answer(Hook.Intervention hook, HookContext context, NDArray copy) {
    @Nullable NDArray answer = hook.replace(context, copy);
    if (answer == null || answer.isReleased()) {
      throw new IllegalStateException(
          "the intervention at "
              + context.point()
              + " returned "
              + (answer == null ? "null" : "an array that is closed"));
    }
    return answer;
  }

  /**
   * Checks, after the pass, that every hooked point was reached.
   *
   * @throws IllegalStateException naming the points that were not
   */
  public void finish() {
    if (reached.size() != hooks.size()) {
      Set<HookPoint> missed = new HashSet<>(hooks.keySet());
      missed.removeAll(reached);
      throw new IllegalStateException("the forward pass never reached " + missed);
    }
  }
}
