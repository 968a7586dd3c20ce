package io.lucerna.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How items are cut into tasks. */
class BatchTest {
  private static final int MANY = 1_000_000;

  @Test
  void fewItemsAreTasksOfTheirOwn() {
    List<Item> items = List.of(new Item("a", 2), new Item("b", 9), new Item("c", 0));
    assertEquals(
        List.of(List.of("b"), List.of("a"), List.of("c")),
        Batch.of(items).stream().map(BatchTest::ids).toList());
    assertEquals(List.of(), Batch.of(List.of()));
  }

  @Test
  void manyShareTasksOfEqualWeight() {
    SplittableRandom random = new SplittableRandom(5);
    List<Item> items = new ArrayList<>();
    long total = 0;
    for (int i = 0; i < MANY; i++) {
      // From 1 to about 3,000, most of them short.
      long weight = (long) Math.exp(random.nextDouble() * 8);
      total += weight;
      items.add(new Item("item" + i, weight));
    }
    long giant = total; // half of all work
    items.add(new Item("giant", giant));
    total += giant;
    List<Batch> batches = Batch.of(items);
    assertEquals(List.of("giant"), ids(batches.getFirst()));
    assertTrue(batches.size() <= Batch.MOST + 1, batches.size() + " tasks");
    assertEquals(
        MANY + 1,
        batches.stream().flatMap(batch -> batch.items().stream()).map(Item::id).distinct().count());
    long share = total / Batch.MOST + 1;
    for (Batch batch : batches.subList(1, batches.size())) {
      long weight = batch.items().stream().mapToLong(Item::weight).sum();
      // The item that fills it is no longer than the first.
      assertTrue(weight < share + batch.items().getFirst().weight(), "a task of " + weight);
    }
  }

  private static List<String> ids(Batch batch) {
    return batch.items().stream().map(Item::id).toList();
  }
}
