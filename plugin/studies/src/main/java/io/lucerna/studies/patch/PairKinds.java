package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which perturbation each pair of a study is of, in a file next to its journal, whose lines do not
 * say it. It is for those who look at the study before it has tables, and goes when they are there.
 */
final class PairKinds {
  static final String FILE = "journal.perturbations.json";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private PairKinds() {}

  /** Writes the ids of some pairs by their perturbations. */
  static void write(List<ContrastPair> pairs, Path folder) throws IOException {
    SortedMap<String, List<String>> ids = new TreeMap<>();
    for (ContrastPair pair : pairs) {
      ids.computeIfAbsent(pair.perturbation(), kind -> new ArrayList<>()).add(pair.id());
    }
    String json = MAPPER.writeValueAsString(ids);
    AtomicFile.write(folder.resolve(FILE), out -> out.write(json + "\n"));
  }

  /** The perturbations by the ids of their pairs; none where no file says it. */
  static Map<String, String> read(Path folder) throws IOException {
    Map<String, String> kinds = new HashMap<>();
    try {
      HeadEffects.manifest(folder.resolve(FILE))
          .ifPresent(
              json ->
                  json.properties()
                      .forEach(
                          kind ->
                              kind.getValue()
                                  .forEach(pair -> kinds.put(pair.asText(), kind.getKey()))));
    } catch (NoSuchFileException e) {
      // The study has just been finished.
      return Map.of();
    }
    return kinds;
  }

  static void delete(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }
}
