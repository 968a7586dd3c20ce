package io.lucerna.plugin.texts;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.TextFile;
import io.lucerna.studies.work.Hashes;
import io.lucerna.topics.FieldNames;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Texts from JSON lines or JSON arrays: one file, or all {@code .jsonl} and {@code .json} files of
 * a folder, compressed or not.
 */
public final class CorpusTexts implements TextSource {
  /** Is shown every document that has a text. */
  @FunctionalInterface
  public interface Visitor {
    void visit(String text) throws IOException;
  }

  private final Path corpus;
  private final List<TextFile> files;
  private final Map<String, String> texts = new HashMap<>();
  private final CleaningSample sample = CleaningSample.first("the corpus");

  private CorpusTexts(Path corpus, List<TextFile> files) {
    this.corpus = corpus;
    this.files = files;
  }

  /**
   * Reads the texts of these documents and forgets the others.
   *
   * @param visitor is shown the texts of all
   * @throws io.lucerna.base.text.MalformedTextException if something is not a JSON object with an
   *     id, or a document that is wanted has no text or occurs twice
   */
  public static CorpusTexts read(Path corpus, Set<String> docnos, Visitor visitor)
      throws IOException {
    CorpusTexts source = new CorpusTexts(corpus, files(corpus));
    for (TextFile file : source.files) {
      try (JsonObjects objects = JsonObjects.open(file)) {
        for (JsonNode next = objects.next(); next != null; next = objects.next()) {
          source.add(next, objects, docnos, visitor);
        }
      }
    }
    return source;
  }

  private static List<TextFile> files(Path corpus) throws IOException {
    if (!Files.isDirectory(corpus)) {
      return List.of(TextFile.of(corpus));
    }
    try (Stream<Path> entries = Files.walk(corpus)) {
      List<TextFile> files =
          entries
              .filter(Files::isRegularFile)
              .filter(p -> p.toString().matches(".*\\.jsonl?(\\.(gz|bz2|zst))?"))
              .sorted()
              .map(TextFile::of)
              .toList();
      if (files.isEmpty()) {
        throw new FileNotFoundException(corpus + ": the folder holds no .jsonl or .json file");
      }
      return files;
    }
  }

  private void add(JsonNode document, JsonObjects objects, Set<String> docnos, Visitor visitor)
      throws IOException {
    Optional<String> id = FieldNames.documentId(document);
    if (id.isEmpty()) {
      throw objects.error(FieldNames.noDocumentId(document));
    }
    String docno = id.get();
    Optional<String> passage = FieldNames.passage(document);
    if (passage.isPresent()) {
      sample.add(docno, passage.get());
      visitor.visit(passage.get());
    }
    if (!docnos.contains(docno)) {
      if (docnos.contains(docno.strip())) {
        throw objects.error(
            "document id '" + docno + "' begins or ends with whitespace, which no run can hold");
      }
      return;
    }
    if (passage.isEmpty()) {
      throw objects.error("document " + docno + " has " + FieldNames.noPassage(document));
    }
    if (texts.putIfAbsent(docno, passage.get()) != null) {
      throw objects.error("document " + docno + " occurs twice");
    }
  }

  @Override
  public String text(String topic, String docno) throws TextSourceException {
    String text = texts.get(docno);
    if (text == null) {
      throw new TextSourceException(
          corpus + ": document " + docno + " of the run is not in the corpus");
    }
    return text;
  }

  @Override
  public boolean has(String topic, String docno) {
    return texts.containsKey(docno);
  }

  @Override
  public String noun() {
    return "the corpus";
  }

  @Override
  public CleaningSample sample() {
    return sample;
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    if (!Files.isDirectory(corpus)) {
      return Hashes.of(corpus);
    }
    Map<String, Object> hashes = new LinkedHashMap<>();
    for (TextFile file : files) {
      hashes.put(corpus.relativize(Path.of(file.name())).toString(), file.sha256());
    }
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("path", corpus.toString());
    identity.put("files", hashes);
    return identity;
  }

  @Override
  public void close() {}
}
