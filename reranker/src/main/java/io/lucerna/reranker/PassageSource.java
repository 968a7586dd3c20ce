package io.lucerna.reranker;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.search.IndexSearcher;

/** Where the text of a hit comes from. */
@FunctionalInterface
public interface PassageSource {

  /**
   * {@return the passage that the ranker reads for a document}
   *
   * @param searcher the searcher whose index holds the document
   * @param docId Lucene's number of the document
   * @throws IOException if the index cannot be read
   * @throws IllegalStateException if no text is stored for the document; the message says how to
   *     index so that it is
   */
  String passage(IndexSearcher searcher, int docId) throws IOException;

  /**
   * {@return a source that gives the stored value of a field}
   *
   * @param field the field's name
   */
  static PassageSource storedField(String field) {
    return (searcher, docId) -> {
      String text = searcher.storedFields().document(docId, Set.of(field)).get(field);
      if (text == null) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "document %d has no stored field '%s': store the text when indexing, or name the field that has it",
                docId,
                field));
      }
      return text;
    };
  }
}
