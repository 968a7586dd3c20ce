package io.lucerna.topics.perturb;

/** What a collection's index knows of its terms, as Lucene's similarities see it. */
public interface CorpusStatistics {

  /** {@return the number of documents that have the field, at least 1} */
  long documents();

  /** {@return the average number of terms in the field of those documents} */
  float averageLength();

  /**
   * {@return the number of documents with the term; 0 for one that the index lacks}
   *
   * @param term a term as the index writes it
   */
  long documentFrequency(String term);

  /**
   * {@return the number of occurrences of the term in all documents}
   *
   * @param term a term as the index writes it
   */
  long collectionFrequency(String term);

  /**
   * {@return the number of documents that have both terms}
   *
   * @param one a term as the index writes it
   * @param other another one
   */
  long documentFrequency(String one, String other);

  /**
   * {@return the inverse document frequency, as in Lucene's BM25Similarity: {@code ln(1 + (N - df +
   * .5) / (df + .5))}} A term that the index lacks has the highest.
   *
   * @param term a term as the index writes it
   */
  default float idf(String term) {
    long df = documentFrequency(term);
    return (float) Math.log(1 + (documents() - df + 0.5D) / (df + 0.5D));
  }

  /**
   * {@return how much two terms say about each other, in nats: the expected mutual information of
   * their presence in a document (Fang and Zhai 2006, section 4.1)} 0 for independent terms.
   *
   * @param one a term that some documents have, and some lack
   * @param other another one
   */
  default double mutualInformation(String one, String other) {
    double n = documents();
    double a = documentFrequency(one);
    double b = documentFrequency(other);
    double both = documentFrequency(one, other);
    return information(both, a, b, n)
        + information(a - both, a, n - b, n)
        + information(b - both, n - a, b, n)
        + information(n - a - b + both, n - a, n - b, n);
  }

  private static double information(double joint, double one, double other, double n) {
    return joint <= 0 ? 0 : joint / n * Math.log(joint * n / (one * other));
  }
}
