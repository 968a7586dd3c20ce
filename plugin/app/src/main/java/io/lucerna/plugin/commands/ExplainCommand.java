package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.explain.ExplainFiles;
import io.lucerna.plugin.explain.ExplainText;
import io.lucerna.plugin.explain.Explained;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.PairsOptions;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.record.PairTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code explain}: what tokens and components add to a score. */
public final class ExplainCommand implements Command {
  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RunInputs inputs = new RunInputs();
  private final RerankOptions rerank = new RerankOptions();
  private final PairsOptions given = new PairsOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-query",
      metaVar = "[text]",
      depends = "-passage",
      forbids = {"-pairs", "-run", "-collection", "-topic", "-docid"},
      usage = "A query, for -passage.")
  @Nullable String query;

  @Option(
      name = "-passage",
      metaVar = "[text]",
      depends = "-query",
      usage = "The passage whose score is explained.")
  @Nullable String passage;

  @Option(
      name = "-topic",
      metaVar = "[id]",
      depends = "-docid",
      usage = "The topic, with -run, -collection or -pairs.")
  @Nullable String topic;

  @Option(
      name = "-docid",
      metaVar = "[ids]",
      depends = "-topic",
      usage = "The document, or two, separated by a comma: then also why one is above the other.")
  @Nullable String docid;

  @Option(
      name = "-output",
      metaVar = "[folder]",
      usage = "Also write explanation.json into this folder, which is made if it does not exist.")
  @Nullable String output;

  public ExplainCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, given, inputs, model, rerank, collections);
  }

  @Override
  public String example() {
    return "-model minilm -collection dl19 -topic 264014 -docid 5611210,6641238";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    Provenance provenance = new Provenance(console);
    List<PairTable.Row> rows = rows(provenance, console);
    Path folder = output == null ? null : Outputs.folder(output);
    ExplainText text = new ExplainText(Boolean.getBoolean("lucerna.colour"));
    List<Explained> pairs = new ArrayList<>();
    try (Ranker ranker = models.open(model.modelOrDefault(), options, console);
        Progress progress = new Progress(console, "explaining", rows.size())) {
      for (PairTable.Row row : rows) {
        Explained pair =
            new Explained(
                row.qid(),
                row.docid(),
                row.query(),
                row.text(),
                ranker.explain(row.query(), row.text()));
        pairs.add(pair);
        text.lines(pair).forEach(console.out()::println);
        progress.advance(1);
      }
      provenance.put(ranker.card());
    }
    if (docid != null && pairs.size() == 2) {
      text.difference(pairs.get(0), pairs.get(1)).forEach(console.out()::println);
    }
    if (folder != null) {
      ExplainFiles.write(folder, pairs);
      provenance.writeBeside(folder.resolve(ExplainFiles.FILE));
      console.say("%s in %s", Counted.of(pairs.size(), "pair"), folder.resolve(ExplainFiles.FILE));
    }
  }

  private List<PairTable.Row> rows(Provenance provenance, Console console) throws Exception {
    if (query != null && passage != null) {
      return List.of(new PairTable.Row(0, "query", query, "passage", passage));
    }
    List<PairTable.Row> all =
        PairRows.read(given, inputs, rerank, collections, provenance, console);
    if (topic == null || docid == null) {
      if (given.pairs == null) {
        throw new CommandException(
            ExitCode.USAGE, "name the passages: -topic T -docid D, or two: -docid D1,D2");
      }
      return all;
    }
    List<PairTable.Row> ofTopic = all.stream().filter(row -> row.qid().equals(topic)).toList();
    if (ofTopic.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, "there is no topic " + topic);
    }
    List<PairTable.Row> wanted = new ArrayList<>();
    for (String id : docid.split(",", -1)) {
      wanted.add(
          ofTopic.stream()
              .filter(row -> row.docid().equals(id))
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandException(
                          ExitCode.INPUT,
                          "topic "
                              + topic
                              + " has no candidate '"
                              + id
                              + "' among the "
                              + Counted.of(ofTopic.size(), "passage")
                              + " that are read")));
    }
    return wanted;
  }
}
