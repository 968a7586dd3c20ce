package io.lucerna.plugin.commands;

import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.explain.evaluation.EvaluationFolder;
import io.lucerna.plugin.explain.evaluation.EvaluationJob;
import io.lucerna.plugin.explain.evaluation.MarkedPair;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.EvaluationOptions;
import io.lucerna.plugin.options.FolderOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.RoundsOptions;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.TokenAttributions;
import io.lucerna.studies.record.PairTable;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code explain -evaluate}: how faithful explanations are. */
final class ExplainEvaluation {
  private final EvaluationOptions options = new EvaluationOptions();
  private final SeedOptions random = new SeedOptions();
  private final RoundsOptions rounds = new RoundsOptions();
  private final ExplainPairs given;
  private final CollectionOptions collections;

  ExplainEvaluation(ExplainPairs given, CollectionOptions collections) {
    this.given = given;
    this.collections = collections;
  }

  /** What the command line can have. */
  List<Object> options() {
    return List.of(options, random, rounds);
  }

  /** Whether it is asked for. */
  boolean wanted() {
    return options.evaluate;
  }

  /** Evaluates all pairs that were given, and writes into a folder. */
  void run(
      @Nullable String output,
      ModelRegistry models,
      ModelOptions model,
      ScorerOptions scorer,
      Console console)
      throws Exception {
    options.check();
    if (output == null) {
      throw new CommandException(ExitCode.USAGE, "-evaluate needs -output");
    }
    Map<String, Object> inputs = new LinkedHashMap<>();
    List<MarkedPair> pairs = pairs(inputs, console);
    Qrels qrels = qrels(pairs, inputs, console);
    FolderOptions folder = new FolderOptions();
    folder.output = output;
    folder.resume = options.resume;
    folder.shard = options.shard;
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("erase", options.erasure().name());
    settings.put("steps", options.steps);
    settings.put("seed", random.seed);
    try (Ranker ranker = models.ranker(model.modelOrDefault(), scorer, console)) {
      TokenAttributions attributions =
          new TokenAttributions(ranker, options.erasure(), options.steps);
      try (FolderLock lock = folder.take("explain", console)) {
        Identity identity =
            new Identity(console.repeatable(), Versions.all(), ranker.card(), inputs);
        Comparison.Settings comparison =
            Comparison.Settings.DEFAULT.withSeed(random.seed).withRounds(rounds.rounds);
        Optional<List<String>> lines =
            new EvaluationFolder(pairs, qrels, identity, settings, comparison)
                .work(
                    lock,
                    new EvaluationJob(pairs, attributions, random.seed),
                    folder.shard(),
                    console);
        if (lines.isPresent()) {
          finish(lines.get(), lock.path(), console);
        } else {
          folder.sayDone(console);
        }
      }
    }
  }

  /** Says what was found. */
  static void finish(List<String> lines, Path folder, Console console) {
    lines.forEach(console.out()::println);
    console.say("wrote %s", folder.resolve("evaluation.json"));
  }

  private List<MarkedPair> pairs(Map<String, Object> inputs, Console console) throws Exception {
    List<MarkedPair> pairs;
    if (options.spans != null) {
      pairs = MarkedPair.read(options.spans);
      inputs.put("spans", Hashes.of(Path.of(options.spans)));
      if (pairs.isEmpty()) {
        throw new CommandException(ExitCode.INPUT, options.spans + ": there are no pairs");
      }
    } else {
      pairs = given.all(inputs::put, console).stream().map(MarkedPair::of).toList();
      if (given.table() != null) {
        inputs.put("table", Hashes.of(Path.of(given.table())));
      }
    }
    Set<List<String>> seen = new HashSet<>();
    for (MarkedPair pair : pairs) {
      PairTable.Row row = pair.row();
      if (!seen.add(List.of(row.qid(), row.docid()))) {
        throw new CommandException(
            ExitCode.INPUT, "document " + row.docid() + " occurs twice for topic " + row.qid());
      }
    }
    return pairs;
  }

  /**
   * The judgments that were named, or come with the collection; none where neither is given, or the
   * collection's are of other topics.
   */
  private Qrels qrels(List<MarkedPair> pairs, Map<String, Object> inputs, Console console)
      throws Exception {
    String named = options.qrels == null ? given.collection() : options.qrels;
    if (named == null) {
      return Qrels.of(Map.of());
    }
    Path file = collections.qrels(named);
    Qrels qrels = Qrels.read(file);
    if (pairs.stream().noneMatch(pair -> qrels.topics().contains(pair.row().qid()))) {
      if (options.qrels != null) {
        throw new CommandException(
            ExitCode.INPUT,
            "the pairs and " + named + " have no topic in common: nothing to measure");
      }
      console.say("%s judges none of the topics: no nDCG@10", named);
      return Qrels.of(Map.of());
    }
    inputs.put("qrels", Hashes.of(file));
    return qrels;
  }
}
