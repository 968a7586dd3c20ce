package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.replay.Entry;
import io.lucerna.instrumentation.replay.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The same outputs as {@link PlainSweep} with less work: a patch is carried up as a single row as
 * far as it stays one, and from there on the network runs for all cells of a batch together.
 *
 * <p>A patched row of the residual stream changes one query, key and value of its block. A patched
 * row of an attention or MLP output stays one row until the next block. A row equal to the
 * recipient's own changes nothing. The kernels are those of a plain pass, so that most scores are
 * equal to the bit.
 *
 * <p>C is the number of cells in a batch, S of positions, H the residual width.
 */
final class FastSweep {
  /** Most single rows that are carried up together. */
  private static final int MOST_CARRIED = 256;

  private final Trace recipient;
  private final Trace donor;
  private final int batch;
  private final int layers;

  FastSweep(Trace recipient, Trace donor, int batch) {
    this.recipient = recipient;
    this.donor = donor;
    this.batch = batch;
    this.layers = recipient.model().config().layers();
  }

  /** A cell whose patch is one row of a block's input; of the last hidden states past the end. */
  private record Carried(int cell, int layer, int position, double[] row) {}

  /** The model's output under each cell, in order. */
  float[][] run(List<Cell> cells) {
    Map<HookPoint, List<Integer>> rows = new LinkedHashMap<>();
    Map<HookPoint, List<Integer>> whole = new LinkedHashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      Map<HookPoint, List<Integer>> of = cells.get(i).position() < 0 ? whole : rows;
      of.computeIfAbsent(cells.get(i).point(), point -> new ArrayList<>()).add(i);
    }
    float[][] outputs = new float[cells.size()][];
    Arrays.setAll(outputs, i -> recipient.output());
    List<Callable<List<Carried>>> carrying = new ArrayList<>();
    rows.values()
        .forEach(all -> chunks(all, MOST_CARRIED, some -> carrying.add(() -> carry(cells, some))));
    Map<Integer, List<Carried>> entries = new TreeMap<>();
    for (List<Carried> some : recipient.model().runAll(carrying)) {
      some.forEach(e -> entries.computeIfAbsent(e.layer, l -> new ArrayList<>()).add(e));
    }
    List<Callable<Void>> tasks = new ArrayList<>();
    for (List<Carried> some : entries.values()) {
      chunks(some, batch, chunk -> tasks.add(() -> fromRows(chunk, outputs)));
    }
    for (List<Integer> members : whole.values()) {
      chunks(members, batch, chunk -> tasks.add(() -> fromWhole(cells, chunk, outputs)));
    }
    recipient.model().runAll(tasks);
    return outputs;
  }

  private static <T> void chunks(List<T> all, int size, Consumer<List<T>> use) {
    for (int from = 0; from < all.size(); from += size) {
      use.accept(all.subList(from, Math.min(from + size, all.size())));
    }
  }

  /** Carries patches of single positions at one point up to the next block's input. */
  private List<Carried> carry(List<Cell> cells, List<Integer> members) {
    Cell first = cells.get(members.getFirst());
    int[] positions = members.stream().mapToInt(i -> cells.get(i).position()).toArray();
    try (NDManager scope = recipient.newScope()) {
      Replaced replaced = new Replaced(recipient, donor, first.site(), first.layer(), scope);
      Entry entry = replaced.entry();
      NDArray rows =
          recipient.rows(entry, positions, replaced.rows(positions, parts(cells, members)));
      int next = entry.stage() == Entry.Stage.INPUT ? entry.layer() : entry.layer() + 1;
      return changed(members, next, positions, rows);
    }
  }

  private static int[] parts(List<Cell> cells, List<Integer> members) {
    return members.stream().mapToInt(i -> cells.get(i).part()).toArray();
  }

  /** The rows that differ from the recipient's own; the others change nothing. */
  private List<Carried> changed(List<Integer> members, int layer, int[] positions, NDArray rows) {
    NDManager scope = rows.getManager();
    NDArray input = recipient.into(layer, scope);
    boolean onlyFirst = layer == layers && recipient.model().readsFirstOnly();
    double[] own = Numbers.doubles(input);
    double[] patched = Numbers.doubles(rows);
    int width = patched.length / positions.length;
    List<Carried> entries = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      double[] row = Arrays.copyOfRange(patched, i * width, (i + 1) * width);
      int at = positions[i] * width;
      boolean same = Arrays.equals(row, 0, width, own, at, at + width);
      if (!same && (!onlyFirst || positions[i] == 0)) {
        entries.add(new Carried(members.get(i), layer, positions[i], row));
      }
    }
    return entries;
  }

  private @Nullable Void fromRows(List<Carried> entries, float[][] outputs) {
    int width = entries.getFirst().row.length;
    double[] rows = new double[entries.size() * width];
    for (int i = 0; i < entries.size(); i++) {
      System.arraycopy(entries.get(i).row, 0, rows, i * width, width);
    }
    int[] positions = entries.stream().mapToInt(Carried::position).toArray();
    try (NDManager scope = recipient.newScope()) {
      DataType type = recipient.into(0, scope).getDataType();
      NDArray stacked = scope.create(rows, new Shape(entries.size(), width)).toType(type, false);
      float[][] computed = recipient.withInputRow(entries.getFirst().layer, positions, stacked);
      for (int i = 0; i < computed.length; i++) {
        outputs[entries.get(i).cell] = computed[i];
      }
    }
    return null;
  }

  /** Patches of all positions at one point. */
  private @Nullable Void fromWhole(List<Cell> cells, List<Integer> members, float[][] outputs) {
    Cell first = cells.get(members.getFirst());
    try (NDManager scope = recipient.newScope()) {
      Replaced replaced = new Replaced(recipient, donor, first.site(), first.layer(), scope);
      float[][] computed = recipient.with(replaced.entry(), replaced.whole(parts(cells, members)));
      for (int i = 0; i < computed.length; i++) {
        outputs[members.get(i)] = computed[i];
      }
    }
    return null;
  }
}
