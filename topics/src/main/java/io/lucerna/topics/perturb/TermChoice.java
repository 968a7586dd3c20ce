package io.lucerna.topics.perturb;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Which of several terms a perturbation takes. Of equals it takes the first. */
enum TermChoice {
  /** The most frequent one in the passage. */
  TF,
  /** The one in the fewest documents. */
  IDF,
  /** The one of highest frequency in the passage times inverse document frequency. */
  TFIDF,
  /** Any, with equal chances. */
  RANDOM;

  /** Picks from terms, of which there is at least one. */
  String pick(List<String> terms, Subject subject, RandomGenerator random) {
    if (this == RANDOM) {
      return terms.get(random.nextInt(terms.size()));
    }
    Comparator<String> byWeight = Comparator.comparingDouble(term -> weight(term, subject));
    return terms.stream().max(byWeight).orElseThrow();
  }

  private double weight(String term, Subject subject) {
    double tf = this == IDF ? 1 : subject.passage().count(term);
    return this == TF ? tf : tf * subject.idf(term);
  }

  static TermChoice parse(String name) {
    for (TermChoice choice : values()) {
      if (choice.toString().equals(name)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        "terms are chosen by " + Arrays.toString(values()) + ", not by '" + name + "'");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
