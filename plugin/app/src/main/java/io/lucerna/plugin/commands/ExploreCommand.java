package io.lucerna.plugin.commands;

import io.lucerna.base.Sha256;
import io.lucerna.base.TextFile;
import io.lucerna.explorer.Explored;
import io.lucerna.explorer.ExplorerServer;
import io.lucerna.explorer.Launch;
import io.lucerna.explorer.Listening;
import io.lucerna.explorer.Opened;
import io.lucerna.explorer.TopicFacts;
import io.lucerna.plugin.Failures;
import io.lucerna.plugin.anserini.IndexTexts;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.collections.CollectionStore;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.collections.Source;
import io.lucerna.plugin.explore.ExploredIndex;
import io.lucerna.plugin.explore.ExploredRun;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.LevelOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.OptionWords;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.topics.BundledCollection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * {@code explore}: serves a page in which a person ranks, changes the model and sees the documents
 * move, until it is interrupted. Without options it is of the bundled collection.
 */
public final class ExploreCommand implements Command {
  private static final int HIGHEST_PORT = 65_535;

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final LevelOptions level = new LevelOptions();
  private final RunInputs inputs = new RunInputs();
  private final CollectionOptions collections;

  @Option(
      name = "-port",
      metaVar = "[num]",
      usage = "Where the page is; 0 for any port that is free.")
  int port = 8765;

  @Option(
      name = "-host",
      metaVar = "[name]",
      usage =
          "A name or address of this machine that others reach, or 0.0.0.0 for all; what they ask"
              + " needs the token.")
  String host = "127.0.0.1";

  @Option(
      name = "-token",
      metaVar = "[text]",
      usage =
          "The secret in the page's address, 16 characters or more; with -host one is made if none"
              + " is given.")
  @Nullable String token;

  @Option(
      name = "-qrels",
      metaVar = "[file]",
      usage = "Judgments in TREC format, or the name of a collection.")
  @Nullable String qrels;

  @Option(
      name = "-open",
      metaVar = "[folder]",
      forbids = {"-run", "-index", "-corpus", "-collection", "-model"},
      usage =
          "In place of a ranking: the folder of study, of patch or of record, finished or not, to be"
              + " looked at; no model is needed. A study shows queries of -topics, and grades of"
              + " -qrels: relevant from -level on, or else from the study's own.")
  @Nullable Path open;

  /** Known once there are candidates. */
  private @Nullable CleaningChoice cleaning;

