package io.lucerna.topics.perturb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the statistics that an index of some texts would have: the texts are indexed, in memory or
 * in a temporary folder, which goes when this is closed. Not thread-safe.
 */
public final class TextStatistics implements AutoCloseable {
  private static final FieldType COUNTED = new FieldType();

  static {
    COUNTED.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    COUNTED.setOmitNorms(true);
    COUNTED.freeze();
  }

  private final String field;
  private final Directory directory;
  private final Optional<Path> folder;
  private final IndexWriter writer;
  private @Nullable DirectoryReader reader;

  private TextStatistics(TextAnalysis analysis, Directory directory, Optional<Path> folder)
      throws IOException {
    this.field = analysis.field();
    this.directory = directory;
    this.folder = folder;
    this.writer = new IndexWriter(directory, new IndexWriterConfig(analysis.analyzer()));
  }

  /**
   * Begins to count the terms of texts that are too many for memory.
   *
   * @param analysis says what a text's terms are
   * @return statistics of no texts yet
   * @throws IOException if there can be no temporary folder
   */
  public static TextStatistics onDisk(TextAnalysis analysis) throws IOException {
    Path folder = Files.createTempDirectory("lucerna-statistics");
    return new TextStatistics(analysis, FSDirectory.open(folder), Optional.of(folder));
  }

  /**
   * {@return the statistics of texts in memory; there is nothing to close}
   *
   * @param analysis says what a text's terms are
   * @param texts each counts as one document
   * @throws IllegalArgumentException if no text has a term
   */
  public static LuceneStatistics of(TextAnalysis analysis, Collection<String> texts) {
    try {
      // Closing it would only end the use of its own buffers, which the reader needs.
      TextStatistics counted =
          new TextStatistics(analysis, new ByteBuffersDirectory(), Optional.empty());
      for (String text : texts) {
        counted.add(text);
      }
      return counted.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds a text.
   *
   * @param text one document
   * @throws IOException if it cannot be written
   */
  public void add(String text) throws IOException {
    Document document = new Document();
    document.add(new Field(field, text, COUNTED));
    writer.addDocument(document);
  }

  /**
   * {@return the statistics of all texts, good until this is closed; none can be added any more}
   *
   * @throws IllegalArgumentException if no text has a term
   * @throws IOException if they cannot be written or read
   */
  public LuceneStatistics finish() throws IOException {
    writer.close();
    reader = DirectoryReader.open(directory);
    return new LuceneStatistics(reader, field);
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
    writer.rollback();
    for (String file : directory.listAll()) {
      directory.deleteFile(file);
    }
    directory.close();
    if (folder.isPresent()) {
      Files.delete(folder.get());
    }
  }
}
