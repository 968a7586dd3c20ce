package io.lucerna.plugin.perturb;

import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** The judged grades that are wanted, such as {@code 2-3} or {@code 0,3}. */
public record GradeFilter(Set<Integer> grades) {
  private static final int HIGHEST = 100;

  /**
   * Reads numbers and ranges separated by commas.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static GradeFilter parse(String text) {
    Set<Integer> grades = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      if (!part.matches("[0-9]{1,3}(-[0-9]{1,3})?")) {
        throw new IllegalArgumentException(
            "-grades must be numbers or ranges separated by commas, such as 2-3 or 0,3, got '"
                + text
                + "'");
      }
      String[] ends = part.split("-");
      int from = Integer.parseInt(ends[0]);
      int to = Integer.parseInt(ends[ends.length - 1]);
      if (from > to || to > HIGHEST) {
        throw new IllegalArgumentException(
            "-grades: '" + part + "' is not a range of grades from 0 to " + HIGHEST);
      }
      for (int grade = from; grade <= to; grade++) {
        grades.add(grade);
      }
    }
    return new GradeFilter(grades);
  }

  boolean has(OptionalInt grade) {
    return grade.isPresent() && grades.contains(grade.getAsInt());
  }
}
