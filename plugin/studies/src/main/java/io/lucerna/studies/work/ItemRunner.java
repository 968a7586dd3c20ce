package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Who does items: this process, one after the other, or others. */
public interface ItemRunner {
  /** Does one item. */
  @FunctionalInterface
  interface Doer {
    /**
     * {@return what comes of an item, encoded}
     *
     * @param item one of those that are to be done
     * @throws IOException if what it needs cannot be read
     */
    byte[] outcome(Item item) throws IOException;
  }

  /** Takes what came of items. */
  @FunctionalInterface
  interface Taker {
    /**
     * Keeps some outcomes.
     *
     * @param outcomes as {@link Doer#outcome} gave them
     * @throws IOException if they cannot be kept
     */
    void take(Map<Item, byte[]> outcomes) throws IOException;
  }

  /** This process, in the order of the items. */
  ItemRunner HERE =
      (settings, items, doer, taker) -> {
        for (Item item : items) {
          taker.take(Map.of(item, doer.outcome(item)));
        }
      };

  /**
   * Does items.
   *
   * @param settings what decides their outcomes
   * @param items to be done
   * @param doer does one of them; in another process, what the same command has there
   * @param taker is given each outcome once, in any order
   * @throws IOException if an outcome cannot be kept, or what an item needs not be read
   */
  void run(JsonNode settings, List<Item> items, Doer doer, Taker taker) throws IOException;

  /**
   * Does the items of a journal that are not done. Whatever the order in which they end, and
   * whoever did some of them before, the journal then has the bytes that one process writes.
   *
   * @param work what the items are part of
   * @param places all that are to be done
   * @param journal where the outcomes are, and go
   * @param done is told of each item after it was done
   * @param <T> what comes of an item
   * @throws IOException if an outcome cannot be kept, or what an item needs not be read
   */
  default <T> void complete(ItemWork<T> work, int[] places, Journal<T> journal, Consumer<Item> done)
      throws IOException {
    List<Item> all = Arrays.stream(places).mapToObj(work.items()::get).toList();
    List<Item> left = new ArrayList<>();
    Map<String, Integer> found = new HashMap<>();
    for (int place : places) {
      Item item = work.items().get(place);
      if (!journal.has(item.id())) {
        left.add(item);
        found.put(item.id(), place);
      }
    }
    if (!left.isEmpty()) {
      run(
          journal.settings(),
          left,
          item -> work.encoded(Objects.requireNonNull(found.get(item.id()))).bytes(),
          outcomes -> {
            List<Encoded> encoded = new ArrayList<>();
            outcomes.forEach((item, bytes) -> encoded.add(Encoded.of(item.id(), bytes)));
            journal.appendAll(encoded.iterator());
            outcomes.keySet().forEach(done);
          });
    }
    journal.arrange(all.stream().map(Item::id).toList());
  }
}
