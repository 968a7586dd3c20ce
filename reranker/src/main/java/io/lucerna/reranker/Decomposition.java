package io.lucerna.reranker;

import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.LinearPass;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Reading.Linear;
import io.lucerna.reranker.ScoreParts.Direct;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import java.util.List;
import java.util.Optional;

/** Divides scores into what they are made of. */
final class Decomposition {
  /** Copies of a query that go through the network together. */
  private static final int COPIES = 64;

  private final Reading reading;
  private final String query;
  private final String passage;
  private final HookedModel model;

  Decomposition(Reading reading, String query, String passage) {
    this.reading = reading;
    this.query = query;
    this.passage = passage;
    this.model = reading.model();
  }

  ScoreParts of(float score) {
    TokenSequence read = input(reading.sides().getLast());
    if (reading.sides().contains(Side.PAIR)) {
      return model.linear(
          read,
          Side.PAIR,
          pass -> {
            Linear linear = reading.linear(Side.PAIR, pass.output(), new float[0]);
            return new ScoreParts(
                score, List.of(side(Side.PAIR, read, pass, linear)), Optional.empty());
          });
    }
    TokenSequence asked = input(Side.QUERY);
    return model.linear(
        asked,
        Side.QUERY,
        one -> model.linear(read, Side.PASSAGE, other -> apart(score, asked, one, read, other)));
  }

  /** What is written straight to the score, of each side. */
  List<Direct> direct() {
    TokenSequence read = input(reading.sides().getLast());
    if (reading.sides().contains(Side.PAIR)) {
      return model.linear(
          read,
          Side.PAIR,
          pass ->
              List.of(
                  direct(Side.PAIR, pass, reading.linear(Side.PAIR, pass.output(), new float[0]))));
    }
    return model.linear(
        input(Side.QUERY),
        Side.QUERY,
        one ->
            model.linear(
                read,
                Side.PASSAGE,
                other ->
                    List.of(
                        direct(
                            Side.QUERY,
                            one,
                            reading.linear(Side.QUERY, one.output(), other.output())),
                        direct(
                            Side.PASSAGE,
                            other,
                            reading.linear(Side.PASSAGE, other.output(), one.output())))));
  }

  private static Direct direct(Side side, LinearPass pass, Linear linear) {
    LinearPass.Written written = pass.written(linear.weights());
    Shares rest = more(written.rest(), linear.constant());
    return new Direct(side, new LinearPass.Written(written.components(), rest));
  }

  private TokenSequence input(Side side) {
    return reading.input(side, query, passage);
  }

  private ScoreParts apart(
      float score, TokenSequence asked, LinearPass one, TokenSequence read, LinearPass other) {
    Linear byQuery = reading.linear(Side.QUERY, one.output(), other.output());
    Linear byPassage = reading.linear(Side.PASSAGE, other.output(), one.output());
    Optional<Pairs> pairs =
        model.task() == Task.VECTOR
            ? Optional.of(pairs(asked, one, other, byPassage))
            : Optional.empty();
    return new ScoreParts(
        score,
        List.of(side(Side.QUERY, asked, one, byQuery), side(Side.PASSAGE, read, other, byPassage)),
        pairs);
  }

  private static SideParts side(Side side, TokenSequence input, LinearPass pass, Linear linear) {
    LinearPass.Written written = direct(side, pass, linear).written();
    return new SideParts(
        side,
        input.tokens(),
        more(pass.shares(linear.weights()), linear.constant()),
        written.components(),
        written.rest(),
        pass.writtenByToken(linear.weights()));
  }

  private static Shares more(Shares shares, double constant) {
    return new Shares(shares.tokens(), shares.biases() + constant);
  }

  /**
   * Both vectors are sums over tokens, so their product is a sum over pairs.
   *
   * @param byPassage the query's vector, divided as the similarity says
   */
  private Pairs pairs(TokenSequence asked, LinearPass one, LinearPass other, Linear byPassage) {
    float[] vector = one.output();
    double[][] tokens = vectors(asked, vector.length); // [tokens, width]
    double[] biases = new double[vector.length];
    for (int i = 0; i < biases.length; i++) {
      biases[i] = vector[i];
      for (double[] token : tokens) {
        biases[i] -= token[i];
      }
    }
    double[][] values = new double[tokens.length + 1][];
    for (int row = 0; row < values.length; row++) {
      double[] part = row < tokens.length ? tokens[row] : biases;
      float[] weights = new float[vector.length];
      for (int i = 0; i < weights.length; i++) {
        // The same factor for all numbers of a vector: 1, or one over both lengths.
        weights[i] = (float) (part[i] * factor(vector, byPassage.weights()));
      }
      Shares shares = other.shares(weights);
      values[row] = new double[shares.tokens().length + 1];
      System.arraycopy(shares.tokens(), 0, values[row], 0, shares.tokens().length);
      values[row][shares.tokens().length] = shares.biases();
    }
    return new Pairs(values);
  }

  private static double factor(float[] vector, float[] weights) {
    int largest = 0;
    for (int i = 1; i < vector.length; i++) {
      largest = Math.abs(vector[i]) > Math.abs(vector[largest]) ? i : largest;
    }
    return vector[largest] == 0 ? 0 : (double) weights[largest] / vector[largest];
  }

  /** What each token adds to a text's vector, one pass back for each of its numbers. */
  private double[][] vectors(TokenSequence text, int width) {
    double[][] vectors = new double[text.length()][width];
    String entry = HookPoint.of(0, Site.RESID_PRE).toString();
    for (int from = 0; from < width; from += COPIES) {
      int first = from;
      int count = Math.min(COPIES, width - from);
      double[][] inputs = new double[1][];
      Hook.Observer keep = (context, x) -> inputs[0] = Numbers.doubles(x);
      Hook.Observer add =
          (context, gradient) -> add(inputs[0], Numbers.doubles(gradient), count, first, vectors);
      TokenBatch copies =
          TokenBatch.repeated(text, count, model.config().padId(), Side.QUERY, text.length());
      model.gradients(
          copies,
          Hooks.none().observe(entry, keep).observeGradient(entry, add),
          Gradient.FROZEN,
          rows -> {
            float[][] units = new float[count][width];
            for (int row = 0; row < count; row++) {
              units[row][first + row] = 1;
            }
            return units;
          });
    }
    return vectors;
  }

  private static void add(
      double[] inputs, double[] slopes, int count, int first, double[][] vectors) {
    int width = slopes.length / count / vectors.length;
    for (int i = 0; i < slopes.length; i++) {
      int row = i / width / vectors.length;
      vectors[i / width % vectors.length][first + row] += inputs[i] * slopes[i];
    }
  }
}
