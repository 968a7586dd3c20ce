package io.lucerna.topics.perturb;

import java.util.List;

/** How alike words are in meaning, such as by the embeddings of a model. */
public interface TermSimilarity {

  /**
   * {@return how alike two words are, from -1 to 1, higher for words that are more alike}
   *
   * @param word a word as it is written
   * @param other another one
   */
  double of(String word, String other);

  /**
   * {@return the most similar words that are known, most similar first, without the word itself}
   *
   * @param word a word as it is written
   * @param count the most that are wanted
   */
  List<String> nearest(String word, int count);
}
