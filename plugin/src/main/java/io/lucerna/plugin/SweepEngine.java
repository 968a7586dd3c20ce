package io.lucerna.plugin;

import io.lucerna.plugin.patch.PairSweeper;
import io.lucerna.plugin.patch.SweepSettings;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.topics.ContrastPair;
import java.nio.file.Path;
import java.util.List;

/** Where sweeps and pairs come from. */
final class SweepEngine {
  private SweepEngine() {}

  static PairSweeper open(
      String model, ScorerOptions options, SweepSettings settings, Console console) {
    throw new CommandException(ExitCode.MODEL, model + ": there is no sweep engine yet");
  }

  static List<ContrastPair> read(Path file) {
    throw new CommandException(ExitCode.INPUT, file + ": there is no reader of pairs yet");
  }
}
