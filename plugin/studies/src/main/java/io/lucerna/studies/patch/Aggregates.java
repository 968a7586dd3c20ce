package io.lucerna.studies.patch;

import io.lucerna.eval.ClusteredRatios;
import io.lucerna.eval.Correlation;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The aggregates of the pairs of one perturbation, or of all, in one direction by one method.
 *
 * @param rows all pairs in this way
 * @param of which of them these are
 * @param space the cells
 * @param levels one for each stratum
 * @param sizeCorrelation over all of these pairs and all cells
 */
record Aggregates(
    WayRows rows,
    Perturbed of,
    CellSpace space,
    List<Level> levels,
    SizeCorrelation sizeCorrelation) {
  /** Cells that are worked on at once; what they need of each pair is in memory. */
  private static final int BLOCK = 64;

  /**
   * One stratum.
   *
   * @param stratum the pairs
   * @param queries how many queries they have
   * @param meanChange the mean of donor minus recipient
   * @param cells one for each cell, in order
   */
  record Level(Stratum stratum, int queries, double meanChange, List<NodeEffect> cells) {}

  static Aggregates of(
      WayRows rows, Perturbed of, CellSpace space, IdfBands bands, long seed, int rounds)
      throws IOException {
    List<Level> levels = new ArrayList<>();
    for (Stratum stratum : Stratum.of(rows.rows(), of, bands)) {
      levels.add(level(rows, space, stratum, seed, rounds));
    }
    int[] used = levels.getFirst().stratum().rows();
    return new Aggregates(rows, of, space, levels, sizeCorrelation(rows, space, used));
  }

  static Level level(WayRows rows, CellSpace space, Stratum stratum, long seed, int rounds)
      throws IOException {
    int n = stratum.rows().length;
    double[] changes = new double[n];
    int[] queries = new int[n];
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < n; i++) {
      WayRows.Row row = rows.rows().get(stratum.rows()[i]);
      changes[i] = row.change();
      queries[i] = numbers.computeIfAbsent(row.pair().qid(), q -> numbers.size());
    }
    ClusteredRatios ratios = new ClusteredRatios(changes, queries, seed, rounds);
    List<NodeEffect> cells = new ArrayList<>();
    for (int from = 0; from < space.size(); from += BLOCK) {
      int to = Math.min(from + BLOCK, space.size());
      double[][] moves = rows.moves().columns(from, to, stratum.rows());
      List<Map<RatioAggregate, Estimate>> estimates = ratios.of(moves);
      for (int i = 0; i < moves.length; i++) {
        int pairs = (int) Arrays.stream(moves[i]).filter(v -> !Double.isNaN(v)).count();
        cells.add(new NodeEffect(space.describe(from + i), pairs, estimates.get(i)));
      }
    }
    double mean = Arrays.stream(changes).average().orElse(Double.NaN);
    return new Level(stratum, ratios.clusters(), mean, cells);
  }

  /** What these are in words: {@code denoise}, or {@code denoise, TFC1}. */
  String words() {
    return of.words(rows.way().words());
  }

  /** All of these pairs that count. */
  Level all() {
    return levels.getFirst();
  }

  /** The cells with the largest aggregates over all pairs, largest first. */
  List<NodeEffect> strongest(int most, RatioAggregate headline) {
    return Arrays.stream(present())
        .mapToObj(all().cells()::get)
        .sorted(Comparator.comparingDouble(cell -> -Math.abs(cell.get(headline).value())))
        .limit(most)
        .toList();
  }

  /**
   * How a pair's mean size of effects goes with the size of its change, over the pairs that count:
   * Spearman's rho. A normaliser by which pairs that hardly change have large effects gives a rho
   * near -1, whatever the model does (Polyakov, Chen and Eickhoff, SIGIR 2025).
   *
   * @param ratio of (patched - recipient) / (donor - recipient)
   * @param robust of (patched - recipient) / sqrt(1 + (donor - recipient)^2)
   */
  record SizeCorrelation(double ratio, double robust) {}

  private static SizeCorrelation sizeCorrelation(WayRows rows, CellSpace space, int[] used)
      throws IOException {
    double[] moved = new double[used.length];
    int[] counts = new int[used.length];
    for (int from = 0; from < space.size(); from += BLOCK) {
      double[][] moves = rows.moves().columns(from, Math.min(from + BLOCK, space.size()), used);
      for (double[] cell : moves) {
        for (int i = 0; i < used.length; i++) {
          if (!Double.isNaN(cell[i])) {
            moved[i] += Math.abs(cell[i]);
            counts[i]++;
          }
        }
      }
    }
    double[] sizes = new double[used.length];
    double[] ratio = new double[used.length];
    double[] robust = new double[used.length];
    for (int i = 0; i < used.length; i++) {
      sizes[i] = Math.abs(rows.rows().get(used[i]).change());
      double mean = moved[i] / Math.max(1, counts[i]);
      ratio[i] = mean / sizes[i];
      robust[i] = ClusteredRatios.robust(mean, sizes[i]);
    }
    return new SizeCorrelation(
        Correlation.spearman(ratio, sizes), Correlation.spearman(robust, sizes));
  }

  /** The cells that some pair has, in order. */
  int[] present() {
    return IntStream.range(0, space.size())
        .filter(cell -> all().cells().get(cell).pairs() > 0)
        .toArray();
  }
}
