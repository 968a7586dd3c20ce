package io.lucerna.explorer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a folder holds.
 *
 * @param kind {@code study}, {@code patching} or {@code recording}
 * @param name of the folder
 * @param title what it is, in a line
 * @param finished whether all is there that will be
 * @param done how many items are done
 * @param items how many there are; null if nobody knows
 * @param rows what a cell is made of: {@code topic}, {@code pair} or {@code input}
 * @param facts how it was made
 * @param maps none where there are no cells
 * @param notes what people should know of it
 * @param level the lowest grade that is relevant; null where no document has a grade
 */
record OpenedAnswer(
    String kind,
    String name,
    String title,
    boolean finished,
    int done,
    @Nullable Integer items,
    String rows,
    List<Fact> facts,
    List<EffectMap> maps,
    List<String> notes,
    @Nullable Integer level) {

  /** Something with its name. */
  record Fact(String name, String value) {}

  /**
   * Cells with numbers.
   *
   * @param name what the numbers are
   * @param cells in rows and columns; a map of one column is a list
   */
  record EffectMap(String name, List<Cell> cells) {}

  /**
   * A number.
   *
   * @param id names it in requests
   * @param row where it is on the map
   * @param column where it is on the map
   * @param words what it is
   * @param value null where it is not defined
   * @param lower end of its interval of 95%; null if it has none
   * @param upper the other end
   * @param significant whether a corrected test says that it is not 0; null if there was none
   */
  record Cell(
      String id,
      String row,
      String column,
      String words,
      @Nullable Double value,
      @Nullable Double lower,
      @Nullable Double upper,
      @Nullable Boolean significant) {}
}
