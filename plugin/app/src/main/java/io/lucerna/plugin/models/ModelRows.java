package io.lucerna.plugin.models;

import io.lucerna.base.AtomicFile;
import io.lucerna.plugin.cli.Console;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What the table of models says of each one. Opening a model takes a second or many; its row is
 * kept in the cache, under the names, sizes and dates of its files and of the program, and made
 * again when any of them changes.
 */
public final class ModelRows {
  /**
   * A row of the table.
   *
   * @param tokens the longest input
   */
  public record Row(String scorer, String shape, String tokens, String sha256) {}

  private static final String FOLDER = "rows";

  private final ModelRegistry models;
  private final Optional<String> program;

  /**
   * @param program distinguishes one build of the program from another; empty to keep nothing
   */
  public ModelRows(ModelRegistry models, Optional<String> program) {
    this.models = models;
    this.program = program;
  }

  /** Tells this build from others where it is a jar. */
  public static Optional<String> program() throws IOException {
    CodeSource source = ModelRows.class.getProtectionDomain().getCodeSource();
    try {
      Path jar = source == null ? null : Path.of(source.getLocation().toURI());
      return jar == null || !Files.isRegularFile(jar)
          ? Optional.empty()
          : Optional.of(identity(jar, jar));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The row of a model, which is opened if its row is not known. */
  public Row of(String name, Console console) throws IOException {
    if (program.isEmpty()) {
      return opened(name, console);
    }
    Path kept = kept(models.folder(name, console), program.get());
    if (Files.exists(kept)) {
      return read(kept);
    }
    Row row = opened(name, console);
    try {
      Files.createDirectories(kept.getParent());
      write(row, kept);
    } catch (IOException e) {
      // A cache that cannot be written costs time only.
    }
    return row;
  }

  private Row opened(String name, Console console) throws IOException {
    try (Ranker scorer = models.open(name, ScorerOptions.defaults(), console)) {
      ModelCard card = scorer.card();
      String shape = card.layers() + " x " + card.width() + ", " + card.heads() + " heads";
      return new Row(card.scorer(), shape, String.valueOf(card.maxTokens()), card.sha256());
    }
  }

  private Path kept(Path model, String identity) throws IOException {
    List<Path> files;
    // What is in the hub's cache are links.
    try (Stream<Path> all = Files.walk(model, FileVisitOption.FOLLOW_LINKS)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    StringBuilder key = new StringBuilder(model.toAbsolutePath() + "\n" + identity);
    for (Path file : files) {
      key.append('\n').append(identity(model.relativize(file), file));
    }
    String hash = Hashes.sha256(out -> out.write(key.toString()));
    return models.cache().resolve(FOLDER).resolve(hash.substring(0, 32) + ".properties");
  }

  private static String identity(Path name, Path file) throws IOException {
    return name + "\t" + Files.size(file) + "\t" + Files.getLastModifiedTime(file);
  }

  private static Row read(Path file) throws IOException {
    Properties row = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      row.load(in);
    }
    return new Row(
        row.getProperty("scorer", ""),
        row.getProperty("shape", ""),
        row.getProperty("tokens", ""),
        row.getProperty("sha256", ""));
  }

  private static void write(Row row, Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("scorer", row.scorer());
    properties.setProperty("shape", row.shape());
    properties.setProperty("tokens", row.tokens());
    properties.setProperty("sha256", row.sha256());
    AtomicFile.writeBytes(file, out -> properties.store(out, null));
  }
}
