package io.lucerna.plugin.texts;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.studies.work.Hashes;
import io.lucerna.topics.FieldNames;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Texts from JSON lines or JSON arrays: one file, or all {@code .jsonl} and {@code .json} files of
 * a folder, compressed or not, and its other compressed files of JSON. Of a folder with a {@code
 * corpus.jsonl} that alone is read.
 */
public final class CorpusTexts implements TextSource {
  private static final List<String> COMPRESSED = List.of(".gz", ".bz2", ".zst");

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
   * @throws MalformedTextException if something is not a JSON object with an id, a document has a
   *     text that is no string, or one that is wanted has none or occurs twice
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
    // A data set of BEIR's has its queries, which look like documents, next to its corpus.
    Optional<Path> beir =
        Stream.concat(Stream.of(""), COMPRESSED.stream())
            .map(ending -> corpus.resolve("corpus.jsonl" + ending))
            .filter(Files::isRegularFile)
            .findFirst();
    if (beir.isPresent()) {
      return List.of(TextFile.of(beir.get()));
    }
    List<TextFile> files = new ArrayList<>();
    try (Stream<Path> entries = Files.walk(corpus)) {
      for (Path path : entries.filter(Files::isRegularFile).sorted().toList()) {
        if (isJson(path)) {
          files.add(TextFile.of(path));
        }
      }
    }
    if (files.isEmpty()) {
      throw new FileNotFoundException(
          corpus + ": the folder holds no .jsonl or .json file, and no compressed one");
    }
    return files;
  }

  /** By the name or, of a compressed file such as MS MARCO v2's, by the content. */
  private static boolean isJson(Path path) throws IOException {
    String name = path.toString();
    if (name.matches(".*\\.jsonl?(\\.(gz|bz2|zst))?")) {
      return true;
    }
    return COMPRESSED.stream().anyMatch(name::endsWith) && JsonObjects.holds(TextFile.of(path));
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
    } else if (FieldNames.unreadText(document).isPresent()) {
      throw noText(docno, document, objects);
    }
    if (!docnos.contains(docno)) {
      if (docnos.contains(docno.strip())) {
        throw objects.error(
            "document id '" + docno + "' begins or ends with whitespace, which no run can hold");
      }
      return;
    }
    if (passage.isEmpty()) {
      throw noText(docno, document, objects);
    }
    if (texts.putIfAbsent(docno, passage.get()) != null) {
      throw objects.error("document " + docno + " occurs twice");
    }
  }

  private static MalformedTextException noText(
      String docno, JsonNode document, JsonObjects objects) {
    return objects.error("document " + docno + " has " + FieldNames.noPassage(document));
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
