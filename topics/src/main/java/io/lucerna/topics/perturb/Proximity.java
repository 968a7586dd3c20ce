package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Moves query terms nearer to each other, or to the beginning, and changes no count. */
final class Proximity {
  /** Exchanges that are tried at most; where there are more, so many are drawn. */
  private static final int TRIED = 1000;

  private Proximity() {}

  private record Swap(int one, int other) {
    int[] in(int[] terms) {
      int[] swapped = terms.clone();
      swapped[one] = terms[other];
      swapped[other] = terms[one];
      return swapped;
    }
  }

  /**
   * Exchanges an occurrence of a query term with another word, so that the measure falls as far as
   * one exchange can make it.
   *
   * @param least how many different query terms the passage must have
   */
  static Outcome nearer(Subject subject, RandomGenerator random, Nearness measure, int least) {
    if (subject.present().size() < least) {
      return Outcome.notApplicable(
          least == 1
              ? "the passage has no query term"
              : "the passage has fewer than 2 query terms");
    }
    int[] terms = terms(subject);
    double best = measure.of(terms);
    Swap chosen = null;
    for (Swap swap : swaps(terms, random)) {
      double value = measure.of(swap.in(terms));
      if (value < best) {
        best = value;
        chosen = swap;
      }
    }
    if (chosen == null) {
      return Outcome.notApplicable("no exchange of two words brings the query terms nearer");
    }
    Word one = subject.passage().words().get(chosen.one);
    Word other = subject.passage().words().get(chosen.other);
    Variant variant =
        new Rewrite(subject.passage())
            .replace(one, other.text())
            .replace(other, one.text())
            .variant("", List.of(one.term().orElseThrow()));
    return Outcome.exact(subject, variant, Map.of());
  }

  /** The passage's words as {@link Nearness} wants them. */
  static int[] terms(Subject subject) {
    Map<String, Integer> numbers = new HashMap<>();
    subject.queryTerms().keySet().forEach(term -> numbers.put(term, numbers.size()));
    return subject.passage().words().stream()
        .mapToInt(word -> word.term().map(t -> numbers.getOrDefault(t, -1)).orElse(-1))
        .toArray();
  }

  private static List<Swap> swaps(int[] terms, RandomGenerator random) {
    int[] query = places(terms, true);
    int[] others = places(terms, false);
    long all = (long) query.length * others.length;
    if (all <= TRIED) {
      return Arrays.stream(query)
          .boxed()
          .flatMap(q -> Arrays.stream(others).mapToObj(o -> new Swap(q, o)))
          .toList();
    }
    return random
        .longs(TRIED, 0, all)
        .mapToObj(
            n -> new Swap(query[(int) (n / others.length)], others[(int) (n % others.length)]))
        .toList();
  }

  private static int[] places(int[] terms, boolean query) {
    return IntStream.range(0, terms.length).filter(i -> terms[i] >= 0 == query).toArray();
  }

  /** PROX3: moves the query, where the passage has it word for word, to the passage's beginning. */
  static Outcome phraseEarlier(Subject subject) {
    List<Word> phrase = phrase(subject.query());
    if (phrase.stream().filter(w -> w.term().isPresent()).count() < 2) {
      return Outcome.notApplicable("the query has fewer than 2 index terms");
    }
    Optional<Integer> at = find(phrase, subject.passage());
    if (at.isEmpty()) {
      return Outcome.notApplicable("the passage does not have the query as a phrase");
    }
    if (at.get() == 0) {
      return Outcome.notApplicable("the passage begins with the query");
    }
    List<Word> words = subject.passage().words();
    int start = words.get(at.get()).start();
    int end = words.get(at.get() + phrase.size() - 1).end();
    Variant variant =
        new Rewrite(subject.passage())
            .insert(0, subject.passage().text().substring(start, end))
            .delete(start, end)
            .variant("", List.copyOf(subject.queryTerms().keySet()));
    return Outcome.exact(subject, variant, Map.of());
  }

  /** The query's words from its first to its last index term. */
  private static List<Word> phrase(AnalyzedText query) {
    int[] indexed =
        IntStream.range(0, query.words().size())
            .filter(i -> query.words().get(i).term().isPresent())
            .toArray();
    return indexed.length == 0
        ? List.of()
        : query.words().subList(indexed[0], indexed[indexed.length - 1] + 1);
  }

  /** The first place where the phrase's terms are at the same distances; any word between. */
  static Optional<Integer> find(List<Word> phrase, AnalyzedText passage) {
    for (int at = 0; at + phrase.size() <= passage.words().size(); at++) {
      boolean here = true;
      for (int i = 0; i < phrase.size() && here; i++) {
        Word word = passage.words().get(at + i);
        here = phrase.get(i).term().map(word::is).orElse(true);
      }
      if (here) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }
}
