package io.lucerna.plugin;

import io.lucerna.base.NearestNames;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.CommandLine;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Logging;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.commands.CertifyCommand;
import io.lucerna.plugin.commands.CompareCommand;
import io.lucerna.plugin.commands.DemoCommand;
import io.lucerna.plugin.commands.EvalCommand;
import io.lucerna.plugin.commands.ExplainCommand;
import io.lucerna.plugin.commands.ExploreCommand;
import io.lucerna.plugin.commands.GroundTruthCommand;
import io.lucerna.plugin.commands.HooksCommand;
import io.lucerna.plugin.commands.IndexCommand;
import io.lucerna.plugin.commands.LensCommand;
import io.lucerna.plugin.commands.MergeCommand;
import io.lucerna.plugin.commands.ModelsCommand;
import io.lucerna.plugin.commands.PatchCommand;
import io.lucerna.plugin.commands.PerturbCommand;
import io.lucerna.plugin.commands.RecordCommand;
import io.lucerna.plugin.commands.RegressCommand;
import io.lucerna.plugin.commands.ReportCommand;
import io.lucerna.plugin.commands.RerankCommand;
import io.lucerna.plugin.commands.ScoreCommand;
import io.lucerna.plugin.commands.SearchCommand;
import io.lucerna.plugin.commands.StudyCommand;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.studies.patch.SweepEngine;
import io.lucerna.studies.work.ItemRunner;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The command line of Lucerna: a table of commands, and what they share. */
public final class Main {
  /**
   * A row of the table of commands.
   *
   * @param name what the user types
   * @param description one line of help
   * @param factory makes the command for one call
   */
  record Entry(String name, String description, Supplier<Command> factory) {}

  /** What Java makes of bytes that are not text in the locale's encoding. */
  private static final char UNREADABLE = '\uFFFD';

  static final List<Entry> COMMANDS = commands(new ModelRegistry(), System.getenv());

  private final List<Entry> commands;
  private final ItemRunner items;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;

  /** Of the mode of a file, as POSIX's stat gives it. */
  private static final int FILE_TYPE = 0170000;

  private static final int PIPE = 0010000;

  /** Creates a command line that talks to these streams. */
  public Main(PrintStream out, PrintStream err, boolean terminal) {
    this(COMMANDS, out, err, terminal);
  }

  Main(List<Entry> commands, PrintStream out, PrintStream err, boolean terminal) {
    this(commands, ItemRunner.HERE, out, err, terminal);
  }

