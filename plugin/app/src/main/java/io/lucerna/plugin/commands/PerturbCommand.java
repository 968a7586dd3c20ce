package io.lucerna.plugin.commands;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.base.Counted;
import io.lucerna.eval.Run;
import io.lucerna.plugin.anserini.IndexTerms;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.DrawOptions;
import io.lucerna.plugin.options.FillerOptions;
import io.lucerna.plugin.options.Inputs;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.plugin.perturb.AnalysisCheck;
import io.lucerna.plugin.perturb.GradeFilter;
import io.lucerna.plugin.perturb.PairNames;
import io.lucerna.plugin.perturb.PassageChoice;
import io.lucerna.plugin.perturb.PassageDonors;
import io.lucerna.plugin.perturb.PerturbJob;
import io.lucerna.plugin.perturb.PerturbStatistics;
import io.lucerna.plugin.perturb.PerturbSummary;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.PairAlignment;
import io.lucerna.studies.perturb.EmbeddingSimilarity;
import io.lucerna.studies.ranking.Passages;
import io.lucerna.studies.work.Hashes;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.perturb.Donors;
import io.lucerna.topics.perturb.LuceneStatistics;
import io.lucerna.topics.perturb.Perturbation;
import io.lucerna.topics.perturb.PerturbationNames;
import io.lucerna.topics.perturb.Perturbations;
import io.lucerna.topics.perturb.Subject;
import io.lucerna.topics.perturb.TermSimilarity;
import io.lucerna.topics.perturb.TextAnalysis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * {@code perturb}: from judged or ranked passages, or from a file of ready pairs, to contrast
 * pairs.
 */
