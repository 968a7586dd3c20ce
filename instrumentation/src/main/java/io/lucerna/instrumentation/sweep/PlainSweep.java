package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The reference: every cell is one whole forward pass of the recipient, with an intervention at the
 * cell's point. Several cells may share a batch, a copy of the recipient for each.
 */
final class PlainSweep {
  private PlainSweep() {}

  /** The model's output under each cell, in order. */
  static float[][] run(
      HookedModel model, TokenBatch recipient, TokenBatch donor, List<Cell> cells, int batch) {
    Hooks keep = Hooks.none();
    try (BatchActivations cache = new BatchActivations()) {
      for (HookPoint point : cells.stream().map(Cell::point).distinct().toList()) {
        keep = keep.with(point.toString(), cache.observer());
      }
      model.forward(donor, keep);
      List<Callable<float[][]>> passes = new ArrayList<>();
      for (int from = 0; from < cells.size(); from += batch) {
        List<Cell> some = cells.subList(from, Math.min(from + batch, cells.size()));
        TokenBatch copies =
            TokenBatch.repeated(
                recipient.sequences().getFirst(),
                some.size(),
                recipient.padId(),
                recipient.side(),
                recipient.width());
        passes.add(() -> model.forward(copies, patches(some, cache)));
      }
      return model.runAll(passes).stream().flatMap(Arrays::stream).toArray(float[][]::new);
    }
  }

  private static Hooks patches(List<Cell> cells, BatchActivations donor) {
    Map<HookPoint, List<Integer>> rows = new LinkedHashMap<>();
    for (int row = 0; row < cells.size(); row++) {
      rows.computeIfAbsent(cells.get(row).point(), point -> new ArrayList<>()).add(row);
    }
    Hooks hooks = Hooks.none();
    for (Map.Entry<HookPoint, List<Integer>> entry : rows.entrySet()) {
      NDArray from = donor.get(entry.getKey());
      Hook.Intervention patch =
          (context, activation) -> {
            for (int row : entry.getValue()) {
              String part = cells.get(row).index();
              NDArray piece = from.get(new NDIndex("0, " + part));
              activation.set(new NDIndex(row + ", " + part), piece);
              piece.close();
            }
            return activation;
          };
      hooks = hooks.with(entry.getKey().toString(), patch);
    }
    return hooks;
  }
}
