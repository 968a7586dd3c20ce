package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Internal;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.studies.chart.HeatMap;
import io.lucerna.studies.chart.PngCanvas;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemCodec;
import io.lucerna.studies.work.ItemWork;
import io.lucerna.studies.work.OldFiles;
import io.lucerna.studies.work.Outcomes;
import io.lucerna.studies.work.StudyException;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.PairDraw;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A patching study: sweeps pairs, and makes all files from the outcomes. The files depend on the
 * pairs, the settings and the identity, not on where the work was interrupted.
 *
 * <p>Memory: the pairs' texts, a few numbers for each pair, and about 128 MiB; the cells of the
 * pairs are on disk.
 */
@Internal
public final class PatchStudy {
  /** How many pairs get a picture of their tokens. */
  private static final int PICTURED = 3;

  private static final Pattern AGREEMENT = Pattern.compile("agreement\\.csv");
  private static final Pattern HEADS = Pattern.compile("heads\\..+\\.csv");
  private static final Pattern PICTURES = Pattern.compile("(heatmap|tokens)\\..+\\.(svg|png)");

  private final PatchSettings settings;
  private final List<ContrastPair> pairs;
  private final List<ContrastPair> donors;
  private final Set<String> checked;
  private final boolean png = PngCanvas.available();

  /**
   * Creates a study.
   *
   * @param settings what is patched, and which pairs count
   * @param pairs the pairs to sweep
   * @param donors the pairs of which unrelated donors are chosen
   */
  public PatchStudy(PatchSettings settings, List<ContrastPair> pairs, List<ContrastPair> donors) {
    this.settings = settings;
    this.pairs = List.copyOf(pairs);
    this.donors = List.copyOf(donors);
    int check = settings.sweep().check();
    // Of all pairs, not of those to sweep: of a larger draw of them, the same are checked.
    this.checked =
        check == 0
            ? Set.of()
            : PairDraw.ids(
                donors.stream().map(PairDraw.Key::of).toList(), check, settings.sweep().seed());
  }

  /**
   * {@return the work: a sweep for each pair; its size is that of the texts}
   *
   * @param sweeper what sweeps them; it stays the caller's
   */
  public ItemWork<PairOutcome> by(PairSweeper sweeper) {
    List<Item> items =
        pairs.stream()
            .map(p -> new Item(p.id(), (long) p.base().length() + p.perturbed().length()))
            .toList();
    return new ItemWork<>() {
      @Override
      public List<Item> items() {
        return items;
      }

      @Override
      public PairOutcome run(int place) {
        ContrastPair pair = pairs.get(place);
        return sweeper.sweep(pair, unrelated(pair), methods(pair));
      }

      @Override
      public ItemCodec<PairOutcome> codec() {
        return PatchStudy.this.codec();
      }
    };
  }

  /**
   * Says in a folder what changes each pair, for those who look at the study before it is finished.
   *
   * @param folder whose lock is held
   * @throws IOException if the file cannot be written
   */
  public void begin(Path folder) throws IOException {
    PairKinds.write(pairs, folder);
  }

  /** {@return how outcomes are written} */
  public PairCodec codec() {
    return new PairCodec(settings.sweep().kind());
  }

  private List<PatchingSweep.Method> methods(ContrastPair pair) {
    List<PatchingSweep.Method> methods = new ArrayList<>(settings.sweep().methods());
    if (checked.contains(pair.id())) {
      methods.add(PatchingSweep.Method.FAST);
    }
    return methods;
  }

  /** A pair of another query, by chance, the same for the same seed. */
  Optional<ContrastPair> unrelated(ContrastPair pair) {
    int n = donors.size();
    int start =
        new SplittableRandom(settings.sweep().seed() + pair.id().hashCode())
            .nextInt(Math.max(n, 1));
    return IntStream.range(0, n)
        .mapToObj(i -> donors.get((start + i) % n))
        .filter(other -> !other.qid().equals(pair.qid()))
        .findFirst();
  }

  /** The outcomes of all pairs, for aggregation. */
  StudyData data(Outcomes<PairOutcome> outcomes, MoveMatrix.Maker maker) throws IOException {
    return new StudyData(pairs, outcomes, settings.sweep(), settings.floor(), maker);
  }

  Aggregates aggregates(StudyData data, WayRows rows, Perturbed of) throws IOException {
    return Aggregates.of(
        rows, of, data.space(), data.bands(of), settings.sweep().seed(), settings.rounds());
  }

