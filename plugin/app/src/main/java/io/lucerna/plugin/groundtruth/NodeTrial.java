package io.lucerna.plugin.groundtruth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.eval.RocArea;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Estimate;
import io.lucerna.instrumentation.sweep.PatchingSweep.Cost;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.patch.Floor;
import io.lucerna.studies.patch.PatchSettings;
import io.lucerna.studies.patch.Patching;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.studies.work.StudyInputException;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How well methods tell the heads and MLPs of a compiled ranker that matter from its decoys. Every
 * method gives each node the mean size of what it finds over the same texts: passages in which a
 * word that is not in the query became one that is.
 */
public final class NodeTrial {
  /** How many pairs of texts methods are tried on, unless it is said. */
  public static final int PAIRS = 60;

  private static final List<Estimate> ESTIMATES =
      List.of(Estimate.ATP, Estimate.ATP_QK, Estimate.integrated(5), Estimate.FROZEN);

  private static final List<SweepKind> KINDS = List.of(SweepKind.HEAD, SweepKind.MLP);

  private static final String ZERO = "zero, each part";

  private final Collection collection;
  private final long seed;
  private final List<String> nodes;
  private final Set<String> truth;
  private final Ranker ranker;

  /**
   * What a method found.
   *
   * @param method its name, as options have it
   * @param of what it is made of, in words
   * @param auroc the area under the ROC curve of the nodes; empty without decoys
   * @param precision the share of true nodes among as many of the largest as there are true ones;
   *     where values are equal, decoys come first
   * @param share of an estimate, how much of the exact effects of the true nodes it finds: the mean
   *     over these nodes of its sum of effects over theirs; empty for others
   * @param cost passes for a text or a pair, as the method needs them here
   */
  public record Row(
      String method,
      String of,
      OptionalDouble auroc,
      double precision,
      OptionalDouble share,
      Cost cost) {}

  /** What nodes got: sums of sizes, and of signed numbers. */
  private record Found(Map<String, Double> sizes, Map<String, Double> sums) {
    Found() {
      this(new HashMap<>(), new HashMap<>());
    }

    void add(String node, double value) {
      sizes.merge(node, Math.abs(value), Double::sum);
      sums.merge(node, value, Double::sum);
    }
  }

  private NodeTrial(JsonNode truth, Ranker ranker) {
    this.seed = truth.path("seed").asLong();
    this.collection = Collection.of(seed);
    this.truth = new LinkedHashSet<>();
    truth.path("nodes").fieldNames().forEachRemaining(this.truth::add);
    this.nodes = new ArrayList<>(this.truth);
    truth.path("decoys").forEach(name -> nodes.add(name.asText()));
    this.ranker = ranker;
  }

