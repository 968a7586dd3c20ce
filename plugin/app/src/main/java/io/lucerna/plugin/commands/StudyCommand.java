package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.HookSourceException;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.ConfigFile;
import io.lucerna.plugin.options.FolderOptions;
import io.lucerna.plugin.options.LevelOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RoundsOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.HeadEffects;
import io.lucerna.studies.ranking.Condition;
import io.lucerna.studies.ranking.Conditions;
import io.lucerna.studies.ranking.Findings;
import io.lucerna.studies.ranking.GradientScreen;
import io.lucerna.studies.ranking.Passages;
import io.lucerna.studies.ranking.RecordingSources;
import io.lucerna.studies.ranking.StudyEnd;
import io.lucerna.studies.ranking.StudyFolder;
import io.lucerna.studies.ranking.StudySettings;
import io.lucerna.studies.ranking.StudyTopic;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.ItemRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code study}: the same candidates reranked under many interventions, and what that changes. */
public final class StudyCommand implements Command {
  private static final String GRADIENT = "gradient";

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final RunInputs inputs = new RunInputs();
  private final FolderOptions folder = new FolderOptions();
  private final SeedOptions random = new SeedOptions();
  private final RoundsOptions rounds = new RoundsOptions();
  private final LevelOptions level = new LevelOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-config",
      metaVar = "[file]",
      usage =
          "YAML file of options, by name without dash; those on the command line take precedence.")
  @Nullable String config;

  @Option(
      name = "-conditions",
      metaVar = "[what]",
      usage =
          "What is done to the model (repeatable): heads, layers, components, neurons (heads:8.2,9-11),"
              + " directions:FILE point=POINT, top:K:DIR, random:K[:N], dose:SPEC:0,1,2, spec:SPEC,"
              + " hook:CODE; after"
              + " it name=ID and, for parts, by=mean or by=resample with from=RECORDING.")
  List<String> conditions = new ArrayList<>();

  @Option(
      name = "-hook",
      metaVar = "[code]",
      usage =
          "An intervention of one's own as one more condition (repeatable): FILE.java or"
              + " FILE.jar:CLASS.")
  List<String> hooks = new ArrayList<>();

  @Option(
      name = "-screen",
      metaVar = "[method]",
      usage =
          "Predict every condition first, and run only some: gradient, from one pass there and back"
              + " for each candidate.")
  @Nullable String screen;

  @Option(
      name = "-confirm",
      metaVar = "[num]",
      usage =
          "With -screen: how many conditions with the largest predicted change of the first measure"
              + " are run, and how many of the others by chance.")
  @Nullable Integer confirm;

  @Option(
      name = "-screen.memory",
      metaVar = "[MB]",
      usage =
          "With -screen: memory for the predicted scores of a topic; where they need more, passes"
              + " are done again.")
  int screenMemory = 256;

  @Option(
      name = "-qrels",
      metaVar = "[file]",
      usage = "Judgments in TREC format, or the name of a collection.")
  @Nullable String qrels;

  @Option(name = "-hits", metaVar = "[num]", usage = "Documents of a topic that BM25 finds.")
  int hits = 1000;

  @Option(
      name = "-measures",
      metaVar = "[measure]",
      usage =
          "A measure, repeatable (default: nDCG@10, AP, RR, Judged@10); where no Judged@k is among"
              + " them, it is added.")
  List<String> measures = new ArrayList<>();

  @Option(
      name = "-correction",
      metaVar = "[name]",
      usage =
          "Adjusts the p-values of each measure: holm, bh, none (default: bh for screens, else holm).")
  @Nullable String correction;

  @Option(
      name = "-patching",
      metaVar = "[folder]",
      usage =
          "Study of patch -sweep head whose map is compared with a screen of heads; DIR:TFC1 for one"
              + " of several perturbations.")
  @Nullable String patching;

  @Option(
      name = "-margin",
      metaVar = "[change]",
      usage = "The largest change of a mean that counts as no harm.")
  double margin = Comparison.Settings.DEFAULT.margin();

  public StudyCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, folder, inputs, model, rerank, random, rounds, level, collections);
  }

  @Override
  public List<String> expand(List<String> arguments) {
    return ConfigFile.expand(arguments, options());
  }

  @Override
  public String example() {
    return "-collection cacm -index indexes/cacm -model minilm -depth 50 -conditions heads"
        + " -output studies/cacm-heads";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    checkScreen(console);
    qrels = qrels == null ? inputs.named : qrels;
    if (qrels == null) {
      throw new CommandException(ExitCode.USAGE, "-qrels or -collection is needed");
    }
    StudySettings settings = settings(level.of(qrels));
    HeadEffects effects = patching == null ? null : HeadEffects.read(patching);
    inputs.complete(collections, console);
    Path judgments = collections.qrels(qrels);
    Qrels judged = Qrels.read(judgments);
    boolean binary = settings.measures().stream().anyMatch(Measure::usesLevel);
    level.remark(settings.level(), judged, binary, console);
    try (FolderLock lock = folder.take("study", console)) {
      study(lock, options, judgments, judged, effects, settings, console);
    }
  }

  private void study(
      FolderLock lock,
      ScorerOptions options,
      Path judgments,
      Qrels judged,
      @Nullable HeadEffects effects,
      StudySettings settings,
      Console console)
      throws IOException {
    try (CandidatePool pool = pool(judged, console);
        Ranker ranker = models.ranker(model.modelOrDefault(), options, console);
        RecordingSources recordings = new RecordingSources(ranker.card().sha256())) {
      List<Candidates> candidates = pool.topics();
      TextSource texts = pool.texts();
      Run first = Run.of(pool.tag(), candidates.stream().map(Candidates::ranking).toList());
      ModelCard card = ranker.card();
      if (effects != null) {
        effects.requireOf(card);
      }
      List<Condition> asked = conditions(ranker, recordings);
      List<CompiledSpec> specs = Conditions.compile(asked, ranker, recordings);
      if (confirm != null) {
        GradientScreen.check(asked, specs, confirm);
      }
      CleaningChoice cleaning = rerank.cleaning(inputs.collection(), texts);
      console.say("passages cleaned: %s", cleaning);
      StudyProvenance read = new StudyProvenance(card, inputs, texts, cleaning, first, candidates);
      Identity identity = read.identity(console.repeatable(), given(), judgments, effects);
      QueryLimits.ofTopics(ranker, candidates, inputs.queries(), console);
      List<StudyTopic> topics =
          candidates.stream().map(c -> new StudyTopic(c.query(), c.ranking())).toList();
      Passages passages = new CleanedTexts(texts, cleaning);
      Exact exact =
          conditions -> {
            ConditionScorer scorer =
                new ConditionScorer(ranker, Conditions.compile(conditions, ranker, recordings));
            try (StudyFolder study =
                StudyFolder.open(
                    conditions,
                    scorer.perItem(),
                    topics,
                    rerank.depth,
                    passages,
                    scorer::score,
                    lock,
                    read.decisive(identity),
                    folder.shard())) {
              StudyEnd end =
                  study.end(
                      identity, effects == null ? Map.of() : effects.effects(), judged, settings);
              // Not before: a study that cannot be resumed keeps its own.
              study.begin(first, end);
              work(study, conditions.size(), console);
              return folder.shard().isPresent() ? Optional.empty() : Optional.of(study.write(end));
            }
          };
      if (confirm == null) {
        GradientScreen.requireNone(lock.path());
        Optional<Findings> findings = exact.run(asked);
        if (findings.isPresent()) {
          sayUncompared(console);
          report(findings.get(), List.of(), folder.path(), console);
        } else {
          folder.sayDone(console);
        }
        return;
      }
      try (GradientScreen predictions =
          GradientScreen.open(
              asked,
              topics,
              rerank.depth,
              passages,
              lock,
              read.decisive(identity)
                  .put("judgments", Hashes.sha256(judgments), judgments.toString()),
              judged,
              settings)) {
        predict(
            predictions, new ConditionPredictor(ranker, specs, numbers()), asked.size(), console);
        GradientScreen.Chosen chosen = predictions.choose(confirm);
        Findings findings = exact.run(chosen.conditions()).orElseThrow();
        List<String> predicted = predictions.write(chosen, findings, lock.path());
        sayUncompared(console);
        report(findings, predicted, folder.path(), console);
      }
    }
  }

  /** Says if the patching study was of no use. */
  private void sayUncompared(Console console) {
    if (patching != null && !Files.exists(folder.path().resolve("heads.csv"))) {
      console.say(
          "-patching: nothing to compare its map with, since not every head was studied, in one way"
              + " and by nDCG@10");
    }
  }

  /** Runs conditions, and writes what comes of them, unless it is part of a whole. */
  @FunctionalInterface
  private interface Exact {
    Optional<Findings> run(List<Condition> conditions) throws IOException;
  }

  private void checkScreen(Console console) {
    if (screen == null) {
      if (confirm != null) {
        throw new CommandException(ExitCode.USAGE, "-confirm is for -screen gradient");
      }
      return;
    }
    if (!screen.equals(GRADIENT)) {
      throw new CommandException(ExitCode.USAGE, "-screen must be gradient, got " + screen);
    }
    if (confirm == null || confirm < 1) {
      throw new CommandException(
          ExitCode.USAGE,
          "-screen needs -confirm, how many conditions are run: 1 or more"
              + (confirm == null ? "" : ", got " + confirm));
    }
    if (folder.shard().isPresent() || console.items() != ItemRunner.HERE) {
      throw new CommandException(
          ExitCode.USAGE,
          "-screen is for one process, without -shard: which conditions are run depends on all"
              + " topics");
    }
    if (screenMemory < 1) {
      throw new CommandException(
          ExitCode.USAGE, "-screen.memory must be at least 1, got " + screenMemory);
    }
  }

  /** How many predicted scores the memory holds. */
  private long numbers() {
    return ((long) screenMemory << 20) / Double.BYTES;
  }

  private List<Condition> conditions(Ranker ranker, RecordingSources recordings)
      throws IOException {
    try {
      return Conditions.of(
          words(), ranker.card(), Conditions.neurons(ranker), random.seed, recordings);
    } catch (HookSourceException e) {
      throw e; // of -hook
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("-conditions: " + e.getMessage(), e);
    }
  }

  private List<String> words() {
    return Stream.concat(conditions.stream(), hooks.stream().map(Conditions.HOOK::concat)).toList();
  }

  /** What was named, for the manifest. */
  private Map<String, Object> given() throws IOException {
    Map<String, Object> given = new LinkedHashMap<>();
    if (inputs.named != null) {
      given.put("collection", Map.of("name", inputs.named));
    }
    if (config != null) {
      given.put("config", Hashes.of(Path.of(config)));
    }
    if (confirm != null) {
      given.put("screen", Map.of("confirm", confirm));
    }
    return given;
  }

  private StudySettings settings(int lowest) {
    List<Measure> chosen =
        (measures.isEmpty() ? StudySettings.MEASURES : measures)
            .stream().flatMap(name -> Measure.parseAll(name).stream()).distinct().toList();
    Correction adjusts =
        correction != null ? Correction.parse(correction) : Conditions.correction(conditions);
    return new StudySettings(
        Coverage.added(chosen, rerank.depth),
        lowest,
        adjusts,
        new Comparison.Settings(random.seed, rounds.rounds, margin));
  }

  /** Reads or searches the first stage, which is kept as a run. */
  private CandidatePool pool(Qrels judged, Console console) throws IOException {
    CandidatePool pool =
        inputs.run == null
            ? inputs.search(hits, collections, console)
            : inputs.read(rerank.depth, Ids.RUN, collections, console);
    try {
      requireJudged(pool.topics(), judged);
    } catch (CommandException e) {
      pool.close();
      throw e;
    }
    return pool;
  }

  private void requireJudged(List<Candidates> topics, Qrels judged) {
    if (topics.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, "the first stage found nothing for any topic");
    }
    if (topics.stream().noneMatch(t -> judged.topics().contains(t.topic()))) {
      throw new CommandException(
          ExitCode.INPUT,
          (inputs.run == null ? inputs.topics : inputs.run)
              + " and "
              + qrels
              + " have no topic in common: nothing to measure");
    }
  }

  private static void work(StudyFolder study, int many, Console console) throws IOException {
    String topics = Counted.of(study.topics(), "topic");
    int done = study.done();
    if (done > 0) {
      console.say("%d of %s done already", done, topics);
    }
    console.say("%s under %s", topics, Counted.of(many, "condition"));
    try (Progress progress = new Progress(console, "studying", study.passagesLeft())) {
      study.work(console.items(), progress::advance);
    }
  }

  private void predict(
      GradientScreen predictions, ConditionPredictor predictor, int many, Console console)
      throws IOException {
    console.say("predicting %s", Counted.of(many - 1, "condition"));
    try (Progress progress = new Progress(console, "predicting", predictions.left())) {
      predictions.work(predictor::predict, progress::advance);
    }
  }

  /** Writes the report, and says what was found. */
  static void report(Findings findings, List<String> predicted, Path folder, Console console)
      throws IOException {
    findings.summary().forEach(line -> console.say("%s", line));
    predicted.forEach(line -> console.say("%s", line));
    ReportCommand.write(folder, OptionalInt.empty(), console);
    if (!findings.problems().isEmpty()) {
      throw new CommandException(ExitCode.FAILED, String.join("; ", findings.problems()));
    }
  }
}
