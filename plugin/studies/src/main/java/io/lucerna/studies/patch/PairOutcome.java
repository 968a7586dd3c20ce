package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Token;
import java.util.List;
import java.util.Optional;

/** What a sweep makes of one pair. */
public sealed interface PairOutcome {

  /**
   * The pair cannot be swept.
   *
   * @param reason why; what stands before a first {@code ": "} is what such pairs are counted by
   */
  record Unusable(String reason) implements PairOutcome {}

  /**
   * The pair was swept in every direction and by every method that was asked for.
   *
   * @param base the base input's tokens, with filler
   * @param perturbed the perturbed input's tokens, aligned with the base's
   * @param baseAlone the score of the base without filler
   * @param perturbedAlone the score of the perturbed passage without filler
   * @param ways one for each direction and method, in the order of the settings; in each direction
   *     the exact one is the last where it is there to check estimates
   */
  record Swept(
      List<Token> base,
      List<Token> perturbed,
      float baseAlone,
      float perturbedAlone,
      List<Patched> ways)
      implements PairOutcome {

    /**
     * Checks that the inputs are aligned.
     *
     * @throws IllegalArgumentException if they are not equally long
     */
    public Swept {
      base = List.copyOf(base);
      perturbed = List.copyOf(perturbed);
      ways = List.copyOf(ways);
      if (base.size() != perturbed.size()) {
        throw new IllegalArgumentException(
            "the inputs have " + base.size() + " and " + perturbed.size() + " tokens");
      }
    }

    /** The pair swept in one way, if it was. */
    Optional<Patched> in(Way way) {
      return ways.stream()
          .filter(one -> way.is(one.result().direction(), one.method()))
          .findFirst();
    }

    /** The donor's tokens. */
    List<Token> donor(Direction direction) {
      return direction == Direction.DENOISE ? perturbed : base;
    }
  }

  /**
   * One direction of a pair in one way, with the direction's controls.
   *
   * @param result the scores of all cells
   * @param method how they were found
   * @param empty the recipient's score when it is patched with its own activations: the same to the
   *     bit
   * @param full the recipient's score when its whole residual stream before the first layer is the
   *     donor's: the donor's score
   * @param unrelated the recipient's score when the residual stream before the first layer is, at
   *     the positions where the pair's inputs differ, that of an unrelated pair's donor at the
   *     positions where that pair differs (in order, again from the first where they run out); NaN
   *     if there is no unrelated pair that can be used
   * @param spent what the scores took; empty where nothing is compared
   */
  record Patched(
      SweepResult result,
      PatchingSweep.Method method,
      float empty,
      float full,
      float unrelated,
      Optional<Spent> spent) {

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

  /**
   * What the scores of a pair's cells took.
   *
   * @param cost passes through the network
   * @param seconds by the clock: the only number of a study that differs from run to run
   */
  record Spent(PatchingSweep.Cost cost, double seconds) {}
}
