package io.lucerna.plugin.options;

import io.anserini.search.SearchCollection;
import io.lucerna.base.Counted;
import io.lucerna.base.TextFile;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.anserini.FirstStage;
import io.lucerna.plugin.anserini.IndexTexts;
import io.lucerna.plugin.anserini.PassageIndex;
import io.lucerna.plugin.anserini.TopicFiles;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.FirstStages;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CorpusTexts;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.JsonObjects;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * Candidates from the command line: requests, which hold queries and texts, or a run with topics,
 * and an index or a corpus.
 */
public final class RunInputs {
  private static final String BM25 = "bm25";
  private static final String TITLE = "title";

  @Option(
      name = "-run",
      aliases = "-input",
      metaVar = "[file]",
      usage =
          "TREC run, with -topics and -index or -corpus; or RankLLM requests in JSON, which hold"
              + " queries and texts.")
  public @Nullable String run;

  @Option(name = "-topics", metaVar = "[file]", usage = "Topics, or the name of a collection.")
  public @Nullable String topics;

  @Option(
      name = "-topicReader",
      metaVar = "[name]",
      usage =
          "Anserini's name of the topics' format (Trec, Cacm, Covid, Webxml, TsvInt, TsvString,"
              + " JsonString, ...); inferred from the file if not given.")
  @Nullable String topicReader;

  @Option(
      name = "-topicField",
      metaVar = "[field]",
      usage = "title, description, narrative, or several joined by +.")
  String topicField = TITLE;

  @Option(
      name = "-index",
      metaVar = "[path]",
      forbids = "-corpus",
      usage = "Index that stores the texts (indexed with -storeRaw or -storeContents).")
  public @Nullable String index;

  @Option(
      name = "-corpus",
      metaVar = "[path]",
      usage = "Texts in JSON, a file or a folder: id, and contents or title and text.")
  public @Nullable String corpus;

  @Option(
      name = "-collection",
      metaVar = "[name]",
      usage =
          "Collection known by name: its topics and judgments and, where it has them, the texts"
              + " that a first stage found, unless these are given.")
  public @Nullable String named;

  @Option(
      name = "-first",
      metaVar = "[name]",
      depends = "-collection",
      forbids = "-run",
      usage =
          "First stage of the collection: bm25, tasb or splade of dl19 and dl20 (default: bm25).")
  @Nullable String first;

  private final boolean statistics;
  private Optional<NamedCollection> collection = Optional.empty();
  private boolean implied;

  public RunInputs() {
    this(false);
  }

  /**
   * @param statistics whether an index or a corpus next to requests is read for its statistics
   */
  public RunInputs(boolean statistics) {
    this.statistics = statistics;
  }

  /**
   * Puts files of the collection that was named in the place of what was not given: its topics, and
   * the requests of a first stage unless there is an index or a corpus and no stage was named.
   *
   * <p>For a command that counts terms, an index or a corpus is what they are counted in, and says
   * nothing of the candidates; without one, an index of all passages that come with the collection
   * stands in for one of the whole collection.
   *
   * @return the collection; empty if none was named
   * @throws CommandException if there is no collection or first stage of that name
   */
  public Optional<NamedCollection> complete(CollectionOptions collections, Console console)
      throws IOException {
    if (named == null || collection.isPresent()) {
      return collection;
    }
    NamedCollection found = CollectionOptions.required(named);
    collection = Optional.of(found);
    if (topics == null) {
      topics = named;
      implied = true;
    }
    boolean texts = index != null || corpus != null;
    if (run == null && (first != null || statistics || !texts)) {
      FirstStages stages = found.firstStages();
      if (!stages.isEmpty()) {
        String stage = first == null ? stages.files().getFirst().name() : first;
        run = collections.store().requests(found, stage).toString();
        if (statistics && !texts) {
          index = PassageIndex.of(found, collections.store(), console).toString();
        }
      } else if (first != null) {
        throw new CommandException(
            ExitCode.USAGE, named + " has no first stages; leave out -first");
      }
    }
    return collection;
  }

