package io.lucerna.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.topics.PairDraw.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What holds of every draw. */
class PairDrawTest {
  private static final long SEED = 42;

  /** Of 12 topics the first has one pair and the last 23, of three perturbations. */
  private static List<Key> pairs() {
    List<Key> pairs = new ArrayList<>();
    for (int topic = 0; topic < 12; topic++) {
      for (int i = 0; i < 2 * topic + 1; i++) {
        String name = List.of("TFC1", "TDC", "STMC1").get(i % 3);
        pairs.add(new Key("t" + topic + "/d" + i + "/" + name, "t" + topic, name));
      }
    }
    return pairs;
  }

  private static Map<String, Integer> counts(Set<String> drawn, Function<Key, String> of) {
    Map<String, Integer> counts = new HashMap<>();
    pairs().stream()
        .filter(key -> drawn.contains(key.id()))
        .forEach(key -> counts.merge(of.apply(key), 1, Integer::sum));
    return counts;
  }

  @Test
  void topicsAreAsEvenAsTheirPairsAllow() {
    Map<String, Long> all =
        pairs().stream().collect(Collectors.groupingBy(Key::qid, Collectors.counting()));
    for (int count = 1; count <= pairs().size(); count++) {
      Map<String, Integer> topics = counts(PairDraw.ids(pairs(), count, SEED), Key::qid);
      assertEquals(count, topics.values().stream().mapToInt(n -> n).sum());
      int most = Collections.max(topics.values());
      all.forEach(
          (topic, has) ->
              assertTrue(topics.getOrDefault(topic, 0) >= Math.min(has, most - 1), topic));
    }
  }

  @Test
  void perturbationsAreEvenInAFullRound() {
    List<Key> square = new ArrayList<>();
    for (int topic = 0; topic < 9; topic++) {
      for (String name : List.of("A", "B", "C")) {
        for (int i = 0; i < 4; i++) {
          square.add(new Key(topic + "/" + i + "/" + name, "" + topic, name));
        }
      }
    }
    for (int rounds = 1; rounds <= 12; rounds++) {
      Set<String> drawn = PairDraw.ids(square, 9 * rounds, SEED);
      for (String name : List.of("A", "B", "C")) {
        assertEquals(3 * rounds, drawn.stream().filter(id -> id.endsWith(name)).count());
      }
    }
  }

  @Test
  void aLargerDrawBeginsWithTheSmaller() {
    List<String> whole = List.copyOf(PairDraw.ids(pairs(), Integer.MAX_VALUE, SEED));
    assertEquals(pairs().size(), whole.size());
    for (int count = 1; count < whole.size(); count++) {
      assertEquals(whole.subList(0, count), List.copyOf(PairDraw.ids(pairs(), count, SEED)));
    }
  }

  @Test
  void theOrderOfPairsDoesNotMatter() {
    List<Key> shuffled = new ArrayList<>(pairs());
    Collections.shuffle(shuffled, new Random(7));
    assertEquals(
        List.copyOf(PairDraw.ids(pairs(), 30, SEED)),
        List.copyOf(PairDraw.ids(shuffled, 30, SEED)));
  }

  @Test
  void theSeedDecidesWhichAndNotHowMany() {
    Set<String> one = PairDraw.ids(pairs(), 5, 1);
    Set<String> two = PairDraw.ids(pairs(), 5, 2);
    assertNotEquals(one, two);
    assertEquals(one, PairDraw.ids(pairs(), 5, 1));
    // Not the first of each topic either.
    Set<String> all = PairDraw.ids(pairs(), 12, SEED);
    assertTrue(all.stream().anyMatch(id -> !id.contains("/d0/")), all.toString());
  }
}
