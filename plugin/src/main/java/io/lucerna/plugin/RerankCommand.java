package io.lucerna.plugin;

import io.lucerna.reranker.PairScorer;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.util.List;
import org.kohsuke.args4j.Option;

/**
 * {@code rerank}: any TREC run, or RankLLM requests, in; the same candidates in the order of a
 * neural ranker out.
 */
final class RerankCommand implements Command {
  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final RunInputs inputs = new RunInputs();
  private final InterventionOptions intervene = new InterventionOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-run",
      aliases = "-input",
      required = true,
      metaVar = "[file]",
      usage =
          "TREC run, or RankLLM requests if the name ends in .jsonl; requests hold queries and texts, a run needs -topics and -index or -corpus.")
  String input = "";

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage =
          "Reranked run, or requests if the name ends in .jsonl; FILE.meta.json tells how it was made.")
  String output = "";

  @Option(name = "-runtag", metaVar = "[tag]", usage = "Last column of the run.")
  String runtag = "Lucerna";

  @Option(name = "-format", metaVar = "[format]", usage = "Format of the run: trec or msmarco.")
  String format = "trec";

  RerankCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, inputs, model, rerank, intervene, collections);
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
    Outputs out = new Outputs(output, format, Interventions.tag(runtag, intervene.spec()));
    Provenance provenance = new Provenance(console);
    if (Requests.isRequests(input)) {
      Requests requests = Requests.read(Inputs.file(input));
      provenance.put("requests", requests.identity());
      rerank(requests.topics(), requests, options, out, provenance, console);
      return;
    }
    List<Candidates> candidates = inputs.candidates(input, collections, console);
    // Requests carry the texts of all candidates, a run those of none.
    int wanted = Requests.isRequests(output) ? Integer.MAX_VALUE : rerank.depth;
    try (TextSource texts = inputs.texts(candidates, wanted)) {
      inputs.identity(input, texts).forEach(provenance::put);
      rerank(candidates, texts, options, out, provenance, console);
    }
  }

  private void rerank(
      List<Candidates> candidates,
      TextSource texts,
      ScorerOptions options,
      Outputs out,
      Provenance provenance,
      Console console)
      throws IOException {
    CleaningChoice cleaning = rerank.cleaning(inputs.collection(), candidates, texts);
    console.say("passages cleaned: %s", cleaning);
    try (PairScorer scorer = models.open(model.modelOrDefault(), options, console);
        Interventions interventions = intervene.compile(scorer)) {
      RerankJob.Outcome outcome =
          new RerankJob(scorer, rerank.depth, interventions, console)
              .run(candidates, (t, d) -> cleaning.cleaning().apply(texts.text(t, d)));
      out.write(outcome, candidates, texts);
      provenance.put(scorer.card()).put("depth", rerank.depth).put("cleaning", cleaning.toString());
      interventions.describe(provenance);
      provenance.put(outcome).writeBeside(out.path());
      console.say("%s", outcome.summary(scorer));
    }
  }
}