  /** The collection that was named, for all or for its topics; known once candidates were read. */
  public Optional<NamedCollection> collection() {
    return collection;
  }

  /**
   * The candidates of the run or the requests; topics without any are named.
   *
   * @param depth how many texts of a topic are read by a model
   * @param written how many texts of a topic go into the output
   * @param ids what the output can hold
   * @param visitor is shown all texts of a corpus, and none of an index or of requests
   * @throws CommandException if something is missing, such as the text of a candidate
   */
  public CandidatePool read(
      int depth,
      int written,
      Ids ids,
      CorpusTexts.Visitor visitor,
      CollectionOptions collections,
      Console console)
      throws IOException {
    complete(collections, console);
    if (run == null) {
      throw new CommandException(
          ExitCode.USAGE,
          "the candidates are missing: give a run or requests (-run, -input), or a collection that"
              + " has first stages (-collection dl19 -first bm25)");
    }
    TextFile file = TextFile.named(run);
    if (JsonObjects.holds(file)) {
      Requests requests = Requests.read(file, ids);
      refuseUnread();
      requireTexts(requests.topics(), requests, depth);
      return new CandidatePool(
          requests.topics(), requests, "requests", Map.of("requests", requests.identity()));
    }
    Run read = Run.read(file);
    List<Candidates> candidates = candidates(read, collections, console);
    TextSource texts = texts(candidates, Math.max(depth, written), visitor);
    return new CandidatePool(candidates, texts, read.tag(), identity(file, texts));
  }

