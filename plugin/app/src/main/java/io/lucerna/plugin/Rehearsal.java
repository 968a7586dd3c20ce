package io.lucerna.plugin;

import io.lucerna.plugin.cli.Logging;
import io.lucerna.qrels.BundledJudgments;
import io.lucerna.topics.BundledCollection;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the commands that people start most, on next to nothing, so that Java can keep the classes
 * that they load: the launcher makes its archive of classes from this run, and later starts take a
 * fraction of the time. A command that fails only leaves its classes out.
 */
public final class Rehearsal {
  private static final String RUN =
      """
      1 Q0 L0040 1 1.5 bm25
      1 Q0 L0241 2 1.25e0 bm25
      2 Q0 L0040 1 0.12345678901234567 bm25
      """;

  private static final String PAIRS =
      "qid\tquery\tdocid\ttext\n1\tlamp oil\ta\tA lamp burns oil.\n";

  private Rehearsal() {}

  /** Runs the commands; what they print is thrown away. */
  public static void main(String[] arguments) throws IOException {
    Logging.configure();
    Path folder = Files.createTempDirectory("lucerna-rehearsal");
    try (PrintStream none =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      for (List<String> command : commands(folder)) {
        new Main(none, System.err, false).run(command.toArray(String[]::new));
      }
    } finally {
      delete(folder);
    }
  }

  private static List<List<String>> commands(Path folder) throws IOException {
    String corpus = folder.resolve("corpus").toString();
    BundledCollection.writeCorpus(Path.of(corpus));
    String topics = BundledCollection.writeTopics(folder).toString();
    String qrels = BundledJudgments.writeQrels(folder).toString();
    String run = Files.writeString(folder.resolve("run"), RUN).toString();
    String pairs = Files.writeString(folder.resolve("pairs"), PAIRS).toString();
    String index = folder.resolve("index").toString();
    String found = folder.resolve("found").toString();
    return List.of(
        List.of("-version"),
        List.of("-help"),
        List.of("eval", "-q", "-c", "-m", "all_trec", "-m", "MRR@10", qrels, run),
        List.of("compare", qrels, run, Files.writeString(folder.resolve("other"), RUN).toString()),
        List.of("models"),
        List.of("hooks", "-model", "minilm"),
        List.of("score", "-model", "minilm", "-pairs", pairs, "-output", found),
        List.of(
            "index",
            "-collection",
            "JsonCollection",
            "-generator",
            "DefaultLuceneDocumentGenerator",
            "-input",
            corpus,
            "-index",
            index,
            "-storeRaw"),
        List.of("search", "-index", index, "-topics", topics, "-bm25", "-output", found),
        List.of(
            "rerank", "-index", index, "-topics", topics, "-run", run, "-depth", "1", "-output",
            found));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
