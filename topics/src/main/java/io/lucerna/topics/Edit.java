package io.lucerna.topics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One place where a perturbed passage differs from its base: characters {@code baseStart} to before
 * {@code baseEnd} of the base became {@code perturbedStart} to before {@code perturbedEnd} of the
 * perturbed passage. Offsets are in UTF-16 units. An insertion has an empty base, a deletion an
 * empty perturbed range.
 *
 * @param baseStart where it starts in the base
 * @param baseEnd where it ends there, exclusive
 * @param perturbedStart where it starts in the perturbed passage
 * @param perturbedEnd where it ends there, exclusive
 */
public record Edit(int baseStart, int baseEnd, int perturbedStart, int perturbedEnd) {

  /**
   * Checks that the ranges are ranges.
   *
   * @throws IllegalArgumentException if one starts below 0 or ends before its start
   */
  public Edit {
    if (baseStart < 0
        || baseEnd < baseStart
        || perturbedStart < 0
        || perturbedEnd < perturbedStart) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "not an edit: %d..%d to %d..%d",
              baseStart,
              baseEnd,
              perturbedStart,
              perturbedEnd));
    }
  }

  /**
   * {@return the whole difference of two texts as one edit: what is between their common beginning
   * and their common end} Empty if they are equal.
   *
   * @param base the text as it was
   * @param perturbed the changed text
   */
  public static List<Edit> between(String base, String perturbed) {
    if (base.equals(perturbed)) {
      return List.of();
    }
    int most = Math.min(base.length(), perturbed.length());
    int start = 0;
    while (start < most && base.charAt(start) == perturbed.charAt(start)) {
      start++;
    }
    // No edit begins or ends within a surrogate pair.
    if (start > 0 && Character.isHighSurrogate(base.charAt(start - 1))) {
      start--;
    }
    int end = 0;
    while (end < most - start
        && base.charAt(base.length() - 1 - end) == perturbed.charAt(perturbed.length() - 1 - end)) {
      end++;
    }
    if (end > 0 && Character.isLowSurrogate(base.charAt(base.length() - end))) {
      end--;
    }
    return List.of(new Edit(start, base.length() - end, start, perturbed.length() - end));
  }

  /**
   * {@return the difference of two texts as edits of words: the fewest words that must go or come,
   * by their longest common subsequence} One edit, as of {@link #between}, where the texts are very
   * long.
   *
   * @param base the text as it was
   * @param perturbed the changed text
   */
  public static List<Edit> words(String base, String perturbed) {
    return WordDifference.of(base, perturbed);
  }

  /**
   * Checks that edits turn one text into the other: outside of them the texts are the same.
   *
   * @param base the text as it was
   * @param perturbed the changed text
   * @param edits in the order of both texts, without overlaps
   * @throws IllegalArgumentException if they do not
   */
  public static void check(String base, String perturbed, List<Edit> edits) {
    List<Edit> all = new ArrayList<>(edits);
    all.add(new Edit(base.length(), base.length(), perturbed.length(), perturbed.length()));
    int inBase = 0;
    int inPerturbed = 0;
    for (Edit edit : all) {
      boolean ordered = edit.baseStart >= inBase && edit.perturbedStart >= inPerturbed;
      boolean within = edit.baseEnd <= base.length() && edit.perturbedEnd <= perturbed.length();
      if (!ordered
          || !within
          || !base.substring(inBase, edit.baseStart)
              .equals(perturbed.substring(inPerturbed, edit.perturbedStart))) {
        throw new IllegalArgumentException(
            "the edits " + edits + " do not turn the base into the perturbed text");
      }
      inBase = edit.baseEnd;
      inPerturbed = edit.perturbedEnd;
    }
  }
}
