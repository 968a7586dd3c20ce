package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What a perturbation works on.
 *
 * @param qid the topic
 * @param query the topic's text
 * @param docid the passage's document
 * @param passage the passage
 * @param resources what is known of the collection
 */
public record Subject(
    String qid, AnalyzedText query, String docid, AnalyzedText passage, Resources resources) {

  /**
   * What is known of the collection.
   *
   * @param analysis reads texts as the index does
   * @param statistics of the index
   * @param donors other passages
   * @param similarity of words, if known
   */
  public record Resources(
      TextAnalysis analysis,
      CorpusStatistics statistics,
      Donors donors,
      Optional<TermSimilarity> similarity) {}

  /**
   * {@return a subject with both texts analysed}
   *
   * @param qid the topic's id
   * @param query the topic's text
   * @param docid the id of the passage's document
   * @param passage the passage's text
   * @param resources what is known of the collection
   */
  public static Subject of(
      String qid, String query, String docid, String passage, Resources resources) {
    TextAnalysis analysis = resources.analysis;
    return new Subject(qid, analysis.of(query), docid, analysis.of(passage), resources);
  }

  /**
   * {@return the query's distinct index terms in order, each with the word that it is first written
   * as}
   */
  public Map<String, String> queryTerms() {
    Map<String, String> terms = new LinkedHashMap<>();
    for (Word word : query.words()) {
      word.term().ifPresent(term -> terms.putIfAbsent(term, word.text()));
    }
    return terms;
  }

  /** {@return the query's terms that the passage has, in the query's order} */
  public List<String> present() {
    return queryTerms().keySet().stream().filter(term -> passage.count(term) > 0).toList();
  }

  /** {@return the query's terms that the passage lacks, in the query's order} */
  public List<String> absent() {
    return queryTerms().keySet().stream().filter(term -> passage.count(term) == 0).toList();
  }

  /**
   * {@return the word that a query term is written as}
   *
   * @param term one of the query's index terms
   * @throws IllegalArgumentException if it is not a query term
   */
  public String written(String term) {
    return Optional.ofNullable(queryTerms().get(term))
        .orElseThrow(() -> new IllegalArgumentException("'" + term + "' is not a query term"));
  }

  /**
   * {@return whether a word's term is one of the query's}
   *
   * @param word a word of either text
   */
  public boolean ofQuery(Word word) {
    return word.term().filter(queryTerms()::containsKey).isPresent();
  }

  /**
   * {@return the numbers of the passage's words that have an index term which is not one of the
   * query's}
   */
  public List<Integer> otherPlaces() {
    Map<String, String> terms = queryTerms();
    List<Word> words = passage.words();
    return IntStream.range(0, words.size())
        .filter(i -> words.get(i).term().filter(t -> !terms.containsKey(t)).isPresent())
        .boxed()
        .toList();
  }

  /** A passage of another document, which is not a candidate of this topic. */
  Optional<String> donor(RandomGenerator random) {
    return resources.donors.passage(this, random);
  }

  float idf(String term) {
    return resources.statistics.idf(term);
  }
}
