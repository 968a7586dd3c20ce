package io.lucerna.topics;

import io.lucerna.base.Internal;
import io.lucerna.base.Sha256;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Draws some of many contrast pairs, evenly over topics: no topic gives a second pair before each
 * has given one. Within a topic the perturbations take turns. The order of the pairs does not
 * matter, and a draw contains every smaller one of the same seed.
 */
@Internal
public final class PairDraw {
  private PairDraw() {}

  /**
   * What decides whether a pair is drawn.
   *
   * @param id the pair's id
   * @param qid its topic
   * @param perturbation the perturbation's name
   */
  public record Key(String id, String qid, String perturbation) {
    /**
     * {@return the key of a pair}
     *
     * @param pair the pair
     */
    public static Key of(ContrastPair pair) {
      return new Key(pair.id(), pair.qid(), pair.perturbation());
    }
  }

  /**
   * {@return the ids of the drawn pairs, in the order of the draw}
   *
   * @param pairs the pairs, with distinct ids
   * @param count how many to draw; all, if there are no more
   * @param seed decides what is drawn
   */
  public static Set<String> ids(Collection<Key> pairs, int count, long seed) {
    List<String> names = pairs.stream().map(Key::perturbation).distinct().sorted().toList();
    List<List<String>> topics = new ArrayList<>();
    for (List<Key> topic : groups(pairs, key -> hash(seed, key.qid))) {
      // Topics begin with different perturbations, so that these are even in a small draw too.
      int first = topics.size();
      topics.add(
          turns(
              groups(topic, key -> (names.indexOf(key.perturbation) + first) % names.size())
                  .stream()
                  .map(alike -> flat(groups(alike, key -> hash(seed, key.id))))
                  .toList()));
    }
    return new LinkedHashSet<>(turns(topics).stream().limit(count).toList());
  }

  private static String hash(long seed, String text) {
    return Sha256.of(seed + "/" + text);
  }

  private static List<String> flat(List<List<Key>> groups) {
    return groups.stream().flatMap(List::stream).map(Key::id).toList();
  }

  /** Those that have something in common, in the order of what it is. */
  private static <K extends Comparable<K>> List<List<Key>> groups(
      Collection<Key> pairs, Function<Key, K> common) {
    TreeMap<K, List<Key>> groups = new TreeMap<>();
    pairs.forEach(
        key -> groups.computeIfAbsent(common.apply(key), k -> new ArrayList<>()).add(key));
    return List.copyOf(groups.values());
  }

  /** The first of each list, then the second of each, and so on. */
  private static List<String> turns(List<List<String>> lists) {
    List<String> all = new ArrayList<>();
    int longest = lists.stream().mapToInt(List::size).max().orElse(0);
    for (int i = 0; i < longest; i++) {
      for (List<String> list : lists) {
        if (i < list.size()) {
          all.add(list.get(i));
        }
      }
    }
    return all;
  }
}
