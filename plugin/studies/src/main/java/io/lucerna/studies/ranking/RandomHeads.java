package io.lucerna.studies.ranking;

import io.lucerna.instrumentation.sweep.Head;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Sets of heads drawn by chance. Where they stand beside others, they have as many heads of each
 * layer as these, and none of these as far as the layer has others.
 *
 * @param layers of the model
 * @param heads of each layer
 * @param count how many heads a set has
 * @param beside as many heads, or none
 */
record RandomHeads(int layers, int heads, int count, List<Head> beside) {
  List<Head> draw(SplittableRandom random) {
    if (beside.isEmpty()) {
      return shuffled(0, layers, random).subList(0, count);
    }
    List<Head> drawn = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      List<Head> pool = shuffled(layer, layer + 1, random);
      pool.sort(Comparator.comparing(beside::contains));
      drawn.addAll(pool.subList(0, wanted(layer)));
    }
    return drawn;
  }

  /** How many sets {@link #draw} can return. */
  double different() {
    if (beside.isEmpty()) {
      return choices(layers * heads, count);
    }
    double all = 1;
    for (int layer = 0; layer < layers; layer++) {
      int wanted = wanted(layer);
      int others = heads - wanted;
      all *= wanted <= others ? choices(others, wanted) : choices(wanted, wanted - others);
    }
    return all;
  }

  private int wanted(int layer) {
    return (int) beside.stream().filter(head -> head.layer() == layer).count();
  }

  /** In how many ways some of {@code n} can be chosen. */
  private static double choices(int n, int some) {
    double ways = 1;
    for (int i = 1; i <= some; i++) {
      ways = ways * (n - some + i) / i;
    }
    return ways;
  }

  private List<Head> shuffled(int from, int to, SplittableRandom random) {
    List<Head> pool = new ArrayList<>();
    for (int layer = from; layer < to; layer++) {
      for (int head = 0; head < heads; head++) {
        pool.add(new Head(layer, head));
      }
    }
    for (int i = pool.size() - 1; i > 0; i--) {
      pool.set(i, pool.set(random.nextInt(i + 1), pool.get(i)));
    }
    return pool;
  }
}
