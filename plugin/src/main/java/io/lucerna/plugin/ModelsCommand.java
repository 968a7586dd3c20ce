package io.lucerna.plugin;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hub.HubException;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.PairScorer;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code models}: what can be named as a model, and what a model is. */
final class ModelsCommand implements Command {
  private static final List<String> NOTES =
      List.of(
          "tokens: the longest input, which is the model's own limit and at most "
              + ScorerOptions.DEFAULT_MAX_TOKENS
              + " (-rerank.maxLength);",
          "of a longer one the passage's end is cut, never the query, and the cuts are counted.",
          "The first "
              + new RerankOptions().depth
              + " candidates of a topic are scored (-rerank.depth).",
          "Any Hugging Face folder is a model too, and org/name, which is fetched from the hub.",
          "\"lucerna models -model NAME\" shows all about one.");

  private final ModelRegistry models;

  @Option(
      name = "-model",
      metaVar = "[model]",
      usage = "Print this model's card instead of the table.")
  @Nullable String model;

  ModelsCommand(ModelRegistry models) {
    this.models = models;
  }

  @Override
  public List<Object> options() {
    return List.of(this);
  }

  @Override
  public String example() {
    return "-model minilm";
  }

  @Override
  public void run(Console console) throws Exception {
    if (model == null) {
      table(console);
      return;
    }
    try (PairScorer scorer = models.open(model, ScorerOptions.defaults(), console)) {
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
    for (String name : names) {
      try (PairScorer scorer = models.open(name, ScorerOptions.defaults(), console)) {
        ModelCard card = scorer.card();
        String shape = card.layers() + " x " + card.width() + ", " + card.heads() + " heads";
        console
            .out()
            .println(
                String.format(
                    Locale.ROOT,
                    "%-40s %-44s %-22s %6d  %.12s",
                    name,
                    card.scorer(),
                    shape,
                    card.maxTokens(),
                    card.sha256()));
      } catch (CheckpointException | HubException e) {
        String why = e.getMessage();
        console.out().println(String.format(Locale.ROOT, "%-40s not usable: %s", name, why));
      }
    }
    console.out().println();
    NOTES.forEach(console.out()::println);
  }
}
