package io.lucerna.explorer;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.recording.RecordedInputs;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A recording: its inputs, and what was kept of each; one that is not finished is looked at again
 * whenever it is asked for.
 */
final class OpenedRecording implements Opened {
  private final Path folder;
  private RecordedInputs recording;

  OpenedRecording(Path folder) throws IOException {
    this.folder = folder;
    this.recording = RecordedInputs.open(folder);
  }

  @Override
  public OpenedAnswer overview() throws IOException {
    recording = recording.again();
    boolean finished = recording.isFinished();
    int inputs = recording.ids().size();
    int points = recording.head().path("points").size();
    return new OpenedAnswer(
        "recording",
        Opened.name(folder),
        "a recording of "
            + inputs
            + " inputs at "
            + points
            + " points"
            + (finished ? "" : ", not finished"),
        finished,
        inputs,
        finished ? Integer.valueOf(inputs) : null,
        "input",
        OpenedPatching.facts(recording.head()),
        List.of(),
        List.of(),
        null);
  }

  /** The inputs in the order of recording; there are no cells. */
  @Override
  public RowsAnswer rows(int map, String cell) {
    return rows(recording.ids());
  }

  /** Nothing is made of the others, which may be very many. */
  @Override
  public RowsAnswer rows(int map, String cell, int from) {
    return rows(RowsAnswer.part(recording.ids(), from));
  }

  private RowsAnswer rows(List<String> ids) {
    List<Side> sides = sides();
    List<RowsAnswer.Row> rows = new ArrayList<>();
    for (String id : ids) {
      List<@Nullable Double> numbers = new ArrayList<>();
      sides.forEach(side -> numbers.add((double) recording.tokens(id, side).size()));
      OptionalInt grade = recording.grade(id);
      numbers.add(grade.isPresent() ? Double.valueOf(grade.getAsInt()) : null);
      rows.add(new RowsAnswer.Row(id, id, numbers));
    }
    List<String> columns = new ArrayList<>();
    sides.forEach(side -> columns.add("tokens of the " + word(side)));
    columns.add("grade");
    return new RowsAnswer("all inputs", columns, recording.ids().size(), rows);
  }

  private List<Side> sides() {
    return Arrays.stream(Side.values()).filter(side -> !recording.points(side).isEmpty()).toList();
  }

  private static String word(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public RowAnswer row(int map, String cell, String row) {
    if (!recording.ids().contains(row)) {
      throw new Refusal(404, "there is no input " + row);
    }
    List<RowAnswer.Text> texts = new ArrayList<>();
    List<OpenedAnswer.Fact> shapes = new ArrayList<>();
    List<Side> sides = sides();
    for (Side side : sides) {
      texts.add(RowAnswer.Text.of(word(side), recording.tokens(row, side)));
      for (HookPoint point : recording.points(side)) {
        RecordedInputs.Extent kept = recording.extent(row, side, point);
        String of = sides.size() > 1 ? " of the " + word(side) : "";
        shapes.add(
            new OpenedAnswer.Fact(
                point + of, Arrays.toString(kept.shape()) + " at " + positions(kept.positions())));
      }
    }
    return new RowAnswer("input " + row, List.of(), texts, List.of(), shapes);
  }

  private String positions(int[] positions) {
    return recording.averaged()
        ? "the mean over positions"
        : positions.length == 1 ? "position " + positions[0] : positions.length + " positions";
  }

  @Override
  public void close() {
    recording.close();
  }
}
