package io.lucerna.plugin.commands;

import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Decimals;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandLine;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.collections.CollectionRegistry;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.qrels.BundledJudgments;
import io.lucerna.qrels.Qrels;
import io.lucerna.topics.BundledCollection;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.kohsuke.args4j.Option;

/**
 * {@code demo}: the whole road on the bundled collection. It runs the commands {@code index},
 * {@code search} and {@code rerank} as a user would, and compares the two runs.
 */
public final class DemoCommand implements Command {
  private static final List<Measure> MEASURES =
      List.of("nDCG@10", "AP", "RR@10", "R@100").stream().map(Measure::parse).toList();

  /** Grade 1 only touches the question: as in TREC's Deep Learning track, it is not relevant. */
  private static final int RELEVANT = 2;

  /** A topic that a run lacks counts as zero. */
  private static final Evaluation.Options ALL_TOPICS =
      Evaluation.Options.DEFAULT.withLevel(RELEVANT).withComplete(true);

  private static final String LABEL = "%-18s";

  private final ModelRegistry models;
  private final Supplier<CollectionOptions> collections;

  @Option(
      name = "-output",
      metaVar = "[folder]",
      usage = "Where collection, index and runs go; created if it does not exist.")
  Path folder = Path.of("runs", "demo");

  public DemoCommand(ModelRegistry models, Supplier<CollectionOptions> collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this);
  }

  @Override
  public String example() {
    return "-output runs/demo";
  }

  @Override
  public void run(Console console) throws Exception {
    try (FolderLock lock = FolderLock.take(folder, String.join(" ", console.commandLine()))) {
      demonstrate(console);
    }
  }

  private void demonstrate(Console console) throws Exception {
    long start = System.nanoTime();
    NamedCollection bundled = CollectionRegistry.find(BundledCollection.NAME).orElseThrow();
    Path corpus = folder.resolve("corpus");
    Path index = folder.resolve("index");
    Path bm25 = folder.resolve("run.bm25.txt");
    Path reranked = folder.resolve("run.minilm.txt");
    BundledCollection.writeCorpus(corpus);
    Path topics = BundledCollection.writeTopics(folder);
    Path qrels = BundledJudgments.writeQrels(folder);

    console.say("1 of 3: index the bundled collection");
    List<String> flags = new ArrayList<>(bundled.indexFlags());
    flags.addAll(List.of("-input", corpus.toString(), "-index", index.toString(), "-threads", "1"));
    step("index", new IndexCommand(collections.get()), flags, console);

    List<String> query = List.of("-index", index.toString(), "-topics", topics.toString());
    console.say("2 of 3: search it with BM25");
    step(
        "search",
        new SearchCommand(models, collections.get()),
        with(query, "-bm25", "-output", bm25),
        console);

    console.say("3 of 3: rerank the best 100 of each topic with %s", ModelRegistry.DEFAULT);
    step(
        "rerank",
        new RerankCommand(models, collections.get()),
        with(query, "-run", bm25, "-output", reranked),
        console);

    console.say("done in %.1f s", (System.nanoTime() - start) / 1e9);
    Qrels judgments = Qrels.read(qrels);
    List<String> topicIds = List.copyOf(judgments.topics());
    printTable(topicIds, evaluate(bm25, judgments), evaluate(reranked, judgments), console.out());
    printNext(qrels, bm25, reranked, query, console.out());
  }

  private static List<String> with(List<String> options, Object... more) {
    List<String> all = new ArrayList<>(options);
    for (Object option : more) {
      all.add(option.toString());
    }
    return all;
  }

  /** Runs another command; its results are files, so what it prints as result is left out. */
  static void step(String name, Command command, List<String> options, Console console)
      throws Exception {
    List<String> commandLine = new ArrayList<>(List.of(name));
    commandLine.addAll(options);
    new CommandLine(name, command).parse(options);
    try (PrintStream none =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      command.run(console.with(none, commandLine));
    }
  }

  private static Evaluation evaluate(Path run, Qrels qrels) throws Exception {
    return Evaluation.of(Run.read(run), qrels, MEASURES, ALL_TOPICS);
  }

  private static void printTable(
      List<String> topics, Evaluation bm25, Evaluation reranked, PrintStream out) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Measure measure : MEASURES) {
      comparisons.add(
          Comparison.of(
              bm25.values(measure, topics),
              reranked.values(measure, topics),
              Comparison.Settings.DEFAULT));
    }
    out.println();
    row(out, "", MEASURES, Measure::irName);
    row(out, "BM25", comparisons, c -> Decimals.rounded(c.baseline(), 4));
    row(out, "BM25 + minilm", comparisons, c -> Decimals.rounded(c.treatment(), 4));
    row(out, "change", comparisons, c -> Decimals.signed(c.change(), 4));
    row(
        out,
        "p (paired t-test)",
        comparisons,
        c ->
            c.tTest().isEmpty()
                ? "-"
                : String.format(Locale.ROOT, "%.2g", c.tTest().getAsDouble()));
    row(out, "wins/ties/losses", comparisons, c -> c.wins() + "/" + c.ties() + "/" + c.losses());
    out.println();
    out.println(
        topics.size()
            + " topics; AP, RR@10 and R@100 count grades 2 and 3 as relevant. The collection shows"
            + " how Lucerna works;");
    out.println("it was written to be hard for BM25 and is not a benchmark.");
  }

  private static <T> void row(
      PrintStream out, String label, List<T> cells, Function<T, String> text) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, LABEL, label));
    cells.forEach(cell -> line.append(String.format(Locale.ROOT, "%10s", text.apply(cell))));
    out.println(line.toString().stripTrailing());
  }

  private void printNext(
      Path qrels, Path bm25, Path reranked, List<String> query, PrintStream out) {
    out.println();
    out.println("Runs: " + bm25 + " and " + reranked + "; topics, judgments, passages and index");
    out.println("are next to them in " + folder + ". To try next:");
    Path rm3 = folder.resolve("run.rm3.minilm.txt");
    String search = "search " + String.join(" ", query);
    next(out, "eval -q -c -l 2 -m ndcg_cut.10", qrels, reranked);
    next(out, "compare -l 2 -m nDCG@10 -m AP", qrels, bm25, reranked);
    next(out, search + " -bm25 -rm3 -rerank.model minilm -output", rm3);
  }

  private static void next(PrintStream out, String command, Path... files) {
    StringBuilder line = new StringBuilder("  ./lucerna ").append(command);
    for (Path file : files) {
      line.append(' ').append(file);
    }
    out.println(line);
  }
}
