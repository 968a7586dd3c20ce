package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.compare.ComparisonCsv;
import io.lucerna.plugin.compare.ComparisonLatex;
import io.lucerna.plugin.compare.ComparisonText;
import io.lucerna.plugin.compare.RunComparison;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.Inputs;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.RelevanceLevel;
import io.lucerna.plugin.options.RoundsOptions;
import io.lucerna.plugin.options.SeedOptions;
import io.lucerna.plugin.rerank.Provenance;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Argument;
import org.kohsuke.args4j.Option;

/** {@code compare}: runs against a baseline over the same topics, with significance. */
public final class CompareCommand implements Command {
  private static final String LEVEL = "-l";
  private static final List<String> MEASURES = List.of("nDCG@10", "AP", "RR@10", "R@100");

  /** The options. */
  static final class Flags {
    @Option(
        name = "-m",
        metaVar = "MEASURE",
        usage =
            "A measure (repeatable): nDCG@10, AP, AP(rel=2), RR@10, R@100, or trec_eval's names "
                + "(default: nDCG@10, AP, RR@10, R@100)")
    List<String> measures = new ArrayList<>();

    @Option(
        name = "-baseline",
        metaVar = "RUN",
        usage = "The run to compare with; the first one if not given")
    @Nullable String baseline;

    @Option(
        name = LEVEL,
        metaVar = "GRADE",
        usage =
            "The lowest grade that counts as relevant (default: 2 of judgments named dl19, dl20 or "
                + "dl19+dl20, 1 of others)")
    @Nullable Integer level;

    @Option(
        name = "-c",
        usage = "Count all topics of the qrels, and not only those that at least one run has")
    boolean complete;

    @Option(
        name = "-correction",
        metaVar = "holm|bh|none",
        usage = "Adjusts p-values: holm for planned contrasts, bh for screens")
    String correction = "holm";

    @Option(
        name = "-margin",
        metaVar = "CHANGE",
        usage = "The largest change of a mean that counts as no harm")
    double margin = Comparison.Settings.DEFAULT.margin();

    @Option(
        name = "-output",
        metaVar = "FILE.csv",
        usage =
            "Write the values of all topics here, the table to FILE.summary.csv, and what made "
                + "them to FILE.csv.meta.json")
    @Nullable String output;

    @Option(
        name = "-latex",
        metaVar = "FILE.tex",
        usage = "Write the table for LaTeX here, and what made it to FILE.tex.meta.json")
    @Nullable String latex;

    @Option(
        name = "-labels",
        metaVar = "A,B,...",
        usage = "What the runs are called, in their order; the names of their files if not given")
    @Nullable String labels;

    @Argument(
        index = 0,
        metaVar = "QRELS",
        required = true,
        usage = "Judgments in TREC format, or the name of a collection")
    String qrels = "";

    @Argument(index = 1, metaVar = "RUN...", required = true, usage = "Runs in TREC format")
    List<String> runs = new ArrayList<>();
  }

  private final Flags flags = new Flags();
  private final SeedOptions random = new SeedOptions();
  private final RoundsOptions rounds = new RoundsOptions();
  private final CollectionOptions collections;

  public CompareCommand(CollectionOptions collections) {
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(flags, random, rounds, collections);
  }

  @Override
  public String example() {
    return "-m nDCG@10 -m AP -output compared.csv"
        + " qrels.cacm.txt run.cacm.bm25.txt run.cacm.minilm.txt";
  }

  @Override
  public void run(Console console) throws Exception {
    Comparison.Settings settings =
        new Comparison.Settings(random.seed, rounds.rounds, flags.margin);
    Correction correction = Correction.parse(flags.correction);
    List<Measure> measures = measures();
    RelevanceLevel asked = new RelevanceLevel(flags.level, LEVEL);
    int level = asked.of(flags.qrels);
    for (String file : outputs()) {
      Outputs.writable(file);
    }
    List<String> labels = labels();
    List<Path> files = files();
    Path judgments = collections.qrels(flags.qrels);
    Qrels qrels = Qrels.read(judgments);
    Map<String, Run> runs = read(files, labels, qrels);
    asked.remark(level, qrels, measures.stream().anyMatch(Measure::usesLevel), console);
    RunComparison comparison =
        RunComparison.of(runs, qrels, measures, level, flags.complete, settings, correction);
    ComparisonText.lines(comparison, settings, correction).forEach(console.out()::println);
    if (flags.output != null) {
      Path output = Path.of(flags.output);
      Path summary = output.resolveSibling(summaryName(name(output)));
      provenance(judgments, level, files, console)
          .write(
              output,
              () -> {
                ComparisonCsv.writeTopics(comparison, output);
                ComparisonCsv.writeSummary(comparison, settings, correction, summary);
              });
      console.say("wrote %s and %s", output, summary);
    }
    if (flags.latex != null) {
      Path latex = Path.of(flags.latex);
      provenance(judgments, level, files, console)
          .write(latex, () -> ComparisonLatex.write(comparison, correction, latex));
      console.say("wrote %s", latex);
    }
  }

