package io.lucerna.plugin.commands;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.PairsOptions;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.RunPairs;
import io.lucerna.studies.record.PairTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The pairs of query and passage that a command is given: those of a table, or candidates. */
final class PairRows {
  private PairRows() {}

  /**
   * The pairs, in their order.
   *
   * @param provenance is told of the candidates
   * @throws CommandException if there are none
   */
  static List<PairTable.Row> read(
      PairsOptions given,
      RunInputs inputs,
      RerankOptions rerank,
      CollectionOptions collections,
      BiConsumer<String, Object> provenance,
      Console console)
      throws IOException {
    return given.pairs == null
        ? candidates(inputs, rerank, collections, provenance, console)
        : table(given.pairs);
  }

  /** The candidates that {@code rerank} would score. */
  private static List<PairTable.Row> candidates(
      RunInputs inputs,
      RerankOptions rerank,
      CollectionOptions collections,
      BiConsumer<String, Object> provenance,
      Console console)
      throws IOException {
    inputs.complete(collections, console);
    if (inputs.run == null) {
      throw new CommandException(ExitCode.USAGE, "give the pairs: -pairs, -run or -input");
    }
    List<PairTable.Row> rows = new ArrayList<>();
    CandidatePool pool = inputs.read(rerank.depth, Ids.TABLE, collections, console);
    CleaningChoice cleaning = rerank.cleaning(inputs.collection(), pool.texts());
    console.say("passages cleaned: %s", cleaning);
    try (RunPairs read = new RunPairs(pool, cleaning, rerank.depth)) {
      read.forEach(
          group ->
              group
                  .pairs()
                  .forEach(
                      p ->
                          rows.add(
                              new PairTable.Row(0, p.qid(), group.query(), p.docid(), p.text()))));
      read.identity().forEach(provenance);
    }
    if (rows.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, inputs.run + ": there are no candidates");
    }
    return rows;
  }

  private static List<PairTable.Row> table(String pairs) throws IOException {
    List<PairTable.Row> rows = new ArrayList<>();
    try (PairTable table = PairTable.open(pairs)) {
      for (var row = table.next(); row.isPresent(); row = table.next()) {
        rows.add(row.get());
      }
    }
    if (rows.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, pairs + ": no pairs below the header");
    }
    return rows;
  }
}
