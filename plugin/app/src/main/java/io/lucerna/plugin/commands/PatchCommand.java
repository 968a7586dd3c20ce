package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Estimate;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.options.DrawOptions;
import io.lucerna.plugin.options.FillerOptions;
import io.lucerna.plugin.options.FolderOptions;
import io.lucerna.plugin.options.Inputs;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RoundsOptions;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.plugin.perturb.PairNames;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.Floor;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.PairSweeper;
import io.lucerna.studies.patch.PatchSettings;
import io.lucerna.studies.patch.PatchShards;
import io.lucerna.studies.patch.PatchStudy;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.ItemWork;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.PairDraw;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.CmdLineParser;
import org.kohsuke.args4j.Option;
import org.kohsuke.args4j.OptionDef;
import org.kohsuke.args4j.spi.Setter;
import org.kohsuke.args4j.spi.StringOptionHandler;

/** {@code patch}: every pair through a patching sweep; tables, arrays, pictures and a page out. */
public final class PatchCommand implements Command {
  private static final Pattern COMMA = Pattern.compile(",");

  /** The kind of sweep, whose help names them all. */
  public static final class SweepOption extends StringOptionHandler {
    /** As args4j makes it. */
    public SweepOption(CmdLineParser parser, OptionDef option, Setter<? super String> setter) {
      super(parser, option, setter);
    }

    @Override
    public String getDefaultMetaVariable() {
      return Arrays.stream(SweepKind.values())
          .map(SweepKind::option)
          .collect(Collectors.joining(" | ", "[", "]"));
    }
  }

  /** Opens what sweeps. */
  @FunctionalInterface
  public interface Engine {
    /**
     * Opens a model for sweeps.
     *
     * @throws CommandException if there is no such model
     * @throws IllegalArgumentException if the model has no such layer, head or side
     */
    PairSweeper open(String model, ScorerOptions options, SweepSettings settings, Console console)
        throws IOException;
  }

  private final Engine engine;
  private final ModelOptions model = new ModelOptions();
  private final FolderOptions folder = new FolderOptions();
  private final FillerOptions filling = new FillerOptions();
  private final SeedOptions random = new SeedOptions();
  private final RoundsOptions bootstrap = new RoundsOptions();
  private final DrawOptions draw = new DrawOptions();

  @Option(
      name = "-pairs",
      required = true,
      metaVar = "[file]",
      usage = "Contrast pairs, as perturb writes them, or a table of ready pairs, as MechIR's.")
  String pairs = "";

  @Option(
      name = "-perturbation",
      metaVar = "[name]",
      usage =
          "What the pairs of a table are that does not say it: TFC1, ADD:idf:start, ..., or a word"
              + " of your own; by it the axioms apply.")
  @Nullable String perturbation;

  @Option(name = "-sweep", required = true, handler = SweepOption.class, usage = "What is patched.")
  String sweep = "";

  @Option(
      name = "-direction",
      metaVar = "[name]",
      usage =
          "denoise puts the perturbed passage's activations into the base's run, noise does the "
              + "reverse; or both.")
  String direction = "denoise";

  @Option(
      name = "-side",
      metaVar = "[side]",
      usage =
          "Which text the pairs change: passage, or query; then what the pairs call query is the"
              + " passage.")
  String side = "passage";

  @Option(name = "-layer", metaVar = "[num]", usage = "Layer of a neuron sweep, from 0.")
  @Nullable Integer layer;

  @Option(name = "-heads", metaVar = "[list]", usage = "Heads of a head-pos sweep: L0H9,L1H6.")
  @Nullable String heads;

  @Option(
      name = "-normalise",
      metaVar = "[how]",
      usage =
          "What leads in lists, pictures and top:K of a study: ratio (the ratio of sums) or robust"
              + " (the mean of (patched - recipient) / sqrt(1 + change^2)); the tables have both.")
  String normalise = "ratio";

