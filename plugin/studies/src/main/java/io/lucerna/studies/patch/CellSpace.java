package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The cells over which pairs are aggregated: those of the sweep, with positions replaced by roles,
 * because position 7 means something else in every passage.
 *
 * @param outer the axes but for that of positions, outermost first
 * @param positions whether there is an axis of positions
 */
@Internal
public record CellSpace(List<Axis> outer, boolean positions) {
  /** The column of a head's number; pandas takes {@code head} for a method. */
  static final String HEAD_COLUMN = "attention_head";

  private static final String HEAD = "head";
  private static final String LAYER = "layer";
  private static final List<Role> ROLES = List.of(Role.values());

  /**
   * {@return the cells of sweeps with these axes}
   *
   * @param axes a sweep's axes, outermost first; positions, if there are any, come last
   */
  public static CellSpace of(List<Axis> axes) {
    boolean positions = axes.getLast().name().equals(Axis.POSITION);
    return new CellSpace(positions ? axes.subList(0, axes.size() - 1) : axes, positions);
  }

  /** Copies the axes. */
  public CellSpace {
    outer = List.copyOf(outer);
  }

  /** The columns that tables have for the outer axes: for heads always the layer too. */
  List<String> columns() {
    List<String> columns = new ArrayList<>();
    for (Axis axis : outer) {
      if (axis.name().equals(HEAD)) {
        columns.addAll(has(LAYER) ? List.of(HEAD_COLUMN) : List.of(LAYER, HEAD_COLUMN));
      } else {
        columns.add(axis.name());
      }
    }
    return columns;
  }

  /** The fields of an outer cell, one for each of the {@link #columns}. */
  List<String> fields(int outerCell) {
    List<String> fields = new ArrayList<>();
    List<String> labels = labels(outerCell);
    for (int i = 0; i < labels.size(); i++) {
      if (outer.get(i).name().equals(HEAD) && !has(LAYER)) {
        Head head = head(labels, i);
        fields.addAll(List.of("" + head.layer(), "" + head.head()));
      } else {
        fields.add(labels.get(i));
      }
    }
    return fields;
  }

  /** The head of some labels; with an axis of layers before it, its own label is its number. */
  private Head head(List<String> labels, int axis) {
    String own = labels.get(axis);
    return has(LAYER)
        ? new Head(Integer.parseInt(labels.get(axis - 1)), Integer.parseInt(own))
        : Head.parse(own);
  }

  private boolean has(String name) {
    return outer.stream().anyMatch(axis -> axis.name().equals(name));
  }

  /** {@return how many combinations of the outer axes' indices there are} */
  public int outerSize() {
    return outer.stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact);
  }

  /** {@return how many cells there are; the roles of an outer cell follow one another} */
  public int size() {
    return outerSize() * roles();
  }

  /** How many cells a row has whose columns are the last dimension. */
  int columnCount() {
    return positions ? roles() : outer.getLast().size();
  }

  private int roles() {
    return positions ? ROLES.size() : 1;
  }

  /**
   * {@return the role of a cell; only with positions}
   *
   * @param cell the cell's number, from 0
   */
  public Role role(int cell) {
    return ROLES.get(cell % roles());
  }

  /**
   * {@return the cell of an outer cell and a role; the role counts only with positions}
   *
   * @param outerCell the outer cell's number, from 0
   * @param role a role of tokens
   */
  public int cell(int outerCell, Role role) {
    return positions ? outerCell * roles() + role.ordinal() : outerCell;
  }

  /**
   * {@return the outer cell of a cell}
   *
   * @param cell the cell's number, from 0
   */
  public int outerCell(int cell) {
    return cell / roles();
  }

  /**
   * {@return the labels of an outer cell, one for each outer axis}
   *
   * @param outerCell the outer cell's number, from 0
   */
  public List<String> labels(int outerCell) {
    List<String> labels = new ArrayList<>();
    int rest = outerCell;
    for (Axis axis : outer.reversed()) {
      labels.addFirst(axis.labels().get(rest % axis.size()));
      rest /= axis.size();
    }
    return labels;
  }

  /**
   * {@return a cell in words: {@code L3H7}, or {@code resid_pre, layer 3, match}}
   *
   * @param cell the cell's number, from 0
   */
  public String describe(int cell) {
    String outerWords = words(outerCell(cell));
    return positions ? outerWords + ", " + role(cell).option() : outerWords;
  }

  /** An outer cell in words. */
  String words(int outerCell) {
    List<String> words = new ArrayList<>();
    List<String> labels = labels(outerCell);
    for (int i = 0; i < labels.size(); i++) {
      String name = outer.get(i).name();
      if (name.equals(HEAD)) {
        words.add(head(labels, i).toString());
      } else if (!name.equals(LAYER) || !has(HEAD)) {
        words.add(name.equals("component") ? labels.get(i) : name + " " + labels.get(i));
      }
    }
    return String.join(", ", words);
  }

  /**
   * {@return how far each cell moves the score: patched minus recipient, with positions the mean
   * over the positions of a role; NaN where the pair has none}
   *
   * @param result the scores of a sweep with these axes
   */
  public double[] moves(SweepResult result) {
    int length = positions ? result.tokens().size() : 1;
    double[] moves = new double[size()];
    int[] counts = new int[size()];
    for (int i = 0; i < result.patched().length; i++) {
      Role role = positions ? result.tokens().get(i % length).role() : Role.OTHER;
      int cell = cell(i / length, role);
      moves[cell] += (double) result.patched()[i] - result.recipient();
      counts[cell]++;
    }
    for (int cell = 0; cell < moves.length; cell++) {
      moves[cell] = counts[cell] == 0 ? Double.NaN : moves[cell] / counts[cell];
    }
    return moves;
  }

  /** The roles that some of these results have, in order. */
  static List<Role> present(boolean[] seen) {
    return Arrays.stream(Role.values()).filter(r -> seen[r.ordinal()]).toList();
  }
}
