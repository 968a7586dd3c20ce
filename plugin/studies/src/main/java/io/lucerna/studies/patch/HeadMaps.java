package io.lucerna.studies.patch;

import io.lucerna.eval.Correlation;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.studies.table.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Head maps in the layout in which MechIR's were published: {@code
 * model,axiom,grade,layer,head,value}.
 *
 * @param maps by model, axiom and grade the values by layer and head
 */
public record HeadMaps(SequencedMap<Name, SequencedMap<Head, Double>> maps) {
  /**
   * A row of a file.
   *
   * @param model the model's name
   * @param axiom the axiom that the pairs were made for
   * @param grade the grade of the passages, or what the file calls all of them
   * @param layer the layer, from 0
   * @param head the head's number in the layer, from 0
   * @param value the effect of patching the head
   */
  public record Row(String model, String axiom, String grade, int layer, int head, double value) {}

  /** The table of all. */
  static final Table<Row> TABLE = Table.of(Row.class, "model", "axiom", "grade", "layer", "head");

  /**
   * Which map.
   *
   * @param model the model's name
   * @param axiom the axiom that the pairs were made for
   * @param grade the grade of the passages, or what the file calls all of them
   */
  public record Name(String model, String axiom, String grade) implements Comparable<Name> {
    @Override
    public int compareTo(Name other) {
      return toString().compareTo(other.toString());
    }
  }

  /**
   * How alike two maps are.
   *
   * @param ours one map
   * @param theirs the other one
   * @param heads how many heads both have
   * @param pearson Pearson's r of the values of these heads; NaN if a map does not vary
   * @param spearman Spearman's rho of them; NaN if a map does not vary
   */
  public record Likeness(Name ours, Name theirs, int heads, double pearson, double spearman) {}

  /**
   * Reads a file.
   *
   * @param file the file, in CSV
   * @return its maps
   * @throws io.lucerna.studies.work.StudyInputException naming file and line if it is not such a
   *     file
   * @throws IOException if it cannot be read
   */
  public static HeadMaps read(Path file) throws IOException {
    SequencedMap<Name, SequencedMap<Head, Double>> maps = new TreeMap<>();
    for (Row row : TABLE.read(file)) {
      maps.computeIfAbsent(new Name(row.model, row.axiom, row.grade), name -> new TreeMap<>())
          .put(new Head(row.layer, row.head), row.value);
    }
    return new HeadMaps(maps);
  }

  /**
   * Compares each map with another file's of the same axiom and grade, over the common heads.
   *
   * @param others the maps of the other file
   * @param model the name of the model in the other file
   * @return one comparison for each map that has a counterpart
   */
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

  /**
   * {@return how alike two maps are, over the heads that both have}
   *
   * @param ours the name of one map
   * @param map its values
   * @param theirs the name of the other map
   * @param other its values
   */
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
