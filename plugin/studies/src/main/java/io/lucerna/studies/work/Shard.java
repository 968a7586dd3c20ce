package io.lucerna.studies.work;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One of several parts of the same work, each done by a process of its own.
 *
 * @param number which part, from 1
 * @param of how many parts there are
 */
public record Shard(int number, int of) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if there is no such part
   */
  public Shard {
    if (number < 1 || number > of) {
      throw new IllegalArgumentException("there is no shard " + number + " of " + of);
    }
  }

  /**
   * {@return the shard that a word names}
   *
   * @param word such as {@code 3/20}, the third of twenty
   * @throws IllegalArgumentException if it names none
   */
  public static Shard parse(String word) {
    Matcher form = FORM.matcher(word);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "a shard is a number and how many there are, such as 3/20, of at most 6 digits; got '"
              + word
              + "'");
    }
    return new Shard(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
  }

  /**
   * {@return the places of this shard's items, ascending}
   *
   * <p>Every item is in exactly one shard. The largest is dealt first, each to the shard that has
   * the least so far, so that shards differ in size by less than one item has; equal ones are dealt
   * by their ids. So it depends on the items alone, and not on their order.
   *
   * @param items all items of the whole
   */
  public int[] places(List<Item> items) {
    record Load(long size, int part) {}
    List<Integer> dealt = new ArrayList<>(IntStream.range(0, items.size()).boxed().toList());
    dealt.sort(
        Comparator.comparingLong((Integer i) -> -items.get(i).size())
            .thenComparing(i -> items.get(i).id()));
    PriorityQueue<Load> loads =
        new PriorityQueue<>(Comparator.comparingLong(Load::size).thenComparingInt(Load::part));
    IntStream.rangeClosed(1, of).forEach(part -> loads.add(new Load(0, part)));
    List<Integer> own = new ArrayList<>();
    for (int item : dealt) {
      Load least = loads.remove();
      if (least.part == number) {
        own.add(item);
      }
      loads.add(new Load(least.size + Math.max(1, items.get(item).size()), least.part));
    }
    int[] places = own.stream().mapToInt(i -> i).toArray();
    Arrays.sort(places);
    return places;
  }

  /** Such as {@code 3/20}. */
  @Override
  public String toString() {
    return number + "/" + of;
  }
}
