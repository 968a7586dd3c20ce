package io.lucerna.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The items of one task.
 *
 * @param items at least one
 */
record Batch(List<Item> items) implements Serializable {
  /** Spark's driver keeps something of each task. */
  static final int MOST = 10_000;

  Batch {
    items = List.copyOf(items);
  }

  /**
   * Cuts items into tasks, longest first, so that the last to end are short: each item is a task of
   * its own, unless there are more than {@value MOST}; then short ones share tasks of about the
   * same weight.
   */
  static List<Batch> of(List<Item> items) {
    List<Item> sorted = new ArrayList<>(items);
    sorted.sort(Comparator.comparingLong(Item::weight).reversed());
    long total = items.stream().mapToLong(Item::weight).sum();
    long enough = items.size() <= MOST ? 0 : total / MOST + 1;
    List<Batch> batches = new ArrayList<>();
    List<Item> batch = new ArrayList<>();
    long weight = 0;
    for (Item item : sorted) {
      batch.add(item);
      weight += item.weight();
      if (weight >= enough) {
        batches.add(new Batch(batch));
        batch.clear();
        weight = 0;
      }
    }
    if (!batch.isEmpty()) {
      batches.add(new Batch(batch));
    }
    return batches;
  }
}
