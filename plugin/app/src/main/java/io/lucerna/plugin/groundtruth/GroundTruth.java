package io.lucerna.plugin.groundtruth;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.reranker.Ranker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A compiled ranker and its collection.
 *
 * @param rule what it ranks by
 * @param decoys heads of each layer that do not matter
 * @param seed of texts and decoys
 */
public record GroundTruth(Rule rule, int decoys, long seed) {
  /** The file that says which nodes do what. */
  public static final String TRUTH = "truth.json";

  private static final int MOST_DECOYS = 31;

  /** Scores that differ by less, as a share of the largest, are the same but for rounding. */
  private static final double SAME = 1e-5;

  /**
   * Checks the number of decoys.
   *
   * @throws IllegalArgumentException if there are fewer than 0 or too many
   */
  public GroundTruth {
    if (decoys < 0 || decoys > MOST_DECOYS) {
      throw new IllegalArgumentException(
          "decoys must be 0 to " + MOST_DECOYS + " heads of each layer, got " + decoys);
    }
  }

  /**
   * Writes everything into a folder: the model's files, {@code corpus.jsonl}, {@code topics.tsv},
   * {@code qrels.txt}, {@code truth.json}.
   *
   * @param folder is made if it does not exist
   * @throws IOException if it cannot be written
   */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Collection collection = Collection.of(seed);
    Compiled compiled = new Compiled(rule, collection, decoys, seed);
    compiled.write(folder);
    collection.write(folder, rule);
    Map<String, Object> truth = new LinkedHashMap<>();
    truth.put("kind", rule.option());
    truth.put("seed", seed);
    truth.put("k1", Rule.K1);
    truth.put("b", Rule.B);
    truth.put("mean_length", collection.meanLength());
    Map<String, String> nodes = new LinkedHashMap<>();
    nodes.put("L0H0", "gives a word of the query the share of attention that equal words have");
    nodes.put("L0mlp", "adds that, times what the word is worth, to the score");
    nodes.put("L1H0", "gives CLS the mean of the score over the words of the query");
    truth.put("nodes", nodes);
    truth.put("decoys", compiled.decoys());
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    String json =
        new ObjectMapper()
            .writer(new DefaultPrettyPrinter().withObjectIndenter(lines))
            .writeValueAsString(truth);
    AtomicFile.write(folder.resolve(TRUTH), out -> out.write(json + "\n"));
  }

  /**
   * How near a ranker is to the rule.
   *
   * @param tau Kendall's tau of both orders over the pairs of passages that the rule tells apart,
   *     the smallest of all topics
   * @param worst the largest difference of a score, as a share of the topic's largest
   */
  public record Fit(double tau, double worst) {}

  /**
   * {@return how near the compiled ranker's scores are to the rule's, for every topic and passage}
   *
   * @param ranker reads the folder that was written
   */
  public Fit fit(Ranker ranker) {
    Collection collection = Collection.of(seed);
    List<String> texts = collection.passages().stream().map(collection::text).toList();
    double tau = 1;
    double worst = 0;
    for (List<Integer> query : collection.queries()) {
      float[] scores = ranker.score(collection.text(query), texts).scores();
      double[] own = new double[scores.length];
      double[] expected = new double[scores.length];
      double largest = 0;
      for (int i = 0; i < own.length; i++) {
        own[i] = byRule(scores[i], query.size());
        expected[i] = rule.score(query, collection.passages().get(i), collection);
        largest = Math.max(largest, expected[i]);
      }
      for (int i = 0; i < own.length; i++) {
        worst = Math.max(worst, Math.abs(own[i] - expected[i]) / largest);
      }
      tau = Math.min(tau, tau(expected, own, SAME * largest));
    }
    return new Fit(tau, worst);
  }

  /** What the rule gave: without tanh and mean. */
  static double byRule(float logit, int words) {
    double straight = Compiled.SMALL * logit;
    return words * 0.5 * Math.log((1 + straight) / (1 - straight)) / Compiled.SMALL;
  }

  /** Pairs in the same order less pairs in the other, of those that differ by more than a bit. */
  static double tau(double[] expected, double[] found, double bit) {
    long balance = 0;
    long pairs = 0;
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < i; j++) {
        if (Math.abs(expected[i] - expected[j]) > bit) {
          pairs++;
          double product = (expected[i] - expected[j]) * (found[i] - found[j]);
          balance += product > 0 ? 1 : -1;
        }
      }
    }
    return balance / (double) pairs;
  }
}
