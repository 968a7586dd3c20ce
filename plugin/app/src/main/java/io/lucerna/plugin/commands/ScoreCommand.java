package io.lucerna.plugin.commands;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.InterventionOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.PairsOptions;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.rerank.Interventions;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.record.PairTable;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code score}: the scores of the pairs of a table or of candidates, in their order. */
public final class ScoreCommand implements Command {
  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final InterventionOptions intervene = new InterventionOptions();
  private final RunInputs inputs = new RunInputs();
  private final RerankOptions rerank = new RerankOptions();
  private final PairsOptions given = new PairsOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage =
          "Table with tabs and the header qid, docid, score; scores read back as the same float.")
  String output = "";

  @Option(
      name = "-terms",
      metaVar = "[num]",
      usage =
          "For SPLADE: also write FILE.terms.tsv, the heaviest terms of each query and passage, this"
              + " many, with their weights.")
  @Nullable Integer terms;

  public ScoreCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, given, inputs, model, rerank, intervene, collections);
  }

  @Override
  public String example() {
    return "-model minilm -pairs pairs.tsv -output scores.tsv";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    intervene.spec();
    rerank.check();
    Provenance provenance = new Provenance(console);
    List<PairTable.Row> rows =
        PairRows.read(given, inputs, rerank, collections, provenance::put, console);
    Path target = Outputs.writable(output);
    try (Ranker scorer = models.open(model.modelOrDefault(), options, console);
        Interventions interventions = intervene.compile(scorer)) {
      List<QueryLimits.Query> queries =
          rows.stream()
              .map(row -> new QueryLimits.Query("query " + row.qid(), row.query()))
              .toList();
      QueryLimits.check(
          scorer::fit, queries, given.pairs == null ? inputs.queries() : given.pairs, console);
      TermsTable table = terms == null ? null : new TermsTable(scorer, terms);
      float[] scores = score(rows, scorer, table, interventions, console);
      interventions.finish(console);
      if (given.pairs != null) {
        provenance.put("pairs", Hashes.of(Path.of(given.pairs)));
      }
      provenance.put(scorer.card());
      intervene.describe(provenance, interventions);
      provenance.write(
          target,
          () -> {
            write(target, rows, scores);
            if (table != null) {
              table.writeBeside(target);
            }
          });
    }
  }

  private static void write(Path target, List<PairTable.Row> rows, float[] scores)
      throws IOException {
    AtomicFile.write(
        target,
        out -> {
          out.write("qid\tdocid\tscore\n");
          for (int i = 0; i < scores.length; i++) {
            PairTable.Row row = rows.get(i);
            out.write(row.qid() + "\t" + row.docid() + "\t" + Float.toString(scores[i]) + "\n");
          }
        });
  }

  /** Scores the rows; neighbours of one topic and query go together. */
  private static float[] score(
      List<PairTable.Row> rows,
      Ranker scorer,
      @Nullable TermsTable table,
      Interventions interventions,
      Console console) {
    float[] all = new float[rows.size()];
    int truncated = 0;
    try (Progress progress = new Progress(console, "scoring", rows.size())) {
      for (int from = 0; from < all.length; ) {
        String query = rows.get(from).query();
        String topic = rows.get(from).qid();
        int to = from;
        while (to < all.length
            && rows.get(to).query().equals(query)
            && rows.get(to).qid().equals(topic)) {
          to++;
        }
        List<PairTable.Row> own = rows.subList(from, to);
        List<String> texts = own.stream().map(PairTable.Row::text).toList();
        List<String> docids = own.stream().map(PairTable.Row::docid).toList();
        Hooks hooks = interventions.hooks(topic, docids);
        PairScores scores;
        try {
          scores = table == null ? scorer.score(query, texts, hooks) : table.score(own, hooks);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("query " + topic + ": " + e.getMessage(), e);
        }
        System.arraycopy(scores.scores(), 0, all, from, texts.size());
        truncated += scores.truncatedCount();
        progress.advance(texts.size());
        from = to;
      }
    }
    console.say(
        "scored %s with %s; %d truncated to %d tokens",
        Counted.of(all.length, "pair"), scorer.card().name(), truncated, scorer.card().maxTokens());
    scorer.sparsity().ifPresent(sparsity -> console.say("%s", sparsity));
    return all;
  }
}
