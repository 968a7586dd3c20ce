package io.lucerna.topics.perturb;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A text, its words, and what an index would hold of it.
 *
 * @param text the text
 * @param words its words in order, stop words too; punctuation is not a word
 * @param counts how often each index term occurs
 * @param length number of indexed terms, as Lucene counts a field's length
 */
public record AnalyzedText(String text, List<Word> words, Map<String, Integer> counts, int length) {

  /**
   * A word of a text.
   *
   * @param text as it is written
   * @param start where it starts in the text, in UTF-16 units
   * @param end where it ends, exclusive
   * @param term its index term; empty for a word that is not indexed, such as a stop word
   */
  public record Word(String text, int start, int end, Optional<String> term) {
    /**
     * {@return whether the index has this term for the word}
     *
     * @param indexTerm a term as the index writes it
     */
    public boolean is(String indexTerm) {
      return term.isPresent() && term.get().equals(indexTerm);
    }
  }

  /** Copies the collections. */
  public AnalyzedText {
    words = List.copyOf(words);
    counts = Map.copyOf(counts);
  }

  /**
   * {@return how often a term occurs}
   *
   * @param term a term as the index writes it
   */
  public int count(String term) {
    return counts.getOrDefault(term, 0);
  }

  /**
   * {@return the numbers of the words with this term, from 0 and in order}
   *
   * @param term a term as the index writes it
   */
  public List<Integer> places(String term) {
    return IntStream.range(0, words.size()).filter(i -> words.get(i).is(term)).boxed().toList();
  }
}
