package io.lucerna.plugin.regress;

import io.lucerna.base.AtomicFile;
import io.lucerna.plugin.regress.Extension.Condition;
import io.lucerna.plugin.regress.Extension.Reranking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The Markdown page of a regression: how to do it again, and what came out. */
final class Page {
  private static final String LOG = "## Reproduction Log";

  private final Regression regression;
  private final Plan plan;
  private final List<Check> checks;
  private final Summary summary;
  private final StringBuilder text = new StringBuilder();

  /**
   * Prepares the page.
   *
   * @param plan with the names that a reader would use
   * @param checks what was measured this time
   */
  Page(Regression regression, Plan plan, List<Check> checks, Summary summary) {
    this.regression = regression;
    this.plan = plan;
    this.checks = List.copyOf(checks);
    this.summary = summary;
  }

  /** Writes the page; the log of an earlier page of that name is kept and gets a line more. */
  void write(Path file) throws IOException {
    List<String> log = new ArrayList<>(earlier(file));
    log.add("+ " + LocalDate.now(ZoneOffset.UTC) + ": " + summary + " (" + machine() + ")");
    String page = text(log);
    AtomicFile.write(file, out -> out.write(page));
  }

  private static List<String> earlier(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    return Files.readAllLines(file).stream()
        .dropWhile(line -> !line.equals(LOG))
        .filter(line -> line.startsWith("+ "))
        .toList();
  }

  private static String machine() {
    return "Java "
        + Runtime.version().feature()
        + ", "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch");
  }

  String text(List<String> log) {
    line("# Regressions: " + regression.name());
    line(
        regression.extension().description().orElse("The collection " + regression.corpus() + "."));
    line(
        "Written by `lucerna regress` from `"
            + Path.of(regression.source()).getFileName()
            + "`. Anserini's `bin/run.sh io.anserini.index.IndexCollection` and `bin/run.sh "
            + "io.anserini.search.SearchCollection` take the flags of `lucerna index` and "
            + "`lucerna search`, with a file instead of a collection's name.");
    indexing();
    retrieval();
    reranking();
    interventions();
    effectiveness();
    regression.extension().notes().ifPresent(notes -> section("## Notes", notes.strip()));
    section(LOG, String.join("\n", log));
    return text.toString();
  }

  private void indexing() {
    line("## Indexing");
    if (!regression.indexed()) {
      line("None: the first stages come with the collection, with their texts.");
      code(List.of("mkdir -p runs"));
      return;
    }
    code(List.of("mkdir -p runs", command(plan.indexing())));
    if (!regression.indexStats().isEmpty()) {
      line(
          regression.indexStats().entrySet().stream()
              .map(entry -> entry.getKey() + ": " + entry.getValue())
              .collect(Collectors.joining(", ", "The index holds: ", ".")));
    }
  }

  private void retrieval() {
    line("## Retrieval");
    code(commands(step -> step.stage() == Stage.SEARCH));
  }

  private void reranking() {
    line("## Reranking");
    if (regression.extension().rerankings().isEmpty()) {
      line("None.");
      return;
    }
    Set<String> names = new LinkedHashSet<>();
    for (Reranking one : regression.extension().rerankings()) {
      names.add(one.name());
      line(
          "`"
              + one.name()
              + "`: the best "
              + one.depth()
              + " of `"
              + one.first()
              + "`, by `"
              + one.model()
              + "`.");
    }
    code(commands(step -> names.contains(step.ranking())));
  }

  private void interventions() {
    line("## Interventions");
    Set<String> names = new LinkedHashSet<>();
    for (Reranking one : regression.extension().rerankings()) {
      for (Condition condition : one.interventions()) {
        String name = one.name() + "." + condition.name();
        names.add(name);
        line(
            "`"
                + name
                + "`: "
                + String.join("; ", condition.lines().stream().map(Page::quoted).toList())
                + ".");
      }
    }
    if (names.isEmpty()) {
      line("None.");
    } else {
      code(commands(step -> names.contains(step.ranking())));
    }
  }

  private static String quoted(String line) {
    return "`" + line + "`";
  }

  private List<String> commands(Predicate<Step> wanted) {
    return plan.steps().stream()
        .filter(wanted)
        .flatMap(step -> step.commands().stream())
        .map(Page::command)
        .toList();
  }

  private static String command(List<String> words) {
    return "./lucerna " + Words.join(words);
  }

  private void effectiveness() {
    line("## Effectiveness");
    Set<String> measuring = new LinkedHashSet<>();
    for (Step step : plan.steps()) {
      for (Expectation expected : step.expected()) {
        measuring.add(command(plan.measuring(expected.metric(), step)));
      }
    }
    code(List.copyOf(measuring));
    for (TopicSet topics : regression.topics()) {
      table(topics);
    }
    line(
        "Measured; if the expected number differs, it follows in brackets with the verdict: OK "
            + "within the tolerance, OK\\* higher than Anserini's number, FAIL otherwise. A "
            + "dash: nothing is expected, or it was not run this time.");
    line(summary + ".");
  }

  private void table(TopicSet topics) {
    Set<String> metrics = new LinkedHashSet<>();
    Set<String> rankings = new LinkedHashSet<>();
    for (Step step : plan.steps()) {
      rankings.add(step.ranking());
      step.expected().forEach(one -> metrics.add(one.metric().name()));
    }
    StringBuilder rows = new StringBuilder("| " + topics.name() + " |");
    metrics.forEach(metric -> rows.append(' ').append(metric).append(" |"));
    rows.append("\n|:---|").append(":---|".repeat(metrics.size()));
    for (String ranking : rankings) {
      rows.append("\n| ").append(ranking).append(" |");
      for (String metric : metrics) {
        rows.append(' ').append(cell(ranking, topics.id(), metric)).append(" |");
      }
    }
    line(rows.toString());
  }

  private String cell(String ranking, String topics, String metric) {
    Optional<Check> found =
        checks.stream()
            .filter(one -> one.ranking().equals(ranking))
            .filter(one -> one.topics().equals(topics))
            .filter(one -> one.metric().equals(metric))
            .findFirst();
    if (found.isEmpty()) {
      return "-";
    }
    Check check = found.get();
    String measured = check.shown(check.measured());
    String expected = check.shown(check.expected());
    return measured.equals(expected)
        ? measured
        : measured + " (" + expected + ", " + check.verdict().shown.replace("*", "\\*") + ")";
  }

  private void section(String title, String content) {
    line(title);
    line(content);
  }

  private void line(String line) {
    if (!text.isEmpty()) {
      text.append('\n');
    }
    text.append(line).append('\n');
  }

  private void code(List<String> lines) {
    line("```bash\n" + String.join("\n", lines) + "\n```");
  }
}
