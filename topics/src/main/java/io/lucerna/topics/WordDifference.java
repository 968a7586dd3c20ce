package io.lucerna.topics;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares two texts word by word. */
final class WordDifference {
  /**
   * A word or a single other character, with the whitespace before it; or whitespace at the end.
   */
  private static final Pattern CHUNK =
      Pattern.compile("\\s*(?:[\\p{L}\\p{M}\\p{N}]+|\\S)|\\s+", Pattern.DOTALL);

  /** Cells of the table; larger ones are not worth their time. */
  private static final long MOST_CELLS = 4_000_000;

  private WordDifference() {}

  static List<Edit> of(String base, String perturbed) {
    List<String> one = chunks(base);
    List<String> other = chunks(perturbed);
    if ((one.size() + 1L) * (other.size() + 1L) > MOST_CELLS) {
      return Edit.between(base, perturbed);
    }
    int[][] common = common(one, other);
    List<Edit> edits = new ArrayList<>();
    int i = 0;
    int j = 0;
    int inBase = 0;
    int inPerturbed = 0;
    while (i < one.size() || j < other.size()) {
      int fromBase = inBase;
      int fromPerturbed = inPerturbed;
      while (!(i < one.size() && j < other.size() && one.get(i).equals(other.get(j)))) {
        if (i == one.size() && j == other.size()) {
          break;
        }
        if (j == other.size() || (i < one.size() && common[i + 1][j] >= common[i][j + 1])) {
          inBase += one.get(i++).length();
        } else {
          inPerturbed += other.get(j++).length();
        }
      }
      addTrimmed(
          edits,
          base.substring(fromBase, inBase),
          fromBase,
          perturbed.substring(fromPerturbed, inPerturbed),
          fromPerturbed);
      if (i < one.size()) {
        inBase += one.get(i++).length();
        inPerturbed += other.get(j++).length();
      }
    }
    return edits;
  }

  /** Length of the longest common subsequence of what follows in both. */
  private static int[][] common(List<String> one, List<String> other) {
    int[][] common = new int[one.size() + 1][other.size() + 1];
    for (int i = one.size() - 1; i >= 0; i--) {
      for (int j = other.size() - 1; j >= 0; j--) {
        common[i][j] =
            one.get(i).equals(other.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  private static void addTrimmed(
      List<Edit> edits, String gone, int inBase, String come, int inPerturbed) {
    for (Edit edit : Edit.between(gone, come)) {
      edits.add(
          new Edit(
              inBase + edit.baseStart(),
              inBase + edit.baseEnd(),
              inPerturbed + edit.perturbedStart(),
              inPerturbed + edit.perturbedEnd()));
    }
  }

  private static List<String> chunks(String text) {
    List<String> chunks = new ArrayList<>();
    Matcher matcher = CHUNK.matcher(text);
    while (matcher.find()) {
      chunks.add(matcher.group());
    }
    return chunks;
  }
}
