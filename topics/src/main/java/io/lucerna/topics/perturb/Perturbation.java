package io.lucerna.topics.perturb;

import io.lucerna.topics.Edit;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * A rule that changes passages. It depends on nothing but its arguments, so that the same seed
 * gives the same passages. {@link PerturbationNames} has them by name.
 */
public interface Perturbation {

  /** {@return the name and settings, such as {@code ADD:idf:start}} */
  String name();

  /**
   * Changes a passage, or says why it does not apply.
   *
   * @param subject the passage, its topic, and what is known of the collection
   * @param random decides all that is drawn, so that a seed repeats it
   * @return the changed passages, or why there is none
   */
  Outcome apply(Subject subject, RandomGenerator random);

  /**
   * {@return a perturbation of one's own}
   *
   * @param name what pairs call it
   * @param rewriting makes the changed text; empty where it does not apply
   */
  static Perturbation of(
      String name, BiFunction<Subject, RandomGenerator, Optional<String>> rewriting) {
    return named(
        name,
        (subject, random) ->
            rewriting
                .apply(subject, random)
                .map(
                    text ->
                        new Variant(
                            "", text, Edit.words(subject.passage().text(), text), List.of()))
                .map(variant -> Outcome.of(List.of(variant)))
                .orElseGet(() -> Outcome.notApplicable(name + " does not apply")));
  }

  /**
   * {@return a perturbation that is this rule under this name}
   *
   * @param name what pairs call it
   * @param rule what it does with a passage
   */
  static Perturbation named(String name, BiFunction<Subject, RandomGenerator, Outcome> rule) {
    return new Perturbation() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Outcome apply(Subject subject, RandomGenerator random) {
        return rule.apply(subject, random);
      }
    };
  }
}
