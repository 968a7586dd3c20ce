package io.lucerna.explorer;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.studies.patch.CellSpace;
import io.lucerna.studies.patch.EffectWords;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.PatchFiles;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A patching study; one that is not finished is read again when more of it is written. */
final class OpenedPatching implements Opened {
  /** How many units of an MLP are in a row of the map. */
  private static final int UNITS = 32;

  /** Words of the names of maps. */
  private static final List<OpenedAnswer.Fact> WORDS =
      List.of(
          new OpenedAnswer.Fact(
              "denoise",
              "activations of the perturbed passage (the donor) are put into the base's run (the"
                  + " recipient)."),
          new OpenedAnswer.Fact(
              "noise",
              "activations of the base (the donor) are put into the perturbed passage's run (the"
                  + " recipient)."),
          new OpenedAnswer.Fact(
              "exact", "each patch was run; other methods estimate what it would do."));

  private final Path folder;
  private PatchFiles files;

  OpenedPatching(Path folder) throws IOException {
    this.folder = folder;
    this.files = PatchFiles.read(folder);
  }

  @Override
  public OpenedAnswer overview() throws IOException {
    if (!files.isCurrent()) {
      Opened.requireModest(folder);
      PatchFiles before = files;
      files = PatchFiles.read(folder);
      before.close();
    }
    List<OpenedAnswer.EffectMap> maps = new ArrayList<>();
    files.maps().forEach((name, effects) -> maps.add(map(name, effects)));
    int done = files.pairs().size();
    String title =
        files
            .manifest()
            .map(
                m -> m.at("/settings/sweep").asText() + " sweep of " + m.at("/model/name").asText())
            .orElse("a patching study that is not finished");
    return new OpenedAnswer(
        "patching",
        Opened.name(folder),
        title + ", " + done + " pairs",
        files.isFinished(),
        done,
        files.isFinished() ? Integer.valueOf(done) : null,
        "pair",
        files.manifest().map(OpenedPatching::facts).orElse(List.of()),
        maps,
        notes(),
        null);
  }

