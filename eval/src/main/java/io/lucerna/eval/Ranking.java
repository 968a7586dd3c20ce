package io.lucerna.eval;

import io.lucerna.base.Given;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The ranked documents of one topic, in the order of {@link Run#ORDER}; immutable. Scores are
 * finite and no document occurs twice.
 */
public final class Ranking {
  private final String topic;
  private final Docnos docnos;
  private final float[] scores;

  /** Takes parts that are in order already, and are nobody else's. */
  Ranking(String topic, Docnos docnos, float[] scores) {
    this.topic = topic;
    this.docnos = docnos;
    this.scores = scores;
  }

  /**
   * Ranks documents by score, whatever order they come in.
   *
   * @param topic the topic's id
   * @param docs the documents with their scores; empty if nothing was retrieved
   * @return the documents in the order of {@link Run#ORDER}
   * @throws IllegalArgumentException if a score is NaN or infinite, or a document occurs twice
   */
  public static Ranking of(String topic, Collection<RankedDoc> docs) {
    Given.value(topic, "the topic's id");
    Given.value(docs, "the ranked documents");
    Set<String> seen = HashSet.newHashSet(docs.size());
    for (RankedDoc doc : docs) {
      Given.value(doc, "a ranked document");
      if (!Float.isFinite(doc.score())) {
        throw new IllegalArgumentException(
            "topic " + topic + ", document " + doc.docno() + ": score " + doc.score());
      }
      if (!seen.add(doc.docno())) {
        throw new IllegalArgumentException(
            "topic " + topic + ": document " + doc.docno() + " is ranked twice");
      }
    }
    RankedDoc[] sorted = docs.toArray(RankedDoc[]::new);
    Arrays.sort(sorted, Run.ORDER);
    String[] docnos = new String[sorted.length];
    float[] scores = new float[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      docnos[i] = sorted[i].docno();
      scores[i] = sorted[i].score();
    }
    return new Ranking(topic, new Docnos.Texts(docnos), scores);
  }

  /** {@return the topic's id} */
  public String topic() {
    return topic;
  }

  /** {@return the number of documents} */
  public int size() {
    return docnos.size();
  }

  /**
   * {@return the document at a place, counted from 0}
   *
   * @param place at least 0, less than {@link #size()}
   */
  public String docno(int place) {
    return docnos.get(place);
  }

  /**
   * {@return the score at a place, counted from 0}
   *
   * @param place at least 0, less than {@link #size()}
   */
  public float score(int place) {
    return scores[place];
  }

  /**
   * {@return the scores as they are read back from a run that {@link Run#write} wrote: strictly
   * falling, and still so when they are printed with six decimals}
   */
  public float[] writtenScores() {
    BigDecimal[] printed = RunWriter.printedScores(this);
    float[] written = new float[printed.length];
    for (int i = 0; i < written.length; i++) {
      written[i] = (float) printed[i].doubleValue();
    }
    return written;
  }

  /** {@return the documents with their scores, best first} */
  public Stream<RankedDoc> stream() {
    return IntStream.range(0, size()).mapToObj(i -> new RankedDoc(docno(i), scores[i]));
  }

  /** {@return the documents' ids, best first} */
  public List<String> docnos() {
    return IntStream.range(0, size()).mapToObj(this::docno).toList();
  }

  /**
   * {@return the best documents only: the whole ranking if it is not longer than {@code depth}}
   *
   * @param depth how many documents, 0 or more
   * @throws IllegalArgumentException if {@code depth} is negative
   */
  public Ranking top(int depth) {
    if (depth < 0) {
      throw new IllegalArgumentException("depth " + depth + " is not in [0, 2^31)");
    }
    if (depth >= size()) {
      return this;
    }
    return new Ranking(topic, docnos.top(depth), Arrays.copyOf(scores, depth));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ranking that
        && topic.equals(that.topic)
        && Arrays.equals(scores, that.scores)
        && docnos().equals(that.docnos());
  }

  @Override
  public int hashCode() {
    return 31 * topic.hashCode() + docnos().hashCode();
  }

  @Override
  public String toString() {
    return topic + new ArrayList<>(docnos());
  }
}
