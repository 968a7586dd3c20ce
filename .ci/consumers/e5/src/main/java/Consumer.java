import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.util.List;

/** Opens the model on the class path by its name. */
public final class Consumer {
  /** What {@code lucerna score} prints for this pair. */
  private static final float SCORE = .910460f;

  public static void main(String[] arguments) throws Exception {
    try (Ranker ranker = Rankers.embedded("e5-small-v2-q", ScorerOptions.defaults())) {
      float score = ranker.score("light of a lamp", List.of("A lamp gives light.")).scores()[0];
      if (!(Math.abs(score - SCORE) <= 1e-5)) {
        throw new AssertionError("score " + score);
      }
    }
  }
}
