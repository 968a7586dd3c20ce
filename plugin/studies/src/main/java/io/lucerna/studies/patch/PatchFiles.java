package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Internal;
import io.lucerna.eval.ClusteredRatios;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.studies.work.JournalReader;
import io.lucerna.studies.work.StudyInputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a patching study wrote, or has done so far. It is read from the folder alone, without a
 * lock, while another process may work on. Not thread-safe.
 */
@Internal
public final class PatchFiles implements Closeable {
  private static final String JOURNAL = "journal.jsonl";
  private static final String MANIFEST = "manifest.json";
  private static final String PAIRS = "pairs.csv";
  private static final String ALL = Stratum.ALL;

  /**
   * Which effects a map has.
   *
   * @param direction which run gives activations
   * @param method how the effects were found
   * @param stratum what divides the pairs; {@code all} for nothing
   * @param level which of them count; {@code all} for all
   */
  public record MapName(String direction, String method, String stratum, String level) {}

  /**
   * An effect over pairs.
   *
   * @param value what the statistic of the maps is
   * @param lower end of its 95% interval; empty if it has none
   * @param upper the other end
   * @param pairs how many have the cell
   */
  public record Effect(double value, OptionalDouble lower, OptionalDouble upper, long pairs) {}

  /**
   * One pair at one cell.
   *
   * @param pair the pair's id
   * @param change donor minus recipient
   * @param effect of the cell; empty where the pair lacks the cell, or its score does not change
   */
  public record PairEffect(String pair, double change, OptionalDouble effect) {}

  /**
   * What a table says of a pair.
   *
   * @param qid the query's id
   * @param docid the passage's id
   * @param perturbation what changes the passage
   * @param used whether it counts
   * @param levels which level it is of, by stratum
   */
  public record PairInfo(
      String qid, String docid, String perturbation, boolean used, Map<String, String> levels) {
    /** Whether it counts in a map. */
    boolean isIn(MapName map) {
      return used && map.level().equals(levels.get(map.stratum()));
    }
  }

  private final Path folder;
  private final long journalSize;
  private final JournalReader<PairOutcome> journal;
  private final Optional<JsonNode> manifest;
  private final Optional<CellSpace> space;
  private final Map<String, PairInfo> infos = new HashMap<>();

  /** By pair, where the study is not finished and says it; none otherwise. */
  private final Map<String, String> kinds;

  private final SequencedMap<MapName, SequencedMap<Integer, Effect>> maps = new LinkedHashMap<>();

  private PatchFiles(Path folder, long journalSize, JournalReader<PairOutcome> journal)
      throws IOException {
    this.folder = folder;
    this.journalSize = journalSize;
    this.journal = journal;
    this.manifest = HeadEffects.manifest(folder.resolve(MANIFEST));
    this.space = findSpace();
    this.kinds = isFinished() ? Map.of() : PairKinds.read(folder);
    if (isFinished()) {
      readMaps(cells());
      readPairs();
    } else if (space.isPresent()) {
      sumMaps(space.get());
    }
  }

  /**
   * {@return whether a folder holds a patching study, finished or not}
   *
   * @param folder a folder, which need not exist
   * @throws IOException if it cannot be read
   */
  public static boolean isIn(Path folder) throws IOException {
    return JournalReader.outcomes(folder).equals(Optional.of(PairCodec.OUTCOMES));
  }

  /**
   * Reads a folder as far as its study has come.
   *
   * @param folder the folder of a patching study
   * @return what is in it, which the caller closes
   * @throws StudyInputException naming the file that is not as a patching study writes it
   * @throws IOException if a file cannot be read
   */
  public static PatchFiles read(Path folder) throws IOException {
    long journalSize = Files.size(folder.resolve(JOURNAL));
    SweepKind kind;
    try (JournalReader<PairOutcome> journal = open(folder, SweepKind.HEAD)) {
      kind = SweepKind.parse(journal.settings().path(SweepSettings.SWEEP).asText());
    } catch (IllegalArgumentException e) {
      throw new StudyInputException(
          folder + ": its journal is no patching study's: " + e.getMessage());
    }
    JournalReader<PairOutcome> journal = open(folder, kind);
    boolean read = false;
    try {
      PatchFiles files = new PatchFiles(folder, journalSize, journal);
      read = true;
      return files;
    } finally {
      if (!read) {
        journal.close();
      }
    }
  }

  private static JournalReader<PairOutcome> open(Path folder, SweepKind kind) throws IOException {
    return JournalReader.open(folder, new PairCodec(kind));
  }

  private Optional<CellSpace> findSpace() throws IOException {
    for (String pair : journal.done()) {
      if (journal.read(pair) instanceof PairOutcome.Swept swept) {
        return Optional.of(CellSpace.of(swept.ways().getFirst().result().axes()));
      }
    }
    return Optional.empty();
  }