  @Option(
      name = "-floor",
      metaVar = "[num]",
      usage =
          "Pairs whose score changes by less are excluded, and listed: a number, or a percentage of"
              + " the median change.")
  String floor = "10%";

  @Option(
      name = "-pool",
      usage =
          "Sum up the pairs of several perturbations together, too, with a warning where signs"
              + " differ.")
  boolean pool;

  @Option(
      name = "-method",
      metaVar = "[name]",
      usage =
          "How effects are found (repeatable): exact (the default), or estimated from gradients: atp,"
              + " atp-qk, ig:N (N steps), frozen. Beside exact, or with -check, agreement.csv compares"
              + " them.")
  List<String> methods = new ArrayList<>();

  @Option(
      name = "-check",
      metaVar = "[num]",
      usage =
          "With estimates alone: for how many pairs the exact sweep runs too, spread over queries by"
              + " the seed.")
  int check;

  @Option(
      name = "-plain",
      usage = "One forward pass for each cell: the slow reference of the fast sweep.")
  boolean plain;

  @Option(
      name = "-mechir",
      usage =
          "MechIR's settings: inputs padded to 300 tokens (passage), 30 (query), 330 (pair), pairs"
              + " without token types.")
  boolean mechir;

  public PatchCommand(Engine engine) {
    this.engine = engine;
  }

  @Override
  public List<Object> options() {
    return List.of(this, folder, model, filling, random, bootstrap, draw);
  }

  @Override
  public String example() {
    return "-model minilm -pairs pairs.jsonl -sweep head -direction both -output studies/tfc1-heads";
  }

  @Override
  public void run(Console console) throws Exception {
    PatchSettings settings = settings();
    ScorerOptions options = model.scorerOptions();
    List<ContrastPair> all = read(console);
    List<ContrastPair> chosen = drawn(all, console);
    try (FolderLock lock = folder.take("patch", console)) {
      try (PairSweeper sweeper =
          engine.open(model.modelOrDefault(), options, settings.sweep(), console)) {
        List<QueryLimits.Query> queries =
            chosen.stream()
                .filter(pair -> settings.sweep().side() == SweepSettings.Side.PASSAGE)
                .map(pair -> new QueryLimits.Query("pair " + pair.id(), pair.query()))
                .toList();
        QueryLimits.check(sweeper::fit, queries, pairs, console);
        Identity identity = identity(sweeper.card(), all, console);
        PatchStudy study = new PatchStudy(settings, chosen, all);
        ItemWork<PairOutcome> work = study.by(sweeper);
        JournalSettings decisive = decisive(settings, identity).put(folder.shard());
        try (Journal<PairOutcome> journal = Journal.open(lock, decisive, work.codec())) {
          study.begin(lock.path());
          if (folder.shard().isPresent()) {
            PatchShards.keep(settings, chosen, work, folder.shard().get(), identity, lock);
          }
          sweep(work, work.places(folder.shard()), journal, console);
          if (folder.shard().isPresent()) {
            folder.sayDone(console);
            return;
          }
          lock.check();
          finish(study.write(journal, identity, lock.path()), folder.path(), console);
        }
      }
    }
  }

  private List<ContrastPair> read(Console console) throws IOException {
    Path file = Inputs.file(pairs);
    if (perturbation == null) {
      return ContrastPairs.read(file);
    }
    List<ContrastPair> all = ContrastPairs.read(file, perturbation);
    PairNames.remark(all.getFirst().perturbation(), console);
    return all;
  }

  private List<ContrastPair> drawn(List<ContrastPair> all, Console console) {
    OptionalInt most = draw.most();
    if (most.isEmpty()) {
      return all;
    }
    Set<String> ids =
        PairDraw.ids(all.stream().map(PairDraw.Key::of).toList(), most.getAsInt(), random.seed);
    console.say(
        "%d of %s drawn by seed %d", ids.size(), Counted.of(all.size(), "pair"), random.seed);
    return all.stream().filter(pair -> ids.contains(pair.id())).toList();
  }

