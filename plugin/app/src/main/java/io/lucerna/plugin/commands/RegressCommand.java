package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.CommandLine;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.Inputs;
import io.lucerna.plugin.regress.Locator;
import io.lucerna.plugin.regress.RecipeRun;
import io.lucerna.plugin.regress.RegressionRun;
import io.lucerna.plugin.regress.RegressionSource;
import io.lucerna.plugin.regress.Runner;
import io.lucerna.plugin.regress.Stage;
import io.lucerna.plugin.regress.Summary;
import io.lucerna.qrels.Qrels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * {@code regress}: a regression in Anserini's YAML form, with what Lucerna adds to it. It runs the
 * commands {@code index}, {@code search}, {@code rerank} and {@code eval} as a user would.
 */
public final class RegressCommand implements Command {
  private final ModelRegistry models;
  private final CollectionOptions collections;
  private final PatchCommand.Engine engine;

  @Option(
      name = "-config",
      metaVar = "[file]",
      forbids = "-regression",
      usage = "A regression in Anserini's YAML form.")
  @Nullable Path config;

  @Option(
      name = "-regression",
      metaVar = "[name]",
      usage = "A regression that comes with Lucerna, or with Anserini as anserini/NAME.")
  @Nullable String regression;

  @Option(name = "-list", usage = "List the regressions that come with Lucerna.")
  boolean list;

  @Option(name = "-index", usage = "Build and check the index; if no step is named, do all.")
  boolean index;

  @Option(name = "-search", usage = "Search, and check the numbers.")
  boolean search;

  @Option(name = "-rerank", usage = "Rerank with and without interventions; check the numbers.")
  boolean rerank;

  @Option(name = "-dryRun", usage = "Print the commands; run none.")
  boolean dryRun;

  @Option(
      name = "-corpora",
      metaVar = "[folder]",
      usage =
          "Folder with documents, topics and judgments, searched before the current one; "
              + "repeatable.")
  List<Path> corpora = new ArrayList<>();

  @Option(
      name = "-output",
      metaVar = "[folder]",
      usage = "Where index, runs and the regression's page go; created if it does not exist.")
  Path output = Path.of("runs", "regress");

  @Option(
      name = "-threads",
      metaVar = "[num]",
      usage = "Threads of the indexer, instead of the regression's own number.")
  @Nullable Integer threads;

  public RegressCommand(
      ModelRegistry models, CollectionOptions collections, PatchCommand.Engine engine) {
    this.models = models;
    this.collections = collections;
    this.engine = engine;
  }

  @Override
  public List<Object> options() {
    return List.of(this, collections);
  }

  @Override
  public String example() {
    return "-regression bundled -output runs/regress";
  }

  @Override
  public void run(Console console) throws Exception {
    if (list) {
      RegressionSource.list().forEach(console.out()::println);
      return;
    }
    if (threads != null && threads < 1) {
      throw new CommandException(ExitCode.USAGE, "-threads must be at least 1, got " + threads);
    }
    OptionalInt indexing = threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
    RegressionSource source = source();
    Locator locator = new Locator(folders());
    if (source.isRecipe()) {
      if (index || search || rerank || threads != null) {
        throw new CommandException(
            ExitCode.USAGE, source.name() + " is a recipe: it has no steps to choose from");
      }
      RecipeRun run = new RecipeRun(source, locator, output, this::judgments);
      finish(run.commands(), run::run, console);
    } else {
      RegressionRun run = new RegressionRun(source, locator, output, indexing, stages());
      finish(run.commands(), run::run, console);
    }
  }

  private Qrels judgments(String collection) throws IOException {
    return Qrels.read(collections.qrels(collection));
  }

  private interface Work {
    Summary run(Runner runner) throws Exception;
  }

  private void finish(List<String> commands, Work work, Console console) throws Exception {
    if (dryRun) {
      commands.forEach(line -> console.out().println("./lucerna " + line));
      return;
    }
    Summary summary;
    try (FolderLock lock = FolderLock.take(output, String.join(" ", console.commandLine()))) {
      summary = work.run(new Commands(console));
    }
    console.out().println(summary);
    if (summary.failed() > 0) {
      throw new CommandException(
          ExitCode.FAILED,
          summary.failed() + " of " + Counted.of(summary.numbers(), "number") + " not as expected");
    }
  }

  private RegressionSource source() throws IOException {
    if (config != null) {
      return RegressionSource.file(Inputs.file(config.toString()));
    }
    if (regression != null) {
      return RegressionSource.named(regression);
    }
    throw new CommandException(
        ExitCode.USAGE, "give -config or -regression; -list lists those that come with Lucerna");
  }

  /** The user's folders, that of the file, and the current one. */
  private List<Path> folders() {
    List<Path> folders = new ArrayList<>(corpora);
    if (config != null && config.getParent() != null) {
      folders.add(config.getParent());
    }
    folders.add(Path.of(""));
    return folders;
  }

  private Set<Stage> stages() {
    Set<Stage> stages = EnumSet.noneOf(Stage.class);
    if (index) {
      stages.add(Stage.INDEX);
    }
    if (search) {
      stages.add(Stage.SEARCH);
    }
    if (rerank) {
      stages.add(Stage.RERANK);
    }
    return stages.isEmpty() ? EnumSet.allOf(Stage.class) : stages;
  }

  /** The commands of this program; what one prints as its result is caught. */
  private final class Commands implements Runner {
    private final Console console;

    Commands(Console console) {
      this.console = console;
    }

    @Override
    public String run(List<String> commandLine) throws Exception {
      String name = commandLine.getFirst();
      Command command = command(name);
      new CommandLine(name, command).parse(commandLine.subList(1, commandLine.size()));
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      try (PrintStream out = new PrintStream(printed, false, StandardCharsets.UTF_8)) {
        command.run(console.with(out, commandLine));
      }
      return printed.toString(StandardCharsets.UTF_8);
    }

    private Command command(String name) {
      return switch (name) {
        case "index" -> new IndexCommand(collections);
        case "search" -> new SearchCommand(models, collections);
        case "rerank" -> new RerankCommand(models, collections);
        case "patch" -> new PatchCommand(engine);
        case "eval" -> new EvalCommand(collections);
        default -> throw new IllegalArgumentException("no step of a regression: " + name);
      };
    }

    @Override
    public void say(String message) {
      console.say("%s", message);
    }

    @Override
    public void print(String line) {
      console.out().println(line);
      console.out().flush();
    }
  }
}
