import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.PairSweeper;
import io.lucerna.studies.patch.SweepEngine;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Patches the heads of a model on one pair. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path table = Files.createTempFile("pairs", ".tsv");
    Files.writeString(
        table,
        """
        qid	query	docid	base	perturbed
        7	what is a lamp	d1	the lamp is light of oil .	the lamp is light of oil lamp .
        """);
    ContrastPair pair = ContrastPairs.read(table).getFirst();
    Files.delete(table);
    SweepSettings settings =
        new SweepSettings(
            SweepKind.HEAD,
            List.of(Direction.DENOISE),
            SweepSettings.Side.PASSAGE,
            OptionalInt.empty(),
            List.of(),
            "a",
            8,
            false,
            false,
            42);
    try (PairSweeper sweeper =
        new SweepEngine(
            Rankers.open(Path.of(arguments[0]), "consumer", ScorerOptions.defaults()), settings)) {
      PairOutcome outcome = sweeper.sweep(pair, Optional.empty());
      if (!(outcome instanceof PairOutcome.Swept)) {
        throw new AssertionError(outcome);
      }
    }
  }
}