  /** What is given next to requests, which hold queries and texts, would not be read. */
  private void refuseUnread() {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("-topics", topics != null && !implied);
    given.put("-topicReader", topicReader != null);
    given.put("-topicField", !topicField.equals(TITLE));
    given.put("-index", index != null && !statistics);
    given.put("-corpus", corpus != null && !statistics);
    given.values().removeIf(there -> !there);
    if (!given.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          run
              + ": requests hold queries and texts, so nothing else is read; leave out "
              + String.join(", ", given.keySet()));
    }
  }

  /** The same where only the candidates' texts matter, and none may be missing. */
  public CandidatePool read(int depth, Ids ids, CollectionOptions collections, Console console)
      throws IOException {
    CandidatePool pool = read(depth, 0, ids, text -> {}, collections, console);
    boolean there = false;
    try {
      pool.requireDocuments(depth);
      there = true;
    } finally {
      if (!there) {
        pool.close();
      }
    }
    return pool;
  }

  private static void requireTexts(List<Candidates> topics, TextSource texts, int depth)
      throws IOException {
    for (Candidates topic : topics) {
      for (String docno : topic.ranking().top(depth).docnos()) {
        texts.text(topic.topic(), docno);
      }
    }
  }

  /** The queries of the topics; those of a collection that was named, where its name was given. */
  public Map<String, String> queries(CollectionOptions collections, Console console)
      throws IOException {
    complete(collections, console);
    if (topics == null) {
      throw new CommandException(ExitCode.USAGE, "-topics is needed");
    }
    findCollection(topics, collections);
    return TopicFiles.read(topics, topicReader, topicField).queries();
  }

  private List<Candidates> candidates(Run read, CollectionOptions collections, Console console)
      throws IOException {
    if (topics == null) {
      throw new CommandException(ExitCode.USAGE, "-topics is needed next to a run");
    }
    Map<String, String> queries = queries(collections, console);
    List<Candidates> candidates = new ArrayList<>();
    for (Ranking ranking : read.rankings()) {
      String query = queries.get(ranking.topic());
      if (query == null) {
        throw new CommandException(
            ExitCode.INPUT, run + ": topic " + ranking.topic() + " of the run is not in " + topics);
      }
      candidates.add(new Candidates(query, ranking));
    }
    Set<String> without = new LinkedHashSet<>(queries.keySet());
    without.removeAll(read.topics());
    if (!without.isEmpty()) {
      console.say(
          "%d of %s without hits in the run: %s",
          without.size(), Counted.of(queries.size(), "topic"), Console.some(without));
    }
    return candidates;
  }

  /**
   * The candidates that BM25 finds in the index, with Anserini's parameters, in its order of
   * topics.
   *
   * @param hits the most documents of a topic
   * @throws CommandException if no index is named, or Anserini does not answer all topics
   */
  public CandidatePool search(int hits, CollectionOptions collections, Console console)
      throws IOException {
    complete(collections, console);
    if (topics == null) {
      throw new CommandException(ExitCode.USAGE, "-topics is needed to search");
    }
    if (index == null) {
      throw new CommandException(
          ExitCode.USAGE, "the first stage is missing: give -run, or -index to search with BM25");
    }
    if (hits < 1) {
      throw new CommandException(ExitCode.USAGE, "-hits must be at least 1, got " + hits);
    }
    IndexTexts texts = IndexTexts.open(index);
    boolean done = false;
    try {
      List<Candidates> found = found(topics, index, hits, collections, console);
      done = true;
      return new CandidatePool(found, texts, BM25, Map.of());
    } finally {
      if (!done) {
        texts.close();
      }
    }
  }

  private List<Candidates> found(
      String given, String searched, int hits, CollectionOptions collections, Console console)
      throws IOException {
    findCollection(given, collections);
    String file = String.valueOf(topics);
    TopicFiles read = TopicFiles.read(file, topicReader, topicField);
    SearchCollection.Args args = new SearchCollection.Args();
    args.index = searched;
    args.topics = new String[] {file};
    args.topicField = topicField;
    args.bm25 = true;
    args.hits = hits;
    args.output = "run";
    List<Candidates> candidates = new ArrayList<>();
    for (FirstStage.Result result : FirstStage.search(args, List.of(read), console.verbose())) {
      for (Ranking ranking : result.rankings()) {
        String query = Objects.requireNonNull(read.queries().get(ranking.topic()), ranking.topic());
        candidates.add(new Candidates(query, ranking));
      }
    }
    return candidates;
  }

  private void findCollection(String given, CollectionOptions collections) throws IOException {
    Optional<NamedCollection> ofTopics = CollectionOptions.named(given);
    if (ofTopics.isPresent()) {
      collection = ofTopics;
      topics = collections.topics(ofTopics.get()).toString();
      topicReader = topicReader == null ? ofTopics.get().topicFormat().anseriniName() : topicReader;
    }
  }

  private TextSource texts(List<Candidates> candidates, int depth, CorpusTexts.Visitor visitor)
      throws IOException {
    Set<String> docnos = new LinkedHashSet<>();
    candidates.forEach(c -> docnos.addAll(c.ranking().top(depth).docnos()));
    TextSource texts = texts(docnos, visitor);
    if (index == null) {
      requireTexts(candidates, texts, depth);
    }
    return texts;
  }

  /**
   * The texts of these documents, or of more.
   *
   * @param visitor is shown all texts of a corpus, and none of an index
   */
  public TextSource texts(Set<String> docnos, CorpusTexts.Visitor visitor) throws IOException {
    if (index != null) {
      return IndexTexts.open(index);
    }
    if (corpus == null) {
      throw new CommandException(ExitCode.USAGE, "the texts are missing: give -index or -corpus");
    }
    return CorpusTexts.read(Path.of(corpus), docnos, visitor);
  }

  private Map<String, Object> identity(TextFile file, TextSource texts) throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("run", Hashes.of(file));
    identity.put("topics", Outputs.topics(String.valueOf(topics)));
    identity.put("texts", texts.identity());
    return identity;
  }

  /** The file that the queries are from, for messages. */
  public String queries() {
    return topics == null ? String.valueOf(run) : topics;
  }
}
