package io.lucerna.plugin;

import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.reranker.PairScorer;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * {@code rerank}: any TREC run, or RankLLM requests, in; the same candidates in the order of a
 * neural ranker out.
 */
final class RerankCommand implements Command {
  private final ModelRegistry models;
  private final RerankOptions rerank = new RerankOptions();
  private final InterventionOptions intervene = new InterventionOptions();
  private final CollectionOptions collections;
  private Optional<NamedCollection> collection = Optional.empty();

  @Option(
      name = "-run",
      aliases = "-input",
      required = true,
      metaVar = "[file]",
      usage = "TREC run, or RankLLM requests if the name ends in .jsonl.")
  String input = "";

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage =
          "Reranked run, or requests if the name ends in .jsonl; FILE.meta.json tells how it was made.")
  String output = "";

  @Option(
      name = "-topics",
      metaVar = "[file]",
      usage =
          "Topics, or the name of a collection; not needed with requests, which hold the queries.")
  @Nullable String topics;

  @Option(
      name = "-topicReader",
      metaVar = "[name]",
      usage =
          "Anserini's name of the topics' format (Trec, Cacm, TsvInt, TsvString, JsonString, ...); told from the file if not given.")
  @Nullable String topicReader;

  @Option(
      name = "-topicField",
      metaVar = "[field]",
      usage = "title, description, narrative, or several joined by +.")
  String topicField = "title";

  @Option(
      name = "-index",
      metaVar = "[path]",
      forbids = "-corpus",
      usage = "Index that stores the texts (indexed with -storeRaw or -storeContents).")
  @Nullable String index;

  @Option(
      name = "-corpus",
      metaVar = "[path]",
      usage = "Texts in JSON lines, a file or a folder: id, and contents or title and text.")
  @Nullable String corpus;

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
    return List.of(this, rerank, intervene, collections);
  }

  @Override
  public String example() {
    return "-index indexes/cacm -topics topics.cacm.txt -run run.bm25.txt -output run.minilm.txt"
        + " -rerank.model minilm -rerank.depth 50";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = rerank.scorerOptions();
    rerank.cleaning();
    Outputs out = new Outputs(output, format, Interventions.tag(runtag, intervene.spec()));
    Provenance provenance = new Provenance(console);
    if (Requests.isRequests(input)) {
      Requests requests = Requests.read(Inputs.file(input));
      provenance.put("requests", requests.identity());
      rerank(requests.topics(), requests, options, out, provenance, console);
      return;
    }
    if (topics == null) {
      throw new CommandException(ExitCode.USAGE, "-topics is needed to rerank a run");
    }
    findCollection(topics);
    Map<String, String> queries = TopicFiles.read(topics, topicReader, topicField);
    Run run = Run.read(Inputs.file(input));
    List<Candidates> candidates = candidates(run, queries, console);
    try (TextSource texts = texts(candidates)) {
      provenance.put("run", Hashes.of(Path.of(input)));
      provenance.put("topics", Outputs.topics(topics));
      provenance.put("texts", texts.identity());
      rerank(candidates, texts, options, out, provenance, console);
    }
  }

  private void findCollection(String given) throws IOException {
    collection = CollectionOptions.named(given);
    if (collection.isPresent()) {
      topics = collections.topics(collection.get()).toString();
      topicReader =
          topicReader == null ? collection.get().topicFormat().anseriniName() : topicReader;
    }
  }

  private List<Candidates> candidates(Run run, Map<String, String> queries, Console console) {
    List<Candidates> candidates = new ArrayList<>();
    for (Ranking ranking : run.rankings()) {
      String query = queries.get(ranking.topic());
      if (query == null) {
        throw new CommandException(
            ExitCode.INPUT,
            input + ": topic " + ranking.topic() + " of the run is not in " + topics);
      }
      candidates.add(new Candidates(query, ranking));
    }
    Set<String> without = new LinkedHashSet<>(queries.keySet());
    without.removeAll(run.topics());
    if (!without.isEmpty()) {
      console.say(
          "%d of %d topics have no hits in the run: %s",
          without.size(), queries.size(), Outputs.some(without));
    }
    return candidates;
  }

  private TextSource texts(List<Candidates> candidates) throws IOException {
    if (index != null) {
      return IndexTexts.open(index);
    }
    if (corpus == null) {
      throw new CommandException(ExitCode.USAGE, "the texts are missing: give -index or -corpus");
    }
    // Requests carry the texts of all candidates, a run those of none.
    int wanted = Requests.isRequests(String.valueOf(output)) ? Integer.MAX_VALUE : rerank.depth;
    Set<String> docnos = new LinkedHashSet<>();
    candidates.forEach(c -> docnos.addAll(c.ranking().top(wanted).docnos()));
    return CorpusTexts.read(Path.of(corpus), docnos);
  }

  private void rerank(
      List<Candidates> candidates,
      TextSource texts,
      ScorerOptions options,
      Outputs out,
      Provenance provenance,
      Console console)
      throws IOException {
    CleaningChoice cleaning = rerank.cleaning(collection, candidates, texts);
    console.say("passages cleaned: %s", cleaning);
    String model = rerank.model == null ? ModelRegistry.DEFAULT : rerank.model;
    try (PairScorer scorer = models.open(model, options, console);
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
