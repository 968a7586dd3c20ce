package io.lucerna.reranker;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.attribution.Alti;
import io.lucerna.instrumentation.attribution.AttentionShares;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What the tokens of passages do for scores, by every {@link TokenMethod}, and the scores without
 * some of them. The query stays as it is.
 */
@Internal
public final class TokenAttributions {
  /** What is in the place of tokens that are taken away. */
  public enum Erasure {
    /** The model's mask token. */
    MASK,
    /** Nothing: tokens after them move up. */
    REMOVE
  }

  /** Tokens of all copies of a text that go through the network together. */
  private static final int TOKENS = 2048;

  private static final String ENTRY = HookPoint.of(0, Site.RESID_PRE).toString();

  private final Reading reading;
  private final HookedModel model;
  private final Side side;
  private final Erasure erasure;
  private final int steps;
  private final OptionalLong mask;

  /**
   * Explains a ranker's scores.
   *
   * @param ranker what scores; it stays the caller's
   * @param erasure what is in the place of tokens that are taken away
   * @param steps of integrated gradients
   * @throws IllegalArgumentException if tokens are to be masked, and the model has no mask
   */
  public TokenAttributions(Ranker ranker, Erasure erasure, int steps) {
    this.reading = ranker.reading();
    this.model = reading.model();
    this.side = reading.sides().getLast();
    this.erasure = erasure;
    this.steps = steps;
    this.mask = reading.tokenizer().mask();
    if (erasure == Erasure.MASK && mask.isEmpty()) {
      throw new IllegalArgumentException(
          "the model's tokenizer has no mask token: give -erase remove");
    }
  }

  /**
   * A passage and its tokens.
   *
   * @param input what the model reads
   * @param tokens the positions of the passage's tokens in it
   * @param readout what makes the score of the model's output
   * @param values by method, a number for each of them; the larger, the more it is for the score
   * @param residual what the sum of integrated gradients lacks of the score's change from masks to
   *     the passage
   */
  public record Attributed(
      TokenSequence input,
      int[] tokens,
      Readout readout,
      Map<TokenMethod, double[]> values,
      double residual) {}

  /**
   * {@return what the tokens of a passage do}
   *
   * @param query the query's text
   * @param passage the passage's text
   * @param seed of the random numbers
   */
  public Attributed of(String query, String passage, long seed) {
    return reading.whileOpen(() -> attributed(query, passage, seed));
  }

  private Attributed attributed(String query, String passage, long seed) {
    float[] fixed =
        side == Side.PAIR
            ? new float[0]
            : reading
                .outputs(Side.QUERY, List.of(reading.input(Side.QUERY, query, "")), Hooks.none())[
                0];
    TokenSequence input = reading.input(side, query, passage);
    Readout readout = reading.readout(side, fixed);
    int[] tokens =
        IntStream.range(0, input.length()).filter(i -> ofPassage(input.tokens().get(i))).toArray();
    Map<TokenMethod, double[]> all = new EnumMap<>(TokenMethod.class);
    double[] linear =
        model.linear(
            input,
            side,
            pass -> pass.shares(reading.linear(side, pass.output(), fixed).weights()).tokens());
    all.put(TokenMethod.DECOMPOSITION, linear);
    all.put(TokenMethod.GRADIENT_X_INPUT, gradientTimesInput(input, readout));
    Way way = way(input, tokens, readout);
    double[] integrated = integrated(input, way, readout);
    all.put(TokenMethod.INTEGRATED_GRADIENTS, integrated);
    all.put(TokenMethod.ALTI, Alti.of(model, input, side));
    all.put(TokenMethod.ATTENTION, AttentionShares.of(model, input, side));
    Random random = new Random(seed);
    all.put(
        TokenMethod.RANDOM,
        IntStream.range(0, input.length()).mapToDouble(i -> random.nextDouble()).toArray());
    double residual = Math.abs(Arrays.stream(integrated).sum() - way.change);
    all.replaceAll((method, each) -> Arrays.stream(tokens).mapToDouble(i -> each[i]).toArray());
    return new Attributed(input, tokens, readout, all, residual);
  }

  private boolean ofPassage(Token token) {
    return !token.special() && (side == Side.PASSAGE || token.segment() == 1);
  }

  private double[] gradientTimesInput(TokenSequence input, Readout readout) {
    double[] sums = new double[input.length()];
    double[][] values = new double[1][];
    model.gradients(
        TokenBatch.of(List.of(input), model.config().padId(), side),
        Hooks.none()
            .observe(ENTRY, (context, x) -> values[0] = Numbers.doubles(x))
            .observeGradient(
                ENTRY, (context, gradient) -> add(Numbers.doubles(gradient), values[0], 1, sums)),
        Gradient.TRUE,
        rows -> slopes(rows, readout));
    return sums;
  }

  private static float[][] slopes(float[][] rows, Readout readout) {
    return Arrays.stream(rows).map(readout::slope).toArray(float[][]::new);
  }

