package io.lucerna.studies.patch;

import io.lucerna.base.AtomicFile;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.text.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The scores of single pairs as NumPy arrays; the first dimension are the swept pairs in order.
 * Positions that a pair lacks are NaN, or -1 for roles.
 */
final class PairArrays {
  private final StudyData data;
  private final Path folder;

  PairArrays(StudyData data, Path folder) {
    this.data = data;
    this.folder = folder;
  }

  void write() throws IOException {
    List<DirectionRows> directions = data.directions();
    for (int i = 0; i < directions.size(); i++) {
      patched(i, directions.get(i).direction());
      scores(directions.get(i));
      if (data.space().positions()) {
        roles(i, directions.get(i).direction());
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

  static String patchedName(Direction direction) {
    return "patched." + direction.option() + ".npy";
  }

  static String scoresName(Direction direction) {
    return "scores." + direction.option() + ".npy";
  }

  static String rolesName(Direction direction) {
    return "roles." + direction.option() + ".npy";
  }

  private void patched(int index, Direction direction) throws IOException {
    boolean positions = data.space().positions();
    AtomicFile.writeBytes(
        folder.resolve(patchedName(direction)),
        out -> {
          try (Npy npy = Npy.floats(out, shape())) {
            data.forEach(
                (row, pair, swept) -> {
                  float[] scores = swept.directions().get(index).result().patched();
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

  private void scores(DirectionRows rows) throws IOException {
    AtomicFile.writeBytes(
        folder.resolve(scoresName(rows.direction())),
        out -> {
          try (Npy npy = Npy.floats(out, rows.rows().size(), 2)) {
            for (DirectionRows.Row row : rows.rows()) {
              npy.put(row.recipient());
              npy.put(row.donor());
            }
          }
        });
  }

  private void roles(int index, Direction direction) throws IOException {
    AtomicFile.writeBytes(
        folder.resolve(rolesName(direction)),
        out -> {
          try (Npy npy = Npy.bytes(out, data.swept().size(), data.longest())) {
            data.forEach(
                (row, pair, swept) -> {
                  List<Token> tokens = swept.directions().get(index).result().tokens();
                  for (int i = 0; i < data.longest(); i++) {
                    int role = i < tokens.size() ? tokens.get(i).role().ordinal() : -1;
                    npy.put((byte) role);
                  }
                });
          }
        });
  }
}
