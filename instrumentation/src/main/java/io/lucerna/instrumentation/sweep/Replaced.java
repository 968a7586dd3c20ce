package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.replay.Entry;
import io.lucerna.instrumentation.replay.Entry.Stage;
import io.lucerna.instrumentation.replay.Trace;
import java.util.Arrays;

/**
 * What stands at the entry above a site when cells replace parts of its activation, each for
 * itself: the fast form of a cell, where {@link PlainSweep} puts the same parts in place by hooks.
 *
 * <p>C is the number of cells, S of positions, N of heads, K of heads of keys and values, D the
 * width of a head, H the residual width, M the MLP's width.
 *
 * @param recipient takes activations
 * @param donor gives them
 * @param site what is replaced
 * @param layer the block
 * @param scope holds what is made
 */
record Replaced(Trace recipient, Trace donor, Site site, int layer, NDManager scope) {
  private static final long ROWS_AS_IN_A_PASS = 4;

  /** Where a pass is entered with what this makes. */
  Entry entry() {
    Stage stage =
        switch (site) {
          case RESID_PRE -> Stage.INPUT;
          case Z, PATTERN, ATTN_OUT -> Stage.ATTN_OUT;
          case MLP_POST, MLP_OUT -> Stage.MLP_OUT;
          default -> throw new IllegalArgumentException("no sweep patches " + site);
        };
    return new Entry(stage, layer);
  }

  /**
   * Rows at the entry, one for each cell, [C, H].
   *
   * @param positions each cell's position
   * @param parts each cell's head, where the site has heads
   */
  NDArray rows(int[] positions, int[] parts) {
    return switch (site) {
      case RESID_PRE, ATTN_OUT, MLP_OUT -> Trace.gather(donor.at(site, layer, scope), positions);
      case Z -> recipient.attnOut(layer, headRows(positions, parts, donorHeads(positions, parts)));
      case PATTERN ->
          recipient.attnOut(layer, headRows(positions, parts, mixedByDonor(positions, parts)));
      default -> throw new IllegalArgumentException("no sweep patches single rows of " + site);
    };
  }

  /**
   * All positions at the entry, for each cell, [C, S, H].
   *
   * @param parts each cell's head or unit, where the site has such
   */
  NDArray whole(int[] parts) {
    return switch (site) {
      case RESID_PRE, ATTN_OUT, MLP_OUT ->
          donor.at(site, layer, scope).expandDims(0).repeat(0, parts.length);
      case Z -> recipient.attnOut(layer, withHeads(parts));
      case MLP_POST -> recipient.mlpOut(layer, withUnits(parts));
      default -> throw new IllegalArgumentException("no sweep patches all of " + site);
    };
  }

  /** The recipient's z, copied for each cell, with one head from the donor: [C, S, H]. */
  private NDArray withHeads(int[] heads) {
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
    return Trace.gather(both, rows).reshape(heads.length, s, n * d);
  }

  /** The recipient's MLP activations, copied for each cell, with one unit from the donor. */
  private NDArray withUnits(int[] units) {
    NDArray others = donor.at(Site.MLP_POST, layer, scope); // [S, M]
    NDArray hidden =
        recipient.at(Site.MLP_POST, layer, scope).expandDims(0).repeat(0, units.length);
    for (int c = 0; c < units.length; c++) {
      hidden.set(new NDIndex("{}, :, {}", c, units[c]), others.get(":, {}", units[c]));
    }
    return hidden;
  }

  private NDArray donorHeads(int[] positions, int[] heads) {
    return atHead(donor.at(Site.Z, layer, scope), positions, heads);
  }

  /** Rows of the recipient's z with one head of each replaced by [C, D]: [C, N D]. */
  private NDArray headRows(int[] positions, int[] heads, NDArray others) {
    NDArray own = recipient.at(Site.Z, layer, scope); // [S, N, D]
    int s = (int) own.getShape().get(0);
    int n = (int) own.getShape().get(1);
    long d = own.getShape().get(2);
    NDArray both = own.reshape(s * n, d).concat(others, 0);
    int[] rows = new int[positions.length * n];
    for (int i = 0; i < rows.length; i++) {
      int cell = i / n;
      boolean patched = i % n == heads[cell];
      rows[i] = patched ? s * n + cell : positions[cell] * n + i % n;
    }
    return Trace.gather(both, rows).reshape(positions.length, n * d);
  }

  /** The recipient's values mixed by single rows of the donor's pattern, [C, D]. */
  private NDArray mixedByDonor(int[] positions, int[] heads) {
    NDArray pattern = donor.at(Site.PATTERN, layer, scope).transpose(1, 0, 2); // [S, N, S]
    NDArray weights = atHead(pattern, positions, heads).expandDims(1); // [C, 1, S]
    NDArray values = recipient.at(Site.V, layer, scope).transpose(1, 0, 2); // [K, S, D]
    long s = values.getShape().get(1);
    long d = values.getShape().get(2);
    int group = recipient.model().config().heads() / recipient.model().config().keyHeads();
    int[] shared = Arrays.stream(heads).map(head -> head / group).toArray();
    NDArray ofHead = Trace.gather(values.reshape(-1, s * d), shared).reshape(heads.length, s, d);
    // A product of one row has roundings of its own; a plain pass mixes many.
    return weights.repeat(1, ROWS_AS_IN_A_PASS).matMul(ofHead).get(":, 0");
  }

  /** [S, N, W] at each cell's position and head: [C, W]. */
  private static NDArray atHead(NDArray x, int[] positions, int[] heads) {
    int n = (int) x.getShape().get(1);
    int[] rows = new int[heads.length];
    Arrays.setAll(rows, i -> positions[i] * n + heads[i]);
    return Trace.gather(x.reshape(-1, x.getShape().get(2)), rows);
  }
}
