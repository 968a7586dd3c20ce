package io.lucerna.topics.perturb;

import io.lucerna.base.Sha256;
import io.lucerna.topics.ContrastPair;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Perturbs passages: from a query and a passage to contrast pairs, with what is known of a
 * collection. What is drawn at random for a pair depends on the seed, the topic, the document and
 * the perturbation, and on nothing that was made before.
 *
 * <p>As thread-safe as the statistics: those of an index, or of texts in memory, are for one
 * thread.
 */
public final class Perturbations {
  private final Subject.Resources resources;
  private final Bm25 bm25;
  private final long seed;

  /**
   * Perturbs with what is known of a collection.
   *
   * @param resources the collection's analysis, statistics, and passages
   * @param seed of all that is random
   */
  public Perturbations(Subject.Resources resources, long seed) {
    this.resources = resources;
    this.bm25 = new Bm25(resources.statistics());
    this.seed = seed;
  }

  /**
   * {@return perturbations over texts in memory: their terms are counted, and sentences and words
   * are taken from them}
   *
   * @param texts the passages of a collection, in English
   * @param seed of all that is random; commands take 42
   * @throws IllegalArgumentException if no text has a term
   */
  public static Perturbations of(Collection<String> texts, long seed) {
    TextAnalysis analysis = TextAnalysis.english();
    return new Perturbations(
        new Subject.Resources(
            analysis, TextStatistics.of(analysis, texts), Donors.of(texts), Optional.empty()),
        seed);
  }

  /**
   * {@return the same with words that are alike, which STMC1 to STMC3 need}
   *
   * @param similarity says which
   */
  public Perturbations withSimilarity(TermSimilarity similarity) {
    return new Perturbations(
        new Subject.Resources(
            resources.analysis(),
            resources.statistics(),
            resources.donors(),
            Optional.of(similarity)),
        seed);
  }

  /**
   * What came of a perturbation.
   *
   * @param pairs the pairs, with distinct ids
   * @param reason why there is none; empty otherwise
   */
  public record Result(List<ContrastPair> pairs, String reason) {}

  /**
   * Perturbs a passage of which there is no more than the text. The pairs' topic is the query
   * itself, and their document the start of the passage's hash.
   *
   * @param name a perturbation, such as {@code TFC1} or {@code ADD:idf:start}: one of {@link
   *     PerturbationNames}
   * @param query the query's text
   * @param passage the passage's text
   * @return the pairs, or why there is none
   * @throws IllegalArgumentException if there is no such perturbation
   */
  public Result make(String name, String query, String passage) {
    Perturbation perturbation = PerturbationNames.parse(name);
    String docid = Sha256.of(passage).substring(0, 12);
    return make(subject(query, query, docid, passage), OptionalInt.empty(), perturbation);
  }

  /**
   * {@return a passage with its topic, both analysed, for several perturbations}
   *
   * @param qid the topic's id
   * @param query the topic's text
   * @param docid the id of the passage's document
   * @param passage the passage's text
   */
  public Subject subject(String qid, String query, String docid, String passage) {
    return Subject.of(qid, query, docid, passage, resources);
  }

  /**
   * Perturbs one passage.
   *
   * @param subject the passage and its topic
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
    TextAnalysis analysis = resources.analysis();
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
   * {@return a ready pair with what the index knows of it: both scores, the highest IDF of its
   * terms, and its terms, which are those whose counts differ, unless it has some already}
   *
   * @param pair a pair of two texts
   */
  public ContrastPair complete(ContrastPair pair) {
    TextAnalysis analysis = resources.analysis();
    List<String> query = analysis.terms(pair.query());
    AnalyzedText base = analysis.of(pair.base());
    AnalyzedText perturbed = analysis.of(pair.perturbed());
    // Counts do not show which terms were moved.
    List<String> terms = pair.terms().isEmpty() ? differing(base, perturbed) : pair.terms();
    return new ContrastPair(
        pair.id(),
        pair.qid(),
        pair.query(),
        pair.docid(),
        pair.perturbation(),
        pair.base(),
        pair.perturbed(),
        pair.edits(),
        terms,
        pair.grade(),
        decimal(bm25.score(query, base)),
        decimal(bm25.score(query, perturbed)),
        highestIdf(terms));
  }

  private static List<String> differing(AnalyzedText base, AnalyzedText perturbed) {
    TreeSet<String> terms = new TreeSet<>(base.counts().keySet());
    terms.addAll(perturbed.counts().keySet());
    terms.removeIf(term -> base.count(term) == perturbed.count(term));
    return List.copyOf(terms);
  }

  private OptionalDouble highestIdf(List<String> terms) {
    return terms.stream()
        .mapToDouble(term -> decimal(resources.statistics().idf(term)).getAsDouble())
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
