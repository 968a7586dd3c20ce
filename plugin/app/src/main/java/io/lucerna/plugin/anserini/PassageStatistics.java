package io.lucerna.plugin.anserini;

import io.anserini.analysis.DefaultEnglishAnalyzer;
import io.anserini.index.Constants;
import io.lucerna.topics.perturb.LuceneStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The statistics that an index of some texts would have, made with Anserini's defaults: the texts
 * are indexed in a temporary folder, which goes when this is closed.
 */
public final class PassageStatistics implements AutoCloseable {
  private static final FieldType COUNTED = new FieldType();

  static {
    COUNTED.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    COUNTED.setOmitNorms(true);
    COUNTED.freeze();
  }

  private final Path folder;
  private final FSDirectory directory;
  private final IndexWriter writer;
  private @Nullable DirectoryReader reader;

  public PassageStatistics() throws IOException {
    this.folder = Files.createTempDirectory("lucerna-statistics");
    this.directory = FSDirectory.open(folder);
    this.writer =
        new IndexWriter(
            directory, new IndexWriterConfig(DefaultEnglishAnalyzer.newDefaultInstance()));
  }

  /** Adds a text. */
  public void add(String text) throws IOException {
    Document document = new Document();
    document.add(new Field(Constants.CONTENTS, text, COUNTED));
    writer.addDocument(document);
  }

  /**
   * The statistics of all texts; none can be added any more.
   *
   * @throws IllegalArgumentException if no text has a term
   */
  public LuceneStatistics finish() throws IOException {
    writer.close();
    reader = DirectoryReader.open(directory);
    return new LuceneStatistics(reader, Constants.CONTENTS);
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
    writer.rollback();
    directory.close();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
