package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.replay.TracedRun;
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
 * <p>C is the number of cells in a batch, S of positions, N of heads, D the width of a head, H the
 * residual width, M the MLP's width.
 */
final class FastSweep {
  private static final long ROWS_AS_IN_A_PASS = 4;

  /** Most single rows that are carried up together. */
  private static final int MOST_CARRIED = 256;

  private final TracedRun recipient;
  private final TracedRun donor;
  private final int batch;
  private final int layers;

  FastSweep(TracedRun recipient, TracedRun donor, int batch) {
    this.recipient = recipient;
    this.donor = donor;
    this.batch = batch;
    this.layers = recipient.model().config().layers();
  }

  /** A cell whose patch is one row of a block's input; of the last hidden states past the end. */
  private record Entry(int cell, int layer, int position, double[] row) {}

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
    List<Callable<List<Entry>>> carrying = new ArrayList<>();
    rows.values()
        .forEach(all -> chunks(all, MOST_CARRIED, some -> carrying.add(() -> carry(cells, some))));
    Map<Integer, List<Entry>> entries = new TreeMap<>();
    for (List<Entry> some : recipient.model().runAll(carrying)) {
      some.forEach(e -> entries.computeIfAbsent(e.layer, l -> new ArrayList<>()).add(e));
    }
    List<Callable<Void>> tasks = new ArrayList<>();
    for (List<Entry> some : entries.values()) {
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
  private List<Entry> carry(List<Cell> cells, List<Integer> members) {
    int layer = cells.get(members.getFirst()).layer();
    Site site = cells.get(members.getFirst()).site();
    int[] positions = members.stream().mapToInt(i -> cells.get(i).position()).toArray();
    int[] heads = members.stream().mapToInt(i -> cells.get(i).head()).toArray();
    try (NDManager scope = recipient.newScope()) {
      NDArray rows =
          switch (site) {
            case RESID_PRE -> donorRows(site, layer, positions, scope);
            case ATTN_OUT ->
                recipient.rowsAfterAttention(
                    layer, positions, donorRows(site, layer, positions, scope));
            case MLP_OUT ->
                recipient.rowsAfterMlp(layer, positions, donorRows(site, layer, positions, scope));
            case Z, PATTERN ->
                recipient.rowsAfterAttention(
                    layer,
                    positions,
                    recipient.attnOut(layer, headRows(site, layer, positions, heads, scope)));
            default -> throw new IllegalArgumentException("no sweep patches rows of " + site);
          };
      return changed(members, site == Site.RESID_PRE ? layer : layer + 1, positions, rows);
    }
  }

  /** The rows that differ from the recipient's own; the others change nothing. */
  private List<Entry> changed(List<Integer> members, int layer, int[] positions, NDArray rows) {
    NDManager scope = rows.getManager();
    NDArray input = recipient.into(layer, scope);
    boolean onlyFirst = layer == layers && recipient.model().readsFirstOnly();
    double[] own = numbers(input);
    double[] patched = numbers(rows);
    int width = patched.length / positions.length;
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      double[] row = Arrays.copyOfRange(patched, i * width, (i + 1) * width);
      int at = positions[i] * width;
      boolean same = Arrays.equals(row, 0, width, own, at, at + width);
      if (!same && (!onlyFirst || positions[i] == 0)) {
        entries.add(new Entry(members.get(i), layer, positions[i], row));
      }
    }
    return entries;
  }

  private static double[] numbers(NDArray array) {
    return array.toType(DataType.FLOAT64, false).toDoubleArray();
  }

  private @Nullable Void fromRows(List<Entry> entries, float[][] outputs) {
    int width = entries.getFirst().row.length;
    double[] rows = new double[entries.size() * width];
    for (int i = 0; i < entries.size(); i++) {
      System.arraycopy(entries.get(i).row, 0, rows, i * width, width);
    }
    int[] positions = entries.stream().mapToInt(Entry::position).toArray();
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
    int layer = first.layer();
    try (NDManager scope = recipient.newScope()) {
      float[][] computed =
          switch (first.site()) {
            case Z -> {
              int[] heads = members.stream().mapToInt(i -> cells.get(i).head()).toArray();
              NDArray z = withHeads(layer, heads, scope); // [C, S, H]
              yield recipient.withAttnOut(layer, recipient.attnOut(layer, z));
            }
            case MLP_OUT ->
                recipient.withMlpOut(layer, donor.at(Site.MLP_OUT, layer, scope).expandDims(0));
            case MLP_POST -> {
              int[] units = members.stream().mapToInt(i -> cells.get(i).unit()).toArray();
              NDArray hidden = withUnits(layer, units, scope); // [C, S, M]
              yield recipient.withMlpOut(layer, recipient.mlpOut(layer, hidden));
            }
            default -> throw new IllegalArgumentException("no sweep patches all of " + first);
          };
      for (int i = 0; i < computed.length; i++) {
        outputs[members.get(i)] = computed[i];
      }
    }
    return null;
  }

