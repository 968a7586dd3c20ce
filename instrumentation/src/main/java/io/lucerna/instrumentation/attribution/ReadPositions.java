package io.lucerna.instrumentation.attribution;

import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.LastToken;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Arrays;
import java.util.OptionalInt;

/** Which positions of the last block a model's output is made of. */
final class ReadPositions {
  private ReadPositions() {}

  /**
   * How much of the output each of a text's positions makes: the first, the last, or all evenly.
   */
  static double[] weights(HookedModel model, TokenSequence input) {
    double[] weights = new double[input.length()];
    OptionalInt only =
        model.readsFirstOnly() ? OptionalInt.of(0) : last(model.network().head(), input);
    if (only.isPresent()) {
      weights[only.getAsInt()] = 1;
    } else {
      Arrays.fill(weights, 1.0 / weights.length);
    }
    return weights;
  }

  /** The last position, if the output is made of it alone. */
  private static OptionalInt last(OutputHead head, TokenSequence input) {
    return switch (head) {
      case OutputHead.Normed normed -> last(normed.head(), input);
      case OutputHead.Vector vector when vector.pooling() == Pooling.LAST ->
          OptionalInt.of(input.length() - 1);
      case LastToken token -> OptionalInt.of(token.last(input.ids()));
      default -> OptionalInt.empty();
    };
  }

  /** The weighted sum of a matrix's rows. */
  static double[] sum(double[] weights, double[][] rows) {
    double[] sum = new double[rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += weights[i] * rows[i][j];
      }
    }
    return sum;
  }
}
