package io.lucerna.studies.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Writes the files of a study that never was: changes that a seed decides, and tables that agree
 * with each other as those of a study do. p-values come from a normal distribution, not from tests.
 */
public final class StudyFixture {
  /** What a study with 72 heads, 50 topics and 3 measures looks like. */
  public static StudyFixture screen() {
    return new StudyFixture(6, 12, 50, true, false);
  }

  private static final List<String> MEASURES = List.of("nDCG@10", "AP", "RR");
  private static final int PICTURED = 5;
  private static final int DEPTH = 50;

  /** Text that must stay text. */
  public static final String HOSTILE = "<script>alert(1)</script>'\"</style>]]>\u2028{}$%&_#\\|`";

  private final int layers;
  private final int heads;
  private final int topics;
  private final boolean patched;
  private final boolean hostile;

  private final StringBuilder topicRows =
      new StringBuilder("condition,topic,measure,value,baseline,change\n");
  private final StringBuilder comparison =
      new StringBuilder(
          "condition,measure,topics,baseline,value,change,relative_change,p_t,p_t_adjusted,"
              + "p_randomization,p_randomization_adjusted,d_z,ci_lower,ci_upper,wins,ties,losses,"
              + "p_equivalence,detectable_change,kendall_tau,swapped_pairs,mean_move\n");
  private final StringBuilder moves =
      new StringBuilder(
          "condition,topic,docid,grade,rank_before,rank_after,score_before,score_after\n");
  private final StringBuilder screen =
      new StringBuilder(
          "condition,layer,attention_head,change_ndcg10,p_adjusted,patching_effect\n");

  /** A study of all heads of a model of this size; of one intervention with one head. */
  public StudyFixture(int layers, int heads, int topics, boolean patched, boolean hostile) {
    this.layers = layers;
    this.heads = heads;
    this.topics = topics;
    this.patched = patched;
    this.hostile = hostile;
  }

  private String topic(int t) {
    return hostile ? t + HOSTILE : "" + (t + 1);
  }

  private static String csv(String text) {
    return "\"" + text.replace("\"", "\"\"") + "\"";
  }

  /** The id of a head's condition. */
  public String id(int layer, int head) {
    return (hostile ? HOSTILE : "") + "L" + layer + "H" + head;
  }

  /** Writes the files; once. */
  public void write(Path folder) throws IOException {
    SplittableRandom random = new SplittableRandom(42);
    double[][] baseline = new double[MEASURES.size()][topics];
    for (double[] values : baseline) {
      Arrays.setAll(values, t -> 0.1 + 0.8 * random.nextDouble());
    }
    ObjectNode study = study();
    ArrayNode conditions = study.putArray("conditions");
    conditions.addObject().put("id", "nothing").put("label", "nothing").put("kind", "nothing");
    for (int t = 0; t < topics; t++) {
      for (int m = 0; m < MEASURES.size(); m++) {
        topicRow("nothing", t, m, baseline[m][t], baseline[m][t]);
      }
    }
    for (int layer = 0; layer < layers; layer++) {
      for (int head = 0; head < heads; head++) {
        condition(conditions.addObject(), layer, head);
        double strength = Math.pow(random.nextGaussian(), 3) * 0.02 - 0.004;
        head(random, layer, head, strength, baseline);
      }
    }
    Files.writeString(folder.resolve("study.json"), study.toPrettyString());
    Files.writeString(folder.resolve("topics.csv"), topicRows);
    Files.writeString(folder.resolve("comparison.csv"), comparison);
    Files.writeString(folder.resolve("moves.csv"), moves);
    if (layers * heads > 1) {
      Files.writeString(folder.resolve("heads.csv"), screen);
    }
  }

  private ObjectNode study() {
    ObjectNode study = new ObjectMapper().createObjectNode();
    List.of("study", "-model", "minilm", "-output", "DIR").forEach(study.putArray("command")::add);
    study.putObject("versions").put("Lucerna", "0.4.0").put("Lucene", "10.3.0");
    study
        .putObject("model")
        .put("name", hostile ? HOSTILE : "minilm")
        .put("label", hostile ? HOSTILE : "MiniLM")
        .put("sha256", "ab".repeat(32))
        .putObject("files")
        .put("1_Pooling/config.json", "ef");
    study.putObject("collection").put("name", hostile ? HOSTILE : "cacm");
    study.putObject("firstStage").put("tag", "bm25").put("sha256", "cd".repeat(32));
    study.put("depth", DEPTH).put("level", 1).put("correction", "bh");
    MEASURES.forEach(study.putArray("measures")::add);
    study.put("seed", 42).put("rounds", 10000).put("margin", 0.01);
    study
        .putObject("patching")
        .put("direction", "denoise")
        .put("method", "exact")
        .put("statistic", "mean-robust");
    if (patched) {
      study
          .putObject("rankCorrelation")
          .put("spearman", 0.31)
          .put("kendall", 0.22)
          .put("p", 0.008)
          .put("heads", layers * heads)
          .put("of", "size of change, size of patching effect");
    }
    return study;
  }