  /** Says what was found. */
  static void finish(PatchStudy.Outcome outcome, Path folder, Console console) {
    outcome.notes().forEach(note -> console.say("%s", note));
    console.say("wrote %s", folder.resolve("report.html"));
    if (!outcome.failures().isEmpty()) {
      throw new CommandException(
          ExitCode.FAILED, "the controls failed: " + String.join("; ", outcome.failures()));
    }
  }

  private static void sweep(
      ItemWork<PairOutcome> work, int[] places, Journal<PairOutcome> journal, Console console)
      throws IOException {
    long done =
        Arrays.stream(places).filter(place -> journal.has(work.items().get(place).id())).count();
    if (done > 0) {
      console.say("%d of %s done already", done, Counted.of(places.length, "pair"));
    }
    try (Progress progress = new Progress(console, "patching", places.length - done)) {
      console.items().complete(work, places, journal, item -> progress.advance(1));
    }
  }

  private PatchSettings settings() {
    PatchSettings settings =
        PatchSettings.of(sweepSettings())
            .withFloor(Floor.parse(floor))
            .withRounds(bootstrap.rounds)
            .withHeadline(headline());
    return pool ? settings.withPool() : settings;
  }

  private RatioAggregate headline() {
    return switch (normalise) {
      case "ratio" -> RatioAggregate.RATIO_OF_SUMS;
      case "robust" -> RatioAggregate.MEAN_ROBUST;
      default ->
          throw new CommandException(
              ExitCode.USAGE, "-normalise must be ratio or robust, got " + normalise);
    };
  }

  private SweepSettings sweepSettings() {
    List<Direction> directions =
        switch (direction) {
          case "denoise" -> List.of(Direction.DENOISE);
          case "noise" -> List.of(Direction.NOISE);
          case "both" -> List.of(Direction.DENOISE, Direction.NOISE);
          default ->
              throw new IllegalArgumentException(
                  "-direction must be denoise, noise or both, got " + direction);
        };
    SweepSettings.Builder settings =
        SweepSettings.of(SweepKind.parse(sweep))
            .directions(directions)
            .side(SweepSettings.Side.parse(side))
            .filler(filling.filler)
            .batch(model.batch)
            .methods(methods())
            .check(check)
            .mechir(mechir)
            .seed(random.seed);
    if (layer != null) {
      settings.layer(layer);
    }
    if (heads != null) {
      settings.heads(COMMA.splitAsStream(heads).map(String::strip).map(Head::parse).toList());
    }
    return settings.build();
  }

  private List<PatchingSweep.Method> methods() {
    List<String> names = methods.isEmpty() ? List.of("exact") : methods;
    if (plain && !names.equals(List.of("exact"))) {
      throw new CommandException(
          ExitCode.USAGE, "-plain is for -method exact alone: an estimate has no slow way");
    }
    return names.stream()
        .map(
            name ->
                name.equals("exact")
                    ? plain ? PatchingSweep.Method.PLAIN : PatchingSweep.Method.FAST
                    : Estimate.parse(name))
        .toList();
  }

  private Identity identity(ModelCard card, List<ContrastPair> all, Console console)
      throws IOException {
    Map<String, Object> read = Hashes.of(Path.of(pairs));
    read.put("count", all.size());
    draw.most().ifPresent(most -> read.put("maxPairs", most));
    if (perturbation != null) {
      read.put("perturbation", all.getFirst().perturbation());
    }
    return new Identity(console.repeatable(), Versions.all(), card, Map.of("pairs", read));
  }

  /** What decides the outcome of a pair; a journal made with anything else cannot be resumed. */
  private JournalSettings decisive(PatchSettings settings, Identity identity) throws IOException {
    return new JournalSettings()
        .putAll(settings.sweep().fields())
        .put("pairs", Hashes.sha256(Path.of(pairs)), pairs)
        .putAll(identity.decisive());
  }
}