  public ExploreCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, inputs, model, rerank, level, collections);
  }

  @Override
  public String example() {
    return "-collection dl19 -model e5-small-v2-q";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    if (port < 0 || port > HIGHEST_PORT) {
      throw new CommandException(
          ExitCode.USAGE, "-port must be in 0.." + HIGHEST_PORT + ", got " + port);
    }
    if (open != null) {
      show(open, console);
      return;
    }
    if (inputs.corpus != null && inputs.run == null) {
      throw new CommandException(
          ExitCode.USAGE, "-corpus holds the texts of a run; give -run, or -index to search");
    }
    if (inputs.named == null && inputs.run == null && inputs.index == null) {
      inputs.named = BundledCollection.NAME;
    }
    Listening listening = listening();
    // Before all that takes long.
    ExplorerServer.requireFree(listening);
    SequencedMap<String, String> given = OptionWords.of(inputs, new RunInputs());
    qrels = qrels == null ? inputs.named : qrels;
    int lowest = level.of(qrels);
    Optional<NamedCollection> collection = inputs.complete(collections, console);
    Qrels judged = judgments();
    // AP and RR are among the measures of the page.
    level.remark(lowest, judged, true, console);
    try (Explored explored = explored(collection, console);
        Ranker ranker = models.open(model.modelOrDefault(), options, console);
        ExplorerServer server =
            ExplorerServer.start(
                listening,
                ranker,
                explored,
                judged,
                lowest,
                launch(given),
                e -> report(e, console))) {
      serve(server, ranker.card().label() + " on " + explored.name(), console);
    }
  }

  private void show(Path folder, Console console) throws Exception {
    Listening listening = listening();
    ExplorerServer.requireFree(listening);
    try (Opened opened = Opened.of(folder, known(console));
        ExplorerServer server = ExplorerServer.start(listening, opened, e -> report(e, console))) {
      serve(server, folder.toString(), console);
    }
  }

  /** What is known of topics beside the folder, which has a level unless another is given. */
  private TopicFacts known(Console console) throws IOException {
    boolean given = OptionWords.of(level, new LevelOptions()).containsKey("-level");
    return new TopicFacts(
        inputs.topics == null ? Map.of() : inputs.queries(collections, console),
        judgments(),
        given ? OptionalInt.of(level.of(qrels)) : OptionalInt.empty());
  }

  private Qrels judgments() throws IOException {
    return qrels == null ? Qrels.of(Map.of()) : Qrels.read(collections.qrels(qrels));
  }

  /** Until it is interrupted. */
  private static void serve(ExplorerServer server, String what, Console console)
      throws InterruptedException {
    console.out().println(server.address());
    console.out().flush();
    console.say("%s; Ctrl-C ends it", what);
    new CountDownLatch(1).await();
  }

  /**
   * What other commands need to be told.
   *
   * @param given the options that name the candidates, as they were given
   */
  private Launch launch(SequencedMap<String, String> given) {
    SequencedMap<String, String> candidates = new LinkedHashMap<>(given);
    SequencedMap<String, String> topics = new LinkedHashMap<>();
    if (inputs.run == null) {
      candidates.put("-index", String.valueOf(inputs.index));
      if (inputs.named != null && !given.containsKey("-topics")) {
        // As a name of topics it is one that search knows too.
        candidates.put("-topics", String.valueOf(candidates.remove("-collection")));
      }
      for (String option : List.of("-topics", "-topicReader", "-topicField")) {
        String value = candidates.remove(option);
        if (value != null) {
          topics.put(option, value);
        }
      }
    }
    RerankOptions passages = new RerankOptions();
    passages.depth = rerank.depth;
    candidates.putAll(OptionWords.of(rerank, passages));
    if (cleaning != null) {
      // Without the collection's name, a command would infer it.
      candidates.put("-passage.clean", cleaning.cleaning().optionName());
    }
    SequencedMap<String, String> ranker = OptionWords.of(model, new ModelOptions());
    ranker.putFirst("-model", model.modelOrDefault());
    return new Launch(
        inputs.run == null ? List.of("-index", String.valueOf(inputs.index)) : List.of(),
        words(topics),
        words(candidates),
        words(OptionWords.of(collections, new CollectionOptions(Map.of()))),
        words(ranker),
        qrels);
  }

  private static List<String> words(Map<String, String> options) {
    return options.entrySet().stream()
        .flatMap(option -> Stream.of(option.getKey(), option.getValue()))
        .toList();
  }

  private Listening listening() {
    if (token != null && token.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, "-token is empty: leave it out, or give a secret");
    }
    try {
      return new Listening(host, port, token == null ? "" : token);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Says why a request failed, as commands do. */
  static void report(Throwable failure, Console console) {
    Optional<Failures.Failure> known = Failures.explain(failure);
    console.say(
        "a request failed: %s",
        known
            .map(Failures.Failure::message)
            .orElse("unexpectedly, please report it with this trace:"));
    if (known.isEmpty()) {
      failure.printStackTrace(console.err());
    }
  }

  private Explored explored(Optional<NamedCollection> collection, Console console)
      throws Exception {
    String run = inputs.run;
    if (run != null) {
      CandidatePool pool = inputs.read(rerank.depth, Ids.RUN, collections, console);
      return closing(
          pool,
          () -> new ExploredRun(name(collection, run), pool, rerank.depth, cleaning(pool.texts())));
    }
    if (inputs.index == null) {
      inputs.index = index(collection.orElseThrow(), console);
    }
    String index = inputs.index;
    Map<String, String> queries =
        inputs.topics == null ? Map.of() : inputs.queries(collections, console);
    IndexTexts texts = IndexTexts.open(index);
    return closing(
        texts,
        () ->
            new ExploredIndex(
                name(collection, index), texts, cleaning(texts), queries, rerank.depth));
  }

  private CleaningChoice cleaning(TextSource texts) throws IOException {
    CleaningChoice choice = rerank.cleaning(inputs.collection(), texts);
    cleaning = choice;
    return choice;
  }

  /** What is made of candidates, which are closed if nothing is. */
  private static Explored closing(AutoCloseable candidates, Callable<Explored> making)
      throws Exception {
    boolean made = false;
    try {
      Explored explored = making.call();
      made = true;
      return explored;
    } finally {
      if (!made) {
        candidates.close();
      }
    }
  }

  /** The collection's name, or that of a file or folder without where it is. */
  private static String name(Optional<NamedCollection> collection, String path) {
    return collection
        .map(NamedCollection::name)
        .orElseGet(() -> String.valueOf(Path.of(path).getFileName()));
  }

  /** The index of a named collection, which is made once and kept in the cache. */
  private String index(NamedCollection collection, Console console) throws IOException {
    CollectionStore store = collections.store();
    Path corpus = store.corpus(collection);
    List<String> flags = new ArrayList<>(collection.indexFlags());
    String content =
        switch (collection.corpus().orElseThrow()) {
          case Source.Resource resource ->
              TextFile.of(corpus.resolve(resource.fileName())).sha256();
          case Source.Remote remote -> remote.checksum().hex();
          case Source.Joined joined -> throw new IllegalStateException(joined.fileName());
        };
    String anserini = Versions.all().get("Anserini");
    String version = Sha256.of(String.join(" ", flags) + content + " " + anserini).substring(0, 8);
    return store
        .derived(
            collection.name() + "-index-" + version,
            folder -> {
              console.say("indexing %s, once", collection.name());
              flags.addAll(List.of("-input", corpus.toString(), "-index", folder.toString()));
              flags.addAll(List.of("-threads", "1"));
              try {
                DemoCommand.step("index", new IndexCommand(collections), flags, console);
              } catch (IOException | RuntimeException e) {
                throw e;
              } catch (Exception e) {
                throw new IOException(e.getMessage(), e);
              }
            })
        .toString();
  }
}
