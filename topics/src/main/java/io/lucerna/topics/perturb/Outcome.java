package io.lucerna.topics.perturb;

import java.util.List;
import java.util.Map;

/**
 * What a perturbation made of a passage.
 *
 * @param variants the changed passages
 * @param reason why there is none; empty otherwise
 */
public record Outcome(List<Variant> variants, String reason) {

  /**
   * Checks that there is either.
   *
   * @throws IllegalArgumentException if there are both, or neither
   */
  public Outcome {
    variants = List.copyOf(variants);
    if (variants.isEmpty() == reason.isEmpty()) {
      throw new IllegalArgumentException("an outcome has variants or a reason, not both");
    }
  }

  /**
   * {@return the outcome of a perturbation that applies}
   *
   * @param variants at least one changed passage
   */
  public static Outcome of(List<Variant> variants) {
    return new Outcome(variants, "");
  }

  /**
   * {@return the outcome of a perturbation that does not apply}
   *
   * @param reason why not, for people; not empty
   */
  public static Outcome notApplicable(String reason) {
    return new Outcome(List.of(), reason);
  }

  /**
   * A changed passage whose counts of index terms must differ by just this; where a word would join
   * its neighbours, as {@code 8} does in {@code 8.3}, the perturbation does not apply.
   */
  static Outcome exact(Subject subject, Variant variant, Map<String, Integer> difference) {
    return variant.changes(subject, difference)
        ? of(List.of(variant))
        : notApplicable("the change would alter other index terms too");
  }
}
