package io.lucerna.plugin.commands;

import io.anserini.search.SearchCollection;
import io.lucerna.base.Counted;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.plugin.anserini.AnseriniNames;
import io.lucerna.plugin.anserini.FirstStage;
import io.lucerna.plugin.anserini.IndexTexts;
import io.lucerna.plugin.anserini.TopicFiles;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.explain.HitTrees;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.HitsOptions;
import io.lucerna.plugin.options.InterventionOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.rerank.Interventions;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.plugin.rerank.RerankJob;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleanedTexts;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.kohsuke.args4j.Option;

/**
 * {@code search}: Anserini's own search with all of its flags and, if a model is named, neural
 * reranking of what it finds. The reranking comes after Anserini's threads have ended and is the
 * code of {@code rerank}, so the run is the same for any number of threads.
 */
public final class SearchCommand implements Command {
  private final ModelRegistry models;
  private final SearchCollection.Args args = new SearchCollection.Args();
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final InterventionOptions intervene = new InterventionOptions();
  private final HitsOptions explain = new HitsOptions();
  private final CollectionOptions collections;
  private Optional<NamedCollection> collection = Optional.empty();

  public SearchCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(args, model, rerank, intervene, explain, collections);
  }

  @Override
  public String example() {
    return "-index indexes/cacm -topics topics.cacm.txt -topicReader Cacm -output run.minilm.txt -bm25"
        + " -hits 1000 -rerank.model minilm -rerank.depth 50";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    InterventionSpec spec = intervene.spec();
    if (model.model == null && !spec.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, "-intervene and -hook need a -rerank.model to change");
    }
    explain.check(model.model != null, spec);
    Outputs out = new Outputs(args.output, args.format, args.runtag);
    checkNumbers();
    checkRequests();
    try (IndexTexts texts = IndexTexts.open(args.index)) {
      checkNames(texts);
      List<TopicFiles> topics = topics();
      Map<String, String> queries = TopicFiles.queries(topics);
      boolean maxPassage = Boolean.TRUE.equals(args.selectMaxPassage);
      List<FirstStage.Result> results = firstStage(topics, console);
      args.selectMaxPassage = maxPassage;
      Provenance provenance = new Provenance(console);
      provenance.put("topics", topicsIdentity()).put("index", texts.identity());
      if (model.model == null) {
        for (FirstStage.Result result : results) {
          Outputs to = out.at(Path.of(args.output + result.suffix()));
          RerankJob.Outcome asIs =
              new RerankJob.Outcome(List.copyOf(result.rankings()), 0, 0, 0, 0);
          provenance.write(to.path(), () -> to.write(asIs, candidates(result, queries), texts));
          report(result.rankings(), queries, to, console);
        }
        return;
      }
      try (Ranker scorer = models.open(model.model, options, console);
          Interventions interventions = intervene.compile(scorer)) {
        provenance.put(scorer.card()).put("depth", rerank.depth);
        for (FirstStage.Result result : results) {
          Outputs to = out.at(Path.of(args.output + result.suffix()));
          rerank(result, queries, scorer, interventions.fresh(), texts, to, provenance, console);
          report(result.rankings(), queries, to, console);
        }
      }
    }
  }

  private void checkNumbers() {
    if (args.threads < 1 || args.parallelism < 1 || args.hits < 1) {
      throw new CommandException(
          ExitCode.USAGE,
          "-threads, -parallelism and -hits must be at least 1, got "
              + args.threads
              + ", "
              + args.parallelism
              + " and "
              + args.hits);
    }
    if (model.model != null && Boolean.TRUE.equals(args.backgroundLinking)) {
      throw new CommandException(
          ExitCode.USAGE, "-rerank.model needs queries in words; -backgroundLinking has documents");
    }
    if (explain.count() > 0 && Boolean.TRUE.equals(args.selectMaxPassage)) {
      throw new CommandException(
          ExitCode.USAGE,
          "-explain divides scores of passages; -selectMaxPassage gives those of documents");
    }
  }

  /** Refuses what requests cannot hold before hours are spent on the search. */
  private void checkRequests() throws IllegalAccessException {
    if (!Requests.isRequests(args.output)) {
      return;
    }
    if (Boolean.TRUE.equals(args.selectMaxPassage)) {
      throw noRequests("-selectMaxPassage gives documents, and the index has texts of passages");
    }
    if (Boolean.TRUE.equals(args.backgroundLinking)) {
      throw noRequests("requests have queries in words, and -backgroundLinking has documents");
    }
    for (Field field : SearchCollection.Args.class.getFields()) {
      Option option = field.getAnnotation(Option.class);
      // Those of -topics and -fields are searched together.
      if (option != null
          && field.get(args) instanceof String[] values
          && values != args.topics
          && values != args.fields
          && values.length > 1) {
        throw noRequests(
            option.name() + " has " + values.length + " values, which give a run each");
      }
    }
  }

  private CommandException noRequests(String why) {
    return new CommandException(
        ExitCode.USAGE,
        args.output + ": " + why + "; only a run can be written, under a name without .jsonl");
  }

  /** Anserini continues, and ends well, when one of these is wrong. */
  private void checkNames(IndexTexts texts) {
    AnseriniNames.require("io.anserini.search.query.", args.queryGenerator, "-generator");
    if (args.encoder != null) {
      AnseriniNames.require("io.anserini.encoder.sparse.", args.encoder + "Encoder", "-encoder");
    }
    Set<String> searchable = new TreeSet<>();
    for (FieldInfo field : FieldInfos.getMergedFieldInfos(texts.reader())) {
      if (field.getIndexOptions() != IndexOptions.NONE) {
        searchable.add(field.name);
      }
    }
    List<String> wanted = new ArrayList<>();
    for (String field : args.fields) {
      wanted.add(field.split("=")[0]);
    }
    if (wanted.isEmpty()) {
      wanted.add("contents");
    }
    if (searchable.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, args.index + ": the index is empty");
    }
    for (String field : wanted) {
      if (!searchable.contains(field)) {
        throw new CommandException(
            ExitCode.INPUT,
            args.index
                + ": the index has no field "
                + field
                + " to search; it has "
                + String.join(", ", searchable));
      }
    }
  }

  private List<TopicFiles> topics() throws IOException {
    List<TopicFiles> read = new ArrayList<>();
    findCollections();
    for (String topics : args.topics) {
      read.add(TopicFiles.read(topics, args.topicReader, args.topicField));
    }
    return read;
  }

  /** Puts the topic files of named collections in place of the names. */
  private void findCollections() throws IOException {
    for (int i = 0; i < args.topics.length; i++) {
      Optional<NamedCollection> named = CollectionOptions.named(args.topics[i]);
      if (named.isPresent()) {
        collection = named;
        args.topics[i] = collections.topics(named.get()).toString();
        if (args.topicReader == null) {
          args.topicReader = named.get().topicFormat().anseriniName();
        }
      }
    }
  }

  private List<FirstStage.Result> firstStage(List<TopicFiles> topics, Console console)
      throws IOException {
    if (model.model != null) {
      // Segments must reach the model whole; the best one of each document is chosen after it.
      args.selectMaxPassage = false;
    }
    return FirstStage.search(args, topics, console.verbose());
  }

  private static List<Candidates> candidates(
      FirstStage.Result result, Map<String, String> queries) {
    List<Candidates> candidates = new ArrayList<>();
    for (Ranking ranking : result.rankings()) {
      String query = Objects.requireNonNull(queries.get(ranking.topic()), ranking.topic());
      candidates.add(new Candidates(query, ranking));
    }
    return candidates;
  }

  private void rerank(
      FirstStage.Result result,
      Map<String, String> queries,
      Ranker scorer,
      Interventions interventions,
      TextSource texts,
      Outputs to,
      Provenance provenance,
      Console console)
      throws IOException {
    List<Candidates> candidates = candidates(result, queries);
    CleaningChoice cleaning = rerank.cleaning(collection, texts);
    console.say("passages cleaned: %s", cleaning);
    QueryLimits.ofTopics(scorer, candidates, args.topics[0], console);
    CleanedTexts passages = new CleanedTexts(texts, cleaning);
    RerankJob.Outcome outcome =
        new RerankJob(scorer, rerank.depth, interventions, console).run(candidates, passages);
    if (Boolean.TRUE.equals(args.selectMaxPassage)) {
      outcome = outcome.with(outcome.rankings().stream().map(this::bestSegments).toList());
    }
    Outputs tagged = to.tagged(interventions.tag(args.runtag));
    RerankJob.Outcome written = outcome;
    intervene.describe(provenance, interventions);
    provenance
        .put("cleaning", cleaning.toString())
        .put(written)
        .write(to.path(), () -> tagged.write(written, candidates, texts));
    console.say("%s", outcome.summary(scorer));
    if (explain.count() > 0) {
      HitTrees.of(
              scorer,
              explain.count(),
              candidates,
              written.rankings(),
              rerank.depth,
              passages,
              console)
          .writeBeside(to.path(), console);
    }
  }

  /**
   * Keeps the best segment of each document, under the document's id, as Anserini does. With {@code
   * -removeQuery}, the document that is the query goes too: Anserini, which was to keep segments,
   * has compared their ids with the query's.
   */
  private Ranking bestSegments(Ranking segments) {
    Map<String, RankedDoc> best = new LinkedHashMap<>();
    for (RankedDoc segment : segments.stream().toList()) {
      String docno = segment.docno().split(args.selectMaxPassageDelimiter)[0];
      if (!Boolean.TRUE.equals(args.removeQuery) || !docno.equals(segments.topic())) {
        best.putIfAbsent(docno, new RankedDoc(docno, segment.score()));
      }
    }
    return Ranking.of(segments.topic(), best.values()).top(args.selectMaxPassageHits);
  }

  private List<Map<String, Object>> topicsIdentity() throws IOException {
    List<Map<String, Object>> identities = new ArrayList<>();
    for (String topics : args.topics) {
      identities.add(Outputs.topics(topics));
    }
    return identities;
  }

  private static void report(
      Collection<Ranking> rankings, Map<String, String> queries, Outputs to, Console console) {
    Set<String> without = new HashSet<>(queries.keySet());
    rankings.forEach(ranking -> without.remove(ranking.topic()));
    if (!without.isEmpty()) {
      console.say(
          "%d of %s without hits: %s",
          without.size(),
          Counted.of(queries.size(), "topic"),
          Console.some(new TreeSet<>(without)));
    }
    console.say("%s in %s", Counted.of(rankings.size(), "topic"), to.path());
  }
}
