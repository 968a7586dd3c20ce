package io.lucerna.plugin.commands;

import io.lucerna.eval.Evaluation;
import io.lucerna.eval.MeasureSelection;
import io.lucerna.eval.Run;
import io.lucerna.eval.TrecEvalReport;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.Inputs;
import io.lucerna.qrels.Qrels;
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.args4j.Argument;
import org.kohsuke.args4j.Option;

/** {@code eval}: trec_eval's flags, measures and output. */
public final class EvalCommand implements Command {
  /** The flags of trec_eval. */
  static final class Flags {
    @Option(
        name = "-m",
        metaVar = "MEASURE",
        usage =
            "A measure (repeatable): map, P.5,10, ndcg_cut.10, …, official (the default), set, "
                + "all_trec; or nDCG@10, AP(rel=2), RR@10")
    List<String> measures = new ArrayList<>();

    @Option(name = "-q", usage = "Print the values of every topic too")
    boolean topics;

    @Option(name = "-n", usage = "Print no values for all topics together")
    boolean noSummary;

    @Option(
        name = "-c",
        usage = "Average over all topics of the qrels; one that the run lacks counts 0")
    boolean complete;

    @Option(name = "-l", metaVar = "GRADE", usage = "The lowest grade that counts as relevant")
    int level = 1;

    @Option(name = "-M", metaVar = "N", usage = "Only the first N documents of a topic count")
    int maxDocs = Integer.MAX_VALUE;

    @Option(name = "-J", usage = "Remove unjudged documents from the rankings first")
    boolean judgedOnly;

    @Option(
        name = "-N",
        metaVar = "N",
        usage = "Documents in the collection; matters for utility only")
    long collectionSize;

    @Argument(
        index = 0,
        metaVar = "QRELS",
        required = true,
        usage = "Judgments in TREC format, or the name of a collection")
    String qrels = "";

    @Argument(index = 1, metaVar = "RUN", required = true, usage = "A run in TREC format")
    String run = "";
  }

  private final Flags flags = new Flags();
  private final CollectionOptions collections;

  public EvalCommand(CollectionOptions collections) {
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(flags, collections);
  }

  @Override
  public List<String> expand(List<String> arguments) {
    return TrecEvalFlags.expand(arguments, List.of("-collections"));
  }

  @Override
  public String example() {
    return "-c -m map -m ndcg_cut.10 -m P.30 qrels.cacm.txt run.cacm.bm25.txt";
  }

  @Override
  public void run(Console console) throws Exception {
    MeasureSelection selection = MeasureSelection.of(flags.measures);
    Evaluation.Options options =
        new Evaluation.Options(
            flags.level, flags.complete, flags.maxDocs, flags.judgedOnly, flags.collectionSize);
    Qrels qrels = Qrels.read(collections.qrels(flags.qrels));
    Run run = Run.read(Inputs.file(flags.run));
    if (!flags.complete && run.topics().stream().noneMatch(qrels.topics()::contains)) {
      throw new CommandException(
          ExitCode.INPUT,
          flags.run
              + " and "
              + flags.qrels
              + " have no topic in common: nothing to measure (-c counts 0 for each topic)");
    }
    Evaluation evaluation = Evaluation.of(run, qrels, selection.measures(), options);
    // A stream that prints hands on each line by itself.
    Writer out =
        new BufferedWriter(new OutputStreamWriter(console.out(), StandardCharsets.UTF_8), 1 << 16);
    TrecEvalReport.print(selection, evaluation, run, flags.topics, !flags.noSummary, out);
    out.flush();
  }
}