  /** What the names of the maps mean, and the numbers in them. */
  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        EffectWords.of(files.headline())
            + (files.isFinished()
                ? ": " + files.headline() + "."
                : "; here ratios of sums over the pairs that are done, without floor or"
                    + " intervals."));
    if (files.headline().equals(RatioAggregate.RATIO_OF_SUMS.option())) {
      notes.add(
          "A ratio of sums: what the patch adds to the score, summed over the pairs, divided by the"
              + " sum of the whole ways; pairs whose score changes more weigh more.");
    }
    for (OpenedAnswer.Fact word : WORDS) {
      if (files.maps().keySet().stream()
          .anyMatch(map -> List.of(map.direction(), map.method()).contains(word.name()))) {
        notes.add(word.name() + ": " + word.value());
      }
    }
    return notes;
  }

  /** What a manifest says, but for what its maps and arrays are. */
  static List<OpenedAnswer.Fact> facts(JsonNode manifest) {
    List<OpenedAnswer.Fact> facts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : manifest.properties()) {
      JsonNode value = field.getValue();
      if (field.getKey().equals("command")) {
        List<String> words = new ArrayList<>();
        value.forEach(word -> words.add(word.asText()));
        facts.add(new OpenedAnswer.Fact("command", Identity.commandLine(words)));
      } else if (value.isValueNode()) {
        facts.add(new OpenedAnswer.Fact(field.getKey(), value.asText()));
      } else if (value.isObject()) {
        value
            .properties()
            .forEach(
                one ->
                    facts.add(
                        new OpenedAnswer.Fact(
                            field.getKey() + " " + one.getKey(),
                            one.getValue().isTextual()
                                ? one.getValue().asText()
                                : one.getValue().toString())));
      }
    }
    return facts;
  }

  private OpenedAnswer.EffectMap map(
      PatchFiles.MapName name, SequencedMap<Integer, PatchFiles.Effect> effects) {
    CellSpace cells = files.cells();
    String of =
        Stream.of(name.direction(), name.method(), name.stratum(), name.level())
            .distinct()
            .filter(word -> !word.equals("all"))
            .reduce((one, two) -> one + ", " + two)
            .orElseThrow();
    String together = files.isPooled(name) ? ", all perturbations pooled" : "";
    List<OpenedAnswer.Cell> all = new ArrayList<>();
    effects.forEach(
        (cell, effect) ->
            all.add(
                new OpenedAnswer.Cell(
                    cell.toString(),
                    row(cells, cell),
                    column(cells, cell),
                    cells.describe(cell) + ", " + effect.pairs() + " pairs",
                    effect.value(),
                    OrNull.of(effect.lower()),
                    OrNull.of(effect.upper()),
                    null)));
    return new OpenedAnswer.EffectMap("effect, " + of + together, all);
  }

  private static String row(CellSpace cells, int cell) {
    List<String> labels = cells.labels(cells.outerCell(cell));
    List<Axis> axes = cells.outer();
    if (isUnits(axes)) {
      return "units " + cell / UNITS * UNITS;
    }
    int last = cells.positions() || axes.size() == 1 ? axes.size() : axes.size() - 1;
    List<String> words = new ArrayList<>();
    for (int i = 0; i < last; i++) {
      words.add(axes.get(i).name().equals("layer") ? "L" + labels.get(i) : labels.get(i));
    }
    return String.join(" ", words);
  }

  private static String column(CellSpace cells, int cell) {
    if (isUnits(cells.outer())) {
      return "+" + cell % UNITS;
    }
    if (cells.positions()) {
      return cells.role(cell).option();
    }
    return cells.outer().size() == 1 ? "" : cells.labels(cells.outerCell(cell)).getLast();
  }

  /** More than a list can show. */
  private static boolean isUnits(List<Axis> axes) {
    return axes.size() == 1 && axes.getFirst().size() > 4 * UNITS;
  }

  private PatchFiles.MapName map(int number) {
    return Opened.at(List.copyOf(files.maps().sequencedKeySet()), number, "map");
  }

  private int cell(String id) {
    try {
      int cell = Integer.parseInt(id);
      if (cell >= 0 && cell < files.cells().size()) {
        return cell;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new Refusal(404, "there is no cell " + id);
  }

  @Override
  public RowsAnswer rows(int map, String cell) throws IOException {
    List<RowsAnswer.Row> rows = new ArrayList<>();
    for (PatchFiles.PairEffect one : files.effects(map(map), cell(cell))) {
      @Nullable Double effect = OrNull.of(one.effect());
      rows.add(
          new RowsAnswer.Row(one.pair(), label(one.pair()), Arrays.asList(one.change(), effect)));
    }
    rows.sort(Comparator.comparingDouble(OpenedPatching::small));
    return RowsAnswer.of(
        files.cells().describe(cell(cell)), List.of("change of the score", "effect"), rows);
  }

  private static double small(RowsAnswer.Row row) {
    Double effect = row.values().getLast();
    return effect == null ? 0 : -Math.abs(effect);
  }

  private String label(String pair) {
    return files
        .info(pair)
        .map(
            info ->
                String.join(
                    ", ",
                    files.perturbations() > 1
                        ? List.of(info.qid(), info.docid(), info.perturbation())
                        : List.of(info.qid(), info.docid())))
        .orElse(pair);
  }

  @Override
  public RowAnswer row(int map, String cell, String row) throws IOException {
    PatchFiles.MapName name = map(map);
    PairOutcome.Patched patched =
        files
            .patched(name, row)
            .orElseThrow(() -> new Refusal(404, "there is no pair " + row + " in this map"));
    PairOutcome.Swept swept =
        files.swept(row).orElseThrow(() -> new StudyInputException(row + ": was not swept"));
    List<RowAnswer.Effect> effects = new ArrayList<>();
    double[] moves = files.cells().moves(patched.result());
    for (int i = 0; i < moves.length; i++) {
      OptionalDouble effect = files.effect(patched, moves[i]);
      if (effect.isPresent()) {
        effects.add(new RowAnswer.Effect(String.valueOf(i), effect.getAsDouble()));
      }
    }
    boolean denoise = patched.result().direction() == Direction.DENOISE;
    return new RowAnswer(
        "pair " + row,
        List.of(),
        List.of(
            RowAnswer.Text.of(
                "base" + (denoise ? " (is patched)" : " (gives activations)"), swept.base()),
            RowAnswer.Text.of(
                "perturbed" + (denoise ? " (gives activations)" : " (is patched)"),
                swept.perturbed())),
        effects,
        List.of(
            new OpenedAnswer.Fact(
                "recipient's score", String.valueOf(patched.result().recipient())),
            new OpenedAnswer.Fact("donor's score", String.valueOf(patched.result().donor()))));
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
