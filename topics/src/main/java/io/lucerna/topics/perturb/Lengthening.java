package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.Sentences.Sentence;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Makes passages longer without query terms of their own. */
final class Lengthening {
  private static final int DRAWS = 50;
  private static final int LEAST_TERMS = 3;

  private Lengthening() {}

  /**
   * Adds a sentence of a passage that is not a candidate of the topic.
   *
   * @param offTopic whether the sentence must be free of query terms (LNC1)
   */
  static Outcome sentence(Subject subject, RandomGenerator random, Place place, boolean offTopic) {
    OptionalInt at = place.in(subject.passage());
    if (at.isEmpty()) {
      return place.missing();
    }
    for (int draw = 0; draw < DRAWS; draw++) {
      Optional<String> donor = subject.donor(random);
      if (donor.isEmpty()) {
        return Outcome.notApplicable("there is no passage of another topic to take a sentence of");
      }
      List<Sentence> sentences = Sentences.of(donor.get());
      if (sentences.isEmpty()) {
        continue;
      }
      Sentence drawn = sentences.get(random.nextInt(sentences.size()));
      AnalyzedText added =
          subject.resources().analysis().of(donor.get().substring(drawn.start(), drawn.end()));
      boolean fits =
          added.length() >= LEAST_TERMS
              && (!offTopic || added.words().stream().noneMatch(subject::ofQuery));
      if (fits) {
        Variant variant =
            new Rewrite(subject.passage())
                .insert(at.getAsInt(), added.text())
                .variant("", List.copyOf(new TreeSet<>(added.counts().keySet())));
        return Outcome.exact(subject, variant, added.counts());
      }
    }
    return Outcome.notApplicable("no sentence found that fits in " + DRAWS + " draws");
  }

  /** LNC2: the passage several times over. */
  static Outcome copies(Subject subject, int copies) {
    String text = subject.passage().text();
    Map<String, Integer> difference = new HashMap<>();
    subject.passage().counts().forEach((term, n) -> difference.put(term, n * (copies - 1)));
    Variant variant =
        new Rewrite(subject.passage())
            .insert(text.length(), String.join(" ", Collections.nCopies(copies - 1, text)))
            .variant("", subject.present());
    return Outcome.exact(subject, variant, difference);
  }
}
