import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.perturb.EmbeddingSimilarity;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.perturb.Perturbations;
import java.nio.file.Path;
import java.util.List;

/** Passages changed by axioms, with the statistics of a collection in memory. */
public final class Perturb {
  public static void main(String[] arguments) throws Exception {
    List<String> texts =
        List.of(
            "the lamp is light of oil and glass .",
            "a house of glass is light . the oil is old .",
            "the boat is old and the house is light .");
    try (Ranker ranker = Rankers.open(Path.of(arguments[0]), "mine", ScorerOptions.defaults())) {
      Perturbations perturbations =
          Perturbations.of(texts, 42)
              .withSimilarity(EmbeddingSimilarity.of(ranker, texts.stream())); // for STMC1 to STMC3
      for (String name : List.of("TFC1", "TDC-APPEND", "ADD-SENTENCE:start", "STMC1", "REG")) {
        Perturbations.Result made = perturbations.make(name, "lamp of glass", texts.getFirst());
        for (ContrastPair pair : made.pairs()) {
          System.out.println(name + ": " + pair.perturbed() + " BM25 " + pair.bm25Perturbed());
        }
        System.out.println(made.reason()); // why there is no pair; empty if there is one
      }
    }
  }
}