  Main(List<Entry> commands, ItemRunner items, PrintStream out, PrintStream err, boolean terminal) {
    this.commands = commands;
    this.items = items;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** The table of commands, over these models and environment variables. */
  static List<Entry> commands(ModelRegistry models, Map<String, String> environment) {
    Supplier<CollectionOptions> collections = () -> new CollectionOptions(environment);
    PatchCommand.Engine engine =
        (model, options, settings, console) ->
            new SweepEngine(models.ranker(model, options, console), settings);
    return List.of(
        new Entry(
            "demo",
            "Index, search, rerank and measure the bundled collection.",
            () -> new DemoCommand(models, collections)),
        new Entry(
            "index",
            "Index a collection (Anserini's IndexCollection).",
            () -> new IndexCommand(collections.get())),
        new Entry(
            "search",
            "Search an index (Anserini's SearchCollection); rerank if a model is named.",
            () -> new SearchCommand(models, collections.get())),
        new Entry(
            "rerank",
            "Rerank a TREC run or RankLLM requests with a neural ranker.",
            () -> new RerankCommand(models, collections.get())),
        new Entry(
            "score",
            "Score the query and passage pairs of a table.",
            () -> new ScoreCommand(models, collections.get())),
        new Entry(
            "explain",
            "Say what tokens and components add to a score.",
            () -> new ExplainCommand(models, collections.get())),
        new Entry(
            "explore",
            "Open a page in which a ranking is changed by hand.",
            () -> new ExploreCommand(models, collections.get())),
        new Entry(
            "perturb",
            "Make contrast pairs: passages, and changed versions of them.",
            () -> new PerturbCommand(models, collections.get())),
        new Entry(
            "patch",
            "Patch activations of contrast pairs, cell by cell.",
            () -> new PatchCommand(engine)),
        new Entry(
            "record",
            "Record activations on a table of pairs, contrast pairs or candidates.",
            () -> new RecordCommand(models, collections.get())),
        new Entry(
            "study",
            "Rerank under many interventions, and measure what each changes.",
            () -> new StudyCommand(models, collections.get())),
        new Entry(
            "lens",
            "Rank by every layer of a model, and measure what each is worth.",
            () -> new LensCommand(models, collections.get())),
        new Entry(
            "merge",
            "Join the folders of shards into what one process would have written.",
            MergeCommand::new),
        new Entry(
            "report", "Write the page, pictures and tables of a study again.", ReportCommand::new),
        new Entry(
            "eval",
            "Measure a run against judgments, as trec_eval does.",
            () -> new EvalCommand(collections.get())),
        new Entry(
            "compare",
            "Compare runs over topics, with significance.",
            () -> new CompareCommand(collections.get())),
        new Entry(
            "regress",
            "Run a regression in Anserini's YAML form, neural stages included.",
            () -> new RegressCommand(models, collections.get(), engine)),
        new Entry(
            "models",
            "List the models on this machine, or show one model's card.",
            () -> new ModelsCommand(models)),
        new Entry(
            "certify",
            "Compare a model with Hugging Face transformers at every hook point.",
            () -> new CertifyCommand(models)),
        new Entry(
            "groundtruth",
            "Make a ranker whose inside is known, and a collection for it.",
            GroundTruthCommand::new),
        new Entry(
            "hooks",
            "List the places inside a model that can be watched and changed.",
            () -> new HooksCommand(models)));
  }

  /** Runs one command and ends the program with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(ItemRunner.HERE, arguments).status());
  }

  /** Runs one command on the program's own streams. */
  static ExitCode run(ItemRunner items, String... arguments) {
    Logging.configure();
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    boolean terminal = Boolean.getBoolean("lucerna.terminal");
    ExitCode code = new Main(COMMANDS, items, out, err, terminal).run(arguments);
    out.flush();
    if (out.checkError() && code == ExitCode.DONE) {
      code = printsToPipe() ? ExitCode.UNREAD : ExitCode.FAILED;
      if (code == ExitCode.FAILED) {
        err.println("lucerna: standard output cannot be written");
      }
    }
    return code;
  }

  /** A pipe takes everything as long as somebody reads. */
  private static boolean printsToPipe() {
    try {
      int mode = (Integer) Files.getAttribute(Path.of("/dev/fd/1"), "unix:mode");
      return (mode & FILE_TYPE) == PIPE;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Runs one command. */
  public ExitCode run(String... arguments) {
    if (arguments.length == 0) {
      printHelp(err);
      return ExitCode.USAGE;
    }
    for (String argument : arguments) {
      if (argument.indexOf(UNREADABLE) >= 0) {
        err.println(unreadable(argument));
        return ExitCode.USAGE;
      }
    }
    String name = arguments[0];
    List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
    switch (name) {
      case "help", "-help", "--help", "-h" -> {
        return help(rest);
      }
      case "version", "-version", "--version" -> {
        Versions.lines().forEach(out::println);
        return ExitCode.DONE;
      }
      default -> {
        return run(name, rest, List.of(arguments));
      }
    }
  }

  private ExitCode run(String name, List<String> arguments, List<String> commandLine) {
    try {
      if (CommandLine.asksForHelp(arguments)) {
        Entry entry = find(name);
        new CommandLine(name, entry.factory().get()).printHelp(entry.description(), out);
      } else {
        execute(name, arguments, commandLine);
      }
      return ExitCode.DONE;
    } catch (Exception | OutOfMemoryError e) {
      return fail(name, e, CommandLine.asksForDetails(arguments));
    }
  }

  /**
   * Runs one command; what it throws is for the caller.
   *
   * @param arguments without its name
   * @param commandLine for provenance
   */
  void execute(String name, List<String> arguments, List<String> commandLine) throws Exception {
    Command command = find(name).factory().get();
    new CommandLine(name, command).parse(arguments);
    boolean verbose = CommandLine.asksForDetails(arguments);
    Logging.setVerbose(verbose);
    command.run(new Console(out, err, terminal, verbose, commandLine, items));
  }

  private ExitCode fail(String name, Throwable thrown, boolean verbose) {
    Optional<Failures.Failure> failure = Failures.explain(thrown);
    if (failure.isPresent()) {
      err.println("lucerna " + name + ": " + failure.get().message());
    } else {
      err.println("lucerna " + name + ": unexpected failure, please report it with this trace:");
    }
    if (verbose || failure.isEmpty()) {
      thrown.printStackTrace(err);
    }
    return failure.map(Failures.Failure::code).orElse(ExitCode.FAILED);
  }

  private static String unreadable(String argument) {
    return "lucerna: the argument '"
        + argument
        + "' was broken before Java could read it: it is not text in "
        + System.getProperty("sun.jnu.encoding", "the locale's encoding")
        + ". Give UTF-8, in a UTF-8 locale, such as LC_ALL=C.UTF-8";
  }

  private ExitCode help(List<String> about) {
    if (about.isEmpty()) {
      printHelp(out);
      return ExitCode.DONE;
    }
    return run(about.getFirst(), List.of("-help"), about);
  }

  private Entry find(String name) {
    List<String> names = commands.stream().map(Entry::name).toList();
    String hint = NearestNames.hint(name, names);
    return commands.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.USAGE,
                    "no such command"
                        + (hint.isEmpty() ? "; there are " : hint + " There are ")
                        + String.join(", ", names)));
  }

  private void printHelp(PrintStream stream) {
    stream.println("Usage: lucerna COMMAND [options]");
    stream.println();
    stream.println("Commands (\"lucerna COMMAND -help\" lists the options and shows an example):");
    for (Entry entry : commands) {
      stream.println(String.format(Locale.ROOT, "  %-8s  %s", entry.name(), entry.description()));
    }
    stream.println(String.format(Locale.ROOT, "  %-8s  %s", "help", "Print this."));
    stream.println(String.format(Locale.ROOT, "  %-8s  %s", "-version", "Print the versions."));
    stream.println();
    stream.println("Exit codes:");
    for (ExitCode code : ExitCode.values()) {
      stream.println(String.format(Locale.ROOT, "  %3d  %s", code.status(), code.meaning()));
    }
  }
}
