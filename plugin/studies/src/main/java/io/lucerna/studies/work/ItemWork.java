package io.lucerna.studies.work;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Work that consists of items, any of which can be done alone, in any order and in any process. An
 * outcome depends on its item alone.
 *
 * @param <T> what comes of an item
 */
public interface ItemWork<T> {
  /** {@return all items, in the order in which one process does them} */
  List<Item> items();

  /**
   * {@return what comes of an item}
   *
   * @param place its place among {@link #items}, from 0
   * @throws IOException if what it needs cannot be read
   */
  T run(int place) throws IOException;

  /** {@return how outcomes are written} */
  ItemCodec<T> codec();

  /**
   * {@return the places of a process's items, ascending}
   *
   * @param shard its part; empty for all
   */
  default int[] places(Optional<Shard> shard) {
    List<Item> items = items();
    return shard
        .map(part -> part.places(items))
        .orElseGet(() -> IntStream.range(0, items.size()).toArray());
  }

  /**
   * {@return what comes of an item, for a journal in another process}
   *
   * @param place its place among {@link #items}, from 0
   * @throws IOException if what it needs cannot be read
   */
  default Encoded encoded(int place) throws IOException {
    return Encoded.of(codec(), items().get(place).id(), run(place));
  }

  /**
   * Does the items that are not done.
   *
   * @param places those to do
   * @param outcomes where the outcomes are, and go
   * @param done is told of each item after it was done
   * @throws IOException if an outcome cannot be kept, or what an item needs not be read
   */
  default void work(int[] places, Outcomes.Store<T> outcomes, Consumer<Item> done)
      throws IOException {
    List<Item> items = items();
    for (int place : places) {
      Item item = items.get(place);
      if (!outcomes.has(item.id())) {
        outcomes.append(item.id(), run(place));
        done.accept(item);
      }
    }
  }
}
