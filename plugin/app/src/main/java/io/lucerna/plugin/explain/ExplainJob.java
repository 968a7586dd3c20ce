package io.lucerna.plugin.explain;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.reranker.ExplainOptions;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.record.PairTable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Explains the scores of pairs, one after the other.
 *
 * @param options how scores are divided
 * @param compared whether the difference of two passages is asked for
 * @param folder where files are written; empty for none
 * @param provenance what is said of how they were made
 */
public record ExplainJob(
    Ranker ranker,
    ExplainOptions options,
    boolean compared,
    Optional<Path> folder,
    Provenance provenance,
    Console console) {

  /** Prints what each score is made of, and writes it if that is asked for. */
  public void run(List<PairTable.Row> rows) throws IOException {
    ExplainText text = new ExplainText(Boolean.getBoolean("lucerna.colour"));
    List<Explained> pairs = new ArrayList<>();
    try (Progress progress = new Progress(console, "explaining", rows.size())) {
      for (PairTable.Row row : rows) {
        Explained pair = explained(row);
        pairs.add(pair);
        text.lines(pair).forEach(console.out()::println);
        progress.advance(1);
      }
    }
    if (compared) {
      text.difference(pairs.get(0), pairs.get(1)).forEach(console.out()::println);
    }
    if (folder.isPresent()) {
      write(folder.get(), pairs);
    }
  }

  private void write(Path to, List<Explained> pairs) throws IOException {
    ExplainFiles.write(to, pairs);
    provenance.writeBeside(to.resolve(ExplainFiles.FILE));
    Path arrays = Files.createDirectories(to.resolve("arrays"));
    delete(arrays, "*.npy");
    delete(to, "words.*.svg");
    new ExplainArrays(arrays).write(pairs);
    for (int i = 0; i < pairs.size(); i++) {
      write(to.resolve("words." + (i + 1) + ".svg"), WordsFigure.of(pairs.get(i)));
    }
    if (compared) {
      write(to.resolve("words.difference.svg"), WordsFigure.difference(pairs.get(0), pairs.get(1)));
    }
    Path page = to.resolve("explanation.html");
    new ExplainPage(pairs, compared, ranker.card(), options).write(page);
    console.say("%s in %s", Counted.of(pairs.size(), "pair"), page);
  }

  /** Of an earlier explanation in this folder nothing stays. */
  private static void delete(Path folder, String names) throws IOException {
    try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, names)) {
      for (Path file : old) {
        Files.delete(file);
      }
    }
  }

  private static void write(Path file, WordsFigure figure) throws IOException {
    AtomicFile.write(file, out -> out.write(figure.svg("words")));
  }

  private Explained explained(PairTable.Row row) {
    return new Explained(
        row.qid(),
        row.docid(),
        row.query(),
        row.text(),
        ranker.explain(row.query(), row.text(), options));
  }
}
