package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.memory.Gate;
import io.lucerna.instrumentation.memory.Headroom;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Batches that were run once without hooks, and what was there at some entries. Passes with hooks
 * resume from the last of these below their lowest hook, one set of hooks after the other, until
 * this is closed. The operations are those of a pass of its own, and so are the results, bit for
 * bit.
 *
 * <p>Thread-safe. Memory: what was kept, four bytes a number, in fp64 eight, and what a pass needs.
 */
public final class Kept implements AutoCloseable {
  private static final String NAME = "what was kept of the passes";

  /** In the order in which a pass meets them. */
  private static final Comparator<Entry> UPWARDS =
      Comparator.comparing(Entry::layer).thenComparing(Entry::stage);

  private final HookedModel model;
  private final List<Entry> entries;
  private final List<One> all;
  private final List<TokenBatch> others;
  private final List<float[][]> outputs;
  private final Gate gate;

  /** A batch, with what was kept of it. */
  private record One(TokenBatch batch, BatchActivations activations) {}

  /**
   * Runs batches.
   *
   * @param batches what passes with hooks resume
   * @param others what is run with them, always as a whole, so that no core waits for it
   * @param bytes the most to keep: where that is less than the input of every block and what its
   *     heads read, the inputs of as many blocks as there is room for
   */
  public static Kept of(
      HookedModel model, List<TokenBatch> batches, List<TokenBatch> others, long bytes) {
    return model.whileOpen(() -> new Kept(model, batches, others, bytes));
  }

  private Kept(HookedModel model, List<TokenBatch> batches, List<TokenBatch> others, long bytes) {
    this.model = model;
    this.others = List.copyOf(others);
    this.entries = entries(model, batches, bytes);
    this.all = batches.stream().map(batch -> new One(batch, new BatchActivations())).toList();
    this.gate = new Gate(this::free);
    Set<HookPoint> points = new LinkedHashSet<>();
    for (Entry entry : entries) {
      points.add(entry.point(model));
      entry.beside(model).ifPresent(points::add);
    }
    try {
      this.outputs = each(Hooks.none(), one -> run(one, points));
    } catch (RuntimeException | Error e) {
      free();
      throw e;
    }
  }

  private Kept(Kept kept, List<One> all, List<TokenBatch> others, List<float[][]> outputs) {
    this.model = kept.model;
    this.entries = kept.entries;
    this.gate = kept.gate;
    this.all = all;
    this.others = others;
    this.outputs = outputs;
  }

