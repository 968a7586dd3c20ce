package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Biases;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.LinearPass;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.model.LinearPass.Written;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Reading.Linear;
import io.lucerna.reranker.ScoreParts.Direct;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Divides scores into what they are made of. */
final class Decomposition {
  /** Terms that are divided among tokens; the others are together. */
  private static final int TERMS = 20;

  private final Reading reading;
  private final String query;
  private final String passage;
  private final ExplainOptions options;
  private final HookedModel model;

  Decomposition(Reading reading, String query, String passage, ExplainOptions options) {
    this.reading = reading;
    this.query = query;
    this.passage = passage;
    this.options = options;
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
    return new Direct(side, more(pass.written(linear.weights()), linear.constant()));
  }

  private static Written more(Written written, double constant) {
    return new Written(written.components(), more(written.rest(), constant));
  }

  private TokenSequence input(Side side) {
    return reading.input(side, query, passage);
  }

  private ScoreParts apart(
      float score, TokenSequence asked, LinearPass one, TokenSequence read, LinearPass other) {
    Linear byQuery = reading.linear(Side.QUERY, one.output(), other.output());
    Linear byPassage = reading.linear(Side.PASSAGE, other.output(), one.output());
    return new ScoreParts(
        score,
        List.of(side(Side.QUERY, asked, one, byQuery), side(Side.PASSAGE, read, other, byPassage)),
        options.detail()
            ? Optional.of(meeting(one, read, other, byPassage.weights()))
            : Optional.empty());
  }

  /**
   * Where the texts meet.
   *
   * @param slopes of the score by the passage's output
   */
  private Meeting meeting(LinearPass one, TokenSequence read, LinearPass other, float[] slopes) {
    return switch (model.task()) {
      case TERMS -> terms(other, slopes);
      case TOKEN_VECTORS -> maxSims(read, one.output(), other.output());
      default -> pairs(one, other, slopes);
    };
  }

  private SideParts side(Side side, TokenSequence input, LinearPass pass, Linear linear) {
    LinearPass.Parts parts = pass.parts(linear.weights(), options.biases(), options.detail());
    return new SideParts(
        side,
        input.tokens(),
        more(parts.byToken(), linear.constant()),
        parts.written().components(),
        more(parts.written().rest(), linear.constant()),
        parts.byBoth());
  }

  private static Shares more(Shares shares, double constant) {
    return new Shares(shares.tokens(), shares.biases() + constant);
  }

  /**
   * Both vectors are sums over tokens, so their product is a sum over pairs.
   *
   * @param slopes of the score by the passage's vector: the query's, divided as the similarity says
   */
  private Pairs pairs(LinearPass one, LinearPass other, float[] slopes) {
    double factor = factor(one.output(), slopes);
    List<float[]> rows = new ArrayList<>();
    for (float[] source : one.sources(options.biases())) {
      float[] row = new float[source.length];
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) (source[i] * factor);
      }
      rows.add(row);
    }
    return new Pairs(
        divided(other, rows).stream().map(Decomposition::flat).toArray(double[][]::new));
  }

  /** What the tokens of a text add to weighted sums of its output. */
  private List<Shares> divided(LinearPass pass, List<float[]> weights) {
    if (options.biases() == Biases.OWN) {
      return pass.shares(weights);
    }
    float[][] sources = pass.sources(options.biases());
    List<Shares> shares = new ArrayList<>();
    for (float[] row : weights) {
      double[] sums =
          Arrays.stream(sources).mapToDouble(source -> Similarity.inner(source, row)).toArray();
      int tokens = sums.length - 1;
      shares.add(new Shares(Arrays.copyOf(sums, tokens), sums[tokens]));
    }
    return shares;
  }

  private static double[] flat(Shares shares) {
    double[] flat = Arrays.copyOf(shares.tokens(), shares.tokens().length + 1);
    flat[flat.length - 1] = shares.biases();
    return flat;
  }

  /** The same for all numbers of a vector: 1, or one over both lengths. */
  private static double factor(float[] vector, float[] slopes) {
    int largest = 0;
    for (int i = 1; i < vector.length; i++) {
      largest = Math.abs(vector[i]) > Math.abs(vector[largest]) ? i : largest;
    }
    return vector[largest] == 0 ? 0 : (double) slopes[largest] / vector[largest];
  }

  private MaxSims maxSims(TokenSequence read, float[] asked, float[] found) {
    MaxSim maxSim = new MaxSim(model.outputs());
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < read.length(); i++) {
      if (!model.skipped().contains(read.ids()[i])) {
        places.add(i);
      }
    }
    int width = maxSim.width();
    double[][] products = new double[asked.length / width][read.length()];
    int[] taken = new int[products.length];
    for (int q = 0; q < products.length; q++) {
      Arrays.fill(products[q], Double.NaN);
      for (int p = 0; p < places.size(); p++) {
        products[q][places.get(p)] = maxSim.product(asked, q * width, found, p * width);
      }
      taken[q] = places.get(maxSim.nearest(asked, q * width, found) / width);
    }
    return new MaxSims(products, taken);
  }

  /**
   * The score is the sum of the terms' products.
   *
   * @param slopes of the score by the passage's weights: those of the query
   */
  private Terms terms(LinearPass pass, float[] slopes) {
    float[] found = pass.output();
    List<Integer> heaviest =
        IntStream.range(0, found.length)
            .filter(term -> slopes[term] * found[term] != 0)
            .boxed()
            .sorted(Comparator.comparingDouble(term -> -Math.abs(slopes[term] * found[term])))
            .limit(TERMS)
            .toList();
    List<float[]> rows = new ArrayList<>();
    float[] others = slopes.clone();
    for (int term : heaviest) {
      float[] row = new float[slopes.length];
      row[term] = slopes[term];
      others[term] = 0;
      rows.add(row);
    }
    rows.add(others);
    List<Shares> shares = divided(pass, rows);
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < heaviest.size(); i++) {
      int term = heaviest.get(i);
      TokenSequence entry = TokenSequence.ofIds(new long[] {term}, new long[1]);
      terms.add(new Term(reading.text(entry), slopes[term], found[term], shares.get(i)));
    }
    return new Terms(terms, shares.getLast());
  }
}
