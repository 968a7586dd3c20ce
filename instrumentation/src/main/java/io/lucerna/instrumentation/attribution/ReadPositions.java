package io.lucerna.instrumentation.attribution;

import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.LastToken;
import io.lucerna.instrumentation.nn.OutputHead;
import java.util.Arrays;

/** Which positions of the last block a model's output is made of. */
final class ReadPositions {
  private ReadPositions() {}

  /**
   * How much of the output each of a text's positions makes: the first, the last, or all evenly.
   */
  static double[] weights(HookedModel model, int length) {
    double[] weights = new double[length];
    if (model.readsFirstOnly()) {
      weights[0] = 1;
    } else if (readsLast(model.network().head())) {
      weights[length - 1] = 1;
    } else {
      Arrays.fill(weights, 1.0 / length);
    }
    return weights;
  }

  private static boolean readsLast(OutputHead head) {
    return switch (head) {
      case OutputHead.Normed normed -> readsLast(normed.head());
      case OutputHead.Vector vector -> vector.pooling() == Pooling.LAST;
      default -> head instanceof LastToken;
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
