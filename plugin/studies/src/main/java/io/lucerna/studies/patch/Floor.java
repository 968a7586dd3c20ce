package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import java.math.BigDecimal;
import java.util.Arrays;

/**
 * How much a pair's score must change for the pair to count. A pair whose score does not change at
 * all never counts.
 */
public sealed interface Floor {
  /**
   * A tenth of the typical change: the floor, unless another is given. Rankers' scores have
   * different scales (logits spread over tens, cosines over hundredths), so no number suits them
   * all. A pair below it would turn a given move of the score into an effect more than ten times as
   * large as a typical pair does.
   */
  Floor DEFAULT = new Share(0.1);

  /**
   * {@return the least size of a change that counts}
   *
   * @param changes donor minus recipient, of all swept pairs of a perturbation in one direction
   */
  double least(double[] changes);

  /** {@return the floor as files have it: a number, or a percentage as text} */
  Object field();

  /**
   * The same for all rankers and pairs.
   *
   * @param change the least size of donor minus recipient that counts, 0 or more
   */
  record Absolute(double change) implements Floor {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the change is less than 0, or infinite
     */
    public Absolute {
      requireNumber(change, "" + change);
    }

    @Override
    public double least(double[] changes) {
      return change;
    }

    @Override
    public Object field() {
      return change;
    }
  }

  /**
   * Relative to the median size of the changes of the pairs that change at all.
   *
   * @param share of that median, 0 or more
   */
  record Share(double share) implements Floor {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the share is less than 0, or infinite
     */
    public Share {
      requireNumber(share, "" + share);
    }

    @Override
    public double least(double[] changes) {
      double[] sizes = Arrays.stream(changes).filter(c -> c != 0).map(Math::abs).sorted().toArray();
      int n = sizes.length;
      return n == 0 ? 0 : share * (sizes[(n - 1) / 2] + sizes[n / 2]) / 2;
    }

    @Override
    public Object field() {
      return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString() + "%";
    }
  }

  /**
   * {@return the floor that a word names: {@code 0.001}, or {@code 10%} of the median change}
   *
   * @param word the word
   * @throws IllegalArgumentException if it is neither, or less than 0
   */
  @Internal
  static Floor parse(String word) {
    boolean share = word.endsWith("%");
    double number = Double.NaN;
    try {
      number = Double.parseDouble(share ? word.substring(0, word.length() - 1) : word);
    } catch (NumberFormatException e) {
      // Refused below, as NaN is.
    }
    requireNumber(number, word);
    return share ? new Share(number / 100) : new Absolute(number);
  }

  private static void requireNumber(double number, String word) {
    if (!(number >= 0) || Double.isInfinite(number)) {
      throw new IllegalArgumentException("floor must be 0 or more, or a percentage, got " + word);
    }
  }
}
