package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.eval.Ranking;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.explain.HitTrees;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.HitsOptions;
import io.lucerna.plugin.options.InterventionOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.rerank.Interventions;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.plugin.rerank.RerankJob;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * {@code rerank}: any TREC run, or RankLLM requests, in; the same candidates in the order of a
 * neural ranker out.
 */
public final class RerankCommand implements Command {
  /** In the place of a model: the candidates stay in their order. */
  private static final String NONE = "none";

  private static final String TAG = "Lucerna";

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final RunInputs inputs = new RunInputs();
  private final InterventionOptions intervene = new InterventionOptions();
  private final HitsOptions explain = new HitsOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage =
          "Reranked run, or requests if the name ends in .jsonl; FILE.meta.json records how it "
              + "was made.")
  String output = "";

  @Option(
      name = "-runtag",
      metaVar = "[tag]",
      usage = "Last column of the run (default: the model's label if it has one, else Lucerna).")
  @Nullable String runtag;

  @Option(name = "-format", metaVar = "[format]", usage = "Format of the run: trec or msmarco.")
  String format = "trec";

  public RerankCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, inputs, model, rerank, intervene, explain, collections);
  }

  @Override
  public String example() {
    return "-index indexes/cacm -topics topics.cacm.txt -run run.bm25.txt -output run.minilm.txt"
        + " -rerank.model minilm -rerank.depth 50";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    if (!intervene.spec().isEmpty() && NONE.equals(model.model)) {
      throw new CommandException(
          ExitCode.USAGE, "-rerank.model none: there is no model to intervene in");
    }
    explain.check(!NONE.equals(model.model), intervene.spec());
    Outputs out = new Outputs(output, format, runtag == null ? TAG : runtag);
    boolean requests = Requests.isRequests(output);
    // Requests carry the texts of all candidates, a run those of none.
    int written = requests ? Integer.MAX_VALUE : 0;
    try (CandidatePool pool =
        inputs.read(
            rerank.depth,
            written,
            requests ? Ids.JSON : Ids.RUN,
            text -> {},
            collections,
            console)) {
      pool.requireDocuments(NONE.equals(model.model) ? written : Math.max(rerank.depth, written));
      if (NONE.equals(model.model)) {
        write(pool, out, console);
      } else {
        rerank(pool, options, out, console);
      }
    }
  }

  /** The first stage as it is. */
  private static void write(CandidatePool pool, Outputs out, Console console) throws IOException {
    Provenance provenance = new Provenance(console);
    pool.identity().forEach(provenance::put);
    List<Ranking> rankings = pool.topics().stream().map(Candidates::ranking).toList();
    RerankJob.Outcome asIs = new RerankJob.Outcome(rankings, 0, 0, 0, 0);
    provenance.write(out.path(), () -> out.write(asIs, pool.topics(), pool.texts()));
    console.say("%s as the first stage has them", Counted.of(rankings.size(), "topic"));
  }

  private void rerank(CandidatePool pool, ScorerOptions options, Outputs out, Console console)
      throws IOException {
    Provenance provenance = new Provenance(console);
    pool.identity().forEach(provenance::put);
    List<Candidates> candidates = pool.topics();
    TextSource texts = pool.texts();
    CleaningChoice cleaning = rerank.cleaning(inputs.collection(), texts);
    console.say("passages cleaned: %s", cleaning);
    try (Ranker scorer = models.open(model.modelOrDefault(), options, console);
        Interventions interventions = intervene.compile(scorer)) {
      QueryLimits.ofTopics(scorer, candidates, inputs.queries(), console);
      CleanedTexts passages = new CleanedTexts(texts, cleaning);
      RerankJob.Outcome outcome =
          new RerankJob(scorer, rerank.depth, interventions, console).run(candidates, passages);
      Outputs tagged = out.tagged(interventions.tag(tag(scorer)));
      provenance.put(scorer.card()).put("depth", rerank.depth).put("cleaning", cleaning.toString());
      intervene.describe(provenance, interventions);
      provenance.put(outcome).write(out.path(), () -> tagged.write(outcome, candidates, texts));
      console.say("%s", outcome.summary(scorer));
      if (explain.count() > 0) {
        HitTrees.of(
                scorer,
                explain.count(),
                candidates,
                outcome.rankings(),
                rerank.depth,
                passages,
                console)
            .writeBeside(out.path(), console);
      }
    }
  }

  private String tag(Ranker scorer) {
    return runtag == null ? tag(model, scorer) : runtag;
  }

  /** The tag of a run if none was given. */
  static String tag(ModelOptions model, Ranker scorer) {
    return model.modelLabel == null ? TAG : scorer.card().tag();
  }
}
