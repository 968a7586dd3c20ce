package io.lucerna.studies.work;

import io.lucerna.base.Internal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the same work with other settings left in a folder. */
@Internal
public final class OldFiles {
  private OldFiles() {}

  /**
   * Deletes it; other files stay.
   *
   * @param folder the folder
   * @param ours what the names of such files match
   * @throws IOException if the folder cannot be read, or a file not be deleted
   */
  public static void delete(Path folder, Pattern ours) throws IOException {
    List<Path> old;
    try (Stream<Path> files = Files.list(folder)) {
      old = files.filter(f -> ours.matcher(f.getFileName().toString()).matches()).toList();
    }
    for (Path file : old) {
      Files.deleteIfExists(file);
    }
  }
}
