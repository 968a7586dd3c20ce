package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.memory.Headroom;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Many conditions on the same batch: one pass without hooks, from which each condition continues by
 * itself from the entry at or below its lowest hooked point.
 *
 * <p>A condition runs while the plain pass stands at its entry, on copies of what is there, so no
 * more than one block's activations are ever kept. The operations are those of a pass of its own,
 * and so are the results, bit for bit.
 */
public final class Conditions {
  private final HookedModel model;
  private final List<Hooks> conditions;
  private final List<Integer> whole = new ArrayList<>();
  private final List<Integer> plain = new ArrayList<>();
  private final Map<Entry, List<Integer>> waiting = new LinkedHashMap<>();

  /**
   * Runs batches under several conditions, each of them the hooks of a call of its own. What lies
   * below the lowest point that a condition hooks is computed once for all conditions; several
   * batches run at once if all hooks are {@link Hooks#concurrent}.
   *
   * <p>Memory: what one batch needs in one pass, and a few activations more.
   *
   * @return for each batch, for each condition what {@link HookedModel#forward} returns, bit for
   *     bit
   * @throws IllegalArgumentException as {@link HookedModel#forward} does
   */
  public static List<List<float[][]>> forwardAll(
      HookedModel model, List<TokenBatch> batches, List<Hooks> conditions) {
    Conditions shared = new Conditions(model, conditions);
    if (!conditions.stream().allMatch(Hooks::isConcurrent)) {
      return model.whileOpen(() -> batches.stream().map(shared::run).toList());
    }
    return model.runAll(
        batches.stream().<Callable<List<float[][]>>>map(batch -> () -> shared.run(batch)).toList());
  }

  /**
   * Sorts conditions by their entries.
   *
   * @throws IllegalArgumentException if a hook's point does not exist
   */
  private Conditions(HookedModel model, List<Hooks> conditions) {
    this.model = model;
    this.conditions = List.copyOf(conditions);
    for (int i = 0; i < conditions.size(); i++) {
      Optional<HookPoint> lowest = conditions.get(i).lowest(model.registry());
      Optional<Entry> entry = lowest.flatMap(point -> Entry.before(point, model));
      List<Integer> group = lowest.isEmpty() ? plain : whole;
      if (entry.isPresent()) {
        group = waiting.computeIfAbsent(entry.get(), e -> new ArrayList<>());
      }
      group.add(i);
    }
  }

  /** Runs a batch; for each condition, one row per text. */
  List<float[][]> run(TokenBatch batch) {
    float[][][] outputs = new float[conditions.size()][][];
    for (int i : whole) {
      outputs[i] = model.forward(batch, conditions.get(i));
    }
    if (!waiting.isEmpty() || !plain.isEmpty()) {
      try (OneBatch one = new OneBatch(batch, outputs)) {
        float[][] unchanged = model.forward(batch, one.hooks());
        plain.forEach(i -> outputs[i] = unchanged);
      }
    }
    return Arrays.asList(outputs);
  }

  /** The plain pass of one batch, and what of it a condition may need besides its entry. */
  private final class OneBatch implements AutoCloseable {
    private final TokenBatch batch;
    private final float[][][] outputs;
    private final NDManager own = model.newScope();
    private @Nullable NDArray beside;

    OneBatch(TokenBatch batch, float[][][] outputs) {
      this.batch = batch;
      this.outputs = outputs;
    }

    Hooks hooks() {
      Hooks hooks = Hooks.none();
      for (Map.Entry<Entry, List<Integer>> group : waiting.entrySet()) {
        Entry entry = group.getKey();
        Optional<HookPoint> stream = entry.beside(model);
        if (stream.isPresent()) {
          hooks = hooks.with(stream.get().toString(), keep());
        }
        Hook.Observer resume =
            (context, activation) -> group.getValue().forEach(i -> resume(entry, activation, i));
        hooks = hooks.with(entry.point(model).toString(), resume);
      }
      return hooks;
    }

    private Hook.Observer keep() {
      return (context, activation) -> {
        if (beside != null) {
          beside.close();
        }
        NDArray copy = activation.duplicate();
        copy.attach(own);
        beside = copy;
      };
    }

    private void resume(Entry entry, NDArray activation, int condition) {
      Limit.check();
      Headroom.requirePass();
      Pass pass = Pass.of(conditions.get(condition).bind(model.registry(), batch));
      try (NDManager scope = model.newScope()) {
        NDArray copy = activation.duplicate();
        copy.attach(scope);
        NDArray stream = entry.beside(model).isPresent() ? beside : null;
        outputs[condition] = new Resume(model, false).from(entry, copy, stream, pass);
      }
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
