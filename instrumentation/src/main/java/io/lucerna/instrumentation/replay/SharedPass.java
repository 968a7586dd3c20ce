package io.lucerna.instrumentation.replay;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Many conditions on the same batch: one pass without hooks, from which each condition goes on by
 * itself from the entry at or below its lowest hooked point.
 *
 * <p>A condition runs while the plain pass stands at its entry, on copies of what is there, so no
 * more than one block's activations are ever kept. The operations are those of a pass of its own,
 * and so are the results, bit for bit.
 */
public final class SharedPass {
  /** Where a pass can be resumed: in a block before its input, z or MLP output is hooked. */
  private record Entry(Site site, int layer) {}

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
    SharedPass shared = new SharedPass(model, conditions);
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
  private SharedPass(HookedModel model, List<Hooks> conditions) {
    this.model = model;
    this.conditions = List.copyOf(conditions);
    for (int i = 0; i < conditions.size(); i++) {
      Optional<HookPoint> lowest = conditions.get(i).lowest(model.registry());
      Entry entry = lowest.map(this::entry).orElse(null);
      List<Integer> group =
          lowest.isEmpty()
              ? plain
              : entry == null ? whole : waiting.computeIfAbsent(entry, e -> new ArrayList<>());
      group.add(i);
    }
  }

  /** The last entry before a point; null for the embeddings, which are computed again. */
  private @Nullable Entry entry(HookPoint point) {
    if (point.site() == Site.SCORE || model.network().head().points().contains(point)) {
      return new Entry(model.blocks().getLast().out(), model.blocks().size() - 1);
    }
    if (!point.site().perLayer()) {
      return null;
    }
    return switch (point.site()) {
      case Z,
          RESULT,
          ATTN_OUT,
          RESID_MID,
          NORMALIZED_RESID_MID,
          MLP_PRE,
          MLP_PRE_LINEAR,
          MLP_POST ->
          new Entry(Site.Z, point.layer());
      case MLP_OUT, RESID_POST, NORMALIZED_RESID_POST -> {
        boolean byPosition = model.blocks().get(point.layer()).byPosition();
        yield new Entry(byPosition ? Site.MLP_OUT : Site.Z, point.layer());
      }
      default -> new Entry(Site.RESID_PRE, point.layer());
    };
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

  /** The plain pass of one batch, and what of it a condition may need beside its entry. */
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
        Site needed =
            switch (entry.site()) {
              case Z -> Site.RESID_PRE;
              case MLP_OUT -> model.blocks().get(entry.layer()).besideMlp();
              default -> null;
            };
        if (needed != null) {
          hooks = hooks.with(name(needed, entry), keep());
        }
        Hook.Observer goOn =
            (context, activation) -> group.getValue().forEach(i -> goOn(entry, activation, i));
        hooks = hooks.with(name(entry.site(), entry), goOn);
      }
      return hooks;
    }

    private String name(Site site, Entry entry) {
      return new HookPoint(site, entry.layer()).toString();
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

    private void goOn(Entry entry, NDArray activation, int condition) {
      Pass pass = Pass.of(conditions.get(condition).bind(model.registry(), batch));
      try (NDManager scope = model.newScope()) {
        NDArray copy = activation.duplicate();
        copy.attach(scope);
        outputs[condition] = goOn(entry, copy, pass, scope);
      }
    }

    private float[][] goOn(Entry entry, NDArray copy, Pass pass, NDManager scope) {
      int layer = entry.layer();
      Block block = model.blocks().get(layer);
      return switch (entry.site()) {
        case RESID_PRE -> model.rest(layer, copy, pass);
        case Z, MLP_OUT -> {
          NDArray out; // [B, S, H]
          try (Pass.Scope inner = pass.within(scope)) {
            copy.attach(inner.manager());
            NDArray kept = Objects.requireNonNull(beside);
            out =
                entry.site() == Site.Z
                    ? block.fromZ(kept, copy, pass)
                    : block.fromMlpOut(kept, copy, pass);
            out.attach(scope);
          }
          yield model.rest(layer + 1, out, pass);
        }
        default -> model.rest(layer + 1, copy, pass);
      };
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
