package io.lucerna.plugin.options;

import io.lucerna.eval.Comparison;
import org.kohsuke.args4j.Option;

/** How often a command draws. */
public final class RoundsOptions {
  @Option(
      name = "-rounds",
      metaVar = "[num]",
      usage = "Rounds of each bootstrap and randomization test.")
  public int rounds = Comparison.Settings.DEFAULT.rounds();
}
