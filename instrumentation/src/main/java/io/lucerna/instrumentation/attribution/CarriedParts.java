package io.lucerna.instrumentation.attribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Norm;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.PostNormBlock;
import io.lucerna.instrumentation.nn.PreNormBlock;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What one block's attention and its residual stream carry from each position to each: the parts of
 * what its MLP reads in a post-norm block, with the norm's divisor constant, and of the residual
 * stream after attention in a pre-norm block.
 */
final class CarriedParts {
  private final int length;
  private final int heads;
  private final int width;
  private final double[] pattern; // [N, S, S]
  private final double[] pre; // [S, H]
  private final double[] mid; // [S, H]
  private final double[] out; // [S, H]
  private final double[] mapped; // [S, N, H]: each head's value, through the output map
  private final double[] bias; // [H] of the output map
  private final Optional<Gain> norm;

  /** What a norm does after its mean is taken away and its divisor has divided. */
  private record Gain(double[] gain, double[] bias, double epsilon) {}

  private CarriedParts(
      int length,
      int heads,
      Map<Site, double[]> seen,
      double[] mapped,
      double[] bias,
      Optional<Gain> norm) {
    this.length = length;
    this.heads = heads;
    this.width = bias.length;
    this.pattern = at(seen, Site.PATTERN);
    this.pre = at(seen, Site.RESID_PRE);
    this.mid = at(seen, Site.RESID_MID);
    this.out = norm.isPresent() ? at(seen, Site.NORMALIZED_RESID_MID) : mid;
    this.mapped = mapped;
    this.bias = bias;
    this.norm = norm;
  }

  private static double[] at(Map<Site, double[]> seen, Site site) {
    return Objects.requireNonNull(seen.get(site));
  }

  /** One block of a pass of its own. */
  static CarriedParts of(HookedModel model, int layer, TokenSequence input, Side side) {
    Block block = model.blocks().get(layer);
    check(block);
    TokenBatch batch = TokenBatch.of(List.of(input), model.config().padId(), side);
    Map<Site, double[]> seen = new LinkedHashMap<>();
    Hooks hooks = Hooks.none();
    for (Site site :
        List.of(Site.RESID_PRE, Site.V, Site.PATTERN, Site.RESID_MID, Site.NORMALIZED_RESID_MID)) {
      hooks =
          hooks.observe(
              HookPoint.of(layer, site).toString(),
              (context, x) -> seen.put(site, Numbers.doubles(x)));
    }
    model.forward(batch, hooks);
    Pass pass = Pass.of(Hooks.none().bind(model.registry(), batch));
    return model.whileOpen(() -> of(model, block, seen, pass));
  }

  private static void check(Block block) {
    boolean post =
        block instanceof PostNormBlock normed && normed.attentionNorm() instanceof Norm.Layer;
    boolean pre = block instanceof PreNormBlock normed && normed.attentionOutNorm() == null;
    if (!post && !pre) {
      throw new IllegalArgumentException(
          "ALTI is not defined for this model: what its attention gives goes through a norm of its"
              + " own, or a convolution");
    }
  }

  private static CarriedParts of(
      HookedModel model, Block block, Map<Site, double[]> seen, Pass pass) {
    int length = pass.batch().width();
    int heads = block.attention().heads();
    int wide = block.attention().headWidth();
    double[] values = at(seen, Site.V); // [S, K, D]
    int shared = heads / (values.length / length / wide);
    int joined = heads * wide;
    // A row for each position and head, with nothing of the others; the last is that of no head.
    double[] rows = new double[(length * heads + 1) * joined];
    for (int position = 0; position < length; position++) {
      for (int head = 0; head < heads; head++) {
        int from = (position * (heads / shared) + head / shared) * wide;
        int row = position * heads + head;
        System.arraycopy(values, from, rows, row * joined + head * wide, wide);
      }
    }
    try (NDManager scope = model.newScope()) {
      DataType type = model.network().wordEmbeddings().getDataType();
      NDArray read = scope.create(rows, new Shape(length * heads + 1, joined)).toType(type, false);
      double[] mapped = Numbers.doubles(block.attnOut(read, pass));
      int width = mapped.length / (length * heads + 1);
      double[] bias = Arrays.copyOfRange(mapped, mapped.length - width, mapped.length);
      for (int i = 0; i < mapped.length; i++) {
        mapped[i] -= bias[i % width];
      }
      return new CarriedParts(length, heads, seen, mapped, bias, gain(block));
    }
  }

  private static Optional<Gain> gain(Block block) {
    return block instanceof PostNormBlock normed
            && normed.attentionNorm() instanceof Norm.Layer layer
        ? Optional.of(
            new Gain(Numbers.doubles(layer.gain()), Numbers.doubles(layer.bias()), layer.epsilon()))
        : Optional.empty();
  }

  /** The sum at a position. */
  double[] sum(int to) {
    return Arrays.copyOfRange(out, to * width, (to + 1) * width);
  }

  /** What comes from one position to another. */
  double[] part(int from, int to) {
    double[] part = new double[width];
    for (int head = 0; head < heads; head++) {
      double weight = pattern[(head * length + to) * length + from];
      int row = (from * heads + head) * width;
      for (int i = 0; i < width; i++) {
        part[i] += weight * mapped[row + i];
      }
    }
    if (from == to) {
      for (int i = 0; i < width; i++) {
        part[i] += pre[to * width + i];
      }
    }
    return normed(part, to);
  }

  /** What comes from biases. */
  double[] biases(int to) {
    double[] part = normed(bias, to);
    norm.ifPresent(
        own -> {
          for (int i = 0; i < width; i++) {
            part[i] += own.bias[i];
          }
        });
    return part;
  }

  /** A part of what a position's norm reads, as a part of what it gives. */
  private double[] normed(double[] part, int to) {
    if (norm.isEmpty()) {
      return part.clone();
    }
    Gain own = norm.get();
    double scale = 1 / Math.sqrt(variance(to) + own.epsilon);
    double mean = Arrays.stream(part).average().orElseThrow();
    double[] normed = new double[width];
    for (int i = 0; i < width; i++) {
      normed[i] = own.gain[i] * (part[i] - mean) * scale;
    }
    return normed;
  }

  private double variance(int to) {
    double sum = 0;
    double squares = 0;
    for (int i = to * width; i < (to + 1) * width; i++) {
      sum += mid[i];
      squares += mid[i] * mid[i];
    }
    return squares / width - sum / width * (sum / width);
  }

  /** For each position, the shares of all positions. */
  double[][] shares() {
    double[][] shares = new double[length][];
    for (int to = 0; to < length; to++) {
      double[][] parts = new double[length][];
      for (int from = 0; from < length; from++) {
        parts[from] = part(from, to);
      }
      shares[to] = Alti.shares(sum(to), parts);
    }
    return shares;
  }
}
