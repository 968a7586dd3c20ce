package io.lucerna.studies.patch;

import io.lucerna.eval.Correlation;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.apache.commons.csv.CSVRecord;

/**
 * Head maps in the layout in which MechIR's were published: {@code
 * model,axiom,grade,layer,head,value}.
 *
 * @param maps by model, axiom and grade the values by layer and head
 */
public record HeadMaps(SequencedMap<Name, SequencedMap<Head, Double>> maps) {
  private static final List<String> COLUMNS =
      List.of("model", "axiom", "grade", "layer", "head", "value");

  /** Which map. */
  public record Name(String model, String axiom, String grade) implements Comparable<Name> {
    @Override
    public int compareTo(Name other) {
      return toString().compareTo(other.toString());
    }
  }

  /**
   * How alike two maps are.
   *
   * @param heads how many heads both have
   */
  public record Likeness(Name ours, Name theirs, int heads, double pearson, double spearman) {}

  /**
   * Reads a file.
   *
   * @throws StudyException naming file and line if it is not such a file
   */
  public static HeadMaps read(Path file) throws IOException {
    CsvFile table = CsvFile.read(file);
    if (!table.header().equals(COLUMNS)) {
      throw new StudyException(file + ":1: expected the header " + String.join(",", COLUMNS));
    }
    SequencedMap<Name, SequencedMap<Head, Double>> maps = new TreeMap<>();
    for (CsvFile.Row row : table.rows()) {
      CSVRecord fields = row.fields();
      try {
        Head head = new Head(Integer.parseInt(fields.get(3)), Integer.parseInt(fields.get(4)));
        maps.computeIfAbsent(
                new Name(fields.get(0), fields.get(1), fields.get(2)),
                name ->
                    new TreeMap<>(
                        Comparator.comparingInt(Head::layer).thenComparingInt(Head::head)))
            .put(head, Double.valueOf(fields.get(5)));
      } catch (NumberFormatException e) {
        throw new StudyException(
            String.format(
                Locale.ROOT, "%s:%d: layer, head or value is not a number", file, row.line()));
      }
    }
    return new HeadMaps(maps);
  }

  /** Compares each map with another file's of the same axiom and grade, over the common heads. */
  public List<Likeness> compare(HeadMaps others, String model) {
    List<Likeness> all = new ArrayList<>();
    maps.forEach(
        (ours, map) -> {
          Name theirs = new Name(model, ours.axiom(), ours.grade());
          SequencedMap<Head, Double> other = others.maps().get(theirs);
          if (other != null) {
            all.add(likeness(ours, map, theirs, other));
          }
        });
    return all;
  }

  /** How alike two maps are. */
  public static Likeness likeness(
      Name ours, SequencedMap<Head, Double> map, Name theirs, SequencedMap<Head, Double> other) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    map.forEach(
        (head, value) -> {
          Double counterpart = other.get(head);
          if (counterpart != null) {
            x.add(value);
            y.add(counterpart);
          }
        });
    double[] a = x.stream().mapToDouble(Double::doubleValue).toArray();
    double[] b = y.stream().mapToDouble(Double::doubleValue).toArray();
    return new Likeness(
        ours, theirs, a.length, Correlation.pearson(a, b), Correlation.spearman(a, b));
  }
}
