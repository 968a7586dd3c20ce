package io.lucerna.studies.work;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Internal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The file that says what a folder holds and how it was made: JSON that begins with {@link
 * Identity#fields}. It has no times, so that it repeats.
 */
@Internal
public final class Manifest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Manifest() {}

  /**
   * Writes the file.
   *
   * @param file where it goes
   * @param fields strings, numbers, lists, maps, records and JSON
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, Map<String, ?> fields) throws IOException {
    String json =
        MAPPER
            .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
            .writeValueAsString(fields);
    AtomicFile.write(file, out -> out.write(json + "\n"));
  }
}
