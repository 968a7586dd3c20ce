import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.nio.file.Path;
import java.util.List;

/** Scores a pair; the score is what Hugging Face transformers computed. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    try (Ranker scorer = Rankers.open(folder, "consumer", ScorerOptions.defaults());
        Checkpoint reference = Checkpoints.openFile(folder.resolve("reference.safetensors"))) {
      float score =
          scorer
              .score("what is a lamp", List.of("the lamp is light of oil and glass ."))
              .scores()[0];
      float expected = reference.floats("logits")[0];
      if (!(Math.abs(score - expected) <= 1e-5)) {
        throw new AssertionError(score + " instead of " + expected);
      }
    }
  }
}
