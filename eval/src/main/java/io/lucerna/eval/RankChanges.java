package io.lucerna.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How one ranking of a topic differs from another one of the same documents. Documents that only
 * one of the two ranks are left out, and the others counted among themselves.
 *
 * @param docs the documents that both rank
 * @param swappedPairs pairs of them that are in the other order; of docs (docs - 1) / 2
 * @param moved documents at another place
 * @param largestMove the most places that a document moved
 * @param totalMoves the places that all documents moved, summed (Spearman's footrule; Diaconis and
 *     Graham 1977)
 */
public record RankChanges(
    int docs, long swappedPairs, int moved, int largestMove, long totalMoves) {

  /**
   * Compares two rankings of a topic.
   *
   * @param baseline the ranking that was there before
   * @param treatment the ranking that takes its place
   * @return what moved
   */
  public static RankChanges of(Ranking baseline, Ranking treatment) {
    Map<String, Integer> common = new HashMap<>();
    for (String docno : baseline.docnos()) {
      common.put(docno, -1);
    }
    int docs = 0;
    for (String docno : treatment.docnos()) {
      if (common.containsKey(docno)) {
        common.put(docno, docs++);
      }
    }
    int[] places =
        baseline.docnos().stream().mapToInt(common::get).filter(place -> place >= 0).toArray();
    int[] moves = new int[docs];
    for (int i = 0; i < docs; i++) {
      moves[i] = Math.abs(places[i] - i);
    }
    return new RankChanges(
        docs,
        inversions(places),
        (int) Arrays.stream(moves).filter(move -> move > 0).count(),
        Arrays.stream(moves).max().orElse(0),
        Arrays.stream(moves).asLongStream().sum());
  }

  /** Pairs in falling order, counted by merging halves; sorts the array. */
  private static long inversions(int[] places) {
    if (places.length < 2) {
      return 0;
    }
    int[] left = Arrays.copyOfRange(places, 0, places.length / 2);
    int[] right = Arrays.copyOfRange(places, places.length / 2, places.length);
    long count = inversions(left) + inversions(right);
    int l = 0;
    int r = 0;
    for (int i = 0; i < places.length; i++) {
      if (r == right.length || (l < left.length && left[l] <= right[r])) {
        places[i] = left[l++];
      } else {
        count += left.length - l;
        places[i] = right[r++];
      }
    }
    return count;
  }
}
