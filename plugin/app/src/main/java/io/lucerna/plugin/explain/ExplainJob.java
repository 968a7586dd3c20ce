package io.lucerna.plugin.explain;

import io.lucerna.base.Counted;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.record.PairTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Explains the scores of pairs, one after the other.
 *
 * @param compared whether the difference of two passages is asked for
 * @param folder where files are written; empty for none
 * @param provenance what is said of how they were made
 */
public record ExplainJob(
    Ranker ranker,
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
      Path file = folder.get().resolve(ExplainFiles.FILE);
      ExplainFiles.write(folder.get(), pairs);
      provenance.writeBeside(file);
      console.say("%s in %s", Counted.of(pairs.size(), "pair"), file);
    }
  }

  private Explained explained(PairTable.Row row) {
    return new Explained(
        row.qid(), row.docid(), row.query(), row.text(), ranker.explain(row.query(), row.text()));
  }
}
