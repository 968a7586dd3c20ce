package io.lucerna.plugin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Texts from JSON lines: one file, or all {@code .jsonl} and {@code .json} files of a folder,
 * gzipped or not.
 */
final class CorpusTexts implements TextSource {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path corpus;
  private final List<Path> files;
  private final Map<String, String> texts = new HashMap<>();

  private CorpusTexts(Path corpus, List<Path> files) {
    this.corpus = corpus;
    this.files = files;
  }

  /**
   * Reads the texts of these documents and forgets the others.
   *
   * @throws CommandException if a line is no JSON object with an id and a text, or a document
   *     occurs twice
   */
  static CorpusTexts read(Path corpus, Set<String> docnos) throws IOException {
    CorpusTexts source = new CorpusTexts(corpus, files(corpus));
    for (Path file : source.files) {
      source.addAll(file, docnos);
    }
    return source;
  }

  private static List<Path> files(Path corpus) throws IOException {
    if (!Files.isDirectory(corpus)) {
      return List.of(corpus);
    }
    try (Stream<Path> entries = Files.walk(corpus)) {
      List<Path> files =
          entries
              .filter(Files::isRegularFile)
              .filter(p -> p.toString().matches(".*\\.jsonl?(\\.gz)?"))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new CommandException(
            ExitCode.INPUT, corpus + ": the folder holds no .jsonl or .json file (-corpus)");
      }
      return files;
    }
  }

  private void addAll(Path file, Set<String> docnos) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          add(line, file + ":" + number + ": ", docnos);
        }
      }
    }
  }

  private void add(String line, String place, Set<String> docnos) {
    JsonNode document;
    try {
      document = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new CommandException(
          ExitCode.INPUT, place + "not a JSON object: " + e.getOriginalMessage(), e);
    }
    String docno =
        JsonText.id(document)
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCode.INPUT, place + "no id: expected a field id, _id or docid"));
    if (!docnos.contains(docno)) {
      return;
    }
    String passage =
        JsonText.passage(document)
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCode.INPUT,
                        place
                            + "document "
                            + docno
                            + " has no text: expected a field contents, or title and text"));
    if (texts.putIfAbsent(docno, passage) != null) {
      throw new CommandException(ExitCode.INPUT, place + "document " + docno + " occurs twice");
    }
  }

  @Override
  public String text(String topic, String docno) {
    String text = texts.get(docno);
    if (text == null) {
      throw new CommandException(
          ExitCode.INPUT, corpus + ": document " + docno + " of the run is not in the corpus");
    }
    return text;
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    for (Path file : files) {
      identity.put(file.toString(), Hashes.sha256(file));
    }
    return identity;
  }

  @Override
  public void close() {}
}
