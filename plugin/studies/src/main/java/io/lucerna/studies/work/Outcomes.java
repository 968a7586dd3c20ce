package io.lucerna.studies.work;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of the items that are done, by the items' ids: in a {@link Journal}, or in memory.
 *
 * @param <T> the outcome of an item
 */
public interface Outcomes<T> {
  /**
   * Outcomes to which more are added.
   *
   * @param <T> the outcome of an item
   */
  interface Store<T> extends Outcomes<T> {
    /**
     * Adds the outcome of an item that is not done yet.
     *
     * @param item its id
     * @param outcome what came of it
     * @throws IOException if it cannot be kept
     */
    void append(String item, T outcome) throws IOException;
  }

  /**
   * {@return whether an item is done}
   *
   * @param item its id
   */
  boolean has(String item);

  /**
   * Reads the outcome of an item.
   *
   * @param item its id
   * @return what came of it
   * @throws IllegalArgumentException if it is not done
   * @throws IOException if it cannot be read
   */
  T read(String item) throws IOException;

  /**
   * {@return the complaint about an item whose outcome cannot be of this work}
   *
   * @param item its id
   * @param why what is wrong with the outcome
   */
  RuntimeException damaged(String item, String why);

  /**
   * {@return outcomes in memory, none yet}
   *
   * @param <T> the outcome of an item
   */
  static <T> Store<T> inMemory() {
    Map<String, T> outcomes = new HashMap<>();
    return new Store<>() {
      @Override
      public void append(String item, T outcome) {
        outcomes.put(item, outcome);
      }

      @Override
      public boolean has(String item) {
        return outcomes.containsKey(item);
      }

      @Override
      public T read(String item) {
        @Nullable T outcome = outcomes.get(item);
        if (outcome == null) {
          throw new IllegalArgumentException(item + " is not done");
        }
        return outcome;
      }

      @Override
      public RuntimeException damaged(String item, String why) {
        return new IllegalStateException(item + ": " + why);
      }
    };
  }
}