  private void condition(ObjectNode node, int layer, int head) {
    String id = id(layer, head);
    node.put("id", id).put("label", "z of head L" + layer + "H" + head + " zeroed");
    node.put("kind", "head").put("layer", layer).put("head", head).putNull("dose");
    node.put("spec", "zero z layer=" + layer + " head=" + head).put("specHash", "ef".repeat(32));
    node.put("run", "runs/" + layer + "." + head + ".txt").put("runSha256", "01".repeat(32));
    node.put("tag", "minilm-50-" + layer + "-" + head);
  }

  private void topicRow(String id, int t, int m, double value, double baseline) {
    topicRows.append(csv(id) + "," + csv(topic(t)) + "," + MEASURES.get(m) + "," + value + ",");
    topicRows.append(baseline + "," + (value - baseline) + "\n");
  }

  private void head(
      SplittableRandom random, int layer, int head, double strength, double[][] baseline) {
    String id = id(layer, head);
    for (int m = 0; m < MEASURES.size(); m++) {
      double[] changes = new double[topics];
      for (int t = 0; t < topics; t++) {
        boolean tie = random.nextDouble() < 0.3;
        double wanted = strength + (Math.abs(strength) + 0.01) * 2 * random.nextGaussian();
        double value = tie ? baseline[m][t] : Math.clamp(baseline[m][t] + wanted, 0, 1);
        changes[t] = value - baseline[m][t];
        topicRow(id, t, m, value, baseline[m][t]);
      }
      double p = contrast(id, MEASURES.get(m), changes, baseline[m]);
      if (m == 0) {
        double patching = Math.pow(random.nextGaussian(), 3) * 0.03 - strength;
        screen.append(id + "," + layer + "," + head + "," + mean(changes) + ",");
        screen.append(Double.isNaN(p) ? "" : p);
        screen.append("," + (patched ? patching : "") + "\n");
      }
    }
    IntStream.range(0, Math.min(PICTURED, topics)).forEach(t -> moves(random, id, t, strength));
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private double contrast(String id, String measure, double[] changes, double[] baseline) {
    double change = mean(changes);
    double square = Arrays.stream(changes).map(c -> (c - change) * (c - change)).sum();
    double deviation = Math.sqrt(square / (topics - 1));
    boolean defined = topics > 1 && deviation > 0;
    double error = deviation / Math.sqrt(topics);
    double p = Math.min(1, 2 * tail(Math.abs(change) / error));
    double same = Math.max(tail((0.01 - change) / error), tail((0.01 + change) / error));
    List<Object> row = new ArrayList<>(List.of(csv(id), measure, topics, mean(baseline)));
    row.addAll(List.of(mean(baseline) + change, change, change / mean(baseline)));
    for (double value :
        new double[] {
          p,
          Math.min(1, 3 * p),
          p,
          Math.min(1, 3 * p),
          change / deviation,
          change - 1.96 * error,
          change + 1.96 * error
        }) {
      row.add(defined ? (Object) value : "");
    }
    for (int sign : new int[] {1, 0, -1}) {
      row.add(Arrays.stream(changes).filter(c -> Math.signum(c) == sign).count());
    }
    row.add(defined ? (Object) same : "");
    row.add(topics > 1 ? (Object) (deviation / 3) : "");
    row.addAll(List.of(0.9, 1234, 3.25));
    comparison.append(String.join(",", row.stream().map(String::valueOf).toList())).append('\n');
    return defined ? Math.min(1, 3 * p) : Double.NaN;
  }

  /** The upper tail of the normal distribution, within 1e-3 or so. */
  private static double tail(double z) {
    return 1 / (1 + Math.exp(1.5976 * z + 0.070566 * z * z * z));
  }

  private void moves(SplittableRandom random, String id, int t, double strength) {
    double[] after = new double[DEPTH];
    Arrays.setAll(after, d -> -d + (2 + 200 * Math.abs(strength)) * random.nextGaussian());
    List<Integer> order =
        IntStream.range(0, DEPTH).boxed().sorted(Comparator.comparing(d -> -after[d])).toList();
    for (int d = 0; d < DEPTH; d++) {
      int rank = order.indexOf(d) + 1;
      int draw = random.nextInt(10);
      if (d < 20 || rank <= 20) {
        moves.append(csv(id) + "," + csv(topic(t)) + ",");
        moves.append(csv((hostile ? HOSTILE : "") + "CACM-" + (1000 + 37 * d)));
        moves.append("," + (draw < 5 ? "" : "" + (draw < 7 ? 0 : draw - 6)) + "," + (d + 1));
        moves.append("," + rank + "," + (0.8 - d / 100.0) + "," + (0.8 + after[d] / 100) + "\n");
      }
    }
  }
}
