package io.lucerna.base;

/** Numbers of things, in words: {@code 1 topic}, {@code 2 topics}, {@code 0 queries}. */
public final class Counted {
  private Counted() {}

  /**
   * A number with its noun.
   *
   * @param noun in the singular; its plural ends in s, or in ies for one that ends in y
   */
  public static String of(long count, String noun) {
    if (count == 1) {
      return "1 " + noun;
    }
    return count
        + " "
        + (noun.endsWith("y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s");
  }
}
