package io.lucerna.plugin.perturb;

import io.lucerna.plugin.cli.TextTable;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.PairDraw;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/** What came of each perturbation, in numbers. */
public final class PerturbSummary {
  /** Where a pair was lost. */
  enum Stage {
    /** The perturbation does not apply to the passage. */
    NOT_APPLICABLE("not applicable"),
    /** Both sides are the same, as texts or as token ids. */
    UNCHANGED("unchanged"),
    /** The two inputs cannot be made equally long. */
    UNALIGNED("unaligned");

    private final String words;

    Stage(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * A pair that was made.
   *
   * @param key its id, topic and perturbation
   * @param docid its document
   * @param change of BM25, if that is known
   */
  record Made(PairDraw.Key key, String docid, OptionalDouble change) {
    static Made of(ContrastPair pair) {
      OptionalDouble change =
          pair.bm25Base().isPresent() && pair.bm25Perturbed().isPresent()
              ? OptionalDouble.of(
                  pair.bm25Perturbed().getAsDouble() - pair.bm25Base().getAsDouble())
              : OptionalDouble.empty();
      return new Made(PairDraw.Key.of(pair), pair.docid(), change);
    }
  }

  private static final class Row {
    private final Set<String> topics = new LinkedHashSet<>();
    private final Set<String> passages = new LinkedHashSet<>();
    private final Map<Stage, Map<String, Integer>> left = new TreeMap<>();
    private int pairs;
    private int scored;
    private double change;

    int left(Stage stage) {
      return left.getOrDefault(stage, Map.of()).values().stream().mapToInt(n -> n).sum();
    }
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();
  private int pairs;

  void made(Made pair) {
    Row row = row(pair.key.perturbation());
    row.topics.add(pair.key.qid());
    row.passages.add(pair.key.qid() + "/" + pair.docid);
    row.pairs++;
    pairs++;
    if (pair.change.isPresent()) {
      row.scored++;
      row.change += pair.change.getAsDouble();
    }
  }

  /** Counts something that made no pair; what follows a colon in the reason is one case's own. */
  void left(String perturbation, Stage stage, String reason) {
    row(perturbation)
        .left
        .computeIfAbsent(stage, s -> new TreeMap<>())
        .merge(reason.split(": ", 2)[0], 1, Integer::sum);
  }

  private Row row(String perturbation) {
    return rows.computeIfAbsent(perturbation.isEmpty() ? "any" : perturbation, p -> new Row());
  }

  public int pairs() {
    return pairs;
  }

  /** A table of all perturbations, and below it the reasons. */
  public List<String> lines() {
    TextTable table =
        new TextTable(
            1,
            "perturbation",
            "topics",
            "passages",
            "pairs",
            "not applicable",
            "unchanged",
            "unaligned",
            "BM25 change");
    List<String> reasons = new ArrayList<>();
    rows.forEach(
        (name, row) -> {
          table.add(
              List.of(
                  name,
                  Integer.toString(row.topics.size()),
                  Integer.toString(row.passages.size()),
                  Integer.toString(row.pairs),
                  Integer.toString(row.left(Stage.NOT_APPLICABLE)),
                  Integer.toString(row.left(Stage.UNCHANGED)),
                  Integer.toString(row.left(Stage.UNALIGNED)),
                  row.scored == 0
                      ? "-"
                      : String.format(Locale.ROOT, "%+.4f", row.change / row.scored)));
          row.left.forEach(
              (stage, counts) ->
                  counts.forEach(
                      (reason, n) ->
                          reasons.add(
                              String.format(
                                  Locale.ROOT, "%s %s: %d: %s", name, stage, n, reason))));
        });
    List<String> lines = new ArrayList<>(table.lines());
    lines.addAll(reasons);
    return lines;
  }

  /** The same for provenance. */
  public Map<String, Object> counts() {
    Map<String, Object> counts = new LinkedHashMap<>();
    rows.forEach(
        (name, row) -> {
          Map<String, Object> of = new LinkedHashMap<>();
          of.put("topics", row.topics.size());
          of.put("passages", row.passages.size());
          of.put("pairs", row.pairs);
          row.left.forEach((stage, reasons) -> of.put(stage.toString(), reasons));
          counts.put(name, of);
        });
    return counts;
  }
}