  private List<String> outputs() {
    return Stream.of(flags.output, flags.latex).flatMap(Stream::ofNullable).toList();
  }

  private static Provenance provenance(Path judgments, int level, List<Path> files, Console console)
      throws IOException {
    List<Map<String, Object>> identities = new ArrayList<>();
    for (Path file : files) {
      identities.add(Hashes.of(file));
    }
    return new Provenance(console)
        .put("qrels", Hashes.of(judgments))
        .put("level", level)
        .put("runs", identities);
  }

  /** What the runs are called, in the order of the arguments; empty if the user did not say. */
  private List<String> labels() {
    if (flags.labels == null) {
      return List.of();
    }
    List<String> labels = Arrays.stream(flags.labels.split(",", -1)).map(String::strip).toList();
    if (labels.size() != flags.runs.size()) {
      throw new CommandException(
          ExitCode.USAGE,
          String.format(
              Locale.ROOT,
              "-labels has %s for %s",
              Counted.of(labels.size(), "name"),
              Counted.of(flags.runs.size(), "run")));
    }
    if (Set.copyOf(labels).size() < labels.size() || labels.contains("")) {
      throw new CommandException(
          ExitCode.USAGE, "-labels: each run needs a name of its own, got " + flags.labels);
    }
    return labels;
  }

  private List<Measure> measures() {
    List<Measure> measures =
        (flags.measures.isEmpty() ? MEASURES : flags.measures)
            .stream().flatMap(name -> Measure.parseAll(name).stream()).distinct().toList();
    for (Measure measure : measures) {
      if (!measure.isMean()) {
        throw new CommandException(
            ExitCode.USAGE, measure.trecName() + " is not a mean over topics: nothing to compare");
      }
    }
    return measures;
  }

  /** The files, the baseline first, each once however it is spelled. */
  private List<Path> files() throws IOException {
    Map<Path, Path> named = new LinkedHashMap<>();
    for (String name : flags.runs) {
      Path file = Inputs.file(name);
      named.putIfAbsent(place(file), file);
    }
    List<Path> files = new ArrayList<>(named.values());
    if (flags.baseline != null) {
      Path given = Inputs.file(flags.baseline);
      Path baseline = named.getOrDefault(place(given), given);
      files.remove(baseline);
      files.addFirst(baseline);
    }
    if (files.size() < 2) {
      throw new CommandException(
          ExitCode.USAGE, "a comparison takes two runs or more, got " + files.size());
    }
    return files;
  }

  /** The same for all spellings; a file that is missing is missed when it is read. */
  private static Path place(Path file) throws IOException {
    return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath().normalize();
  }

  private Map<String, Run> read(List<Path> files, List<String> labels, Qrels qrels)
      throws IOException {
    boolean distinct = files.stream().map(CompareCommand::name).distinct().count() == files.size();
    Map<String, Run> runs = new LinkedHashMap<>();
    for (Path file : files) {
      Run run = Run.read(file);
      if (run.topics().stream().noneMatch(qrels.topics()::contains)) {
        throw new CommandException(
            ExitCode.INPUT,
            file + " and " + flags.qrels + " have no topic in common: nothing to compare");
      }
      int argument = flags.runs.stream().map(Path::of).toList().indexOf(file);
      String name = distinct ? name(file) : file.toString();
      String called = labels.isEmpty() || argument < 0 ? name : labels.get(argument);
      if (runs.put(called, run) != null) {
        throw new CommandException(
            ExitCode.USAGE, "two runs are called " + called + "; give others with -labels");
      }
    }
    return runs;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String summaryName(String name) {
    String stem = name.endsWith(".csv") ? name.substring(0, name.length() - 4) : name;
    return stem + ".summary.csv";
  }
}
