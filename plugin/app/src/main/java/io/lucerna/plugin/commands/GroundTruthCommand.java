package io.lucerna.plugin.commands;

import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.plugin.groundtruth.GroundTruth;
import io.lucerna.plugin.groundtruth.NodeTrial;
import io.lucerna.plugin.groundtruth.Rule;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.table.Csv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code groundtruth}: a ranker whose inside is known, and a collection for it. */
public final class GroundTruthCommand implements Command {
  private final SeedOptions seeds = new SeedOptions();

  @Option(
      name = "-output",
      metaVar = "[folder]",
      usage = "A new or empty folder for the model, the collection and truth.json.")
  @Nullable String output;

  @Option(
      name = "-evaluate",
      metaVar = "[folder]",
      forbids = {"-output", "-kind", "-decoys", "-seed"},
      usage =
          "Such a folder: how well each method tells its true nodes from decoys, as a table, and as"
              + " evaluation.csv in it.")
  @Nullable String evaluate;

  @Option(
      name = "-pairs",
      metaVar = "[num]",
      depends = "-evaluate",
      usage = "On how many pairs of texts methods are tried.")
  int pairs = NodeTrial.PAIRS;

  @Option(
      name = "-kind",
      metaVar = "[bm25 | tf | idf | position]",
      usage = "What the ranker ranks by.")
  String kind = Rule.BM25.option();

  @Option(name = "-decoys", metaVar = "[num]", usage = "Heads of each layer that do not matter.")
  int decoys = 3;

  @Override
  public List<Object> options() {
    return List.of(this, seeds);
  }

  @Override
  public String example() {
    return "-kind bm25 -decoys 3 -output truth/bm25";
  }

  @Override
  public void run(Console console) throws Exception {
    if (evaluate != null) {
      evaluate(Path.of(evaluate), console);
    } else if (output != null) {
      make(output, console);
    } else {
      throw new CommandException(ExitCode.USAGE, "give -output to make one, or -evaluate");
    }
  }

  private void evaluate(Path folder, Console console) throws IOException {
    if (!Files.isRegularFile(folder.resolve(GroundTruth.TRUTH))) {
      throw new CommandException(
          ExitCode.INPUT, folder + ": has no truth.json; groundtruth -output makes such a folder");
    }
    List<NodeTrial.Row> rows;
    try (Ranker ranker = Rankers.open(folder, "compiled", ScorerOptions.defaults())) {
      rows = NodeTrial.of(folder, ranker).rows(pairs);
    }
    TextTable table =
        new TextTable(2, "method", "of", "AUROC", "P@k", "of exact", "forward", "backward");
    for (NodeTrial.Row row : rows) {
      table.add(
          List.of(
              row.method(),
              row.of(),
              number(row.auroc()),
              number(OptionalDouble.of(row.precision())),
              number(row.share()),
              "" + row.cost().forwards(),
              "" + row.cost().backwards()));
    }
    table.lines().forEach(console.out()::println);
    Csv.write(
        folder.resolve("evaluation.csv"),
        List.of("method", "of", "auroc", "precision", "of_exact", "forwards", "backwards"),
        csv -> {
          for (NodeTrial.Row row : rows) {
            csv.printRecord(
                row.method(),
                row.of(),
                Csv.field(row.auroc()),
                row.precision(),
                Csv.field(row.share()),
                row.cost().forwards(),
                row.cost().backwards());
          }
        });
    if (NodeTrial.exact(rows).anyMatch(row -> row.precision() < 1)) {
      throw new CommandException(ExitCode.FAILED, "exact patching did not find the true nodes");
    }
  }

  private static String number(OptionalDouble value) {
    return value.isEmpty() ? "" : String.format(Locale.ROOT, "%.4f", value.getAsDouble());
  }

  private void make(String output, Console console) throws IOException {
    GroundTruth truth = new GroundTruth(Rule.parse(kind), decoys, seeds.seed);
    Path folder = Outputs.folder(output);
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new CommandException(ExitCode.USAGE, output + ": is not empty; give a new folder");
        }
      }
    }
    truth.write(folder);
    GroundTruth.Fit fit;
    try (Ranker ranker = Rankers.open(folder, "compiled", ScorerOptions.defaults())) {
      fit = truth.fit(ranker);
    }
    console.say(
        "its scores are those of %s within %.1e of the largest; Kendall's tau %.4f in every topic",
        kind, fit.worst(), fit.tau());
    console.say("model, corpus.jsonl, topics.tsv, qrels.txt and truth.json in %s", folder);
    if (fit.tau() < 1) {
      throw new CommandException(ExitCode.FAILED, "the compiled ranker does not rank by " + kind);
    }
  }
}
