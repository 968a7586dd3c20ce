package io.lucerna.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the names most like a mistyped one, by Levenshtein's edit distance. Where the mistyped one
 * is a glob, what its stars and question marks stand for costs nothing.
 */
public final class NearestNames {
  private NearestNames() {}

  /** The {@code count} nearest names, nearest first. */
  public static List<String> to(String wrong, Collection<String> names, int count) {
    return names.stream()
        .sorted(Comparator.comparingInt((String name) -> distance(wrong, name)))
        .limit(count)
        .toList();
  }

  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      char c = a.charAt(i - 1);
      if (c == '*') {
        for (int j = 1; j <= b.length(); j++) {
          row[j] = Math.min(row[j], row[j - 1]);
        }
        continue;
      }
      int diagonal = row[0];
      row[0]++;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (c == b.charAt(j - 1) || c == '?' ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
