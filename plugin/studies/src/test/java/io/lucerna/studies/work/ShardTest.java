package io.lucerna.studies.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
  private static List<Item> items(Random random, int count) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(new Item("i" + i, 1 + random.nextInt(100)));
    }
    return items;
  }

  @Test
  void everyItemIsInOneShardAndShardsAreOfLikeSize() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      List<Item> items = items(random, random.nextInt(60));
      int of = 1 + random.nextInt(20);
      long largest = items.stream().mapToLong(Item::size).max().orElse(0);
      List<Long> sizes = new ArrayList<>();
      List<Integer> all = new ArrayList<>();
      for (int number = 1; number <= of; number++) {
        int[] places = new Shard(number, of).places(items);
        sizes.add(Arrays.stream(places).mapToLong(place -> items.get(place).size()).sum());
        int[] sorted = places.clone();
        Arrays.sort(sorted);
        assertArrayEquals(sorted, places);
        Arrays.stream(places).forEach(all::add);
      }
      Collections.sort(all);
      assertEquals(IntStream.range(0, items.size()).boxed().toList(), all);
      assertTrue(Collections.max(sizes) - Collections.min(sizes) <= largest, sizes.toString());
    }
  }

  @Test
  void theOrderOfTheItemsDecidesNothing() {
    List<Item> items = items(new Random(4), 50);
    List<Item> shuffled = new ArrayList<>(items);
    Collections.shuffle(shuffled, new Random(5));
    Shard shard = new Shard(2, 3);
    assertEquals(ids(items, shard), ids(shuffled, shard));
  }

  private static List<String> ids(List<Item> items, Shard shard) {
    return Arrays.stream(shard.places(items)).mapToObj(p -> items.get(p).id()).sorted().toList();
  }

  @Test
  void equalItemsAreDealtInTurn() {
    List<Item> items = IntStream.range(0, 7).mapToObj(i -> new Item("" + i, 5)).toList();
    assertArrayEquals(new int[] {1, 4}, new Shard(2, 3).places(items));
    assertEquals("2/3", Shard.parse("2/3").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "3", "0/2", "3/2", "1/0", "1/2/3", "a/2", "-1/2", " 1/2", "1/1000000"})
  void whatIsNoShardIsRefused(String word) {
    assertThrows(IllegalArgumentException.class, () -> Shard.parse(word));
  }

  @Test
  void howManyDigitsAShardHasIsSaid() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Shard.parse("1/1000000"));
    assertEquals(
        "a shard is a number and how many there are, such as 3/20, of at most 6 digits; got"
            + " '1/1000000'",
        e.getMessage());
  }

  @Test
  void bytesThatAreNoWholeNumbersAreRefused() {
    String five = Base64.getEncoder().encodeToString(new byte[5]);
    assertThrows(IllegalArgumentException.class, () -> Floats.of(five));
    assertThrows(IllegalArgumentException.class, () -> Floats.doubles(five));
  }
}
