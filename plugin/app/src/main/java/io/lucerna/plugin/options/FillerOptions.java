package io.lucerna.plugin.options;

import io.lucerna.studies.patch.SweepSettings;
import org.kohsuke.args4j.Option;

/** What makes both sides of a contrast pair equally long. */
public final class FillerOptions {
  @Option(
      name = "-filler",
      metaVar = "[word]",
      usage = "Word of one token that fills the shorter side of a pair.")
  public String filler = SweepSettings.FILLER;
}
