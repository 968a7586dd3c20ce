package io.lucerna.studies.record;

import io.lucerna.base.TextFile;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.StudyInputException;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Both passages of each contrast pair of a file, as they stand: {@code ID/base} and {@code
 * ID/perturbed}.
 *
 * @param file the path of the file
 */
public record ContrastPairSource(String file) implements PairSource {

  /**
   * {@return whether a file holds JSON lines, and so no table}
   *
   * @param file the path; standard input and pipes are refused
   * @throws StudyInputException if it cannot be read twice, as pairs to record are
   * @throws IOException if it cannot be read
   */
  public static boolean holds(String file) throws IOException {
    TextFile text = TextFile.named(file);
    if (text.readOnce()) {
      throw new StudyInputException(
          text.name() + ": pairs to record are read twice, which a pipe cannot be; give a file");
    }
    return text.firstByte() == '{';
  }

  /**
   * Refuses pairs of several perturbations where all are to become one mean, in which what one does
   * may cancel what another does.
   *
   * @throws StudyInputException naming the perturbations
   * @throws IOException if the pairs cannot be read
   */
  public void requireOnePerturbation() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (Stream<ContrastPair> pairs = ContrastPairs.stream(Path.of(file))) {
      pairs.forEach(pair -> names.add(pair.perturbation()));
    } catch (UncheckedIOException e) {
      throw e.getCause() == null ? new IOException(e) : e.getCause();
    }
    if (names.size() > 1) {
      throw new StudyInputException(
          file
              + ": has pairs of several perturbations, "
              + String.join(", ", names)
              + ", whose mean difference may be that of none; record each from its own file");
    }
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    try (Stream<ContrastPair> stream = ContrastPairs.stream(Path.of(file))) {
      String query = "";
      List<Pair> pairs = new ArrayList<>();
      for (Iterator<ContrastPair> all = stream.iterator(); all.hasNext(); ) {
        ContrastPair pair = all.next();
        if (!pair.query().equals(query) && !pairs.isEmpty()) {
          visitor.visit(new Group(query, pairs));
          pairs = new ArrayList<>();
        }
        query = pair.query();
        pairs.add(new Pair(pair.id() + "/base", pair.qid(), pair.docid(), pair.base()));
        pairs.add(new Pair(pair.id() + "/perturbed", pair.qid(), pair.docid(), pair.perturbed()));
      }
      if (!pairs.isEmpty()) {
        visitor.visit(new Group(query, pairs));
      }
    }
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    return Map.of("contrast_pairs", Hashes.of(Path.of(file)));
  }

  @Override
  public void close() {}
}
