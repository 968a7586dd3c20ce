package io.lucerna.topics.perturb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;

/**
 * The statistics of one field of a Lucene index. Deleted documents count until they are merged
 * away, as in Lucene's own scores. Remembers what it was asked; not thread-safe.
 */
public final class LuceneStatistics implements CorpusStatistics {
  private final IndexReader reader;
  private final IndexSearcher searcher;
  private final String field;
  private final long documents;
  private final float averageLength;
  private final Map<String, Long> known = new HashMap<>();
  private final Map<String, Long> knownPairs = new HashMap<>();

  /**
   * Reads the statistics of a field. The reader stays the caller's.
   *
   * @param reader the index
   * @param field the field that has the passages
   * @throws IllegalArgumentException if no document has the field
   * @throws IOException if the index cannot be read
   */
  public LuceneStatistics(IndexReader reader, String field) throws IOException {
    this.reader = reader;
    this.searcher = new IndexSearcher(reader);
    this.field = field;
    this.documents = reader.getDocCount(field);
    long length = reader.getSumTotalTermFreq(field);
    if (documents < 1 || length < 1) {
      throw new IllegalArgumentException("no document of the index has terms in field " + field);
    }
    this.averageLength = (float) (length / (double) documents);
  }

  @Override
  public long documents() {
    return documents;
  }

  @Override
  public float averageLength() {
    return averageLength;
  }

  @Override
  public long documentFrequency(String term) {
    return known.computeIfAbsent(term, t -> read(() -> reader.docFreq(new Term(field, t))));
  }

  @Override
  public long collectionFrequency(String term) {
    return read(() -> reader.totalTermFreq(new Term(field, term)));
  }

  @Override
  public long documentFrequency(String one, String other) {
    boolean inOrder = one.compareTo(other) <= 0;
    String key = inOrder ? one + '\t' + other : other + '\t' + one;
    return knownPairs.computeIfAbsent(key, k -> read(() -> countBoth(one, other)));
  }

  private long countBoth(String one, String other) throws IOException {
    return searcher.count(
        new BooleanQuery.Builder()
            .add(new TermQuery(new Term(field, one)), Occur.FILTER)
            .add(new TermQuery(new Term(field, other)), Occur.FILTER)
            .build());
  }

  private interface Reading {
    long get() throws IOException;
  }

  private static long read(Reading reading) {
    try {
      return reading.get();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
