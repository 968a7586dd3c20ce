package io.lucerna.plugin.options;

import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.CmdLineException;
import org.kohsuke.args4j.CmdLineParser;
import org.kohsuke.args4j.Option;
import org.kohsuke.args4j.OptionDef;
import org.kohsuke.args4j.spi.OptionHandler;
import org.kohsuke.args4j.spi.Parameters;
import org.kohsuke.args4j.spi.Setter;

/** Which hits of a run are explained. */
public final class HitsOptions {
  private static final int DEFAULT = 3;

  @Option(
      name = "-explain",
      metaVar = "[num]",
      handler = Count.class,
      usage =
          "Also explain the first hits of each topic, this many (3 if no number is given), in"
              + " FILE.explain.txt and FILE.explain.jsonl.")
  @Nullable Integer hits;

  /** How many hits of each topic are explained. */
  public int count() {
    return hits == null ? 0 : hits;
  }

  /**
   * Checks that hits can be explained.
   *
   * @param model whether a model scores
   * @param spec what is changed inside of it
   * @throws CommandException if not
   */
  public void check(boolean model, InterventionSpec spec) {
    if (hits == null) {
      return;
    }
    if (hits < 1) {
      throw new CommandException(ExitCode.USAGE, "-explain must be at least 1, got " + hits);
    }
    if (!model) {
      throw new CommandException(
          ExitCode.USAGE, "-explain needs a -rerank.model whose scores are explained");
    }
    if (!spec.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "-explain divides scores of the model as it is; it cannot be combined with -intervene or"
              + " -hook");
    }
  }

  /** A number that may be left out. */
  public static final class Count extends OptionHandler<Integer> {
    public Count(CmdLineParser parser, OptionDef option, Setter<? super Integer> setter) {
      super(parser, option, setter);
    }

    @Override
    public int parseArguments(Parameters parameters) throws CmdLineException {
      String next = parameters.size() == 0 ? "" : parameters.getParameter(0);
      if (!next.matches("[+-]?\\d+")) {
        setter.addValue(DEFAULT);
        return 0;
      }
      try {
        setter.addValue(Integer.valueOf(next));
      } catch (NumberFormatException e) {
        throw new CommandException(
            ExitCode.USAGE, "-explain must be a number of hits, got " + next, e);
      }
      return 1;
    }

    @Override
    public @Nullable String getDefaultMetaVariable() {
      return null;
    }
  }
}
