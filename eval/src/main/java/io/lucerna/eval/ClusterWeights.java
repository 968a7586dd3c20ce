package io.lucerna.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How often each cluster is drawn in each round of a bootstrap that draws as many clusters as there
 * are, with replacement. Rounds come in chunks, so that memory does not grow with clusters x
 * rounds; the same seed gives the same rounds whatever the chunk.
 */
final class ClusterWeights {
  /** Bytes of one chunk, about. */
  private static final int CHUNK_BYTES = 32 << 20;

  private static final int BYTES_PER_WEIGHT = Float.BYTES + Short.BYTES;

  private final int clusters;
  private final int rounds;
  private final int chunk;
  private final long seed;
  private SplittableRandom random;
  private final float[][] byCluster;
  private final short[][] byRound;
  private int from;
  private int size;

  ClusterWeights(int clusters, int rounds, long seed) {
    this.clusters = clusters;
    this.rounds = rounds;
    this.seed = seed;
    this.chunk = Math.clamp(CHUNK_BYTES / BYTES_PER_WEIGHT / Math.max(clusters, 1), 1, rounds);
    this.random = new SplittableRandom(seed);
    this.byCluster = new float[clusters][chunk];
    this.byRound = new short[chunk][clusters];
  }

  /** Goes to the first chunk. */
  void start() {
    boolean drawn = size == rounds;
    if (!drawn) {
      random = new SplittableRandom(seed);
      from = 0;
      draw();
    }
  }

  /** Goes to the next chunk; false if there is none. */
  boolean next() {
    if (from + size >= rounds) {
      return false;
    }
    from += size;
    draw();
    return true;
  }

  private void draw() {
    size = Math.min(chunk, rounds - from);
    for (float[] row : byCluster) {
      Arrays.fill(row, 0);
    }
    for (int round = 0; round < size; round++) {
      Arrays.fill(byRound[round], (short) 0);
      for (int i = 0; i < clusters; i++) {
        int cluster = random.nextInt(clusters);
        byRound[round][cluster]++;
        byCluster[cluster][round]++;
      }
    }
  }

  /** The first round of this chunk. */
  int from() {
    return from;
  }

  /** The number of rounds of this chunk. */
  int size() {
    return size;
  }

  /** How often each cluster was drawn in a round of this chunk. */
  short[] round(int round) {
    return byRound[round];
  }

  /**
   * Sets {@code sums[round]} to the sum over clusters of weight x value, for this chunk, and
   * returns it.
   */
  double[] sum(double[] values, double[] sums) {
    Arrays.fill(sums, 0, size, 0);
    int cluster = 0;
    // Four at a time: the sums are read and written a quarter as often.
    for (; cluster + 4 <= clusters; cluster += 4) {
      float[] a = byCluster[cluster];
      float[] b = byCluster[cluster + 1];
      float[] c = byCluster[cluster + 2];
      float[] d = byCluster[cluster + 3];
      double va = values[cluster];
      double vb = values[cluster + 1];
      double vc = values[cluster + 2];
      double vd = values[cluster + 3];
      for (int round = 0; round < size; round++) {
        sums[round] += (a[round] * va + b[round] * vb) + (c[round] * vc + d[round] * vd);
      }
    }
    for (; cluster < clusters; cluster++) {
      float[] a = byCluster[cluster];
      double va = values[cluster];
      for (int round = 0; round < size; round++) {
        sums[round] += a[round] * va;
      }
    }
    return sums;
  }
}
