package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.text.TokenSet;

/**
 * What a recording keeps of each input: its numbers at some positions, or the mean over these.
 *
 * @param positions which tokens
 * @param mean whether one vector is kept, the mean over the positions, in place of one for each
 */
public record Kept(TokenSet positions, boolean mean) {
  /** All positions. */
  public static final Kept ALL = new Kept(TokenSet.ALL, false);

  private static final String MEAN = "mean";
  private static final String MEAN_OF = "mean:";

  /**
   * Reads what to keep.
   *
   * @param text {@code mean}, {@code mean:} and a set of positions, or the set alone, as {@link
   *     TokenSet#parse} reads it
   * @return what to keep
   * @throws IllegalArgumentException pointing at the item of the set that is wrong
   */
  public static Kept parse(String text) {
    if (text.equals(MEAN)) {
      return new Kept(TokenSet.ALL, true);
    }
    boolean mean = text.startsWith(MEAN_OF);
    return new Kept(TokenSet.parse(mean ? text.substring(MEAN_OF.length()) : text), mean);
  }

  /** Whether a printed form is that of a mean. */
  static boolean isMean(String printed) {
    return printed.equals(MEAN) || printed.startsWith(MEAN_OF);
  }

  /** How many rows an input has that has so many of the positions. */
  int rows(int count) {
    return mean ? Math.min(count, 1) : count;
  }

  /** One form for each: {@code mean}, {@code mean:passage}, {@code cls,3-5}. */
  @Override
  public String toString() {
    return !mean ? positions.toString() : positions.everywhere() ? MEAN : MEAN_OF + positions;
  }
}
