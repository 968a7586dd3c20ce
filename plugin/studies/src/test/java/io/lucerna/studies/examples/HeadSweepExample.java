package io.lucerna.studies.examples;

import io.lucerna.reranker.Ranker;
import io.lucerna.studies.patch.HeadSweep;

/** Which head carries the effect of a word. */
final class HeadSweepExample {
  private HeadSweepExample() {}

  static String strongest(Ranker ranker, String query, String passage, String changed) {
    HeadSweep sweep = HeadSweep.of(ranker, query, passage, changed);
    double[][] effects = sweep.effects(); // [layer][head], 1: the whole change comes back
    int layer = 0;
    int head = 0;
    for (int l = 0; l < effects.length; l++) {
      for (int h = 0; h < effects[l].length; h++) {
        if (effects[l][h] > effects[layer][head]) {
          layer = l;
          head = h;
        }
      }
    }
    return "L" + layer + "H" + head;
  }
}