  /**
   * Reads what {@code groundtruth} wrote.
   *
   * @param folder where {@link GroundTruth#write} put it
   * @param ranker reads that folder; it stays the caller's
   * @throws StudyInputException if {@code truth.json} does not name nodes of the ranker
   * @throws IOException if it cannot be read
   */
  public static NodeTrial of(Path folder, Ranker ranker) throws IOException {
    Path file = folder.resolve(GroundTruth.TRUTH);
    String content = TextFile.of(file).text();
    NodeTrial trial;
    try {
      trial = new NodeTrial(new ObjectMapper().readTree(content), ranker);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file.toString(), "JSON", e, content);
    }
    int heads = ranker.card().layers() * (ranker.card().heads() + 1);
    if (trial.truth.isEmpty() || trial.nodes.size() != heads) {
      throw new StudyInputException(
          file + ": names " + trial.nodes.size() + " heads and MLPs; the model has " + heads);
    }
    return trial;
  }

  /**
   * {@return what every method found, in each direction exact patching first}
   *
   * @param count how many pairs of texts they are tried on, over the topics in turn
   * @throws IllegalArgumentException if that is less than 1
   */
  public List<Row> rows(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("pairs must be at least 1, got " + count);
    }
    List<ContrastPair> pairs = pairs(count);
    List<Row> rows = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      Found exact = patched(Method.FAST, direction, pairs);
      rows.add(
          row(patch(Method.FAST), direction.option(), exact, Optional.empty(), cost(Method.FAST)));
      for (Estimate estimate : ESTIMATES) {
        Found found = patched(estimate, direction, pairs);
        rows.add(
            row(patch(estimate), direction.option(), found, Optional.of(exact), cost(estimate)));
      }
    }
    Found cut = cut(pairs);
    rows.add(row("study", ZERO, cut, Optional.empty(), new Cost(nodes.size() + 1L, 0)));
    rows.add(
        row("study -screen gradient", ZERO, predicted(pairs), Optional.of(cut), new Cost(2, 1)));
    rows.add(
        row(
            "explain, lens",
            "what parts write to the score",
            written(pairs),
            Optional.empty(),
            new Cost(1, 1)));
    return rows;
  }

  private static String patch(Method method) {
    return "patch -method " + method.option();
  }

  /** Passages, and what they are with one word of the query more. */
  private List<ContrastPair> pairs(int count) {
    Random random = new Random(seed);
    List<ContrastPair> pairs = new ArrayList<>();
    while (pairs.size() < count) {
      List<Integer> query = collection.queries().get(pairs.size() % collection.queries().size());
      List<Integer> passage =
          new ArrayList<>(collection.passages().get(random.nextInt(collection.passages().size())));
      int at = random.nextInt(passage.size());
      if (!query.contains(passage.get(at))) {
        String base = collection.text(passage);
        passage.set(at, query.get(random.nextInt(query.size())));
        String id = "p" + pairs.size();
        pairs.add(ContrastPair.of(id, collection.text(query), base, collection.text(passage)));
      }
    }
    return pairs;
  }

  private Cost cost(Method method) {
    ModelConfig model = ranker.reading().model().config();
    Cost cost = new Cost(0, 0);
    for (SweepKind kind : KINDS) {
      Sweep sweep = Sweep.of(kind);
      cost = cost.plus(method.cost(sweep.cells(model, 1), model, 1));
    }
    return cost;
  }

  private Found patched(Method method, Direction direction, List<ContrastPair> pairs) {
    Found found = new Found();
    for (SweepKind kind : KINDS) {
      SweepSettings sweep =
          SweepSettings.of(kind)
              .directions(List.of(direction))
              .methods(List.of(method))
              .filler(collection.words().getFirst())
              .build();
      Patching patching =
          Patching.of(
              ranker,
              PatchSettings.of(sweep).withFloor(new Floor.Absolute(0)).withRounds(1),
              pairs);
      int each = kind == SweepKind.HEAD ? ranker.card().heads() : 1;
      for (int pair = 0; pair < patching.pairs().size(); pair++) {
        float[] scores = patching.scores(pair).result().patched();
        double plain = patching.scores(pair).result().recipient();
        for (int cell = 0; cell < scores.length; cell++) {
          String layer = "L" + cell / each;
          found.add(
              kind == SweepKind.HEAD ? layer + "H" + cell % each : layer + "mlp",
              scores[cell] - plain);
        }
      }
    }
    return found;
  }

  /** A node in the language of interventions. */
  private static String zero(String node) {
    String layer = node.substring(1, 2);
    return node.endsWith("mlp")
        ? "zero blocks." + layer + ".hook_mlp_out"
        : "zero blocks." + layer + ".attn.hook_z head=" + node.substring(3);
  }

  private Found cut(List<ContrastPair> pairs) {
    Found found = new Found();
    for (ContrastPair pair : pairs) {
      List<String> text = List.of(pair.perturbed());
      double plain = ranker.score(pair.query(), text).scores()[0];
      for (String node : nodes) {
        double score =
            ranker.score(pair.query(), text, ranker.compile(zero(node)).hooks()).scores()[0];
        found.add(node, score - plain);
      }
    }
    return found;
  }

  private Found predicted(List<ContrastPair> pairs) {
    Found found = new Found();
    List<CompiledSpec> cuts = nodes.stream().map(node -> ranker.compile(zero(node))).toList();
    ConditionPredictor predictor = new ConditionPredictor(ranker, cuts, Integer.MAX_VALUE);
    for (ContrastPair pair : pairs) {
      double plain = ranker.score(pair.query(), List.of(pair.perturbed())).scores()[0];
      WorkItem item =
          new WorkItem(
              List.of(new WorkItem.Query(pair.qid(), pair.query())),
              List.of(new WorkItem.Passage(pair.id(), pair.perturbed(), List.of(0))));
      predictor.predict(
          item, (condition, scores) -> found.add(nodes.get(condition), scores[0] - plain));
    }
    return found;
  }

  private Found written(List<ContrastPair> pairs) {
    Found found = new Found();
    for (ContrastPair pair : pairs) {
      ranker
          .direct(pair.query(), List.of(pair.perturbed()))
          .getFirst()
          .getFirst()
          .written()
          .components()
          .forEach((component, value) -> found.add(component.toString(), value));
    }
    return found;
  }

  private Row row(String method, String of, Found found, Optional<Found> exact, Cost cost) {
    double[] values =
        nodes.stream().mapToDouble(node -> found.sizes.getOrDefault(node, 0.0)).toArray();
    boolean[] positive = new boolean[values.length];
    for (int i = 0; i < positive.length; i++) {
      positive[i] = truth.contains(nodes.get(i));
    }
    long hits =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -values[i])
                    .thenComparing(i -> positive[i]))
            .limit(truth.size())
            .filter(i -> positive[i])
            .count();
    OptionalDouble share =
        exact.isEmpty()
            ? OptionalDouble.empty()
            : truth.stream()
                .mapToDouble(
                    node ->
                        found.sums.getOrDefault(node, 0.0)
                            / exact.get().sums.getOrDefault(node, 0.0))
                .average();
    return new Row(
        method, of, RocArea.of(values, positive), hits / (double) truth.size(), share, cost);
  }

  /** {@return the methods whose results must be perfect: exact patches} */
  public static Stream<Row> exact(List<Row> rows) {
    return rows.stream().filter(row -> row.method().endsWith(" exact"));
  }
}