  /** Adds products of gradients [rows, S, H] and numbers [S, H], by position. */
  private static void add(double[] gradients, double[] numbers, double factor, double[] sums) {
    int width = numbers.length / sums.length;
    for (int i = 0; i < gradients.length; i++) {
      int at = i % numbers.length;
      sums[at / width] += factor * gradients[i] * numbers[at];
    }
  }

  /**
   * The way from the tokens' absence to the tokens.
   *
   * @param from what enters the first block without them [S, H]
   * @param step what is between that and what enters with them [S, H]
   * @param change of the score
   */
  private record Way(double[] from, double[] step, double change) {}

  private Way way(TokenSequence input, int[] tokens, Readout readout) {
    double[][] seen = new double[2][];
    float score = readout.score(entered(input, seen, 0, Hooks.none()));
    if (mask.isPresent()) {
      entered(masked(input, tokens), seen, 1, Hooks.none());
    } else {
      seen[1] = averaged(seen[0], tokens, seen[0].length / input.length());
    }
    // As on the way there: of a text that has masks ColBERT would count other tokens.
    Hook.Intervention put = (context, x) -> created(x, seen[1]);
    float without =
        readout.score(entered(input, new double[2][], 0, Hooks.none().intervene(ENTRY, put)));
    double[] step = new double[seen[0].length];
    for (int i = 0; i < step.length; i++) {
      step[i] = seen[0][i] - seen[1][i];
    }
    return new Way(seen[1], step, (double) score - without);
  }

  /** Rows of tokens as their mean: 0 is where a norm is not continuous. */
  private static double[] averaged(double[] rows, int[] tokens, int width) {
    double[] averaged = rows.clone();
    for (int i = 0; i < width; i++) {
      int at = i;
      double mean =
          Arrays.stream(tokens).mapToDouble(token -> rows[token * width + at]).average().orElse(0);
      for (int token : tokens) {
        averaged[token * width + i] = mean;
      }
    }
    return averaged;
  }

  /** The output for a text, with what entered the first block. */
  private float[] entered(TokenSequence input, double[][] seen, int at, Hooks hooks) {
    return model
        .forward(
            TokenBatch.of(List.of(input), model.config().padId(), side),
            hooks.observe(ENTRY, (context, x) -> seen[at] = Numbers.doubles(x)))[0];
  }

  private static NDArray created(NDArray like, double[] numbers) {
    try (NDArray wide = like.getManager().create(numbers, like.getShape())) {
      return like.getDataType() == DataType.FLOAT64
          ? wide.duplicate()
          : wide.toType(like.getDataType(), true);
    }
  }

  private double[] integrated(TokenSequence input, Way way, Readout readout) {
    double[] sums = new double[input.length()];
    int most = Math.max(1, TOKENS / input.length());
    for (int first = 0; first < steps; first += most) {
      int start = first;
      int count = Math.min(most, steps - first);
      Hook.Intervention put =
          (context, x) -> {
            double[] all = new double[count * way.step.length];
            for (int i = 0; i < all.length; i++) {
              int at = i % way.step.length;
              double share = (start + i / way.step.length + .5) / steps;
              all[i] = way.from[at] + share * way.step[at];
            }
            return created(x, all);
          };
      Hook.Observer add =
          (context, gradient) -> add(Numbers.doubles(gradient), way.step, 1.0 / steps, sums);
      model.gradients(
          TokenBatch.repeated(input, count, model.config().padId(), side, input.length()),
          Hooks.none().intervene(ENTRY, put).observeGradient(ENTRY, add),
          Gradient.TRUE,
          rows -> slopes(rows, readout));
    }
    return sums;
  }

  /**
   * {@return the passage's scores with some of its tokens only, by how {@link Erasure} says}
   *
   * @param passage what {@link #of} gave
   * @param kept for each score, which of the passage's tokens are there
   */
  public float[] scores(Attributed passage, List<boolean[]> kept) {
    List<TokenSequence> inputs = kept.stream().map(own -> without(passage, own)).toList();
    float[][] outputs = reading.whileOpen(() -> reading.outputs(side, inputs, Hooks.none()));
    float[] scores = new float[outputs.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = passage.readout.score(outputs[i]);
    }
    return scores;
  }

  private TokenSequence without(Attributed passage, boolean[] kept) {
    int[] gone =
        IntStream.range(0, kept.length).filter(i -> !kept[i]).map(i -> passage.tokens[i]).toArray();
    if (erasure == Erasure.MASK) {
      return masked(passage.input, gone);
    }
    TokenSequence rest = passage.input;
    for (int i = gone.length - 1; i >= 0; i--) {
      rest = rest.without(gone[i], gone[i] + 1);
    }
    return rest;
  }

  private TokenSequence masked(TokenSequence input, int[] tokens) {
    long[] ids = input.ids().clone();
    for (int token : tokens) {
      ids[token] = mask.orElseThrow();
    }
    return new TokenSequence(
        ids, input.types(), input.tokens(), input.truncated(), input.attended());
  }
}