  private void readMaps(CellSpace cells) throws IOException {
    List<String> columns = new ArrayList<>(cells.columns());
    if (cells.positions()) {
      columns.add("role");
    }
    Map<List<String>, Integer> numbers = new HashMap<>();
    for (int cell = 0; cell < cells.size(); cell++) {
      List<String> fields = new ArrayList<>(cells.fields(cells.outerCell(cell)));
      if (cells.positions()) {
        fields.add(cells.role(cell).option());
      }
      numbers.put(fields, cell);
    }
    List<String> of = List.of("direction", AggregateTables.METHOD, "stratum", "level");
    List<String> needed = new ArrayList<>(of);
    needed.addAll(columns);
    needed.addAll(List.of(AggregateTables.STATISTIC, "value", "ci_lower", "ci_upper", "pairs"));
    for (CsvFile.Row row : rows(HeadEffects.AGGREGATES, needed)) {
      if (!row.text(AggregateTables.STATISTIC).equals(headline()) || row.text("value").isEmpty()) {
        continue;
      }
      Integer cell = numbers.get(columns.stream().map(row::text).toList());
      if (cell == null) {
        throw row.wrong("the study's journal has no such cell");
      }
      List<String> name = of.stream().map(row::text).toList();
      maps.computeIfAbsent(
              new MapName(name.get(0), name.get(1), name.get(2), name.get(3)),
              key -> new LinkedHashMap<>())
          .put(
              cell,
              new Effect(
                  row.number("value"),
                  optional(row, "ci_lower"),
                  optional(row, "ci_upper"),
                  row.whole("pairs", 0, Long.MAX_VALUE)));
    }
  }

  private void readPairs() throws IOException {
    List<String> needed =
        List.of("pair", "qid", "docid", "perturbation", "grade", "idf", "idf_band", "used");
    Map<String, CsvFile.Row> pairs = new LinkedHashMap<>();
    for (CsvFile.Row row : rows(PAIRS, needed)) {
      pairs.putIfAbsent(row.text("pair"), row);
    }
    IdfBands pooled = IdfBands.of(pairs.values().stream().map(row -> optional(row, "idf")));
    pairs.forEach((pair, row) -> infos.put(pair, info(row, pooled)));
  }

  private static PairInfo info(CsvFile.Row row, IdfBands pooled) {
    String perturbation = row.text("perturbation");
    String grade = row.text("grade").isEmpty() ? Stratum.NONE : row.text("grade");
    return new PairInfo(
        row.text("qid"),
        row.text("docid"),
        perturbation,
        row.whole("used", 0, 1) == 1,
        AggregateTables.levels(
            perturbation, grade, row.text("idf_band"), pooled.of(optional(row, "idf"))));
  }

