package io.lucerna.plugin.regress;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A regression at work. */
public final class RegressionRun {
  private final Regression regression;
  private final Locator locator;
  private final Path folder;
  private final Plan plan;
  private final Set<Stage> stages;
  private final List<Check> checks = new ArrayList<>();

  /**
   * Prepares a regression.
   *
   * @param source where it is
   * @param locator finds its files
   * @param folder where index, runs and page go
   * @param threads of the indexer, in place of the regression's own number
   * @param stages what is asked for
   * @throws RegressException if it cannot be read
   */
  public RegressionRun(
      RegressionSource source,
      Locator locator,
      Path folder,
      OptionalInt threads,
      Set<Stage> stages) {
    this.regression = RegressionReader.read(source.name(), source.content());
    this.locator = locator;
    this.folder = folder;
    this.stages = Set.copyOf(stages);
    String root = folder.toString();
    this.plan =
        Plan.here(
            regression, locator, root.isEmpty() || root.equals(".") ? "" : root + "/", threads);
  }

  /** The command lines that {@link #run} would run, in order. */
  public List<String> commands() {
    List<String> lines = new ArrayList<>();
    if (indexes()) {
      lines.add(Words.join(plan.indexing()));
    }
    for (Step step : steps()) {
      step.commands().forEach(words -> lines.add(Words.join(words)));
    }
    for (Step step : steps()) {
      for (Expectation expected : step.expected()) {
        lines.add(Words.join(plan.measuring(expected.metric(), step)));
      }
    }
    return lines;
  }

  private boolean indexes() {
    return stages.contains(Stage.INDEX) && regression.indexed();
  }

  private List<Step> steps() {
    return plan.steps().stream().filter(step -> stages.contains(step.stage())).toList();
  }

  /**
   * Does all that was asked for: a line for each number, and at the end the regression's page.
   *
   * @return how many numbers fall short, and how many there are
   * @throws RegressException if something is missing; nothing was run then
   * @throws Exception as commands throw it
   */
  public Summary run(Runner runner) throws Exception {
    Path index = Path.of(plan.index());
    boolean indexed = regression.indexed() && IndexStatistics.present(index);
    List<String> obstacles = new ArrayList<>(Obstacles.of(regression, locator, stages, indexed));
    obstacles.addAll(unmade(indexed));
    if (!obstacles.isEmpty()) {
      throw new RegressException(regression.source() + ": " + String.join("; ", obstacles));
    }
    Files.createDirectories(folder.resolve("runs"));
    if (indexes()) {
      index(index, indexed, runner);
    }
    for (Step step : steps()) {
      rank(step, runner);
    }
    Summary summary = Summary.of(checks);
    Path page = folder.resolve("regressions-" + regression.name() + ".md");
    new Page(regression, Plan.anywhere(regression, locator), checks, summary).write(page);
    runner.say("page: " + page);
    return summary;
  }

  /** What an earlier call should have made, with the steps that were not asked for this time. */
  private List<String> unmade(boolean indexed) {
    List<String> unmade = new ArrayList<>();
    if (regression.indexed() && !indexed && !stages.contains(Stage.INDEX)) {
      unmade.add(plan.index() + ": no index; -index builds it");
    }
    if (stages.contains(Stage.RERANK) && !stages.contains(Stage.SEARCH)) {
      for (Extension.Reranking reranking : regression.extension().rerankings()) {
        if (regression.model(reranking.first()).orElseThrow().ready()) {
          continue;
        }
        for (TopicSet topics : regression.topics()) {
          String run = plan.run(reranking.first(), topics);
          if (!Files.exists(Path.of(run))) {
            unmade.add(run + ": no such run; -search makes it");
          }
        }
      }
    }
    return unmade;
  }

  private void index(Path index, boolean indexed, Runner runner) throws Exception {
    Optional<String> fault = indexed ? fault(index) : Optional.empty();
    if (indexed && fault.isEmpty()) {
      runner.say("index: " + index + " exists; not built again");
    } else {
      if (fault.isPresent()) {
        if (locator.corpus(regression).isEmpty()) {
          throw new RegressException(
              index + ": the index " + fault.get() + ", and its documents are not here");
        }
        runner.say("index: " + index + " " + fault.get() + "; built again");
      }
      build(index, runner);
    }
    statistics(index).forEach(check -> add(check, runner));
  }

  /** Why an index that is there is not used; empty if it is the regression's. */
  private Optional<String> fault(Path index) throws IOException {
    List<Check> found = statistics(index);
    if (found.stream().anyMatch(RegressionRun::fails)) {
      return Optional.of("is not that of the regression");
    }
    Path command = command(index);
    if (Files.exists(command)) {
      return TextFile.of(command).text().equals(indexing())
          ? Optional.empty()
          : Optional.of("was not built by the regression's command");
    }
    return found.isEmpty()
        ? Optional.of("cannot be compared, and nothing says how it was built")
        : Optional.empty();
  }

  private void build(Path index, Runner runner) throws Exception {
    Files.createDirectories(index);
    // One that is interrupted, or fails, is of no command.
    AtomicFile.write(command(index), out -> {});
    run(plan.indexing(), runner);
    AtomicFile.write(command(index), out -> out.write(indexing()));
  }

  /** The file with the command that built an index. */
  private static Path command(Path index) {
    return Path.of(index + ".command");
  }

  /** As the page prints it: neither this machine's folders nor -threads change an index. */
  private String indexing() {
    return "./lucerna " + Words.join(Plan.anywhere(regression, locator).indexing()) + "\n";
  }

  private List<Check> statistics(Path index) throws IOException {
    Map<String, Long> there = IndexStatistics.of(index);
    List<Check> found = new ArrayList<>();
    regression
        .indexStats()
        .forEach(
            (statistic, expected) -> {
              Long measured = there.get(statistic);
              if (measured != null) {
                found.add(Check.ofIndex(statistic, expected, measured));
              }
            });
    return found;
  }

  private void rank(Step step, Runner runner) throws Exception {
    for (List<String> command : step.commands()) {
      run(command, runner);
    }
    for (Expectation expected : step.expected()) {
      String printed = runner.run(plan.measuring(expected.metric(), step));
      add(Check.of(step, expected, expected.metric().parse(printed)), runner);
    }
  }

  private static void run(List<String> command, Runner runner) throws Exception {
    runner.say("lucerna " + Words.join(command));
    runner.run(command);
  }

  private void add(Check check, Runner runner) {
    checks.add(check);
    runner.print(check.toString());
  }

  private static boolean fails(Check check) {
    return check.verdict() == Check.Verdict.FAIL;
  }
}
