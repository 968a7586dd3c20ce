package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a perturbation's axiom says about the score of the changed passage. Where no axiom says
 * anything, it is counted how often the score rises.
 */
enum Expected {
  UP("rises"),
  DOWN("falls"),
  NOT_UP("does not rise"),
  NOT_DOWN("does not fall"),
  NOTHING("rises");

  private final String words;

  Expected(String words) {
    this.words = words;
  }

  /**
   * What is expected of a perturbation, whatever its settings are.
   *
   * @param perturbation its name and settings
   */
  static Expected of(String perturbation) {
    return switch (perturbation.split(":", 2)[0]) {
      case "TFC1", "TFC2", "TFC3", "TDC", "TDC-APPEND", "TF-LNC" -> UP;
      case "PROX1", "PROX2", "PROX3", "PROX4", "PROX5", "STMC1", "STMC3" -> UP;
      case "LB1", "REG", "AND", "LEN-AND", "M-AND", "STMC2" -> DOWN;
      case "LNC1" -> NOT_UP;
      case "LNC2" -> NOT_DOWN;
      default -> NOTHING;
    };
  }

  private boolean met(double change) {
    return switch (this) {
      case UP, NOTHING -> change > 0;
      case DOWN -> change < 0;
      case NOT_UP -> change <= 0;
      case NOT_DOWN -> change >= 0;
    };
  }

  /**
   * How many pairs move so.
   *
   * @param perturbation the perturbation
   * @param score what the score does
   * @param axiom whether an axiom says so
   * @param share of the swept pairs, those without a change and below the floor among them
   * @param pairs how many were swept
   */
  record Moves(String perturbation, String score, boolean axiom, double share, int pairs) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: the score %s%s in %.1f%% of %d swept pairs",
          perturbation,
          score,
          axiom ? ", as the axiom says," : "",
          100 * share,
          pairs);
    }
  }

  /** What the swept pairs of each perturbation do, by its name. */
  static List<Moves> moves(WayRows rows) {
    int sign = rows.direction() == Direction.DENOISE ? 1 : -1;
    List<Moves> all = new ArrayList<>();
    for (WayRows.Part part : rows.parts()) {
      Expected expected = of(part.perturbation());
      long met =
          rows.rows().stream()
              .filter(row -> row.pair().perturbation().equals(part.perturbation()))
              .filter(row -> expected.met(sign * row.change()))
              .count();
      double share = (double) met / part.swept();
      all.add(
          new Moves(part.perturbation(), expected.words, expected != NOTHING, share, part.swept()));
    }
    return all;
  }
}
