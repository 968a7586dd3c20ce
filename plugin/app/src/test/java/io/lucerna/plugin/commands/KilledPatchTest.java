package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.plugin.BrokenOffTest;
import io.lucerna.plugin.FakePairs;
import io.lucerna.plugin.FakeSweeper;
import io.lucerna.plugin.PatchShell;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.PairSweeper;
import io.lucerna.testkit.ChildJvm;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of a pair, without a chance to tidy up. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class KilledPatchTest {
  private static final List<ContrastPair> PAIRS = FakePairs.some(30);
  private static final int KILLED_AT = 12;

  @TempDir Path temporary;

  /** Sweeps some pairs, then says so and never ends the next. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      PatchShell.run(
          (model, options, settings, console) -> new Stuck(new FakeSweeper(settings)),
          PAIRS,
          Path.of(arguments[0]),
          "-sweep",
          "head",
          "-rounds",
          "50");
    }
  }

  private static final class Stuck implements PairSweeper {
    private final PairSweeper inner;
    private int done;

    Stuck(PairSweeper inner) {
      this.inner = inner;
    }

    @Override
    public ModelCard card() {
      return inner.card();
    }

    @Override
    public PairOutcome sweep(
        ContrastPair pair, Optional<ContrastPair> unrelated, List<PatchingSweep.Method> methods) {
      if (done++ == KILLED_AT) {
        BrokenOffTest.Child.waitForever("stuck");
      }
      return inner.sweep(pair, unrelated, methods);
    }

    @Override
    public void close() {}
  }

  @Test
  void losesThePairInWorkAndNoMore() throws Exception {
    Path killed = temporary.resolve("killed");
    assertEquals(137, ChildJvm.killedWhen("stuck", Child.class, killed.toString()));
    assertEquals(2 + KILLED_AT, Files.readAllLines(killed.resolve("journal.jsonl")).size());
    Path whole = temporary.resolve("whole");
    PatchShell.succeed(PAIRS, whole, "-sweep", "head", "-rounds", "50");
    PatchShell.succeed(PAIRS, killed, "-sweep", "head", "-rounds", "50", "-resume");
    try (Stream<Path> files = Files.list(whole)) {
      for (Path file : files.toList()) {
        assertArrayEquals(
            Files.readAllBytes(file),
            Files.readAllBytes(killed.resolve(file.getFileName())),
            file.toString());
      }
    }
  }
}
