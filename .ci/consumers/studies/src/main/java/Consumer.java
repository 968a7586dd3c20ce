import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.HeadSweep;
import java.nio.file.Path;

/** Patches the heads of a model on one pair. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    try (Ranker ranker =
        Rankers.open(Path.of(arguments[0]), "consumer", ScorerOptions.defaults())) {
      HeadSweep sweep =
          HeadSweep.of(
              ranker,
              "what is a lamp",
              "the lamp is light of oil .",
              "the lamp is light of oil lamp .");
      if (sweep.effects().length != ranker.card().layers() || sweep.base() == sweep.perturbed()) {
        throw new AssertionError(sweep);
      }
    }
  }
}
