package io.lucerna.plugin.regress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Terms;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** What an index holds, by the names that Anserini's regressions give to it. */
final class IndexStatistics {
  private static final String FIELD = "contents";

  private IndexStatistics() {}

  /** Whether there is a complete index in the folder. */
  static boolean present(Path index) throws IOException {
    if (!Files.isDirectory(index)) {
      return false;
    }
    try (Directory directory = FSDirectory.open(index)) {
      return DirectoryReader.indexExists(directory);
    }
  }

  /** All numbers that the index knows; terms are only counted in an index of one segment. */
  static Map<String, Long> of(Path index) throws IOException {
    Map<String, Long> statistics = new LinkedHashMap<>();
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      statistics.put("documents", (long) reader.numDocs());
      Terms terms = MultiTerms.getTerms(reader, FIELD);
      statistics.put("documents (non-empty)", terms == null ? 0L : terms.getDocCount());
      if (terms != null && terms.size() >= 0) {
        statistics.put("unique terms", terms.size());
      }
      statistics.put("total terms", terms == null ? 0L : terms.getSumTotalTermFreq());
    }
    return statistics;
  }
}
