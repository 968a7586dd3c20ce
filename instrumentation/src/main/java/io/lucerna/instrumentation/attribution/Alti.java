package io.lucerna.instrumentation.attribution;

import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * Token contributions through the layers (ALTI; Ferrando, G&aacute;llego and Costa-juss&agrave;
 * 2022): what attention and the residual stream carry from each token to each position of a layer
 * is measured by how much nearer it brings the sum, and the layers' matrices are multiplied. MLPs
 * are taken to stay in their position.
 */
public final class Alti {
  private Alti() {}

  /**
   * {@return how much of the output is from each token, by its rollout; together 1}
   *
   * @param model what reads
   * @param input one text
   * @param side what it is
   * @throws IllegalArgumentException if the model's blocks are such that the method is not defined:
   *     attention's output goes through a norm of its own, or a convolution
   */
  public static double[] of(HookedModel model, TokenSequence input, Side side) {
    // Each layer by itself: the parts of all together can be gigabytes.
    List<double[][]> layers =
        model.runAll(
            IntStream.range(0, model.blocks().size())
                .<Callable<double[][]>>mapToObj(
                    layer -> () -> CarriedParts.of(model, layer, input, side).shares())
                .toList());
    return ReadPositions.sum(ReadPositions.weights(model, input), rollout(layers));
  }

  /**
   * From what of the input each position of the last layer is.
   *
   * @param layers the first one first; each by position it carries to, and from
   */
  static double[][] rollout(List<double[][]> layers) {
    double[][] rollout = layers.getFirst();
    for (double[][] layer : layers.subList(1, layers.size())) {
      rollout = product(layer, rollout);
    }
    return rollout;
  }

  /**
   * {@return the shares of parts in their sum: max(0, |y| - |y - part|) with the sum of absolute
   * values as length, divided by the sum of all (equations 9 and 10)}
   *
   * @param y the sum, which may have more parts than these
   * @param parts the parts
   */
  public static double[] shares(double[] y, double[][] parts) {
    double length = length(y, new double[y.length]);
    double[] shares = new double[parts.length];
    double all = 0;
    for (int j = 0; j < shares.length; j++) {
      shares[j] = Math.max(0, length - length(y, parts[j]));
      all += shares[j];
    }
    for (int j = 0; j < shares.length && all > 0; j++) {
      shares[j] /= all;
    }
    return shares;
  }

  private static double length(double[] y, double[] without) {
    double length = 0;
    for (int i = 0; i < y.length; i++) {
      length += Math.abs(y[i] - without[i]);
    }
    return length;
  }

  private static double[][] product(double[][] later, double[][] earlier) {
    double[][] product = new double[later.length][];
    for (int i = 0; i < product.length; i++) {
      product[i] = ReadPositions.sum(later[i], earlier);
    }
    return product;
  }
}
