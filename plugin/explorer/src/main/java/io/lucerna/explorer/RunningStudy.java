package io.lucerna.explorer;

import io.lucerna.studies.ranking.StudyProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A study of rankings that is not finished; once it is, it is read as one that is. */
final class RunningStudy implements Opened {
  private static final String JOURNAL = "journal.jsonl";

  private static final String NOT_YET =
      "the study is not finished: its topics have no measures yet";

  private final Path folder;
  private final TopicFacts topics;
  private @Nullable OpenedStudy finished;
  private @Nullable Seen seen;

  /**
   * What was answered, of which the page asks every few seconds.
   *
   * @param journal how large it was then
   */
  private record Seen(long journal, OpenedAnswer answer) {}

  RunningStudy(Path folder, TopicFacts topics) {
    this.folder = folder;
    this.topics = topics;
  }

  @Override
  public OpenedAnswer overview() throws IOException {
    if (finished == null && Files.exists(folder.resolve("study.json"))) {
      Opened.requireModest(folder);
      finished = new OpenedStudy(folder, topics);
    }
    if (finished != null) {
      return finished.overview();
    }
    if (!StudyProgress.isIn(folder)) {
      return answer(0, null, List.of(), "Conditions are being predicted; none has been run yet.");
    }
    long journal = journalSize();
    Seen last = seen;
    if (last == null || last.journal() != journal) {
      last = new Seen(journal, progress());
      seen = last;
    }
    return last.answer();
  }

  private long journalSize() throws IOException {
    Path journal = folder.resolve(JOURNAL);
    return Files.exists(journal) ? Files.size(journal) : 0;
  }

  private OpenedAnswer progress() throws IOException {
    StudyProgress progress = StudyProgress.read(folder);
    List<OpenedAnswer.EffectMap> maps =
        List.of(
            map("swapped pairs", progress, c -> OptionalDouble.of(c.order().swappedPairs())),
            map("mean move", progress, c -> c.order().meanMove()),
            map("change of the score", progress, StudyProgress.Change::scoreChange));
    return answer(
        progress.done(),
        progress.items(),
        progress.topics() == 0 ? List.of() : maps,
        "Of the "
            + progress.topics()
            + " topics that have all their scores; measures come at the end.");
  }

  private OpenedAnswer answer(
      int done, @Nullable Integer items, List<OpenedAnswer.EffectMap> maps, String note) {
    return new OpenedAnswer(
        "study",
        Opened.name(folder),
        "a study that is not finished",
        false,
        done,
        items,
        "topic",
        List.of(),
        maps,
        List.of(note),
        null);
  }

  private static OpenedAnswer.EffectMap map(
      String name, StudyProgress progress, Function<StudyProgress.Change, OptionalDouble> number) {
    return new OpenedAnswer.EffectMap(
        name, progress.changes().stream().map(c -> cell(c.condition(), number.apply(c))).toList());
  }

  private static OpenedAnswer.Cell cell(String id, OptionalDouble value) {
    Place place = Place.of(id);
    return new OpenedAnswer.Cell(
        id, place.row(), place.column(), id, OrNull.of(value), null, null, null);
  }

  @Override
  public RowsAnswer rows(int map, String cell) {
    return whenFinished().rows(map, cell);
  }

  @Override
  public RowAnswer row(int map, String cell, String row) throws IOException {
    return whenFinished().row(map, cell, row);
  }

  private OpenedStudy whenFinished() {
    if (finished == null) {
      throw new Refusal(404, NOT_YET);
    }
    return finished;
  }

  @Override
  public void close() {}
}
