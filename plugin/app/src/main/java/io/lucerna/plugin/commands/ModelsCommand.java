package io.lucerna.plugin.commands;

import io.lucerna.instrumentation.hub.NotCachedException;
import io.lucerna.plugin.Failures;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.InputTable;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.models.ModelRows;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code models}: what can be named as a model, and what a model is. */
public final class ModelsCommand implements Command {
  private static final List<String> NOTES =
      List.of(
          "tokens: the longest input, which is the model's own limit and at most "
              + ScorerOptions.DEFAULT_MAX_TOKENS
              + " (-rerank.maxLength);",
          "of a longer one the passage's end is cut first (-truncate), and the cuts are counted.",
          "The first "
              + new RerankOptions().depth
              + " candidates of a topic are scored (-rerank.depth).",
          "Any Hugging Face folder is a model too, and org/name, which is downloaded from the "
              + "hub.",
          "\"lucerna models -model NAME\" shows all about one; with -show-input, what it reads.");

  private static final String QUERY = "how does an oil lamp work";
  private static final String PASSAGE =
      "An oil lamp burns oil that a wick draws up. The Romans called it lucerna.";

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();

  @Option(
      name = "-show-input",
      usage = "With -model: print what the model reads of a query and a passage, token by token.")
  boolean showInput;

  @Option(
      name = "-query",
      metaVar = "[text]",
      usage = "The query that -show-input shows; one about lamps if not given.")
  @Nullable String query;

  @Option(
      name = "-passage",
      metaVar = "[text]",
      usage = "The passage that -show-input shows; one about lamps if not given.")
  @Nullable String passage;

  public ModelsCommand(ModelRegistry models) {
    this.models = models;
  }

  @Override
  public List<Object> options() {
    return List.of(model, this);
  }

  @Override
  public String example() {
    return "-model minilm";
  }

  @Override
  public void run(Console console) throws Exception {
    if (!showInput && (query != null || passage != null)) {
      throw new CommandException(ExitCode.USAGE, "-query and -passage need -show-input");
    }
    if (model.model == null) {
      if (showInput) {
        throw new CommandException(ExitCode.USAGE, "-show-input needs a -model");
      }
      table(console);
      return;
    }
    if (showInput) {
      try (Ranker ranker = models.ranker(model.model, model.scorerOptions(), console)) {
        new InputTable(ranker, console.out())
            .print(query == null ? QUERY : query, passage == null ? PASSAGE : passage);
      }
      return;
    }
    try (Ranker scorer = models.open(model.model, model.scorerOptions(), console)) {
      print(scorer.card(), console.out());
    }
  }

  private static void print(ModelCard card, PrintStream out) {
    row(out, "model", card.name());
    row(out, "architecture", card.architecture());
    row(out, "scorer", card.scorer());
    row(
        out,
        "shape",
        String.format(
            Locale.ROOT,
            "%d layers, %d heads, width %d, %,d parameters",
            card.layers(),
            card.heads(),
            card.width(),
            card.parameters()));
    row(out, "max tokens", card.maxTokens() + " (-rerank.maxLength)");
    row(out, "sha256", card.sha256());
    card.settings().forEach((name, value) -> row(out, name, value));
    row(out, "depth", new RerankOptions().depth + " candidates of a topic (-rerank.depth)");
  }

  private static void row(PrintStream out, String name, String value) {
    out.println(String.format(Locale.ROOT, "%-14s%s", name, value));
  }

  private void table(Console console) throws IOException {
    List<String> names = models.known();
    console
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%-40s %-44s %-22s %6s  %s",
                "model",
                "scorer",
                "shape",
                "tokens",
                "sha256"));
    ModelRows rows = new ModelRows(models.offline(), ModelRows.program());
    for (String name : names) {
      console.out().println(String.format(Locale.ROOT, "%-40s %s", name, row(rows, name, console)));
    }
    console.out().println();
    NOTES.forEach(console.out()::println);
  }

  /** What the table says of a model. One that cannot be opened keeps no other out of the table. */
  private static String row(ModelRows rows, String name, Console console) {
    try {
      ModelRows.Row row = rows.of(name, console);
      return String.format(
          Locale.ROOT,
          "%-44s %-22s %6s  %.12s",
          row.scorer(),
          row.shape(),
          row.tokens(),
          row.sha256());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // Of an adapter, the base model may be what is not cached.
      return e instanceof NotCachedException || e.getCause() instanceof NotCachedException
          ? "not completely cached"
          : "not usable: " + why(e);
    }
  }

  /** On one line: what native code throws has a stack trace in its message. */
  private static String why(Throwable failure) {
    return Failures.explain(failure)
        .map(Failures.Failure::message)
        .orElse(failure.toString().split("\\R", 2)[0]);
  }
}
