package io.lucerna.plugin.anserini;

import io.anserini.index.IndexReaderUtils;
import io.lucerna.anserini.StoredPassage;
import io.lucerna.plugin.texts.CleaningSample;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.plugin.texts.TextSourceException;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;

/**
 * The texts stored in an Anserini index: field {@code raw} or, where there is none, {@code
 * contents}, as where it is JSON without a passage.
 */
public final class IndexTexts implements TextSource {
  private static final String ID = "id";
  private static final Set<String> WITH_ID =
      Stream.concat(Stream.of(ID), StoredPassage.FIELDS.stream())
          .collect(Collectors.toUnmodifiableSet());

  private final Path path;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  private IndexTexts(Path path, DirectoryReader reader) {
    this.path = path;
    this.reader = reader;
    this.searcher = new IndexSearcher(reader);
  }

  /**
   * Opens an index: a folder, or one of Anserini's prebuilt ones by name.
   *
   * @throws TextSourceException if there is none
   */
  public static IndexTexts open(String index) throws IOException {
    Path path;
    try {
      // A folder takes precedence over Anserini's name for one of its own, such as cacm.
      path = Files.isDirectory(Path.of(index)) ? Path.of(index) : IndexReaderUtils.getIndex(index);
    } catch (IllegalArgumentException e) {
      throw new TextSourceException(index + ": no such index", e);
    }
    try {
      return new IndexTexts(path, DirectoryReader.open(FSDirectory.open(path)));
    } catch (IndexNotFoundException e) {
      throw new TextSourceException(path + ": the folder holds no Lucene index", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new TextSourceException(
          path + ": cannot be read as a Lucene index: " + e.getMessage(), e);
    }
  }

  /** Where the index is. */
  public Path folder() {
    return path;
  }

  public DirectoryReader reader() {
    return reader;
  }

  @Override
  public boolean has(String topic, String docno) throws IOException {
    return reader.docFreq(new Term(ID, docno)) > 0;
  }

  @Override
  public String noun() {
    return "the index";
  }

  /** The first documents by number that have a text. */
  @Override
  public CleaningSample sample() throws IOException {
    CleaningSample sample = CleaningSample.first(noun());
    Bits live = MultiBits.getLiveDocs(reader);
    for (int i = 0; i < reader.maxDoc() && !sample.full(); i++) {
      if (live == null || live.get(i)) {
        Document document = reader.storedFields().document(i, WITH_ID);
        String docno = String.valueOf(document.get(ID));
        StoredPassage.of(document).ifPresent(text -> sample.add(docno, text));
      }
    }
    return sample;
  }

  @Override
  public String text(String topic, String docno) throws IOException {
    ScoreDoc[] hits = searcher.search(new TermQuery(new Term(ID, docno)), 2).scoreDocs;
    if (hits.length != 1) {
      String fault = hits.length == 0 ? "is not in the index" : "is more than once in the index";
      throw new TextSourceException(path + ": document " + docno + " " + fault);
    }
    Document document = searcher.storedFields().document(hits[0].doc, StoredPassage.FIELDS);
    return StoredPassage.of(document)
        .orElseThrow(
            () ->
                new TextSourceException(
                    path
                        + ": no text is stored for document "
                        + docno
                        + "; index again with -storeRaw or -storeContents"));
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("path", path.toString());
    String commit = reader.getIndexCommit().getSegmentsFileName();
    identity.put("sha256", Hashes.sha256(path.resolve(commit)));
    identity.put("documents", reader.numDocs());
    identity.put("commit", commit);
    return identity;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
