package io.lucerna.plugin.options;

import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.reranker.TokenAttributions.Erasure;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** How explanations are evaluated. */
public final class EvaluationOptions {
  @Option(
      name = "-evaluate",
      forbids = {"-query", "-passage", "-topic", "-docid"},
      usage =
          "Take tokens away in the order of several methods, and see what becomes of scores and"
              + " rankings; -output is needed.")
  public boolean evaluate;

  @Option(
      name = "-spans",
      metaVar = "[file]",
      depends = "-evaluate",
      forbids = {
        "-pairs",
        "-run",
        "-topics",
        "-topicReader",
        "-topicField",
        "-index",
        "-corpus",
        "-collection",
        "-rerank.depth",
        "-passage.clean"
      },
      usage =
          "Pairs in which a person marked what is relevant, in JSON lines: qid, docid, query,"
              + " passage, spans.")
  public @Nullable String spans;

  @Option(
      name = "-qrels",
      metaVar = "[file]",
      depends = "-evaluate",
      usage = "Judgments, for nDCG@10 without tokens (default: those of -collection).")
  public @Nullable String qrels;

  @Option(
      name = "-erase",
      metaVar = "[how]",
      depends = "-evaluate",
      usage = "What is in the place of tokens: mask (the model's mask token), remove (nothing).")
  String erase = "mask";

  @Option(
      name = "-steps",
      metaVar = "[num]",
      depends = "-evaluate",
      usage = "Steps of integrated gradients.")
  public int steps = 10;

  @Option(name = "-resume", depends = "-evaluate", usage = "Resume what the folder holds.")
  public boolean resume;

  @Option(
      name = "-shard",
      metaVar = "[num/num]",
      depends = "-evaluate",
      usage =
          "Do one part of the pairs, such as 3/20, the third of twenty; merge joins the folders of"
              + " all parts.")
  public @Nullable String shard;

  /**
   * What is in the place of tokens that are taken away.
   *
   * @throws CommandException if it is neither
   */
  public Erasure erasure() {
    for (Erasure erasure : Erasure.values()) {
      if (erasure.name().toLowerCase(Locale.ROOT).equals(erase)) {
        return erasure;
      }
    }
    throw new CommandException(ExitCode.USAGE, "-erase must be mask or remove, got " + erase);
  }

  /**
   * Checks the values.
   *
   * @throws CommandException naming the value and what is allowed
   */
  public void check() {
    erasure();
    if (steps < 1) {
      throw new CommandException(ExitCode.USAGE, "-steps must be at least 1, got " + steps);
    }
  }
}
