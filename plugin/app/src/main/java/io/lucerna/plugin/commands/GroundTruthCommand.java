package io.lucerna.plugin.commands;

import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.groundtruth.GroundTruth;
import io.lucerna.plugin.groundtruth.Rule;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kohsuke.args4j.Option;

/** {@code groundtruth}: a ranker whose inside is known, and a collection for it. */
public final class GroundTruthCommand implements Command {
  private final SeedOptions seeds = new SeedOptions();

  @Option(
      name = "-output",
      required = true,
      metaVar = "[folder]",
      usage = "A new or empty folder for the model, the collection and truth.json.")
  String output = "";

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
