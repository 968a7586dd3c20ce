package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Replaces query terms by other query terms. */
final class TermExchange {
  private TermExchange() {}

  private record TermPair(String one, String other) {}

  /**
   * TFC3: one occurrence of a repeated query term becomes a query term that the passage lacks and
   * that is at least as rare; of several such pairs, the one whose terms are most alike in rarity.
   */
  static Outcome oneOfRepeatedForAbsent(Subject subject, RandomGenerator random) {
    AnalyzedText passage = subject.passage();
    Optional<TermPair> found =
        pairs(subject).stream()
            .filter(p -> passage.count(p.one) > 1 && passage.count(p.other) == 0)
            .filter(p -> subject.idf(p.other) >= subject.idf(p.one))
            .min(Comparator.comparingDouble(p -> subject.idf(p.other) - subject.idf(p.one)));
    if (found.isEmpty()) {
      return Outcome.notApplicable(
          "no query term is repeated while another, at least as rare, is missing");
    }
    String repeated = found.get().one;
    String missing = found.get().other;
    List<Integer> places = passage.places(repeated);
    Word word = passage.words().get(places.get(random.nextInt(places.size())));
    Variant variant =
        new Rewrite(passage)
            .replace(word, subject.written(missing))
            .variant("", List.of(repeated, missing));
    return Outcome.exact(subject, variant, Map.of(repeated, -1, missing, 1));
  }

  /**
   * TDC: all occurrences of two query terms change places, where the more common one is the more
   * frequent; of several such pairs, the one whose terms differ most in rarity.
   */
  static Outcome commonForRare(Subject subject, RandomGenerator random) {
    AnalyzedText passage = subject.passage();
    Optional<TermPair> found =
        pairs(subject).stream()
            .filter(p -> passage.count(p.one) > passage.count(p.other))
            .filter(p -> subject.idf(p.other) > subject.idf(p.one))
            .max(Comparator.comparingDouble(p -> subject.idf(p.other) - subject.idf(p.one)));
    if (found.isEmpty()) {
      return Outcome.notApplicable("no query term is more frequent than a rarer one");
    }
    String common = found.get().one;
    String rare = found.get().other;
    Rewrite rewrite = new Rewrite(passage);
    for (Word word : passage.words()) {
      if (word.is(common)) {
        rewrite.replace(word, subject.written(rare));
      } else if (word.is(rare)) {
        rewrite.replace(word, subject.written(common));
      }
    }
    int more = passage.count(common) - passage.count(rare);
    return Outcome.exact(
        subject, rewrite.variant("", List.of(common, rare)), Map.of(common, -more, rare, more));
  }

  private static List<TermPair> pairs(Subject subject) {
    List<TermPair> pairs = new ArrayList<>();
    for (String one : subject.queryTerms().keySet()) {
      for (String other : subject.queryTerms().keySet()) {
        if (!one.equals(other)) {
          pairs.add(new TermPair(one, other));
        }
      }
    }
    return pairs;
  }
}