  private List<CsvFile.Row> rows(String name, List<String> needed) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new StudyInputException(file + ": no such file; a patching study writes it");
    }
    CsvFile table = CsvFile.read(file);
    for (String column : needed) {
      if (!table.header().contains(column)) {
        throw new StudyInputException(file + ":1: no column '" + column + "'");
      }
    }
    return table.rows();
  }

  private static OptionalDouble optional(CsvFile.Row row, String column) {
    return row.text(column).isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(row.number(column));
  }

  /**
   * The ratios of sums over the pairs that are done and whose score changes: no floor is known.
   * Each of several perturbations has its own.
   */
  private void sumMaps(CellSpace cells) throws IOException {
    boolean several = perturbations() > 1;
    Map<List<String>, SortedMap<String, double[][]>> sums = new LinkedHashMap<>();
    for (String pair : journal.done()) {
      String kind = kinds.isEmpty() ? ALL : kinds.get(pair);
      // A larger draw may have left pairs that are none of the study's.
      if (kind != null && journal.read(pair) instanceof PairOutcome.Swept swept) {
        for (PairOutcome.Patched patched : swept.ways()) {
          if (patched.change() != 0) {
            String direction = patched.result().direction().option();
            double[][] sum =
                sums.computeIfAbsent(
                        List.of(direction, patched.method().option()), way -> new TreeMap<>())
                    .computeIfAbsent(several ? kind : ALL, level -> new double[3][cells.size()]);
            double[] moves = cells.moves(patched.result());
            for (int cell = 0; cell < moves.length; cell++) {
              if (!Double.isNaN(moves[cell])) {
                sum[0][cell] += moves[cell];
                sum[1][cell] += patched.change();
                sum[2][cell]++;
              }
            }
          }
        }
      }
    }
    String stratum = several ? AggregateTables.PERTURBATION : ALL;
    sums.forEach(
        (way, levels) ->
            levels.forEach(
                (level, sum) ->
                    maps.put(new MapName(way.get(0), way.get(1), stratum, level), ratios(sum))));
  }

  /** Of sums of moves, sums of changes, and numbers of pairs. */
  private static SequencedMap<Integer, Effect> ratios(double[][] sum) {
    SequencedMap<Integer, Effect> map = new LinkedHashMap<>();
    for (int cell = 0; cell < sum[0].length; cell++) {
      if (sum[1][cell] != 0) {
        map.put(
            cell,
            new Effect(
                sum[0][cell] / sum[1][cell],
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                (long) sum[2][cell]));
      }
    }
    return map;
  }

  /** {@return whether all files are written} */
  public boolean isFinished() {
    return manifest.isPresent();
  }

  /**
   * {@return whether the folder holds no more than was read}
   *
   * @throws IOException if the size of the journal cannot be read
   */
  public boolean isCurrent() throws IOException {
    return isFinished()
        || (!Files.exists(folder.resolve(MANIFEST))
            && Files.size(folder.resolve(JOURNAL)) == journalSize);
  }

  /** {@return what the manifest says; empty before the study is finished} */
  public Optional<JsonNode> manifest() {
    return manifest;
  }

  /** {@return the statistic of the maps} */
  public String headline() {
    return manifest
        .map(all -> all.path("settings").path(PatchSettings.HEADLINE).asText())
        .orElse(RatioAggregate.RATIO_OF_SUMS.option());
  }

  /** {@return the ids of the pairs that are done} */
  public List<String> pairs() {
    return journal.done();
  }

  /**
   * {@return the cells of all maps}
   *
   * @throws StudyInputException if no pair was swept
   */
  public CellSpace cells() {
    return space.orElseThrow(
        () -> new StudyInputException(folder + ": no pair is swept, so there are no effects"));
  }

  /** {@return the maps by name, and of each the effects by cell} */
  public SequencedMap<MapName, SequencedMap<Integer, Effect>> maps() {
    return maps;
  }

  /**
   * {@return what a table says of a pair; empty before the study is finished}
   *
   * @param pair its id
   */
  public Optional<PairInfo> info(String pair) {
    return Optional.ofNullable(infos.get(pair));
  }

  /** {@return how many perturbations the pairs are of; 0 if nothing says it} */
  public long perturbations() {
    return isFinished()
        ? infos.values().stream().map(PairInfo::perturbation).distinct().count()
        : kinds.values().stream().distinct().count();
  }

  /**
   * {@return whether a map may sum up pairs of several perturbations together}
   *
   * @param map its name
   */
  public boolean isPooled(MapName map) {
    long several = perturbations();
    return !map.stratum().startsWith(AggregateTables.PERTURBATION)
        && (several > 1 || (several == 0 && !isFinished()));
  }

  /**
   * {@return the effect of a move of a pair's score, as the statistic of the maps has it before it
   * is summed up; empty if the pair lacks the cell, or its score does not change}
   *
   * @param patched what came of the pair
   * @param move what is added to the recipient's score; NaN if the pair lacks the cell
   */
  public OptionalDouble effect(PairOutcome.Patched patched, double move) {
    double change = patched.change();
    if (change == 0 || Double.isNaN(move)) {
      return OptionalDouble.empty();
    }
    boolean robust = headline().equals(RatioAggregate.MEAN_ROBUST.option());
    double effect = robust ? ClusteredRatios.robust(move, change) : move / change;
    // Adding 0 makes -0 a 0.
    return OptionalDouble.of(effect + 0.0);
  }

  /**
   * {@return what patching one cell does to each pair of a map, in the pairs' order}
   *
   * @param of the map's name
   * @param cell the cell's number
   * @throws IOException if the journal cannot be read
   */
  public List<PairEffect> effects(MapName of, int cell) throws IOException {
    List<PairEffect> effects = new ArrayList<>();
    for (String pair : journal.done()) {
      Optional<PairOutcome.Patched> patched = patched(of, pair);
      if (patched.isPresent()) {
        double move = cells().moves(patched.get().result())[cell];
        effects.add(new PairEffect(pair, patched.get().change(), effect(patched.get(), move)));
      }
    }
    return effects;
  }

  /**
   * {@return the pair's outcome in the map's direction by its method; empty if the pair does not
   * count in the map}
   *
   * @param of the map's name
   * @param pair its id
   * @throws IOException if the journal cannot be read
   */
  public Optional<PairOutcome.Patched> patched(MapName of, String pair) throws IOException {
    Optional<PairOutcome.Swept> counted = counts(of, pair) ? swept(pair) : Optional.empty();
    return counted.stream()
        .flatMap(swept -> swept.ways().stream())
        .filter(
            one ->
                one.result().direction().option().equals(of.direction())
                    && one.method().option().equals(of.method()))
        .findFirst();
  }

  /** Whether a pair counts in a map; as long as no table says so, all of its perturbation do. */
  private boolean counts(MapName map, String pair) {
    if (isFinished()) {
      return info(pair).filter(info -> info.isIn(map)).isPresent();
    }
    String kind = kinds.get(pair);
    return kinds.isEmpty() || (kind != null && List.of(ALL, kind).contains(map.level()));
  }

  /**
   * {@return the pair's outcome; empty if it is not done, or could not be swept}
   *
   * @param pair its id
   * @throws IOException if the journal cannot be read
   */
  public Optional<PairOutcome.Swept> swept(String pair) throws IOException {
    return journal.has(pair) && journal.read(pair) instanceof PairOutcome.Swept swept
        ? Optional.of(swept)
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
