package io.lucerna.plugin.explain.evaluation;

import io.lucerna.eval.RocArea;
import io.lucerna.reranker.TokenAttributions;
import io.lucerna.reranker.TokenAttributions.Attributed;
import io.lucerna.reranker.TokenMethod;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemCodec;
import io.lucerna.studies.work.ItemWork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Takes tokens away from pairs' passages in the order of every method, one pair after the other.
 */
public final class EvaluationJob implements ItemWork<PairCurves> {
  private final List<MarkedPair> pairs;
  private final TokenAttributions attributions;
  private final long seed;
  private final List<Item> items;

  /**
   * Creates the work.
   *
   * @param pairs what is evaluated
   * @param seed of random order; each pair has its own numbers
   */
  public EvaluationJob(List<MarkedPair> pairs, TokenAttributions attributions, long seed) {
    this.pairs = List.copyOf(pairs);
    this.attributions = attributions;
    this.seed = seed;
    this.items =
        pairs.stream()
            .map(pair -> new Item(PairId.of(pair).id(), pair.row().text().length()))
            .toList();
  }

  @Override
  public List<Item> items() {
    return items;
  }

  @Override
  public ItemCodec<PairCurves> codec() {
    return PairCurves.CODEC;
  }

  @Override
  public PairCurves run(int place) {
    return curves(pairs.get(place));
  }

  /** What makes a pair's random order another than others'; two with the same do no harm. */
  private static int number(MarkedPair pair) {
    return (pair.row().qid() + "/" + pair.row().docid()).hashCode();
  }

  private PairCurves curves(MarkedPair pair) {
    Attributed passage =
        attributions.of(pair.row().query(), pair.row().text(), seed ^ number(pair));
    int tokens = passage.tokens().length;
    List<boolean[]> kept = new ArrayList<>();
    boolean[] all = new boolean[tokens];
    Arrays.fill(all, true);
    kept.add(all);
    if (tokens == 0) {
      float score = attributions.scores(passage, kept)[0];
      return new PairCurves(0, score, score, List.of(), passage.residual());
    }
    kept.add(new boolean[tokens]);
    for (TokenMethod method : TokenMethod.values()) {
      Integer[] order = order(passage, method);
      for (boolean deletion : new boolean[] {true, false}) {
        for (int share = 1; share <= PairCurves.SHARES; share++) {
          boolean[] own = new boolean[tokens];
          Arrays.fill(own, deletion);
          for (int i = 0; i < Math.ceilDiv(share * tokens, PairCurves.SHARES + 1); i++) {
            own[order[i]] = !deletion;
          }
          kept.add(own);
        }
      }
    }
    float[] scores = attributions.scores(passage, kept);
    List<PairCurves.MethodCurves> methods = new ArrayList<>();
    int at = 2;
    for (TokenMethod method : TokenMethod.values()) {
      methods.add(
          new PairCurves.MethodCurves(
              Arrays.copyOfRange(scores, at, at + PairCurves.SHARES),
              Arrays.copyOfRange(scores, at + PairCurves.SHARES, at + 2 * PairCurves.SHARES),
              area(pair, passage, method)));
      at += 2 * PairCurves.SHARES;
    }
    return new PairCurves(tokens, scores[0], scores[1], methods, passage.residual());
  }

  private static double[] values(Attributed passage, TokenMethod method) {
    return passage.values().getOrDefault(method, new double[0]);
  }

  /** The passage's tokens, those first that are most for the score. */
  private static Integer[] order(Attributed passage, TokenMethod method) {
    double[] values = values(passage, method);
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -values[i]));
    return order;
  }

  private static float area(MarkedPair pair, Attributed passage, TokenMethod method) {
    boolean[] marked = new boolean[passage.tokens().length];
    for (int i = 0; i < marked.length; i++) {
      marked[i] = pair.marks(passage.input().tokens().get(passage.tokens()[i]));
    }
    return (float) RocArea.of(values(passage, method), marked).orElse(Double.NaN);
  }
}
