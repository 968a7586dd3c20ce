package io.lucerna.topics;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A contrast pair as one model reads it: two inputs of the same length.
 *
 * @param model the model's name
 * @param filler the word that made the lengths equal
 * @param base token ids of the base, with special tokens and filler
 * @param perturbed token ids of the perturbed passage, likewise
 * @param baseRoles what each token of the base is, such as {@code match}
 * @param perturbedRoles what each token of the perturbed passage is
 */
public record PairTokens(
    String model,
    String filler,
    long[] base,
    long[] perturbed,
    List<String> baseRoles,
    List<String> perturbedRoles) {

  /**
   * Checks that the lengths agree.
   *
   * @throws IllegalArgumentException if they do not
   */
  public PairTokens {
    baseRoles = List.copyOf(baseRoles);
    perturbedRoles = List.copyOf(perturbedRoles);
    if (perturbed.length != base.length
        || baseRoles.size() != base.length
        || perturbedRoles.size() != base.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d and %d tokens with %d and %d roles do not make an aligned pair",
              base.length,
              perturbed.length,
              baseRoles.size(),
              perturbedRoles.size()));
    }
  }

  /**
   * {@return the edit map on token ids: runs of positions where the two differ, each as its first
   * position and the one after its last}
   */
  public List<int[]> changed() {
    return IntStream.range(0, base.length)
        .filter(i -> differs(i) && (i == 0 || !differs(i - 1)))
        .mapToObj(
            start -> {
              int end = start;
              while (end < base.length && differs(end)) {
                end++;
              }
              return new int[] {start, end};
            })
        .toList();
  }

  private boolean differs(int at) {
    return base[at] != perturbed[at];
  }
}