public final class PerturbCommand implements Command {
  /** Passages whose words may stand in for others (STMC). */
  private static final int VOCABULARY_PASSAGES = 5000;

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RunInputs inputs = new RunInputs(true);
  private final FillerOptions filling = new FillerOptions();
  private final SeedOptions random = new SeedOptions();
  private final DrawOptions draw = new DrawOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-qrels",
      metaVar = "[file]",
      usage =
          "Judgments, or the name of a collection: the passages, and their grades; with -run, the grades only.")
  @Nullable String qrels;

  @Option(
      name = "-pairs",
      metaVar = "[file]",
      forbids = {"-topics", "-qrels", "-run", "-collection", "-grades", "-depth", "-passage.clean"},
      usage =
          "Ready pairs instead: a table with tabs (qid, query, docid, base, perturbed, and grade and perturbation if there are any), MechIR's table, or JSON lines; with -index or -corpus they get BM25 and IDF.")
  @Nullable String pairs;

  @Option(
      name = "-perturbation",
      metaVar = "[names]",
      usage =
          "What to change, several separated by commas: TFC1, TDC, ADD:idf:start, ...; with -pairs,"
              + " what the pairs of a table are that does not say it.")
  @Nullable String perturbation;

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage = "Pairs in JSON lines; FILE.left.tsv lists what gave no pair, and why.")
  String output = "";

  @Option(
      name = "-depth",
      metaVar = "[num]",
      usage =
          "Most passages of a topic: the first of a run or of requests (100, if not given) or of the judgments (all).")
  @Nullable Integer depth;

  @Option(
      name = "-grades",
      metaVar = "[grades]",
      usage = "Only passages of these grades: 2-3, or 0,3 (all if not given).")
  @Nullable String grades;

  @Option(
      name = "-passage.clean",
      metaVar = "[how]",
      usage =
          "How stored text becomes a passage: none, markup, cacm; inferred from the index or corpus if not given, and printed.")
  @Nullable String clean;

  public PerturbCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, inputs, model, collections, filling, random, draw);
  }

  @Override
  public String example() {
    return "-topics topics.cacm.txt -qrels qrels.cacm.txt -index indexes/cacm"
        + " -perturbation TFC1,TDC -model minilm -output pairs.jsonl";
  }

  @Override
  public void run(Console console) throws Exception {
    OptionalInt most = draw.most();
    Path target = Outputs.writable(output);
    List<Perturbation> perturbations = pairs == null ? perturbations() : List.of();
    Optional<String> named =
        Optional.ofNullable(pairs == null ? null : perturbation).map(PerturbationNames::ofPairs);
    named.ifPresent(name -> PairNames.remark(name, console));
    Provenance provenance = new Provenance(console);
    TextAnalysis analysis = new IndexTerms().analysis();
    ScorerOptions options = model.scorerOptions();
    try (Ranker ranker =
        model.model == null ? null : models.ranker(model.model, options, console)) {
      PairAlignment alignment = ranker == null ? null : new PairAlignment(ranker, filling.filler);
      PerturbJob job =
          new PerturbJob(target, Optional.ofNullable(alignment), most, random.seed, console);
      if (ranker != null) {
        provenance
            .put(ranker.card())
            .put("filler", alignment == null ? filling.filler : alignment.filler());
      }
      PerturbSummary summary;
      try (PerturbStatistics statistics =
          new PerturbStatistics(analysis, inputs, provenance, console)) {
        summary =
            pairs == null
                ? perturb(job, perturbations, analysis, ranker, statistics, provenance, console)
                : complete(job, pairs, named, analysis, statistics, provenance);
      }
      if (most.isPresent()) {
        provenance.put("maxPairs", most.getAsInt()).put("seed", random.seed);
      }
      provenance.put("counts", summary.counts()).writeBeside(target);
      summary.lines().forEach(console.out()::println);
      console.say(
          "%s in %s; what gave no pair is in %s",
          Counted.of(summary.pairs(), "pair"), target, job.left());
    }
  }

  /** Ready pairs: adds what the index or the corpus and the model know. */
  private PerturbSummary complete(
      PerturbJob job,
      String file,
      Optional<String> named,
      TextAnalysis analysis,
      PerturbStatistics statistics,
      Provenance provenance)
      throws IOException {
    Path input = Inputs.file(file);
    try (Stream<ContrastPair> read = ContrastPairs.stream(input, named)) {
      PerturbSummary summary;
      if (inputs.index == null && inputs.corpus == null) {
        summary = job.write(read);
      } else {
        try (TextSource texts = inputs.texts(Set.of(), statistics.visitor())) {
          Subject.Resources resources =
              new Subject.Resources(
                  analysis, statistics.of(texts), Donors.none(), Optional.empty());
          Perturbations maker = new Perturbations(resources, random.seed);
          summary = job.write(read.map(maker::complete));
          provenance.put("texts", texts.identity());
        }
      }
      provenance.put("pairs", Hashes.of(input));
      named.ifPresent(name -> provenance.put("perturbation", name));
      return summary;
    }
  }

  private PerturbSummary perturb(
      PerturbJob job,
      List<Perturbation> perturbations,
      TextAnalysis analysis,
      @Nullable Ranker ranker,
      PerturbStatistics collected,
      Provenance provenance,
      Console console)
      throws IOException {
    if (depth != null && depth < 1) {
      throw new CommandException(ExitCode.USAGE, "-depth must be at least 1, got " + depth);
    }
    inputs.complete(collections, console);
    qrels = qrels == null ? inputs.named : qrels;
    Chosen chosen = choose(collected, provenance, console);
    try (TextSource texts = chosen.texts) {
      PassageChoice found = chosen.choice;
      if (ranker != null) {
        List<QueryLimits.Query> queries = new ArrayList<>();
        found.queries().forEach((t, q) -> queries.add(new QueryLimits.Query("topic " + t, q)));
        QueryLimits.check(ranker::fit, queries, inputs.queries(), console);
      }
      CleaningChoice cleaning =
          CleaningChoice.of(
              Optional.ofNullable(clean).map(PassageCleaning::parse), inputs.collection(), texts);
      console.say("passages cleaned: %s", cleaning);
      Passages passages = new CleanedTexts(texts, cleaning);
      PassageDonors donors = new PassageDonors(found, passages);
      LuceneStatistics statistics = collected.of(texts);
      if (inputs.index != null) {
        AnalysisCheck.run(found, passages, analysis, statistics, console);
      }
      boolean similar =
          perturbations.stream().anyMatch(p -> PerturbationNames.kind(p).needsSimilarity());
      Optional<TermSimilarity> similarity =
          ranker == null || !similar
              ? Optional.empty()
              : Optional.of(
                  EmbeddingSimilarity.of(ranker, donors.texts().limit(VOCABULARY_PASSAGES)));
      Subject.Resources resources = new Subject.Resources(analysis, statistics, donors, similarity);
      provenance
          .put("cleaning", cleaning.toString())
          .put("perturbations", perturbations.stream().map(Perturbation::name).toList())
          .put("seed", random.seed);
      Perturbations maker = new Perturbations(resources, random.seed);
      return job.write(found, texts.noun(), perturbations, maker, passages);
    }
  }

  private List<Perturbation> perturbations() {
    List<Perturbation> all = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (String name : required(perturbation, "-perturbation").split(",", -1)) {
      Perturbation parsed = PerturbationNames.parse(name);
      if (!names.add(parsed.name())) {
        throw new CommandException(
            ExitCode.USAGE, "perturbation " + parsed.name() + " is named twice");
      }
      if (PerturbationNames.kind(parsed).needsSimilarity() && model.model == null) {
        throw new CommandException(
            ExitCode.USAGE, name + " needs -model: its embeddings say which words are similar");
      }
      all.add(parsed);
    }
    return all;
  }

  /** Which passages are changed, and the source of their texts. */
  private record Chosen(PassageChoice choice, TextSource texts) {}

  private Chosen choose(PerturbStatistics statistics, Provenance provenance, Console console)
      throws IOException {
    if (qrels == null && inputs.run == null) {
      throw new CommandException(
          ExitCode.USAGE, "the passages are missing: give -qrels, -run, -input or -pairs");
    }
    if (grades != null && qrels == null) {
      throw new CommandException(ExitCode.USAGE, "-grades needs -qrels");
    }
    Optional<GradeFilter> wanted = Optional.ofNullable(grades).map(GradeFilter::parse);
    Optional<Qrels> judged =
        qrels == null ? Optional.empty() : Optional.of(Qrels.read(collections.qrels(qrels)));
    if (qrels != null) {
      provenance.put("qrels", Hashes.of(collections.qrels(qrels)));
    }
    if (inputs.run != null) {
      int most = depth == null ? PassageChoice.RUN_DEPTH : depth;
      CandidatePool pool =
          inputs.read(most, 0, Ids.TABLE, statistics.visitor(), collections, console);
      pool.identity().forEach(provenance::put);
      Map<String, String> queries = new LinkedHashMap<>();
      pool.topics().forEach(topic -> queries.put(topic.topic(), topic.query()));
      Run run = Run.of(pool.tag(), pool.topics().stream().map(Candidates::ranking).toList());
      PassageChoice choice = some(PassageChoice.ofRun(queries, run, judged, depth, wanted));
      say(choice, first(most) + " in " + inputs.run + ofGrades(), console);
      return new Chosen(choice, pool.texts());
    }
    Qrels all = judged.orElseThrow();
    Map<String, String> queries = inputs.queries(collections, console);
    PassageChoice choice = PassageChoice.ofQrels(queries, all, depth, wanted);
    requireTopics(choice, queries, all, console);
    Set<String> docnos = new LinkedHashSet<>();
    some(choice).documents().values().forEach(docnos::addAll);
    TextSource texts = inputs.texts(docnos, statistics.visitor());
    provenance
        .put("topics", Outputs.topics(String.valueOf(inputs.topics)))
        .put("texts", texts.identity());
    PassageChoice found = choice.in(texts, console);
    String limit = depth == null ? "" : ", " + first(depth);
    say(found, "those judged in " + qrels + ofGrades() + limit, console);
    return new Chosen(found, texts);
  }

  /** Says which passages are changed: of a collection it may be those found or those judged. */
  private static void say(PassageChoice choice, String which, Console console) {
    console.say(
        "chosen: %s of %s, %s",
        Counted.of(choice.passages(), "passage"),
        Counted.of(choice.documents().size(), "topic"),
        which);
  }

  private static String first(int most) {
    return most == 1 ? "the first of each" : "the first " + most + " of each";
  }

  private String ofGrades() {
    return grades == null ? "" : " whose grade is " + grades;
  }

  /** Names the judged topics that have no query; there must be one that has. */
  private void requireTopics(
      PassageChoice choice, Map<String, String> queries, Qrels judged, Console console) {
    if (choice.withoutQuery().isEmpty()) {
      return;
    }
    String missing = Console.some(choice.withoutQuery());
    if (Collections.disjoint(queries.keySet(), judged.topics())) {
      throw new CommandException(
          ExitCode.INPUT, qrels + ": not in " + inputs.topics + ": topics " + missing);
    }
    console.say(
        "%s of %s not in %s: %s",
        Counted.of(choice.withoutQuery().size(), "topic"),
        String.valueOf(qrels),
        String.valueOf(inputs.topics),
        missing);
  }

  private static PassageChoice some(PassageChoice choice) {
    if (choice.passages() == 0) {
      throw new CommandException(ExitCode.INPUT, "-depth and -grades leave no passages");
    }
    return choice;
  }

  private static String required(@Nullable String value, String option) {
    if (value == null) {
      throw new CommandException(ExitCode.USAGE, option + " is needed");
    }
    return value;
  }
}
