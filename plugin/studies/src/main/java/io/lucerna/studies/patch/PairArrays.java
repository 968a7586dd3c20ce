package io.lucerna.studies.patch;

import io.lucerna.base.AtomicFile;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.studies.work.OldFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The scores of single pairs as NumPy arrays; the first dimension are the swept pairs in order.
 * Positions that a pair lacks are NaN, or -1 for roles.
 */
final class PairArrays {
  private static final Pattern PATCHED = Pattern.compile("patched\\..+\\.npy");

  private final StudyData data;
  private final Path folder;

  PairArrays(StudyData data, Path folder) {
    this.data = data;
    this.folder = folder;
  }

  void write() throws IOException {
    OldFiles.delete(folder, PATCHED);
    for (WayRows rows : data.ways()) {
      patched(rows.way());
    }
    for (WayRows rows : data.directions()) {
      scores(rows);
      if (data.space().positions()) {
        roles(rows.way());
      }
    }
  }

  /** The shape of the patched scores. */
  int[] shape() {
    IntStream outer = data.space().outer().stream().mapToInt(Axis::size);
    IntStream cells =
        data.space().positions() ? IntStream.concat(outer, IntStream.of(data.longest())) : outer;
    return IntStream.concat(IntStream.of(data.swept().size()), cells).toArray();
  }

  /** The names of the dimensions of the patched scores. */
  List<String> dimensions() {
    Stream<String> outer = data.space().outer().stream().map(Axis::name);
    Stream<String> cells =
        data.space().positions() ? Stream.concat(outer, Stream.of(Axis.POSITION)) : outer;
    return Stream.concat(Stream.of("pair"), cells).toList();
  }

  static String patchedName(Way way) {
    return "patched." + way.fileName() + ".npy";
  }

  static String scoresName(Direction direction) {
    return "scores." + direction.option() + ".npy";
  }

  static String rolesName(Direction direction) {
    return "roles." + direction.option() + ".npy";
  }

  private void patched(Way way) throws IOException {
    boolean positions = data.space().positions();
    AtomicFile.writeBytes(
        folder.resolve(patchedName(way)),
        out -> {
          try (Npy npy = Npy.floats(out, shape())) {
            data.forEach(
                (row, pair, swept) -> {
                  float[] scores = swept.in(way).orElseThrow().result().patched();
                  int length = positions ? swept.base().size() : scores.length;
                  int missing = positions ? data.longest() - length : 0;
                  for (int i = 0; i < scores.length; i++) {
                    npy.put(scores[i]);
                    for (int j = 0; (i + 1) % length == 0 && j < missing; j++) {
                      npy.put(Float.NaN);
                    }
                  }
                });
          }
        });
  }

  private void scores(WayRows rows) throws IOException {
    AtomicFile.writeBytes(
        folder.resolve(scoresName(rows.direction())),
        out -> {
          try (Npy npy = Npy.floats(out, rows.rows().size(), 2)) {
            for (WayRows.Row row : rows.rows()) {
              npy.put(row.recipient());
              npy.put(row.donor());
            }
          }
        });
  }

  private void roles(Way way) throws IOException {
    AtomicFile.writeBytes(
        folder.resolve(rolesName(way.direction())),
        out -> {
          try (Npy npy = Npy.bytes(out, data.swept().size(), data.longest())) {
            data.forEach(
                (row, pair, swept) -> {
                  List<Token> tokens = swept.in(way).orElseThrow().result().tokens();
                  for (int i = 0; i < data.longest(); i++) {
                    int role = i < tokens.size() ? tokens.get(i).role().ordinal() : -1;
                    npy.put((byte) role);
                  }
                });
          }
        });
  }
}
