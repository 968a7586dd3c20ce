package io.lucerna.studies.patch;

import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.work.ItemWork;
import io.lucerna.studies.work.Outcomes;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What each part of a model carries of the changes of many pairs, as numbers: the effects of every
 * pair, and their aggregates with intervals. {@code patch} makes files of the same. Immutable.
 *
 * <p>A part may carry one kind of change and work against another, so pairs of several
 * perturbations are patched {@linkplain #byPerturbation by perturbation}.
 *
 * <p>An effect is the part of the change that comes back with a patch: 0 nothing, 1 all of it
 * (MechIR, section 3). Maps of effects are {@code [layer][head]} for a sweep of heads; in general
 * they have a row for every combination of all dimensions but the last, and a column for each index
 * of the last: {@code [0][layer]} for MLPs, {@code [component x layer][role]} for blocks, where the
 * effects at the tokens of a role are averaged.
 */
public final class Patching {
  private final CellSpace space;
  private final List<ContrastPair> pairs;
  private final List<PairOutcome.Patched> patched;
  private final Aggregates.Level all;
  private final List<NodeEffect> strongest;
  private final List<Excluded> excluded;

  private Patching(
      StudyData data,
      WayRows rows,
      Aggregates aggregates,
      RatioAggregate headline,
      List<Excluded> excluded)
      throws IOException {
    this.space = data.space();
    this.all = aggregates.all();
    this.strongest = aggregates.strongest(space.size(), headline);
    this.excluded = List.copyOf(excluded);
    List<ContrastPair> used = new ArrayList<>();
    List<PairOutcome.Patched> outcomes = new ArrayList<>();
    for (WayRows.Row row : rows.rows()) {
      if (row.used()) {
        used.add(row.pair());
        outcomes.add(data.read(row.pair()).ways().getFirst());
      }
    }
    this.pairs = List.copyOf(used);
    this.patched = List.copyOf(outcomes);
  }

  /**
   * Patches every pair, with all settings as {@code patch} has them. Safe for use from many
   * threads.
   *
   * @param ranker the ranker; it stays the caller's to close
   * @param kind the parts that are patched: one that needs neither a layer nor heads
   * @param pairs pairs of passages, whose ids differ
   * @return the effects
   * @throws IllegalArgumentException if two pairs have one id, there are several perturbations, or
   *     no pair counts; the message says why not
   */
  public static Patching of(Ranker ranker, SweepKind kind, List<ContrastPair> pairs) {
    return of(ranker, PatchSettings.of(SweepSettings.of(kind).build()), pairs);
  }

  /**
   * Patches every pair.
   *
   * @param ranker the ranker; it stays the caller's to close
   * @param settings what is patched, in one direction, and which pairs count
   * @param pairs pairs of passages, whose ids differ
   * @return the effects
   * @throws IllegalArgumentException if the settings have two directions or methods, or name a part
   *     that the model lacks, two pairs have one id, there are several perturbations and the
   *     settings do not {@linkplain PatchSettings#withPool() pool} them, or no pair counts; the
   *     message says why not
   */
  public static Patching of(Ranker ranker, PatchSettings settings, List<ContrastPair> pairs) {
    check(settings, pairs);
    List<String> kinds = Perturbed.names(pairs);
    if (kinds.size() > 1 && !settings.pooled()) {
      throw new IllegalArgumentException(
          "several perturbations: "
              + String.join(", ", kinds)
              + "; patch byPerturbation, or pool them in the settings");
    }
    return of(ranker, settings, pairs, pairs);
  }

  /**
   * Patches every pair, and gives the effects of each perturbation, those of its pairs alone.
   *
   * @param ranker the ranker; it stays the caller's to close
   * @param settings what is patched, in one direction, and which pairs count
   * @param pairs pairs of passages, whose ids differ
   * @return by the names of the perturbations, sorted
   * @throws IllegalArgumentException if the settings have two directions or methods, or name a part
   *     that the model lacks, two pairs have one id, or no pair of a perturbation counts; the
   *     message says why not
   */
  public static SequencedMap<String, Patching> byPerturbation(
      Ranker ranker, PatchSettings settings, List<ContrastPair> pairs) {
    check(settings, pairs);
    SequencedMap<String, Patching> all = new LinkedHashMap<>();
    for (String kind : Perturbed.names(pairs)) {
      List<ContrastPair> own = pairs.stream().filter(p -> p.perturbation().equals(kind)).toList();
      all.put(kind, of(ranker, settings, own, pairs));
    }
    return Collections.unmodifiableSequencedMap(all);
  }

  private static void check(PatchSettings settings, List<ContrastPair> pairs) {
    if (settings.sweep().ways().size() != 1) {
      throw new IllegalArgumentException("one direction and one method at a time");
    }
    Set<String> ids = new HashSet<>();
    for (ContrastPair pair : pairs) {
      if (!ids.add(pair.id())) {
        throw new IllegalArgumentException("two pairs are called " + pair.id());
      }
    }
  }

  private static Patching of(
      Ranker ranker, PatchSettings settings, List<ContrastPair> pairs, List<ContrastPair> donors) {
    PatchStudy study = new PatchStudy(settings, pairs, donors);
    Outcomes.Store<PairOutcome> outcomes = Outcomes.inMemory();
    try {
      // Not closed, as that would close the ranker.
      ItemWork<PairOutcome> work = study.by(new SweepEngine(ranker, settings.sweep()));
      work.work(work.places(Optional.empty()), outcomes, item -> {});
      try (StudyData data = study.data(outcomes, columns -> MoveMatrix.inMemory())) {
        Exclusions exclusions = Exclusions.of(data);
        WayRows rows = data.ways().getFirst();
        if (rows.used() == 0) {
          throw new IllegalArgumentException(study.none(exclusions, rows.direction()));
        }
        Aggregates aggregates = study.aggregates(data, rows, Perturbed.ALL);
        return new Patching(data, rows, aggregates, settings.headline(), exclusions.all());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the pairs that count, in their order} */
  public List<ContrastPair> pairs() {
    return pairs;
  }

  /** {@return the pairs that do not, each with its reason} */
  public List<Excluded> excluded() {
    return excluded;
  }

  /**
   * {@return the scores of a pair: of every patch, of recipient and donor, and of the controls}
   *
   * @param pair its place in {@link #pairs()}
   */
  public PairOutcome.Patched scores(int pair) {
    return patched.get(pair);
  }

  /**
   * {@return the map of a pair's effects: (patched - recipient) / (donor - recipient); NaN where it
   * has no token of a role}
   *
   * @param pair its place in {@link #pairs()}
   */
  public double[][] effects(int pair) {
    PairOutcome.Patched one = patched.get(pair);
    SweepResult result = one.result();
    return rows(Arrays.stream(space.moves(result)).map(m -> m / one.change() + 0.0).toArray());
  }

  /** {@return the map of the means of the pairs' effects; NaN where no pair has one} */
  public double[][] mean() {
    return rows(
        all.cells().stream()
            .mapToDouble(cell -> cell.get(RatioAggregate.MEAN_OF_RATIOS).value())
            .toArray());
  }

  /** {@return all parts, row by row of the maps, with their aggregates and intervals} */
  public List<NodeEffect> nodes() {
    return all.cells();
  }

  /**
   * {@return the parts whose statistic of the settings' headline is farthest from 0, farthest
   * first}
   *
   * @param most how many, 0 or more
   */
  public List<NodeEffect> strongest(int most) {
    return strongest.subList(0, Math.min(most, strongest.size()));
  }

  /** {@return how many queries the pairs have: what the bootstrap draws} */
  public int queries() {
    return all.queries();
  }

  /** {@return the mean over pairs of the change: donor minus recipient} */
  public double meanChange() {
    return all.meanChange();
  }

  private double[][] rows(double[] cells) {
    int columns = space.columnCount();
    double[][] rows = new double[cells.length / columns][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(cells, i * columns, (i + 1) * columns));
    return rows;
  }
}
