package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import org.jspecify.annotations.Nullable;

/**
 * What was done to the model, as {@code study.json} has it.
 *
 * @param id names it in the files
 * @param label names it for people
 * @param kind {@code nothing}, {@code head}, {@code mlp}, {@code layer}, {@code spec}, {@code
 *     component}, {@code random}, {@code dose}, {@code direction}
 * @param layer null where it concerns no single layer
 * @param head null where it concerns no single head
 * @param dose null without one
 * @param spec in one line; empty for nothing
 * @param specHash of the spec; empty for nothing
 * @param run file of the ranking, relative to the study's folder
 * @param runSha256 hash of that file
 * @param tag of the ranking
 */
@Internal
public record ConditionInfo(
    String id,
    String label,
    String kind,
    @Nullable Integer layer,
    @Nullable Integer head,
    @Nullable Double dose,
    String spec,
    String specHash,
    String run,
    String runSha256,
    String tag) {
  /** The condition in which the model is as it is. */
  public static final String NOTHING = "nothing";

  /** {@return whether it is what doses are compared with, and no intervention that is studied} */
  public boolean isDirection() {
    return kind.equals(Condition.Kind.DIRECTION.toString());
  }

  /**
   * {@return whether it is a dose of 0 of what only adds: it changes nothing, and is not among
   * those that are tested}
   */
  public boolean addsNothing() {
    try {
      return dose != null && dose == 0 && Condition.onlyAdds(InterventionSpec.parse(spec));
    } catch (IllegalArgumentException e) {
      return false; // of a version with another language
    }
  }

  static ConditionInfo of(Condition condition, String run, String runSha256, String tag) {
    return new ConditionInfo(
        condition.id(),
        condition.label(),
        condition.kind().toString(),
        condition.layer().isEmpty() ? null : (Integer) condition.layer().getAsInt(),
        condition.head().isEmpty() ? null : (Integer) condition.head().getAsInt(),
        condition.dose().isEmpty() ? null : (Double) condition.dose().get().amount(),
        condition.spec().toString(),
        condition.spec().isEmpty() ? "" : condition.identity().sha256(),
        run,
        runSha256,
        tag);
  }
}
