package io.lucerna.topics;

import io.lucerna.topics.perturb.PerturbationNames;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Ready pairs in columns separated by tabs. A pair's id is its topic and document, with a number
 * where both come again.
 */
final class PairTable {
  /** What pairs are called of which nobody says what changes them. */
  static final String PERTURBATION = "custom";

  /** The last, or the last two, may be omitted. */
  private static final List<String> OWN =
      List.of("qid", "query", "docid", "base", "perturbed", "grade", "perturbation");

  /** How many columns a pair needs. */
  private static final int NEEDED = 5;

  private static final List<String> MECHIR =
      List.of("qid", "docno", "score_delta", "text", "perturbed_text", "query", "relevance");

  /** What the last columns of other tables are called, next to the names above. */
  private static final List<String> OTHERS = List.of("passage", "original", "changed", "label");

  private final boolean mechIr;
  private final boolean header;
  private final boolean namesPerturbation;
  private final boolean unknownHeader;
  private final String perturbation;
  private final Map<String, Integer> seen = new HashMap<>();

  /**
   * A table.
   *
   * @param firstLine its first line
   * @param perturbation what its pairs are called where it does not say
   */
  PairTable(String firstLine, String perturbation) {
    List<String> cells = Arrays.asList(firstLine.split("\t", -1));
    this.mechIr = cells.equals(MECHIR);
    this.namesPerturbation = cells.equals(OWN);
    this.header =
        mechIr
            || (cells.size() >= NEEDED
                && cells.size() <= OWN.size()
                && cells.equals(OWN.subList(0, cells.size())));
    this.unknownHeader =
        !header
            && cells.size() > 1
            && cells.subList(cells.size() - 2, cells.size()).stream().allMatch(PairTable::isColumn);
    this.perturbation = perturbation;
  }

  private static boolean isColumn(String cell) {
    String name = cell.strip().toLowerCase(Locale.ROOT);
    return OWN.contains(name) || MECHIR.contains(name) || OTHERS.contains(name);
  }

  /** Whether the first line is not a pair. */
  boolean hasHeader() {
    return header;
  }

  /** Whether every row says what its pair's perturbation is. */
  boolean namesPerturbation() {
    return namesPerturbation;
  }

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  ContrastPair read(String line) {
    String[] cells = line.split("\t", -1);
    if (unknownHeader) {
      throw new IllegalArgumentException(
          "the header must be "
              + String.join(", ", OWN)
              + " (the last, or the last two, may be omitted) or "
              + String.join(", ", MECHIR)
              + ", got "
              + String.join(", ", cells));
    }
    if (mechIr) {
      if (cells.length != MECHIR.size()) {
        throw columns(MECHIR, cells.length);
      }
      for (int i = 0; i < cells.length; i++) {
        cells[i] = unquoted(cells[i]);
      }
      return pair(cells[0], cells[5], cells[1], cells[3], cells[4], cells[6], perturbation);
    }
    if (namesPerturbation) {
      // A row that lacks one of the two would be read wrong, so none may.
      if (cells.length != OWN.size()) {
        throw columns(OWN, cells.length);
      }
      String named = PerturbationNames.ofPairs(cells[6].strip());
      return pair(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], named);
    }
    if (cells.length != NEEDED && cells.length != NEEDED + 1) {
      throw columns(OWN.subList(0, NEEDED + 1), cells.length);
    }
    String grade = cells.length == NEEDED ? "" : cells[5];
    return pair(cells[0], cells[1], cells[2], cells[3], cells[4], grade, perturbation);
  }

  private static IllegalArgumentException columns(List<String> expected, int found) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "expected the columns %s separated by tabs, got %d column(s)",
            String.join(", ", expected),
            found));
  }

  private ContrastPair pair(
      String qid,
      String query,
      String docid,
      String base,
      String perturbed,
      String grade,
      String named) {
    if (qid.isBlank() || docid.isBlank() || query.isBlank()) {
      throw new IllegalArgumentException("topic, query and document must not be empty");
    }
    String key = qid + "/" + docid;
    int times = seen.merge(key, 1, Integer::sum);
    return new ContrastPair(
        times == 1 ? key : key + "/" + times,
        qid,
        query,
        docid,
        named,
        base,
        perturbed,
        Edit.words(base, perturbed),
        List.of(),
        grade(grade),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static OptionalInt grade(String cell) {
    if (cell.isBlank()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(cell.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("grade '" + cell + "' is not a whole number", e);
    }
  }

  /** A cell as pandas writes it: in quotes, quotes doubled, if it holds a quote. */
  private static String unquoted(String cell) {
    if (cell.length() < 2 || !cell.startsWith("\"") || !cell.endsWith("\"")) {
      return cell;
    }
    String inner = cell.substring(1, cell.length() - 1);
    return inner.replace("\"\"", "").contains("\"") ? cell : inner.replace("\"\"", "\"");
  }
}
