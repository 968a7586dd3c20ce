package io.lucerna.plugin.anserini;

import io.anserini.index.Counters;
import io.anserini.index.IndexCollection;
import java.io.IOException;
import java.util.List;

/**
 * What came of one run of Anserini's indexer.
 *
 * @param counters how many documents were indexed, empty, skipped or wrong
 * @param complaints what it logged as an error, and would have passed over
 */
public record Indexing(Counters counters, List<String> complaints) {

  /**
   * Runs the indexer.
   *
   * @throws IOException if it cannot begin
   */
  public static Indexing run(IndexCollection.Args args) throws IOException {
    args.quiet = !args.verbose;
    try (AnseriniWatch watch = AnseriniWatch.start(args.verbose)) {
      IndexCollection indexer = create(args);
      indexer.run();
      return new Indexing(indexer.getCounters(), watch.complaints());
    }
  }

  private static IndexCollection create(IndexCollection.Args args) throws IOException {
    try {
      return new IndexCollection(args);
    } catch (RuntimeException | IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Refuses an index that lacks documents.
   *
   * @throws IOException if some were invalid, or Anserini complained
   */
  public void requireComplete() throws IOException {
    if (counters.errors.get() > 0 || !complaints.isEmpty()) {
      String first = complaints.isEmpty() ? "" : "; Anserini says: " + complaints.getFirst();
      throw new IOException(
          "not all documents were indexed (" + counters.errors + " invalid)" + first);
    }
  }
}
