package io.lucerna.topics.perturb;

import java.util.List;

/** How alike words are in meaning, such as by the embeddings of a model. */
public interface TermSimilarity {

  /** From -1 to 1, higher for words that are more alike. */
  double of(String word, String other);

  /** The most similar words that are known, most similar first, without the word itself. */
  List<String> nearest(String word, int count);
}
