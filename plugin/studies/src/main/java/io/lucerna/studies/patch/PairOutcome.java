package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Token;
import java.util.List;

/** What a sweep makes of one pair. */
public sealed interface PairOutcome {

  /**
   * The pair cannot be swept.
   *
   * @param reason why; what stands before a first {@code ": "} is what such pairs are counted by
   */
  record Unusable(String reason) implements PairOutcome {}

  /**
   * The pair was swept in every direction that was asked for.
   *
   * @param base the base input's tokens, with filler
   * @param perturbed the perturbed input's tokens, aligned with the base's
   * @param baseAlone the score of the base without filler
   * @param perturbedAlone the score of the perturbed passage without filler
   * @param directions one for each direction, in the order of the settings
   */
  record Swept(
      List<Token> base,
      List<Token> perturbed,
      float baseAlone,
      float perturbedAlone,
      List<Patched> directions)
      implements PairOutcome {

    /**
     * Checks that the inputs are aligned.
     *
     * @throws IllegalArgumentException if they are not equally long
     */
    public Swept {
      base = List.copyOf(base);
      perturbed = List.copyOf(perturbed);
      directions = List.copyOf(directions);
      if (base.size() != perturbed.size()) {
        throw new IllegalArgumentException(
            "the inputs have " + base.size() + " and " + perturbed.size() + " tokens");
      }
    }

    /** The donor's tokens. */
    List<Token> donor(Direction direction) {
      return direction == Direction.DENOISE ? perturbed : base;
    }
  }

  /**
   * One direction of a pair, with its controls.
   *
   * @param result the scores of all cells
   * @param empty the recipient's score when it is patched with its own activations: the same to the
   *     bit
   * @param full the recipient's score when its whole residual stream before the first layer is the
   *     donor's: the donor's score
   * @param unrelated the recipient's score when the residual stream before the first layer is, at
   *     the positions where the pair's inputs differ, that of an unrelated pair's donor at the
   *     positions where that pair differs (in order, again from the first where they run out); NaN
   *     if there is no unrelated pair that can be used
   */
  record Patched(SweepResult result, float empty, float full, float unrelated) {

    /**
     * Checks that the scores are numbers.
     *
     * @throws IllegalArgumentException if a score other than the unrelated one is not finite
     */
    public Patched {
      for (float score : result.patched()) {
        requireFinite(score);
      }
      requireFinite(result.recipient());
      requireFinite(result.donor());
      requireFinite(empty);
      requireFinite(full);
    }

    private static void requireFinite(float score) {
      if (!Float.isFinite(score)) {
        throw new IllegalArgumentException("a patched score is not finite: " + score);
      }
    }

    /** {@return donor minus recipient} */
    public double change() {
      return (double) result.donor() - result.recipient();
    }
  }
}
