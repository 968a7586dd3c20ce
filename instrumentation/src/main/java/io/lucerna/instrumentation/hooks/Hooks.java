package io.lucerna.instrumentation.hooks;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The hooks of one forward call: names or globs of points, each with what to do there, in order.
 * Immutable; it belongs to the call and never to the model, so nothing has to be reset and nothing
 * leaks into the next run or another thread.
 *
 * <pre>{@code
 * Hooks hooks = Hooks.none()
 *     .observe("blocks.*.attn.hook_pattern", (context, pattern) -> keep(context, pattern))
 *     .intervene("blocks.3.attn.hook_z", (context, z) -> z.muli(0));
 * }</pre>
 */
public final class Hooks {
  private static final Hooks NONE = new Hooks(List.of(), true);

  private record Entry(String glob, Hook hook) {}

  private final List<Entry> entries;

  private final boolean concurrent;

  private Hooks(List<Entry> entries, boolean concurrent) {
    this.entries = entries;
    this.concurrent = concurrent;
  }

  /** {@return the hooks of a plain forward pass: none} */
  public static Hooks none() {
    return NONE;
  }

  /**
   * {@return these hooks and one more, which runs after those already at the same point}
   *
   * @param glob a point's name, or a glob of names as {@link HookRegistry#match} reads it; nothing
   *     is looked up yet
   * @param hook what to do at each of these points
   * @throws IllegalArgumentException if one of both is null
   */
  public Hooks with(String glob, Hook hook) {
    Given.value(glob, "the name of the hook's point");
    Given.value(hook, "the hook at " + glob);
    List<Entry> more = new ArrayList<>(entries);
    more.add(new Entry(glob, hook));
    return new Hooks(List.copyOf(more), false);
  }

  /**
   * {@return these hooks and one that looks at a point, which runs after those already there}
   *
   * @param glob a point's name, or a glob of names
   * @param observer what to do at each of these points
   * @throws IllegalArgumentException if one of both is null
   */
  public Hooks observe(String glob, Hook.Observer observer) {
    return with(glob, observer);
  }

  /**
   * {@return these hooks and one that replaces the activation at a point, which runs after those
   * already there}
   *
   * @param glob a point's name, or a glob of names
   * @param intervention what to do at each of these points
   * @throws IllegalArgumentException if one of both is null
   */
  public Hooks intervene(String glob, Hook.Intervention intervention) {
    return with(glob, intervention);
  }

  /**
   * {@return these hooks and then others, which run after those already at the same point} Several
   * threads may call them at once if that holds for both.
   *
   * @param others hooks for the same call
   * @throws IllegalArgumentException if the others are null
   */
  public Hooks and(Hooks others) {
    Given.value(others, "the other hooks");
    List<Entry> all = new ArrayList<>(entries);
    all.addAll(others.entries);
    return new Hooks(List.copyOf(all), concurrent && others.concurrent);
  }

  /**
   * {@return the same hooks with the promise that several threads may call them at once, so that
   * several batches can be in the network together}
   */
  public Hooks concurrent() {
    return new Hooks(entries, true);
  }

  /** {@return whether several threads may call the hooks at once} */
  public boolean isConcurrent() {
    return concurrent;
  }

  /** {@return whether there are no hooks} */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * {@return those of these hooks that have a point here: where several parts of a ranker share the
   * hooks of one call, each part's own}
   *
   * @param part the points that one part of the ranker has
   */
  public Hooks within(HookRegistry part) {
    List<Entry> own = entries.stream().filter(e -> !part.find(e.glob).isEmpty()).toList();
    return new Hooks(own, concurrent || own.isEmpty());
  }

  /**
   * Checks that every hook has a point.
   *
   * @param registry the model's points
   * @throws IllegalArgumentException if a name or glob matches none of these points
   */
  public void check(HookRegistry registry) {
    entries.forEach(entry -> registry.match(entry.glob));
  }

  /**
   * {@return the first hooked point that a forward pass reaches; empty if there are no hooks}
   *
   * @param registry the model's points
   * @throws IllegalArgumentException if a name or glob matches no point of the model
   */
  public Optional<HookPoint> lowest(HookRegistry registry) {
    Set<HookPoint> hooked = new HashSet<>();
    entries.forEach(entry -> hooked.addAll(registry.match(entry.glob)));
    return registry.points().stream().filter(hooked::contains).findFirst();
  }

  /**
   * Finds each hook's points in a model, for one forward call.
   *
   * @param registry the model's points
   * @param batch the texts that go through the network
   * @return the hooks by point, which that call alone may use
   * @throws IllegalArgumentException if a name or glob matches no point of the model
   */
  @Internal
  public BoundHooks bind(HookRegistry registry, TokenBatch batch) {
    Map<HookPoint, List<Hook>> bound = new LinkedHashMap<>();
    for (Entry entry : entries) {
      for (HookPoint point : registry.match(entry.glob)) {
        bound.computeIfAbsent(point, p -> new ArrayList<>()).add(entry.hook);
      }
    }
    return new BoundHooks(bound, batch);
  }
}
