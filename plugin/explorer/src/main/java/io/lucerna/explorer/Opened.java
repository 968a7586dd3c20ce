package io.lucerna.explorer;

import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.studies.patch.PatchFiles;
import io.lucerna.studies.ranking.GradientScreen;
import io.lucerna.studies.ranking.StudyProgress;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a folder holds that another command wrote, or is writing: it is only read, without a model
 * and without a lock. One thread at a time uses it.
 */
public sealed interface Opened extends AutoCloseable
    permits OpenedStudy, RunningStudy, OpenedPatching, OpenedRecording {
  /** Bytes of tables that are read into memory at once. */
  long LARGEST = 1L << 28;

  /**
   * Opens a folder.
   *
   * @param folder of a study, a patching study or a recording
   * @param topics what is known of topics beside the folder; a study shows it
   * @return what is in it, which the caller closes
   * @throws StudyInputException if it is none of these, or too large
   * @throws IOException if a file cannot be read, or is not as it was written
   */
  static Opened of(Path folder, TopicFacts topics) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new StudyInputException(folder + ": no such folder");
    }
    requireModest(folder);
    if (Files.exists(folder.resolve("study.json"))) {
      return new OpenedStudy(folder, topics);
    }
    if (StudyProgress.isIn(folder) || GradientScreen.isBegun(folder)) {
      return new RunningStudy(folder, topics);
    }
    if (PatchFiles.isIn(folder)) {
      return new OpenedPatching(folder);
    }
    if (Recording.isIn(folder)) {
      return new OpenedRecording(folder);
    }
    throw new StudyInputException(
        folder
            + ": nothing to open: there is no study.json or plan.json of study, no journal.jsonl of"
            + " patch, and no index.jsonl of record");
  }

  /**
   * Refuses a folder whose tables are too large to be read whole.
   *
   * @throws StudyInputException naming one that is
   */
  static void requireModest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Opened::isTable).toList()) {
        long size = Files.size(file);
        if (size > LARGEST) {
          throw new StudyInputException(
              file
                  + ": has "
                  + (size >> 20)
                  + " MiB; the page shows tables of up to "
                  + (LARGEST >> 20)
                  + " MiB");
        }
      }
    }
  }

  /** Those that are read whole, wherever they are; effects.csv is not read. */
  private static boolean isTable(Path file) {
    String name = String.valueOf(file.getFileName());
    return (name.endsWith(".csv") || name.endsWith(".json"))
        && !name.equals("effects.csv")
        && Files.isRegularFile(file);
  }

  /** The folder's name. */
  static String name(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /** What there is, as far as it has come. */
  OpenedAnswer overview() throws IOException;

  /**
   * All that a cell is made of.
   *
   * @param map the number of the map in the overview
   * @param cell the cell's id
   * @throws Refusal if there is none
   */
  RowsAnswer rows(int map, String cell) throws IOException;

  /**
   * As much of it as is answered at once.
   *
   * @param map the number of the map in the overview
   * @param cell the cell's id
   * @param from how many rows come before it
   * @throws Refusal if there is none
   */
  default RowsAnswer rows(int map, String cell, int from) throws IOException {
    return rows(map, cell).part(from);
  }

  /**
   * One row.
   *
   * @param map the number of the map in the overview
   * @param cell the cell's id
   * @param row the row's id
   * @throws Refusal if there is none
   */
  RowAnswer row(int map, String cell, String row) throws IOException;

  @Override
  void close() throws IOException;

  /** An element of a list, if the number is one of its own. */
  static <T> T at(List<T> all, int number, String what) {
    if (number < 0 || number >= all.size()) {
      throw new Refusal(404, "there is no " + what + " " + number);
    }
    return all.get(number);
  }
}
