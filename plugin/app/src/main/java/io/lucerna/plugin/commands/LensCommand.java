package io.lucerna.plugin.commands;

import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.lens.Attribution;
import io.lucerna.plugin.lens.LensJob;
import io.lucerna.plugin.lens.LensReport;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.FolderOptions;
import io.lucerna.plugin.options.LevelOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RoundsOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.plugin.rerank.Interventions;
import io.lucerna.plugin.rerank.RerankJob;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.work.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code lens}: what a ranking by each layer would be worth, and who writes the score. */
public final class LensCommand implements Command {
  private static final String NDCG = "nDCG@10";

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final RunInputs inputs = new RunInputs();
  private final SeedOptions random = new SeedOptions();
  private final RoundsOptions rounds = new RoundsOptions();
  private final LevelOptions level = new LevelOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-output",
      required = true,
      metaVar = "[folder]",
      usage = "Folder for all files; made if it does not exist.")
  String output = "";

  @Option(
      name = "-qrels",
      metaVar = "[file]",
      usage = "Judgments in TREC format, or the name of a collection.")
  @Nullable String qrels;

  @Option(
      name = "-measures",
      aliases = "-m",
      metaVar = "[measure]",
      usage = "A measure next to nDCG@10, repeatable.")
  List<String> measures = new ArrayList<>();

  @Option(name = "-correction", metaVar = "[name]", usage = "Adjusts the p-values: holm, bh, none.")
  String correction = "bh";

  @Option(
      name = "-attribution",
      metaVar = "[num]",
      usage =
          "Candidates of a topic whose scores are divided among heads and MLPs, 0 for none"
              + " (default: all that are scored).")
  int attribution = Integer.MAX_VALUE;

  public LensCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, inputs, model, rerank, random, rounds, level, collections);
  }

  @Override
  public String example() {
    return "-collection dl19 -model minilm -depth 50 -output lens/minilm";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    if (attribution < 0) {
      throw new CommandException(
          ExitCode.USAGE, "-attribution must be at least 0, got " + attribution);
    }
    qrels = qrels == null ? inputs.named : qrels;
    if (qrels == null) {
      throw new CommandException(ExitCode.USAGE, "-qrels or -collection is needed");
    }
    LensReport.Settings settings = settings(level.of(qrels));
    inputs.complete(collections, console);
    Path judgments = collections.qrels(qrels);
    Qrels judged = Qrels.read(judgments);
    // Parts of scores are compared between relevant passages and others.
    boolean binary = attribution > 0 || settings.measures().stream().anyMatch(Measure::usesLevel);
    level.remark(settings.level(), judged, binary, console);
    FolderOptions folder = new FolderOptions();
    folder.output = output;
    try (CandidatePool pool = inputs.read(rerank.depth, Ids.RUN, collections, console);
        Ranker ranker = models.ranker(model.modelOrDefault(), options, console)) {
      if (pool.topics().stream().noneMatch(t -> judged.topics().contains(t.topic()))) {
        throw new CommandException(
            ExitCode.INPUT,
            inputs.run + " and " + qrels + " have no topic in common: nothing to measure");
      }
      try (FolderLock lock = folder.take("lens", console)) {
        write(lock.path(), pool, ranker, judgments, judged, settings, console);
      }
    }
  }

  private void write(
      Path folder,
      CandidatePool pool,
      Ranker ranker,
      Path judgments,
      Qrels judged,
      LensReport.Settings settings,
      Console console)
      throws IOException {
    CleaningChoice cleaning = rerank.cleaning(inputs.collection(), pool.texts());
    console.say("passages cleaned: %s", cleaning);
    QueryLimits.ofTopics(ranker, pool.topics(), inputs.queries(), console);
    List<Candidates> topics = pool.topics();
    CleanedTexts texts = new CleanedTexts(pool.texts(), cleaning);
    Run first = Run.of(pool.tag(), topics.stream().map(Candidates::ranking).toList());
    Map<String, Object> given =
        inputs.named == null ? Map.of() : Map.of("collection", Map.of("name", inputs.named));
    Identity identity =
        new StudyProvenance(ranker.card(), inputs, pool.texts(), cleaning, first, topics)
            .identity(console.repeatable(), given, judgments, null);
    LensJob job = new LensJob(ranker, rerank.depth, attribution, console);
    RerankJob.Outcome last;
    try (Interventions none = Interventions.of(InterventionSpec.none(), ranker)) {
      last = new RerankJob(ranker, rerank.depth, none, console).run(topics, texts);
    }
    console.say("%s", last.summary(ranker));
    List<Run> layers = job.runs(last, topics, texts, RerankCommand.tag(model, ranker));
    Attribution parts = new Attribution(judged, settings.level(), scores(last));
    if (attribution > 0) {
      job.attribute(topics, texts, parts);
    }
    LensReport report =
        new LensReport(
            layers,
            topics,
            parts,
            judged,
            settings,
            identity,
            ranker.reading().model(),
            rerank.depth);
    report.write(folder);
    report.lines().forEach(console.out()::println);
    console.say("wrote %s", folder.resolve("report.html"));
  }

  private static Map<String, Float> scores(RerankJob.Outcome last) {
    Map<String, Float> scores = new HashMap<>();
    for (Ranking ranking : last.rankings()) {
      for (int place = 0; place < ranking.size(); place++) {
        scores.put(Attribution.key(ranking.topic(), ranking.docno(place)), ranking.score(place));
      }
    }
    return scores;
  }

  private LensReport.Settings settings(int lowest) {
    List<Measure> chosen =
        Stream.concat(Stream.of(NDCG), measures.stream())
            .flatMap(name -> Measure.parseAll(name).stream())
            .distinct()
            .toList();
    for (Measure measure : chosen) {
      if (!measure.isMean()) {
        throw new CommandException(
            ExitCode.USAGE, measure.trecName() + " is not a mean over topics: nothing to compare");
      }
    }
    return new LensReport.Settings(
        chosen,
        lowest,
        new Comparison.Settings(random.seed, rounds.rounds, Comparison.Settings.DEFAULT.margin()),
        Correction.parse(correction));
  }
}
