package io.lucerna.plugin.commands;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import java.util.List;
import org.kohsuke.args4j.Option;

/** {@code hooks}: a model's hook points with their dimensions, in the order of its forward pass. */
public final class HooksCommand implements Command {
  private final ModelRegistry models;

  @Option(
      name = "-model",
      metaVar = "[model]",
      usage =
          "Neural ranker: minilm, e5-small-v2-q, a Hugging Face folder, or org/name on the hub.")
  String model = ModelRegistry.DEFAULT;

  @Option(
      name = "-hooks",
      metaVar = "[glob]",
      usage = "Only points of this name: * matches any characters, ? one.")
  String glob = "*";

  public HooksCommand(ModelRegistry models) {
    this.models = models;
  }

  @Override
  public List<Object> options() {
    return List.of(this);
  }

  @Override
  public String example() {
    return "-model minilm -hooks blocks.0.*";
  }

  @Override
  public void run(Console console) throws Exception {
    try (Ranker scorer = models.open(model, ScorerOptions.defaults(), console)) {
      HookRegistry points = scorer.reading().points();
      TextTable table = new TextTable(3, "point", "dimensions", "size");
      for (HookPoint point : points.match(glob)) {
        String size = "[" + String.join(", ", points.shape(point)) + "]";
        table.add(List.of(point.toString(), point.dimensions(), size));
      }
      table.lines().forEach(console.out()::println);
    }
  }
}
