package io.lucerna.plugin.perturb;

import io.lucerna.studies.ranking.Passages;
import io.lucerna.topics.perturb.Donors;
import io.lucerna.topics.perturb.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The perturbed passages of other topics as donors of sentences and words, but for documents that
 * are judged or ranked for the topic itself.
 */
public final class PassageDonors implements Donors {
  /** A candidate document. */
  record Candidate(String topic, String docid) {}

  private final PassageChoice choice;
  private final List<Candidate> all = new ArrayList<>();
  private final Passages passages;

  /** The last subject's topic, and the documents that are known for it. */
  private String topic = "";

  private Set<String> known = Set.of();

  /** Donors among the passages that are perturbed. */
  public PassageDonors(PassageChoice choice, Passages passages) {
    this.choice = choice;
    this.passages = passages;
    choice.documents().forEach((t, docids) -> docids.forEach(d -> all.add(new Candidate(t, d))));
  }

  @Override
  public Optional<String> passage(Subject subject, RandomGenerator random) {
    if (!topic.equals(subject.qid())) {
      topic = subject.qid();
      known = choice.known(topic);
    }
    return Donors.draw(all, drawn -> known.contains(drawn.docid), this::text, random);
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