  /**
   * Writes all files.
   *
   * @param outcomes those of all pairs
   * @param identity what was read, and what ran
   * @param folder where the files go
   * @return notes for people, and what is wrong with the controls
   * @throws StudyException if no pair counts; the list of excluded pairs is written all the same
   * @throws IOException if an outcome cannot be read, or a file written
   */
  public Outcome write(Outcomes<PairOutcome> outcomes, Identity identity, Path folder)
      throws IOException {
    List<String> notes = new ArrayList<>();
    try (StudyData data = data(outcomes, columns -> new MoveFile(folder, columns))) {
      Exclusions exclusions = Exclusions.of(data);
      PairTables tables = new PairTables(data, folder);
      tables.excluded(exclusions);
      for (WayRows rows : data.directions()) {
        if (rows.used() == 0) {
          throw new StudyException(none(exclusions, rows.direction()) + "; see excluded.csv");
        }
      }
      tables.pairs();
      tables.effects();
      tables.controls();
      new PairArrays(data, folder).write();
      List<Aggregates> aggregates = new ArrayList<>();
      List<Perturbed> kinds = Perturbed.of(data.perturbations(), settings.pooled());
      for (WayRows rows : data.ways()) {
        for (Perturbed of : kinds) {
          if (rows.rows().stream().anyMatch(row -> row.used() && of.has(row.pair()))) {
            aggregates.add(aggregates(data, rows, of));
          }
        }
      }
      AggregateTables.write(aggregates, folder.resolve("aggregates.csv"));
      List<MethodAgreement> agreements = MethodAgreement.of(settings, data, kinds);
      OldFiles.delete(folder, AGREEMENT);
      if (settings.sweep().compares()) {
        MethodAgreement.write(agreements, folder.resolve("agreement.csv"));
      }
      if (settings.sweep().kind() == SweepKind.HEAD) {
        heads(identity, data, folder);
      }
      List<ControlSummary> controls = ControlSummary.of(data);
      JsonNode manifest =
          PatchManifest.write(settings, identity, data, exclusions, controls, aggregates, folder);
      pictures(identity, data, aggregates, folder);
      StudyPage page =
          new StudyPage(settings, identity, data, exclusions, controls, aggregates, agreements);
      page.write(folder.resolve("report.html"));
      if (!png) {
        notes.add("no PNG pictures: this Java cannot draw text; there are the SVG ones");
      }
      List<String> results = new Summary(settings, data, exclusions, aggregates).lines();
      agreements.stream()
          .filter(each -> !each.way().isExact())
          .forEach(each -> results.add(each.words()));
      new PatchMethods(manifest)
          .write(page.title(), results, identity.commandLine(), folder.resolve("summary.md"));
      notes.addAll(results);
      PairKinds.delete(folder);
      return new Outcome(notes, controls);
    }
  }

  /**
   * What came out.
   *
   * @param notes lines for people
   * @param failures what is wrong with the controls; empty if they hold
   */
  public record Outcome(List<String> notes, List<String> failures) {
    Outcome(List<String> notes, Iterable<ControlSummary> controls) {
      this(notes, failures(controls));
    }

    private static List<String> failures(Iterable<ControlSummary> controls) {
      List<String> failures = new ArrayList<>();
      for (ControlSummary control : controls) {
        if (!control.hold()) {
          failures.add(control.failure());
        }
      }
      return failures;
    }
  }

  /** What is to be said where no pair counts. */
  String none(Exclusions exclusions, Direction direction) {
    return "no pair is left of " + pairs.size() + ": " + words(exclusions.counts(direction));
  }

  static String words(Map<String, Long> counts) {
    return String.join(
        ", ", counts.entrySet().stream().map(e -> e.getValue() + " (" + e.getKey() + ")").toList());
  }

  private static void heads(Identity identity, StudyData data, Path folder) throws IOException {
    OldFiles.delete(folder, HEADS);
    for (WayRows rows : data.ways()) {
      String name = "heads." + rows.way().fileName() + ".csv";
      AggregateTables.writeHeads(
          identity.model().label(), rows, data.space(), folder.resolve(name));
    }
  }

  private void pictures(Identity identity, StudyData data, List<Aggregates> all, Path folder)
      throws IOException {
    OldFiles.delete(folder, PICTURES);
    Figures figures = new Figures(settings.sweep(), identity.model().label());
    for (Aggregates aggregates : all) {
      String way = aggregates.rows().way().fileName();
      for (RatioAggregate aggregate : RatioAggregate.values()) {
        draw(
            figures.map(aggregates, aggregates.all(), aggregate),
            folder,
            "heatmap." + way + "." + aggregate.option() + aggregates.of().ending());
      }
    }
    if (data.space().positions()) {
      for (Perturbed of : Perturbed.of(data.perturbations(), settings.pooled())) {
        tokens(figures, data, of, folder);
      }
    }
  }

  private void tokens(Figures figures, StudyData data, Perturbed of, Path folder)
      throws IOException {
    int number = 0;
    for (ContrastPair pair : largest(data, of, PICTURED)) {
      number++;
      PairOutcome.Swept swept = data.read(pair);
      for (WayRows rows : data.ways()) {
        PairOutcome.Patched patched = swept.in(rows.way()).orElseThrow();
        draw(
            figures.map(
                data.space(), pair, rows.way(), patched.result(), swept.donor(rows.direction())),
            folder,
            "tokens." + rows.way().fileName() + "." + number + of.ending());
      }
    }
  }

  /** Of some pairs those that count and whose score changes most. */
  static List<ContrastPair> largest(StudyData data, Perturbed of, int most) {
    return data.ways().getFirst().rows().stream()
        .filter(row -> row.used() && of.has(row.pair()))
        .sorted(Comparator.comparingDouble(row -> -Math.abs(row.change())))
        .limit(most)
        .map(WayRows.Row::pair)
        .toList();
  }

  private void draw(HeatMap map, Path folder, String name) throws IOException {
    String id = name.replaceAll("[.+]", "-");
    AtomicFile.write(folder.resolve(name + ".svg"), out -> out.write(map.svg(id)));
    if (png) {
      AtomicFile.writeBytes(folder.resolve(name + ".png"), map.png()::finish);
    }
  }
}
