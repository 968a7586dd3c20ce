package io.lucerna.plugin.perturb;

import io.lucerna.studies.ranking.Passages;
import io.lucerna.topics.perturb.Donors;
import io.lucerna.topics.perturb.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The candidates of other topics as donors of sentences and words. */
public final class PassageDonors implements Donors {
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
  public Optional<String> passage(Subject subject, RandomGenerator random) {
    Set<String> own = byTopic.getOrDefault(subject.qid(), Set.of());
    return Donors.draw(
        all,
        drawn -> drawn.topic.equals(subject.qid()) || own.contains(drawn.docid),
        this::text,
        random);
  }

  /** The texts of all documents, each once. */
  public Stream<String> texts() {
    Set<String> seen = new HashSet<>();
    return all.stream().filter(candidate -> seen.add(candidate.docid)).map(this::text);
  }

  private String text(Candidate candidate) {
    try {
      return passages.of(candidate.topic, candidate.docid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
