package io.lucerna.plugin;

import io.anserini.index.Constants;
import io.lucerna.eval.Run;
import io.lucerna.plugin.collections.CollectionRegistry;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.collections.PassageCleaning;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.NeuralRanker;
import io.lucerna.reranker.PairScorer;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.perturb.Bm25;
import io.lucerna.topics.perturb.LuceneStatistics;
import io.lucerna.topics.perturb.PairMaker;
import io.lucerna.topics.perturb.Perturbation;
import io.lucerna.topics.perturb.Perturbations;
import io.lucerna.topics.perturb.Subject;
import io.lucerna.topics.perturb.TermSimilarity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * {@code perturb}: from judged or ranked passages, or from a file of ready pairs, to contrast
 * pairs.
 */
final class PerturbCommand implements Command {
  /** Passages whose words may stand in for others (STMC). */
  private static final int VOCABULARY_PASSAGES = 5000;

  private final ModelRegistry models;
  private final CollectionOptions collections;

  @Option(name = "-topics", metaVar = "[file]", usage = "Topics, or the name of a collection.")
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
      name = "-qrels",
      metaVar = "[file]",
      usage =
          "Judgments, or the name of a collection: the passages, and their grades; with -run, the grades only.")
  @Nullable String qrels;

  @Option(name = "-run", metaVar = "[file]", usage = "TREC run: its passages are changed.")
  @Nullable String run;

  @Option(
      name = "-collection",
      metaVar = "[name]",
      usage = "Topics and judgments of a collection that is known by name.")
  @Nullable String collection;

  @Option(
      name = "-pairs",
      metaVar = "[file]",
      forbids = {"-topics", "-qrels", "-run", "-collection", "-perturbation"},
      usage =
          "Ready pairs instead: a table with tabs (qid, query, docid, base, perturbed, and grade if there is one), MechIR's table, or JSON lines; gzipped or not.")
  @Nullable String pairs;

  @Option(
      name = "-index",
      metaVar = "[path]",
      usage =
          "Index that stores the texts and gives the statistics; with -pairs, only for BM25 and IDF.")
  @Nullable String index;

  @Option(
      name = "-perturbation",
      metaVar = "[names]",
      usage = "What to change, several parted by commas: TFC1, TDC, ADD:idf:start, ...")
  @Nullable String perturbation;

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage = "Pairs in JSON lines; FILE.left.tsv lists what made no pair, and why.")
  String output = "";

  @Option(name = "-seed", metaVar = "[num]", usage = "Seed of all that is drawn at random.")
  long seed = 42;

  @Option(
      name = "-depth",
      metaVar = "[num]",
      usage =
          "Most passages of a topic: the first of a run (100, if not given) or of the judgments (all).")
  @Nullable Integer depth;

  @Option(
      name = "-grades",
      metaVar = "[grades]",
      usage = "Only passages judged so: 2-3, or 0,3 (all, if not given).")
  @Nullable String grades;

  @Option(
      name = "-model",
      metaVar = "[model]",
      usage =
          "Neural ranker that the pairs are aligned for: minilm, a Hugging Face folder, or org/name on the hub; without one, pairs are texts only.")
  @Nullable String model;

  @Option(
      name = "-maxLength",
      metaVar = "[num]",
      usage = "Most tokens of one input; the model's own limit, at most 512, if not given.")
  @Nullable Integer maxLength;

  @Option(
      name = "-filler",
      metaVar = "[word]",
      usage = "Word of one token that makes both sides of a pair equally long.")
  String filler = "a";

  @Option(
      name = "-passage.clean",
      metaVar = "[how]",
      usage =
          "How stored text becomes a passage: none, markup, cacm; told from the collection if not given, and printed.")
  @Nullable String clean;

  PerturbCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, collections);
  }

  @Override
  public String example() {
    return "-topics topics.cacm.txt -qrels qrels.cacm.txt -index indexes/cacm"
        + " -perturbation TFC1,TDC -model minilm -output pairs.jsonl";
  }

  @Override
  public void run(Console console) throws Exception {
    Path target = Outputs.writable(output);
    List<Perturbation> perturbations = pairs == null ? perturbations() : List.of();
    Provenance provenance = new Provenance(console);
    IndexTerms terms = new IndexTerms();
    try (PairScorer scorer = model == null ? null : open(terms, console)) {
      PairAlignment alignment =
          scorer == null ? null : new PairAlignment((NeuralRanker) scorer, filler);
      PerturbJob job = new PerturbJob(target, Optional.ofNullable(alignment), console);
      if (scorer != null) {
        provenance.put(scorer.card()).put("filler", filler);
      }
      PerturbSummary summary =
          pairs == null
              ? perturb(job, perturbations, terms, (NeuralRanker) scorer, provenance, console)
              : complete(job, pairs, terms, provenance);
      provenance.put("counts", summary.counts()).writeBeside(target);
      summary.lines().forEach(console.out()::println);
      console.say(
          "%d pairs in %s; what made no pair is in %s", summary.pairs(), target, job.left());
    }
  }

  private PairScorer open(IndexTerms terms, Console console) throws IOException {
    ScorerOptions options = ScorerOptions.defaults().withTerms(terms);
    options = maxLength == null ? options : options.withMaxTokens(maxLength);
    PairScorer scorer = models.open(String.valueOf(model), options, console);
    if (!(scorer instanceof NeuralRanker)) {
      scorer.close();
      throw new CommandException(
          ExitCode.MODEL, model + ": this kind of model does not show what it reads");
    }
    return scorer;
  }

  /** Ready pairs: adds what the index and the model know. */
  private PerturbSummary complete(
      PerturbJob job, String file, IndexTerms terms, Provenance provenance) throws IOException {
    Path input = Inputs.file(file);
    try (Stream<ContrastPair> read = ContrastPairs.stream(input)) {
      if (index == null) {
        PerturbSummary summary = job.write(read);
        provenance.put("pairs", Hashes.of(input));
        return summary;
      }
      try (IndexTexts texts = IndexTexts.open(index)) {
        PairMaker maker = new PairMaker(new Bm25(statistics(texts)), seed);
        PerturbSummary summary =
            job.write(read.map(pair -> maker.complete(pair, terms.analysis())));
        provenance.put("pairs", Hashes.of(input)).put("texts", texts.identity());
        return summary;
      }
    }
  }

  private PerturbSummary perturb(
      PerturbJob job,
      List<Perturbation> perturbations,
      IndexTerms terms,
      @Nullable NeuralRanker ranker,
      Provenance provenance,
      Console console)
      throws IOException {
    Optional<NamedCollection> named = findCollection();
    PassageChoice choice = choice(console);
    try (IndexTexts texts = IndexTexts.open(required(index, "-index"))) {
      PassageChoice found = run == null ? choice.inIndex(texts, console) : choice;
      CleaningChoice cleaning = cleaning(named, found, texts);
      console.say("passages cleaned: %s", cleaning);
      RerankJob.Passages passages = (t, d) -> cleaning.cleaning().apply(texts.text(t, d));
      PassageDonors donors = new PassageDonors(found.documents(), passages);
      LuceneStatistics statistics = statistics(texts);
      AnalysisCheck.run(found, passages, terms.analysis(), statistics, console);
      boolean similar =
          perturbations.stream().anyMatch(p -> Perturbations.kind(p).needsSimilarity());
      Optional<TermSimilarity> similarity =
          ranker == null || !similar
              ? Optional.empty()
              : Optional.of(new EmbeddingSimilarity(ranker, donors.words(VOCABULARY_PASSAGES)));
      Subject.Resources resources =
          new Subject.Resources(terms.analysis(), statistics, donors, similarity);
      provenance.put("topics", Outputs.topics(String.valueOf(topics)));
      if (qrels != null) {
        provenance.put("qrels", Hashes.of(collections.qrels(qrels)));
      }
      if (run != null) {
        provenance.put("run", Hashes.of(Path.of(run)));
      }
      provenance
          .put("texts", texts.identity())
          .put("cleaning", cleaning.toString())
          .put("perturbations", perturbations.stream().map(Perturbation::name).toList())
          .put("seed", seed);
      PairMaker maker = new PairMaker(new Bm25(statistics), seed);
      return job.write(found, perturbations, maker, resources, passages);
    }
  }

  private List<Perturbation> perturbations() {
    List<Perturbation> all = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (String name : required(perturbation, "-perturbation").split(",", -1)) {
      Perturbation parsed = Perturbations.parse(name);
      if (!names.add(parsed.name())) {
        throw new CommandException(
            ExitCode.USAGE, "perturbation " + parsed.name() + " is named twice");
      }
      if (Perturbations.kind(parsed).needsSimilarity() && model == null) {
        throw new CommandException(
            ExitCode.USAGE, name + " needs -model: its embeddings say which words are alike");
      }
      all.add(parsed);
    }
    return all;
  }

  /** The collection that was named, whose files take the place of what was not given. */
  private Optional<NamedCollection> findCollection() throws IOException {
    Optional<NamedCollection> named;
    if (collection == null) {
      named = CollectionOptions.named(required(topics, "-topics"));
    } else {
      named = CollectionRegistry.find(collection);
      if (named.isEmpty()) {
        throw new CommandException(
            ExitCode.INPUT, collection + ": no such collection; " + CollectionOptions.known());
      }
      qrels = qrels == null ? collections.store().qrels(named.get()).toString() : qrels;
    }
    if (named.isPresent() && (topics == null || collection == null)) {
      topics = collections.topics(named.get()).toString();
      topicReader = topicReader == null ? named.get().topicFormat().anseriniName() : topicReader;
    }
    return named;
  }

  private PassageChoice choice(Console console) throws IOException {
    if (qrels == null && run == null) {
      throw new CommandException(
          ExitCode.USAGE, "the passages are missing: give -qrels, -run or -pairs");
    }
    if (grades != null && qrels == null) {
      throw new CommandException(ExitCode.USAGE, "-grades needs -qrels");
    }
    if (depth != null && depth < 1) {
      throw new CommandException(ExitCode.USAGE, "-depth must be at least 1, got " + depth);
    }
    Optional<GradeFilter> wanted = Optional.ofNullable(grades).map(GradeFilter::parse);
    Map<String, String> queries =
        TopicFiles.read(String.valueOf(topics), topicReader, topicField).queries();
    Optional<Qrels> judged =
        qrels == null ? Optional.empty() : Optional.of(Qrels.read(collections.qrels(qrels)));
    PassageChoice choice =
        run == null
            ? PassageChoice.ofQrels(queries, judged.orElseThrow(), depth, wanted)
            : PassageChoice.ofRun(queries, Run.read(Inputs.file(run)), judged, depth, wanted);
    if (!choice.withoutQuery().isEmpty()) {
      String source = String.valueOf(run == null ? qrels : run);
      String missing = Outputs.some(choice.withoutQuery());
      boolean none =
          judged.isPresent() && Collections.disjoint(queries.keySet(), judged.get().topics());
      if (run != null || none) {
        throw new CommandException(
            ExitCode.INPUT, source + ": not in " + topics + ": topics " + missing);
      }
      console.say(
          "%d topics of %s are not in %s: %s",
          choice.withoutQuery().size(), source, String.valueOf(topics), missing);
    }
    if (choice.passages() == 0) {
      throw new CommandException(ExitCode.INPUT, "no passages are left by -depth and -grades");
    }
    return choice;
  }

  private CleaningChoice cleaning(
      Optional<NamedCollection> named, PassageChoice choice, IndexTexts texts) throws IOException {
    Optional<PassageCleaning> asked = Optional.ofNullable(clean).map(PassageCleaning::parse);
    if (asked.isEmpty() && named.isPresent()) {
      return CleaningChoice.of(named.get());
    }
    String topic = choice.documents().keySet().iterator().next();
    String docno = choice.documents().values().iterator().next().iterator().next();
    return CleaningChoice.of(asked, docno, texts.text(topic, docno));
  }

  private LuceneStatistics statistics(IndexTexts texts) throws IOException {
    try {
      return new LuceneStatistics(texts.reader(), Constants.CONTENTS);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.INPUT, index + ": " + e.getMessage(), e);
    }
  }

  private static String required(@Nullable String value, String option) {
    if (value == null) {
      throw new CommandException(ExitCode.USAGE, option + " is needed");
    }
    return value;
  }
}
