package io.lucerna.topics.perturb;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** Passages of other documents, to take sentences and words from. */
@FunctionalInterface
public interface Donors {

  /**
   * A passage of another document, which is not a candidate of the subject's topic.
   *
   * @param subject the passage that is changed, and its topic
   * @param random picks the other one
   * @return its text; empty if there is none
   */
  Optional<String> passage(Subject subject, RandomGenerator random);

  /** {@return donors without any passage} */
  static Donors none() {
    return (subject, random) -> Optional.empty();
  }

  /**
   * {@return donors that draw from some texts, but for the passage that is changed}
   *
   * @param texts passages, each as likely as any other
   */
  static Donors of(Collection<String> texts) {
    List<String> all = List.copyOf(texts);
    return (subject, random) ->
        draw(all, text -> text.equals(subject.passage().text()), text -> text, random);
  }

  /**
   * {@return the text of a candidate that is drawn; empty if a hundred draws find none}
   *
   * @param <T> what stands for a passage
   * @param all the candidates, each as likely as any other
   * @param own the candidates that are not to be used
   * @param text reads a candidate; one whose text is blank is not used
   * @param random draws
   */
  static <T> Optional<String> draw(
      List<T> all, Predicate<T> own, Function<T, String> text, RandomGenerator random) {
    for (int draw = 0; draw < 100 && !all.isEmpty(); draw++) {
      T drawn = all.get(random.nextInt(all.size()));
      if (!own.test(drawn)) {
        String passage = text.apply(drawn);
        if (!passage.isBlank()) {
          return Optional.of(passage);
        }
      }
    }
    return Optional.empty();
  }
}
