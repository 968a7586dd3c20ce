package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Words that mean what a query term means, instead of other words or of the query term. */
final class SimilarTerms {
  /** Neighbours of a query term that are looked at. */
  private static final int NEIGHBOURS = 20;

  /**
   * Words with so many first letters in common are forms of one word, such as definition, define.
   */
  private static final int SAME_START = 4;

  private static final Outcome NONE =
      Outcome.notApplicable("no word is similar enough to a query term");

  /**
   * Read from the queries of TREC DL 2019 with both built-in models: above it, most words mean much
   * the same as the query's; below it, names, colours and opposites are as frequent.
   */
  static final double LEAST = .5;

  private final TermSimilarity similarity;
  private final double least;

  SimilarTerms(TermSimilarity similarity, double least) {
    this.similarity = similarity;
    this.least = least;
  }

  /** A query term, and a word for it whose index term is not one of the query's. */
  private record Synonym(String of, String word, String term) {}

  /** STMC1: the word that is least like any query term becomes one that is like a query term. */
  Outcome similarForUnrelated(Subject subject, RandomGenerator random) {
    List<String> terms = meaningful(subject, subject.queryTerms().keySet());
    Optional<Synonym> found = synonym(subject, terms, random);
    if (found.isEmpty()) {
      return NONE;
    }
    Synonym synonym = found.get();
    Optional<Word> unrelated =
        subject.otherPlaces().stream()
            .map(subject.passage().words()::get)
            .filter(word -> !word.is(synonym.term))
            .filter(word -> word.text().codePoints().allMatch(Character::isLetter))
            .filter(word -> !FunctionWords.contain(word.text()))
            .min(Comparator.comparingDouble(word -> likeness(word, subject, terms)));
    if (unrelated.isEmpty()) {
      return Outcome.notApplicable("the passage has no other word with a meaning of its own");
    }
    String gone = unrelated.get().term().orElseThrow();
    Variant variant =
        new Rewrite(subject.passage())
            .replace(unrelated.get(), synonym.word)
            .variant("", List.of(gone, synonym.term));
    return Outcome.exact(subject, variant, Map.of(gone, -1, synonym.term, 1));
  }

  /** STMC2: all occurrences of a query term become a word that is like it. */
  Outcome similarForExact(Subject subject, RandomGenerator random) {
    List<String> present = meaningful(subject, subject.present());
    if (present.isEmpty()) {
      return Outcome.notApplicable("the passage has no query term with a meaning of its own");
    }
    Optional<Synonym> found = synonym(subject, present, random);
    if (found.isEmpty()) {
      return NONE;
    }
    Synonym synonym = found.get();
    Rewrite rewrite = new Rewrite(subject.passage());
    List<Integer> places = subject.passage().places(synonym.of);
    places.forEach(at -> rewrite.replace(subject.passage().words().get(at), synonym.word));
    return Outcome.exact(
        subject,
        rewrite.variant("", List.of(synonym.of, synonym.term)),
        Map.of(synonym.of, -places.size(), synonym.term, places.size()));
  }

  /**
   * STMC3: one occurrence of a repeated query term becomes a word that is like a query term which
   * the passage lacks.
   */
  Outcome similarToMissing(Subject subject, RandomGenerator random) {
    List<String> repeated =
        meaningful(subject, subject.present()).stream()
            .filter(term -> subject.passage().count(term) > 1)
            .toList();
    List<String> missing = meaningful(subject, subject.absent());
    if (repeated.isEmpty() || missing.isEmpty()) {
      return Outcome.notApplicable("no query term is repeated while another is missing");
    }
    Optional<Synonym> found = synonym(subject, missing, random);
    if (found.isEmpty()) {
      return NONE;
    }
    Synonym synonym = found.get();
    String of = repeated.get(random.nextInt(repeated.size()));
    List<Integer> places = subject.passage().places(of);
    Word word = subject.passage().words().get(places.get(random.nextInt(places.size())));
    Map<String, Integer> difference = new HashMap<>(Map.of(of, -1));
    difference.merge(synonym.term, 1, Integer::sum);
    Variant variant =
        new Rewrite(subject.passage())
            .replace(word, synonym.word)
            .variant("", List.of(of, synonym.term));
    return Outcome.exact(subject, variant, difference);
  }

  /** The most similar word for one of the terms, which are tried in random order. */
  private Optional<Synonym> synonym(Subject subject, List<String> terms, RandomGenerator random) {
    List<String> order = new ArrayList<>(terms);
    Collections.shuffle(order, random);
    for (String term : order) {
      String written = subject.written(term);
      for (String word : similarity.nearest(written, NEIGHBOURS)) {
        if (similarity.of(written, word) < least) {
          break;
        }
        List<String> analyzed = subject.resources().analysis().terms(word);
        if (analyzed.size() == 1
            && !subject.queryTerms().containsKey(analyzed.getFirst())
            && !FunctionWords.contain(word)
            && !written.regionMatches(true, 0, word, 0, SAME_START)) {
          return Optional.of(new Synonym(term, word, analyzed.getFirst()));
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> meaningful(Subject subject, Collection<String> terms) {
    return terms.stream().filter(term -> !FunctionWords.contain(subject.written(term))).toList();
  }

  private double likeness(Word word, Subject subject, List<String> terms) {
    return terms.stream()
        .mapToDouble(term -> similarity.of(word.text(), subject.written(term)))
        .max()
        .orElse(0);
  }
}
