package io.lucerna.plugin.options;

import io.lucerna.eval.Comparison;
import org.kohsuke.args4j.Option;

/** The seed of a command. */
public final class SeedOptions {
  @Option(name = "-seed", metaVar = "[num]", usage = "Seed of all that is drawn at random.")
  public long seed = Comparison.Settings.DEFAULT.seed();
}
