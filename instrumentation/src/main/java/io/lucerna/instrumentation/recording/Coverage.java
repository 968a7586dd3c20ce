package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.instrumentation.text.TokenSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts in how many inputs nothing was found of what is to be kept. Not thread-safe. */
public final class Coverage {
  private final Map<String, TokenSet> items;
  private final Map<String, Long> absent = new LinkedHashMap<>();
  private final Set<String> found = new LinkedHashSet<>();

  /**
   * Makes a count that has seen nothing yet.
   *
   * @param positions what is to be kept of each input
   */
  public Coverage(TokenSet positions) {
    items = positions.items();
    items.keySet().forEach(item -> absent.put(item, 0L));
  }

  /**
   * Looks at one more input.
   *
   * @param input the input, without padding
   * @param side what it is
   */
  public void add(TokenSequence input, Side side) {
    items.forEach(
        (name, item) -> {
          if (!item.on(side)) {
            return;
          }
          if (item.in(input).length > 0) {
            found.add(name);
          } else {
            absent.merge(name, 1L, Long::sum);
          }
        });
  }

  /** {@return how many inputs lack each item, of those on whose side it can occur} */
  public Map<String, Long> absent() {
    return new LinkedHashMap<>(absent);
  }

  /** {@return the items that no input seen so far has} */
  public List<String> nowhere() {
    List<String> nowhere = new ArrayList<>(items.keySet());
    nowhere.removeAll(found);
    return nowhere;
  }
}
