package io.lucerna.instrumentation.hooks;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
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
  private static final Hooks NONE = new Hooks(List.of(), List.of(), true);

  private record Entry<H extends Hook>(String glob, H hook) {}

  private final List<Entry<Hook>> entries;

  /** What is called on the way back. */
  private final List<Entry<Hook.Observer>> back;

  private final boolean concurrent;

  private Hooks(List<Entry<Hook>> entries, List<Entry<Hook.Observer>> back, boolean concurrent) {
    this.entries = List.copyOf(entries);
    this.back = List.copyOf(back);
    this.concurrent = concurrent;
  }

  private static <E> List<E> joined(List<? extends E> first, List<? extends E> then) {
    List<E> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
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
    return new Hooks(joined(entries, List.of(new Entry<>(glob, hook))), back, false);
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
   * {@return these hooks and one that looks at the derivative of the score by the activation at a
   * point} A call with such hooks goes back through the network, with kernels that have
   * derivatives: its numbers differ from those of a plain one by rounding.
   *
   * <p>The gradient is that of each pair's own score by the activation as the interventions leave
   * it, in its shape; it is 0 at padding. The gradient by what a bi-encoder makes of the query is
   * another one for each passage: its batches are copies of the query, whose {@link
   * TokenBatch#rows()} are the numbers of the passages. At a tie of MaxSim, the first of the
   * passage's tokens counts as the largest.
   *
   * @param glob a point's name, or a glob of names
   * @param observer is given the gradient at each of these points, in forward order, after the pass
   * @throws IllegalArgumentException if one of both is null
   */
  public Hooks observeGradient(String glob, Hook.Observer observer) {
    Given.value(glob, "the name of the hook's point");
    Given.value(observer, "the hook at " + glob);
    return new Hooks(entries, joined(back, List.of(new Entry<>(glob, observer))), false);
  }

  /** {@return whether a gradient is asked for} */
  public boolean goBack() {
    return !back.isEmpty();
  }

  /**
   * {@return these hooks for one call, which has its own of each {@link PerCall}} A call of several
   * passes begins once; a pass whose hooks were not begun is a call of its own.
   */
  @Internal
  public Hooks begun() {
    IdentityHashMap<PerCall, Hook.Observer> own = new IdentityHashMap<>();
    List<Entry<Hook>> forth = new ArrayList<>();
    for (Entry<Hook> entry : entries) {
      forth.add(
          entry.hook instanceof PerCall each
              ? new Entry<>(entry.glob, own.computeIfAbsent(each, PerCall::begin))
              : entry);
    }
    List<Entry<Hook.Observer>> ofGradients = new ArrayList<>();
    for (Entry<Hook.Observer> entry : back) {
      ofGradients.add(
          entry.hook instanceof PerCall each
              ? new Entry<>(entry.glob, own.computeIfAbsent(each, PerCall::begin))
              : entry);
    }
    return new Hooks(forth, ofGradients, concurrent);
  }

  /** {@return these hooks without those that look at a gradient} */
  @Internal
  public Hooks forward() {
    return new Hooks(entries, List.of(), concurrent);
  }

  /** {@return these hooks without those that look at an activation} */
  @Internal
  public Hooks withoutObservers() {
    List<Entry<Hook>> kept =
        entries.stream().filter(entry -> !(entry.hook instanceof Hook.Observer)).toList();
    return new Hooks(kept, back, concurrent);
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
    return new Hooks(
        joined(entries, others.entries),
        joined(back, others.back),
        concurrent && others.concurrent);
  }

  /**
   * {@return the same hooks with the promise that several threads may call them at once, so that
   * several batches can be in the network together}
   */
  public Hooks concurrent() {
    return new Hooks(entries, back, true);
  }

  /** {@return whether several threads may call the hooks at once} */
  public boolean isConcurrent() {
    return concurrent;
  }

  /** {@return whether there are no hooks} */
  public boolean isEmpty() {
    return entries.isEmpty() && back.isEmpty();
  }

  /**
   * {@return those of these hooks that have a point here: where several parts of a ranker share the
   * hooks of one call, each part's own}
   *
   * @param part the points that one part of the ranker has
   */
  public Hooks within(HookRegistry part) {
    List<Entry<Hook>> own = within(part, entries);
    List<Entry<Hook.Observer>> ownBack = within(part, back);
    return new Hooks(own, ownBack, concurrent || own.isEmpty() && ownBack.isEmpty());
  }

  private static <H extends Hook> List<Entry<H>> within(HookRegistry part, List<Entry<H>> all) {
    return all.stream().filter(entry -> !part.find(entry.glob).isEmpty()).toList();
  }

  /**
   * Checks that every hook has a point.
   *
   * @param registry the model's points
   * @throws IllegalArgumentException if a name or glob matches none of these points
   */
  public void check(HookRegistry registry) {
    entries.forEach(entry -> registry.match(entry.glob));
    back.forEach(entry -> registry.match(entry.glob));
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
    return new BoundHooks(byPoint(registry, begun().entries), batch);
  }

  /**
   * {@return what is to be called with the gradient at each point}
   *
   * @param registry the model's points
   * @throws IllegalArgumentException if a name or glob matches no point of the model
   */
  @Internal
  public Map<HookPoint, List<Hook.Observer>> back(HookRegistry registry) {
    return byPoint(registry, begun().back);
  }

  private static <H extends Hook> Map<HookPoint, List<H>> byPoint(
      HookRegistry registry, List<Entry<H>> all) {
    Map<HookPoint, List<H>> bound = new LinkedHashMap<>();
    for (Entry<H> entry : all) {
      for (HookPoint point : registry.match(entry.glob)) {
        bound.computeIfAbsent(point, p -> new ArrayList<>()).add(entry.hook);
      }
    }
    return bound;
  }
}