  private NDArray donorRows(Site site, int layer, int[] positions, NDManager scope) {
    return TracedRun.gather(donor.at(site, layer, scope), positions);
  }

  /** The recipient's z, copied for each cell, with one head from the donor: [C, S, H]. */
  private NDArray withHeads(int layer, int[] heads, NDManager scope) {
    NDArray own = recipient.at(Site.Z, layer, scope); // [S, N, D]
    int s = (int) own.getShape().get(0);
    int n = (int) own.getShape().get(1);
    long d = own.getShape().get(2);
    NDArray both =
        own.reshape(s * n, d).concat(donor.at(Site.Z, layer, scope).reshape(s * n, d), 0);
    int[] rows = new int[heads.length * s * n];
    for (int i = 0; i < rows.length; i++) {
      int head = i % n;
      int position = i / n % s;
      boolean patched = head == heads[i / (s * n)];
      rows[i] = (patched ? s * n : 0) + position * n + head;
    }
    return TracedRun.gather(both, rows).reshape(heads.length, s, n * d);
  }

  /** The recipient's MLP activations, copied for each cell, with one unit from the donor. */
  private NDArray withUnits(int layer, int[] units, NDManager scope) {
    NDArray others = donor.at(Site.MLP_POST, layer, scope); // [S, M]
    NDArray hidden =
        recipient.at(Site.MLP_POST, layer, scope).expandDims(0).repeat(0, units.length);
    for (int c = 0; c < units.length; c++) {
      hidden.set(new NDIndex("{}, :, {}", c, units[c]), others.get(":, {}", units[c]));
    }
    return hidden;
  }

  /** Rows of z with one head from the donor, or mixed by the donor's pattern: [C, H]. */
  private NDArray headRows(Site site, int layer, int[] positions, int[] heads, NDManager scope) {
    NDArray own = recipient.at(Site.Z, layer, scope); // [S, N, D]
    int s = (int) own.getShape().get(0);
    int n = (int) own.getShape().get(1);
    long d = own.getShape().get(2);
    NDArray others =
        site == Site.Z
            ? atHead(donor.at(Site.Z, layer, scope), positions, heads)
            : mixedByDonor(layer, positions, heads, scope); // [C, D]
    NDArray both = own.reshape(s * n, d).concat(others, 0);
    int[] rows = new int[positions.length * n];
    for (int i = 0; i < rows.length; i++) {
      int cell = i / n;
      boolean patched = i % n == heads[cell];
      rows[i] = patched ? s * n + cell : positions[cell] * n + i % n;
    }
    return TracedRun.gather(both, rows).reshape(positions.length, n * d);
  }

  /** The recipient's values mixed by single rows of the donor's pattern, [C, D]. */
  private NDArray mixedByDonor(int layer, int[] positions, int[] heads, NDManager scope) {
    NDArray pattern = donor.at(Site.PATTERN, layer, scope).transpose(1, 0, 2); // [S, N, S]
    NDArray weights = atHead(pattern, positions, heads).expandDims(1); // [C, 1, S]
    NDArray values = recipient.at(Site.V, layer, scope).transpose(1, 0, 2); // [K, S, D]
    long s = values.getShape().get(1);
    long d = values.getShape().get(2);
    int group = recipient.model().config().heads() / recipient.model().config().keyHeads();
    int[] shared = Arrays.stream(heads).map(head -> head / group).toArray();
    NDArray ofHead =
        TracedRun.gather(values.reshape(-1, s * d), shared).reshape(heads.length, s, d);
    // A product of one row has roundings of its own; a plain pass mixes many.
    return weights.repeat(1, ROWS_AS_IN_A_PASS).matMul(ofHead).get(":, 0");
  }

  /** [S, N, W] at each cell's position and head: [C, W]. */
  private static NDArray atHead(NDArray x, int[] positions, int[] heads) {
    int n = (int) x.getShape().get(1);
    int[] rows = new int[heads.length];
    Arrays.setAll(rows, i -> positions[i] * n + heads[i]);
    return TracedRun.gather(x.reshape(-1, x.getShape().get(2)), rows);
  }
}
