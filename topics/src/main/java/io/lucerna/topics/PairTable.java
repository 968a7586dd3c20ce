package io.lucerna.topics;

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
  /** What the pairs of a table are called, since a table does not say. */
  static final String PERTURBATION = "custom";

  private static final List<String> OWN =
      List.of("qid", "query", "docid", "base", "perturbed", "grade");
  private static final List<String> MECHIR =
      List.of("qid", "docno", "score_delta", "text", "perturbed_text", "query", "relevance");

  /** What the last columns of other tables are called, next to the names above. */
  private static final List<String> OTHERS = List.of("passage", "original", "changed", "label");

  private final boolean mechIr;
  private final boolean header;
  private final boolean unknownHeader;
  private final Map<String, Integer> seen = new HashMap<>();

  /** A table whose first line is this. */
  PairTable(String firstLine) {
    List<String> cells = Arrays.asList(firstLine.split("\t", -1));
    this.mechIr = cells.equals(MECHIR);
    this.header = mechIr || cells.equals(OWN) || cells.equals(OWN.subList(0, 5));
    this.unknownHeader =
        !header
            && cells.size() > 1
            && cells.subList(cells.size() - 2, cells.size()).stream().allMatch(PairTable::isColumn);
  }

  private static boolean isColumn(String cell) {
    String name = cell.strip().toLowerCase(Locale.ROOT);
    return OWN.contains(name) || MECHIR.contains(name) || OTHERS.contains(name);
  }

  /** Whether the first line is not a pair. */
  boolean hasHeader() {
    return header;
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
              + " (the last may be omitted) or "
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
      return pair(cells[0], cells[5], cells[1], cells[3], cells[4], cells[6]);
    }
    if (cells.length != 5 && cells.length != 6) {
      throw columns(OWN, cells.length);
    }
    return pair(
        cells[0], cells[1], cells[2], cells[3], cells[4], cells.length == 6 ? cells[5] : "");
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
      String qid, String query, String docid, String base, String perturbed, String grade) {
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
        PERTURBATION,
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
