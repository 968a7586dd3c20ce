package io.lucerna.topics.perturb;

import io.lucerna.topics.ContrastPair;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Makes contrast pairs of passages. What is drawn at random for a pair depends on the seed, the
 * topic, the document and the perturbation, and on nothing that was made before.
 *
 * @param bm25 scores both texts
 * @param seed of all that is random
 */
public record PairMaker(Bm25 bm25, long seed) {

  /**
   * What came of a perturbation.
   *
   * @param pairs the pairs, with distinct ids
   * @param reason why there is none; empty otherwise
   */
  public record Result(List<ContrastPair> pairs, String reason) {}

  /**
   * Perturbs one passage.
   *
   * @param subject the passage, its topic, and what is known of the collection
   * @param grade the passage's grade for the topic, which the pairs note; empty if it is not judged
   * @param perturbation what to change
   * @return the pairs, or why there is none
   */
  public Result make(Subject subject, OptionalInt grade, Perturbation perturbation) {
    if (subject.passage().text().isBlank()) {
      return new Result(List.of(), "the passage has no text");
    }
    String id = subject.qid() + "/" + subject.docid() + "/" + perturbation.name();
    Outcome outcome = perturbation.apply(subject, new SplittableRandom(mix(seed + "/" + id)));
    List<ContrastPair> pairs = new ArrayList<>();
    for (Variant variant : outcome.variants()) {
      if (variant.text().equals(subject.passage().text())) {
        return new Result(List.of(), "the text does not change");
      }
      String suffix = variant.suffix().isEmpty() ? "" : "/" + variant.suffix();
      pairs.add(pair(subject, grade, perturbation, variant, id + suffix));
    }
    return new Result(List.copyOf(pairs), outcome.reason());
  }

  private ContrastPair pair(
      Subject subject, OptionalInt grade, Perturbation perturbation, Variant variant, String id) {
    TextAnalysis analysis = subject.resources().analysis();
    List<String> query = analysis.terms(subject.query().text());
    return new ContrastPair(
        id,
        subject.qid(),
        subject.query().text(),
        subject.docid(),
        perturbation.name(),
        subject.passage().text(),
        variant.text(),
        variant.edits(),
        variant.terms(),
        grade,
        decimal(bm25.score(query, subject.passage())),
        decimal(bm25.score(query, analysis.of(variant.text()))),
        highestIdf(variant.terms()));
  }

  /**
   * {@return a ready pair with what the index knows of it: both scores, and as its terms those
   * whose counts differ}
   *
   * @param pair a pair of two texts
   * @param analysis reads texts as the index does
   */
  public ContrastPair complete(ContrastPair pair, TextAnalysis analysis) {
    List<String> query = analysis.terms(pair.query());
    AnalyzedText base = analysis.of(pair.base());
    AnalyzedText perturbed = analysis.of(pair.perturbed());
    TreeSet<String> terms = new TreeSet<>(base.counts().keySet());
    terms.addAll(perturbed.counts().keySet());
    terms.removeIf(term -> base.count(term) == perturbed.count(term));
    return new ContrastPair(
        pair.id(),
        pair.qid(),
        pair.query(),
        pair.docid(),
        pair.perturbation(),
        pair.base(),
        pair.perturbed(),
        pair.edits(),
        List.copyOf(terms),
        pair.grade(),
        decimal(bm25.score(query, base)),
        decimal(bm25.score(query, perturbed)),
        highestIdf(List.copyOf(terms)));
  }

  private OptionalDouble highestIdf(List<String> terms) {
    return terms.stream()
        .mapToDouble(term -> decimal(bm25.statistics().idf(term)).getAsDouble())
        .max();
  }

  /** The double that is written as the float is. */
  private static OptionalDouble decimal(float value) {
    return OptionalDouble.of(Double.parseDouble(Float.toString(value)));
  }

  /** FNV-1a over the text's bytes. */
  private static long mix(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
