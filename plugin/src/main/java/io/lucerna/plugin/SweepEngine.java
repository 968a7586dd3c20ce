package io.lucerna.plugin;

import io.lucerna.plugin.patch.PairSweeper;
import io.lucerna.plugin.patch.SweepSettings;
import io.lucerna.reranker.ScorerOptions;

/** Where sweeps come from. */
final class SweepEngine {
  private SweepEngine() {}

  static PairSweeper open(
      String model, ScorerOptions options, SweepSettings settings, Console console) {
    throw new CommandException(ExitCode.MODEL, model + ": there is no sweep engine yet");
  }
}