  /**
   * The same passes, of tokens that are the same and have other roles, beside other others: nothing
   * but these is run. What was kept is shared, until one of both is closed.
   *
   * @param batches with the tokens of {@link #batches()}
   * @throws IllegalArgumentException if there are more or fewer batches, or one has other tokens
   * @throws IllegalStateException if this, or the model, is closed
   */
  public Kept as(List<TokenBatch> batches, List<TokenBatch> others) {
    if (batches.size() != all.size()) {
      throw new IllegalArgumentException(
          all.size() + " batches were kept, and " + batches.size() + " are given");
    }
    List<One> same = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      if (!sameTokens(batches.get(i), all.get(i).batch)) {
        throw new IllegalArgumentException("other tokens were kept than those of batch " + i);
      }
      same.add(new One(batches.get(i), all.get(i).activations));
    }
    return gate.call(
        NAME,
        () -> {
          List<float[][]> known = new ArrayList<>(model.forwardAll(others, Hooks.none()));
          known.addAll(outputs.subList(this.others.size(), outputs.size()));
          return new Kept(this, List.copyOf(same), List.copyOf(others), List.copyOf(known));
        });
  }

  private static boolean sameTokens(TokenBatch one, TokenBatch other) {
    return Arrays.equals(one.rows(), other.rows())
        && Arrays.equals(one.ids(), other.ids())
        && Arrays.equals(one.types(), other.types())
        && attended(one).equals(attended(other));
  }

  private static List<Integer> attended(TokenBatch batch) {
    return batch.sequences().stream().map(TokenSequence::attended).toList();
  }

  /** Runs the others, and then the batches: hooks that see one after the other see them so. */
  private List<float[][]> each(Hooks hooks, Function<One, float[][]> run) {
    List<Supplier<float[][]>> tasks = new ArrayList<>();
    others.forEach(batch -> tasks.add(() -> model.forward(batch, hooks)));
    all.forEach(one -> tasks.add(() -> run.apply(one)));
    return model.each(tasks, hooks, Supplier::get);
  }

  private static List<Entry> entries(HookedModel model, List<TokenBatch> batches, long bytes) {
    ModelConfig config = model.config();
    long width = Math.max(config.width(), (long) config.heads() * config.headWidth());
    long tokens = batches.stream().mapToLong(batch -> (long) batch.size() * batch.width()).sum();
    long size = model.network().wordEmbeddings().getDataType().getNumOfBytes();
    long room = bytes / Math.max(1, tokens * width * size);
    int layers = model.blocks().size();
    List<Entry> entries = new ArrayList<>();
    if (room >= 2L * layers) {
      for (int layer = 0; layer < layers; layer++) {
        entries.add(new Entry(Entry.Stage.INPUT, layer));
        entries.add(new Entry(Entry.Stage.Z, layer));
      }
    } else if (room > 0) {
      int step = (int) Math.ceilDiv(layers, room);
      for (int layer = step; layer < layers; layer += step) {
        entries.add(new Entry(Entry.Stage.INPUT, layer));
      }
    }
    return entries;
  }

  private float[][] run(One one, Set<HookPoint> points) {
    Hooks hooks = Hooks.none();
    for (HookPoint point : points) {
      hooks = hooks.with(point.toString(), one.activations.observer());
    }
    return model.forward(one.batch, hooks);
  }

  /** The batches that passes resume, in their order. */
  public List<TokenBatch> batches() {
    return all.stream().map(One::batch).toList();
  }

  /**
   * Runs the others and the batches with hooks, as {@link HookedModel#forwardAll} does.
   *
   * @return for each of the others, and then for each batch, what {@link HookedModel#forward}
   *     returns, bit for bit
   * @throws IllegalArgumentException as {@link HookedModel#forward} does
   * @throws IllegalStateException if this, or the model, is closed
   */
  public List<float[][]> forwardAll(Hooks hooks) {
    Optional<HookPoint> lowest = hooks.lowest(model.registry());
    if (lowest.isEmpty()) {
      return gate.call(NAME, () -> outputs);
    }
    Optional<Entry> from = lowest.flatMap(this::before);
    return gate.call(
        NAME,
        () ->
            each(
                hooks,
                one ->
                    from.isPresent()
                        ? resume(one, from.get(), hooks)
                        : model.forward(one.batch, hooks)));
  }

  /** The last entry below a point at which something was kept. */
  private Optional<Entry> before(HookPoint point) {
    return Entry.before(point, model)
        .flatMap(
            wanted ->
                entries.stream().filter(entry -> UPWARDS.compare(entry, wanted) <= 0).max(UPWARDS));
  }

  private float[][] resume(One one, Entry entry, Hooks hooks) {
    Pass pass = Pass.of(hooks.bind(model.registry(), one.batch));
    return Workers.one(
        () -> {
          Headroom.requirePass();
          try (NDManager scope = model.newScope()) {
            NDArray known = copy(one, entry.point(model), scope);
            NDArray beside = entry.beside(model).map(at -> copy(one, at, scope)).orElse(null);
            return new Resume(model, false).from(entry, known, beside, pass);
          }
        });
  }

  /** What is computed of it belongs to the scope too, not to what is kept. */
  private static NDArray copy(One one, HookPoint point, NDManager scope) {
    NDArray copy = one.activations.get(point).duplicate();
    copy.attach(scope);
    return copy;
  }

  /** Waits for running calls, and frees what was kept; closing again does nothing. */
  @Override
  public void close() {
    gate.close(NAME);
  }

  private void free() {
    all.forEach(one -> one.activations.close());
  }
}
