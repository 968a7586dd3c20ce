package io.lucerna.base;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * Finds the names most like a mistyped one, by edit distance. Where the mistyped one is a glob,
 * what its stars and question marks stand for costs nothing.
 */
public final class NearestNames {
  private NearestNames() {}

  /** The {@code count} nearest names, nearest first, however far they are. */
  public static List<String> to(String wrong, Collection<String> names, int count) {
    return nearest(names, name -> distance(wrong, name), count);
  }

  /**
   * The names, nearest first, that the mistyped one may have been meant as, at most {@code count};
   * often none. A name is like it that has the same letters but for a third of them, or that ends
   * in the same word and has more words before it, or fewer ({@code -rerank.depth} and {@code
   * -depth}). Capital letters do not matter.
   */
  public static List<String> like(String wrong, Collection<String> names, int count) {
    String typed = wrong.toLowerCase(Locale.ROOT);
    List<String> words = words(wrong);
    List<String> alike =
        names.stream()
            .filter(
                name ->
                    distance(typed, name.toLowerCase(Locale.ROOT)) <= allowed(typed, name)
                        || sameButQualified(words, words(name)))
            .toList();
    return nearest(alike, name -> distance(typed, name.toLowerCase(Locale.ROOT)), count);
  }

  /** The name most like the mistyped one as a question, or nothing: "; did you mean depth?". */
  public static String hint(String wrong, Collection<String> names) {
    List<String> nearest = like(wrong, names, 1);
    return nearest.isEmpty() ? "" : "; did you mean " + nearest.getFirst() + "?";
  }

  private static List<String> nearest(
      Collection<String> names, ToIntFunction<String> distance, int count) {
    return names.stream().sorted(Comparator.comparingInt(distance)).limit(count).toList();
  }

  private static int allowed(String typed, String name) {
    // The dashes of options are no letters that could be right or wrong.
    int length =
        Math.max(typed.replaceFirst("^-+", "").length(), name.replaceFirst("^-+", "").length());
    // One letter makes another word of a short one: ERR is not RR.
    return length < 4 ? 0 : length / 3;
  }

  private static boolean sameButQualified(List<String> a, List<String> b) {
    return !a.isEmpty()
        && !b.isEmpty()
        && a.getLast().equals(b.getLast())
        && (a.containsAll(b) || b.containsAll(a));
  }

  /** The words of a name in dots, dashes, underscores or capitals; short ones say nothing. */
  private static List<String> words(String name) {
    return Arrays.stream(name.split("[^A-Za-z]+|(?<=[a-z])(?=[A-Z])"))
        .map(word -> word.toLowerCase(Locale.ROOT))
        .filter(word -> word.length() > 2)
        .toList();
  }

  /** Insertions, deletions, substitutions, and neighbours that changed places. */
  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] above = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] free = before;
      before = above;
      above = row;
      row = free;
      char c = a.charAt(i - 1);
      row[0] = above[0] + (c == '*' ? 0 : 1);
      for (int j = 1; j <= b.length(); j++) {
        if (c == '*') {
          row[j] = Math.min(above[j], row[j - 1]);
          continue;
        }
        int substituted = above[j - 1] + (c == b.charAt(j - 1) || c == '?' ? 0 : 1);
        row[j] = Math.min(substituted, 1 + Math.min(above[j], row[j - 1]));
        if (i > 1 && j > 1 && c == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
    }
    return row[b.length()];
  }
}
