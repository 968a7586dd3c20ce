package io.lucerna.plugin.perturb;

import io.lucerna.studies.ranking.Passages;
import io.lucerna.topics.perturb.Donors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** The candidates of other topics as donors of sentences and words. */
public final class PassageDonors implements Donors {
  private static final int DRAWS = 100;

  /** A candidate document. */
  record Candidate(String topic, String docid) {}

  private final List<Candidate> all;
  private final Map<String, Set<String>> byTopic;
  private final Passages passages;

  /**
   * @param byTopic the documents of each topic, in order
   */
  public PassageDonors(Map<String, Set<String>> byTopic, Passages passages) {
    this.byTopic = byTopic;
    this.passages = passages;
    this.all = new ArrayList<>();
    byTopic.forEach((topic, docids) -> docids.forEach(d -> all.add(new Candidate(topic, d))));
  }

  @Override
  public Optional<String> passage(String topic, RandomGenerator random) {
    Set<String> own = byTopic.getOrDefault(topic, Set.of());
    for (int draw = 0; draw < DRAWS && !all.isEmpty(); draw++) {
      Candidate drawn = all.get(random.nextInt(all.size()));
      if (!drawn.topic.equals(topic) && !own.contains(drawn.docid)) {
        String text = text(drawn);
        if (!text.isBlank()) {
          return Optional.of(text);
        }
      }
    }
    return Optional.empty();
  }

  /** The words of letters that two of the first passages have or more; up to so many passages. */
  public Set<String> words(int most) {
    Map<String, Integer> counts = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    all.stream()
        .filter(candidate -> seen.add(candidate.docid))
        .limit(most)
        .forEach(one -> wordsOf(one).forEach(word -> counts.merge(word, 1, Integer::sum)));
    counts.values().removeIf(passages -> passages < 2);
    return counts.keySet();
  }

  private Set<String> wordsOf(Candidate candidate) {
    Set<String> words = new TreeSet<>();
    for (String word : text(candidate).split("[^\\p{L}]+", -1)) {
      if (word.length() > 2) {
        words.add(word.toLowerCase(Locale.ROOT));
      }
    }
    return words;
  }

  private String text(Candidate candidate) {
    try {
      return passages.of(candidate.topic, candidate.docid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
