package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Takes all occurrences of a query term out of a passage.
 *
 * @param name name and settings
 * @param need which passages it is for
 * @param choice which of the terms that the passage has
 * @param replaced whether other words take their place, so that the number of words stays
 */
record TermRemoval(String name, Need need, Choice choice, boolean replaced)
    implements Perturbation {
  private static final int DRAWS = 50;

  /** Picks one of the query terms that a passage has. */
  interface Choice {
    String pick(List<String> present, Subject subject, RandomGenerator random);
  }

  /** Which passages a removal is for. */
  enum Need {
    /** Those with a query term. */
    ANY,
    /** Those with every term of a query of two terms or more. */
    ALL,
    /** Those with two query terms or more. */
    TWO
  }

  @Override
  public Outcome apply(Subject subject, RandomGenerator random) {
    List<String> present = subject.present();
    Optional<String> obstacle = obstacle(subject, present);
    if (obstacle.isPresent()) {
      return Outcome.notApplicable(obstacle.get());
    }
    String term = choice.pick(present, subject, random);
    Rewrite rewrite = new Rewrite(subject.passage());
    Map<String, Integer> difference = new HashMap<>();
    for (int place : subject.passage().places(term)) {
      Word word = subject.passage().words().get(place);
      difference.merge(term, -1, Integer::sum);
      if (replaced) {
        Optional<Word> other = foreign(subject, random);
        if (other.isEmpty()) {
          return Outcome.notApplicable("no other passage has a word to replace it");
        }
        rewrite.replace(word, other.get().text());
        difference.merge(other.get().term().orElseThrow(), 1, Integer::sum);
      } else {
        rewrite.delete(word);
      }
    }
    return Outcome.exact(subject, rewrite.variant("", List.of(term)), difference);
  }

  private Optional<String> obstacle(Subject subject, List<String> present) {
    int asked = subject.queryTerms().size();
    if (asked == 0) {
      return Optional.of("the query has no index term");
    }
    if (need == Need.ALL && asked < 2) {
      return Optional.of("the query has only one index term");
    }
    if (need == Need.ALL && present.size() < asked) {
      return Optional.of("the passage lacks a query term");
    }
    if (present.isEmpty()) {
      return Optional.of("the passage has no query term");
    }
    return need == Need.TWO && present.size() < 2
        ? Optional.of("the passage has only one query term")
        : Optional.empty();
  }

  /** A word of another passage that neither the query nor this passage has. */
  private static Optional<Word> foreign(Subject subject, RandomGenerator random) {
    for (int draw = 0; draw < DRAWS; draw++) {
      Optional<String> donor = subject.donor(random);
      if (donor.isEmpty()) {
        return Optional.empty();
      }
      List<Word> words =
          subject.resources().analysis().of(donor.get()).words().stream()
              .filter(w -> w.text().chars().allMatch(Character::isLetter))
              .filter(w -> !subject.ofQuery(w))
              .filter(w -> w.term().filter(t -> subject.passage().count(t) == 0).isPresent())
              .toList();
      if (!words.isEmpty()) {
        return Optional.of(words.get(random.nextInt(words.size())));
      }
    }
    return Optional.empty();
  }

  /** The term that says least about the query's other terms, by mutual information. */
  static String leastRelated(List<String> present, Subject subject, RandomGenerator random) {
    return present.stream()
        .min(Comparator.comparingDouble(term -> relatedness(term, subject)))
        .orElseThrow();
  }

  private static double relatedness(String term, Subject subject) {
    CorpusStatistics statistics = subject.resources().statistics();
    return subject.queryTerms().keySet().stream()
        .filter(other -> !other.equals(term))
        .mapToDouble(other -> statistics.mutualInformation(term, other))
        .sum();
  }
}
