package io.lucerna.plugin.regress;

import io.lucerna.plugin.regress.Extension.Condition;
import io.lucerna.plugin.regress.Extension.Expected;
import io.lucerna.plugin.regress.Extension.Reranking;
import io.lucerna.plugin.regress.Locator.Located;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** The commands that a regression stands for. Nothing is read or run here. */
final class Plan {
  private final Regression regression;
  private final Locator locator;
  private final String root;
  private final OptionalInt threads;
  private final Function<Located, String> form;

  private Plan(
      Regression regression,
      Locator locator,
      String root,
      OptionalInt threads,
      Function<Located, String> form) {
    this.regression = regression;
    this.locator = locator;
    this.root = root;
    this.threads = threads;
    this.form = form;
  }

  /**
   * The plan for this machine.
   *
   * @param root what precedes the names of index and runs
   * @param threads of the indexer, in place of the regression's own number
   */
  static Plan here(Regression regression, Locator locator, String root, OptionalInt threads) {
    return new Plan(regression, locator, root, threads, Located::argument);
  }

  /** The plan for a reader, who works in a folder of their own. */
  static Plan anywhere(Regression regression, Locator locator) {
    return new Plan(regression, locator, "", OptionalInt.empty(), Located::shown);
  }

  /** Folder of the index. */
  String index() {
    return root + regression.indexPath();
  }

  /** The command that builds the index. */
  List<String> indexing() {
    Optional<Located> corpus = locator.corpus(regression);
    List<String> words = new ArrayList<>(List.of("index", "-collection"));
    if (corpus.isPresent() && corpus.get().named()) {
      words.add(form.apply(corpus.get()));
    } else {
      words.add(regression.collectionClass());
      words.addAll(List.of("-input", corpus.map(form).orElse(regression.corpusPath())));
    }
    words.addAll(List.of("-generator", regression.generatorClass(), "-index", index()));
    int number = threads.orElse(regression.indexThreads());
    words.addAll(List.of("-threads", String.valueOf(number)));
    words.addAll(Words.split(regression.indexOptions()));
    return words;
  }

  /** Every ranking, in an order in which each has what it needs. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (Model model : regression.models()) {
      for (int i = 0; i < regression.topics().size(); i++) {
        steps.add(search(model, i));
      }
    }
    for (Reranking reranking : regression.extension().rerankings()) {
      for (int i = 0; i < regression.topics().size(); i++) {
        steps.add(rerank(reranking, i));
        for (Condition condition : reranking.interventions()) {
          steps.add(rerank(reranking, condition, i));
        }
      }
    }
    return steps;
  }

  /** The command that measures a run. */
  List<String> measuring(Metric metric, Step step) {
    List<String> words = new ArrayList<>(List.of("eval"));
    words.addAll(metric.options());
    String qrel = step.topics().qrel().orElse("");
    words.add(locator.qrels(qrel).map(form).orElse(qrel));
    words.add(step.run());
    return words;
  }

  /** The run that a model's search writes. */
  String run(String ranking, TopicSet topics) {
    return root + "runs/run." + collection() + "." + topics.id() + "." + ranking;
  }

  /** The part of the index's name that Anserini's runner takes over into the names of runs. */
  private String collection() {
    if (!regression.indexed()) {
      return regression.corpus();
    }
    String folder = regression.indexPath().replaceFirst("/+$", "");
    String name = folder.substring(folder.lastIndexOf('/') + 1);
    return name.contains("-") ? name.substring(name.indexOf('-') + 1) : name;
  }

  private Step search(Model model, int set) {
    TopicSet topics = regression.topics().get(set);
    String run = run(model.name(), topics);
    List<List<String>> commands = new ArrayList<>();
    commands.add(model.ready() ? readyMade(model, run) : searching(model, topics, run));
    regression.conversions().forEach(one -> commands.add(conversion(one, run, topics)));
    List<Expectation> expected = new ArrayList<>();
    for (Metric metric : regression.metrics()) {
      expected.add(
          new Expectation(
              metric,
              model.results().getOrDefault(metric.name(), List.of()).get(set),
              model.tolerance(metric.name(), set),
              true));
    }
    String measured =
        regression.conversions().isEmpty()
            ? run
            : run + regression.conversions().getLast().outExt();
    return new Step(
        Stage.SEARCH, model.name(), model.display(), topics, commands, measured, expected);
  }

  private List<String> searching(Model model, TopicSet topics, String run) {
    List<String> words = new ArrayList<>(List.of("search", "-index", index()));
    words.addAll(asked(topics));
    words.addAll(List.of("-output", run));
    words.addAll(Words.split(regression.searchOptions()));
    words.addAll(Words.split(model.params()));
    return words;
  }

  private static List<String> readyMade(Model model, String run) {
    List<String> words = new ArrayList<>(List.of("rerank"));
    words.addAll(Words.split(model.params()));
    words.addAll(List.of("-output", run, "-rerank.model", "none"));
    return words;
  }

  private List<String> asked(TopicSet topics) {
    return List.of(
        "-topics",
        locator.topics(topics.path()).map(form).orElse(topics.path()),
        "-topicReader",
        topics.reader().or(regression::topicReader).orElse(""));
  }

  /** The words as Anserini's runner orders them, who gives the topics by their id. */
  private List<String> conversion(Conversion conversion, String run, TopicSet topics) {
    List<String> words =
        new ArrayList<>(conversion.ours().orElseGet(() -> Words.split(conversion.command())));
    words.addAll(List.of("--index", index(), "--topics", topics.id()));
    words.addAll(List.of("--input", run + conversion.inExt()));
    words.addAll(List.of("--output", run + conversion.outExt()));
    words.addAll(Words.split(conversion.params()));
    words.addAll(Words.split(topics.convertParams()));
    return words;
  }

  private Step rerank(Reranking reranking, int set) {
    return rerank(reranking, reranking.name(), List.of(), reranking.expected(), set);
  }

  private Step rerank(Reranking reranking, Condition condition, int set) {
    String name = reranking.name() + "." + condition.name();
    return rerank(reranking, name, condition.lines(), condition.expected(), set);
  }

  private Step rerank(
      Reranking reranking, String name, List<String> lines, Expected wanted, int set) {
    TopicSet topics = regression.topics().get(set);
    String run = run(name, topics);
    List<String> words = new ArrayList<>(List.of("rerank"));
    Model first = regression.model(reranking.first()).orElseThrow();
    if (first.ready()) {
      words.addAll(Words.split(first.params()));
    } else {
      words.addAll(List.of("-index", index()));
      words.addAll(asked(topics));
      words.addAll(List.of("-run", run(reranking.first(), topics)));
    }
    words.addAll(List.of("-output", run));
    words.addAll(List.of("-rerank.model", reranking.model()));
    words.addAll(List.of("-rerank.depth", String.valueOf(reranking.depth())));
    reranking.clean().ifPresent(clean -> words.addAll(List.of("-passage.clean", clean)));
    lines.forEach(line -> words.addAll(List.of("-intervene", line)));
    List<Expectation> expected = new ArrayList<>();
    for (Map.Entry<String, List<Double>> entry : wanted.results().entrySet()) {
      Metric metric = regression.metric(entry.getKey()).orElseThrow();
      expected.add(new Expectation(metric, entry.getValue().get(set), wanted.tolerance(), false));
    }
    return new Step(Stage.RERANK, name, name, topics, List.of(words), run, expected);
  }
}
