package io.lucerna.plugin.commands;

import io.lucerna.instrumentation.model.Biases;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.explain.ExplainJob;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.reranker.ExplainOptions;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.record.PairTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code explain}: what tokens and components add to a score. */
public final class ExplainCommand implements Command {
  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final ExplainPairs pairs;
  private final ExplainEvaluation evaluation;

  @Option(
      name = "-output",
      metaVar = "[folder]",
      usage =
          "Also write a page, pictures, explanation.json and arrays into this folder, which is made"
              + " if it does not exist.")
  @Nullable String output;

  @Option(
      name = "-bias",
      metaVar = "[rule]",
      forbids = "-evaluate",
      usage =
          "What becomes of biases: own (a part of their own), or absdot (tokens share each by its"
              + " products with their parts).")
  String bias = Biases.OWN.toString();

  public ExplainCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.pairs = new ExplainPairs(collections);
    this.evaluation = new ExplainEvaluation(pairs, collections);
  }

  @Override
  public List<Object> options() {
    List<Object> options = new ArrayList<>(List.of(this, model));
    options.addAll(pairs.options());
    options.addAll(evaluation.options());
    return options;
  }

  @Override
  public String example() {
    return "-model minilm -collection dl19 -topic 264014 -docid 5611210,6641238";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    ExplainOptions how = ExplainOptions.DEFAULT.withBiases(Biases.parse(bias));
    pairs.check();
    if (evaluation.wanted()) {
      evaluation.run(output, models, model, options, console);
      return;
    }
    Provenance provenance = new Provenance(console);
    Optional<Path> folder = Optional.ofNullable(output).map(Outputs::folder);
    List<PairTable.Row> rows = pairs.wanted(provenance::put, console);
    try (Ranker ranker = models.open(model.modelOrDefault(), options, console)) {
      provenance.put(ranker.card());
      new ExplainJob(ranker, how, pairs.areCompared(), folder, provenance, console).run(rows);
    }
  }
}
