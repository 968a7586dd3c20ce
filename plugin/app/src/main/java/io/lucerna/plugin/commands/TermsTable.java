package io.lucerna.plugin.commands;

import io.lucerna.base.AtomicFile;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.TopTerms;
import io.lucerna.studies.record.PairTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The heaviest terms of queries and passages, as a table with tabs: a query's lines have no docid.
 */
final class TermsTable {
  private final Ranker ranker;
  private final int most;
  private final StringBuilder lines = new StringBuilder("qid\tdocid\tterm\tweight\n");

  /**
   * A table of the terms of a scorer's texts.
   *
   * @param most how many terms of a text
   * @throws CommandException if the scorer gives no weights of terms
   */
  TermsTable(Ranker scorer, int most) {
    this.ranker = scorer;
    this.most = most;
    try {
      new TopTerms(scorer, most);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "-terms: " + e.getMessage(), e);
    }
  }

  /** Scores a query's passages and notes the terms. */
  PairScores score(List<PairTable.Row> rows, Hooks hooks) {
    TopTerms terms = new TopTerms(ranker, most);
    List<String> texts = rows.stream().map(PairTable.Row::text).toList();
    PairScores scores = ranker.score(rows.getFirst().query(), texts, terms.watch(hooks));
    note(rows.getFirst().qid(), "", terms.ofQuery());
    for (int i = 0; i < rows.size(); i++) {
      note(rows.get(i).qid(), rows.get(i).docid(), terms.ofPassage(i));
    }
    return scores;
  }

  private void note(String qid, String docid, List<TopTerms.Term> terms) {
    for (TopTerms.Term term : terms) {
      lines.append(
          String.format(Locale.ROOT, "%s\t%s\t%s\t%s\n", qid, docid, term.text(), term.weight()));
    }
  }

  /** Writes the table next to an output, as {@code OUTPUT.terms.tsv}. */
  void writeBeside(Path output) throws IOException {
    Path target = output.resolveSibling(output.getFileName() + ".terms.tsv");
    AtomicFile.write(target, out -> out.write(lines.toString()));
  }
}
