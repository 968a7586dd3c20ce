package io.lucerna.topics.perturb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Adds occurrences of a query term.
 *
 * @param name name and settings
 * @param choice which term
 * @param place where
 * @param counts how many occurrences each variant adds
 */
record TermAddition(String name, TermChoice choice, Place place, List<Integer> counts)
    implements Perturbation {

  @Override
  public Outcome apply(Subject subject, RandomGenerator random) {
    List<String> terms = List.copyOf(subject.queryTerms().keySet());
    if (terms.isEmpty()) {
      return Outcome.notApplicable("the query has no index term");
    }
    OptionalInt at = place.in(subject.passage());
    if (at.isEmpty()) {
      return place.missing();
    }
    String term = choice.pick(terms, subject, random);
    List<Variant> variants = new ArrayList<>();
    for (int count : counts) {
      String words = String.join(" ", Collections.nCopies(count, subject.written(term)));
      String suffix = counts.size() == 1 ? "" : Integer.toString(count);
      Outcome one =
          Outcome.exact(
              subject,
              new Rewrite(subject.passage())
                  .insert(at.getAsInt(), words)
                  .variant(suffix, List.of(term)),
              Map.of(term, count));
      if (one.variants().isEmpty()) {
        return one;
      }
      variants.addAll(one.variants());
    }
    return Outcome.of(variants);
  }
}
