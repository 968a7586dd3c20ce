package io.lucerna.studies.explain;

import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.ScoreParts.SideParts;
import java.util.ArrayList;
import java.util.List;

/** The words of an input, each with what its tokens add to the score together. */
public final class Words {
  /**
   * A word, or a special token.
   *
   * @param text as it stands in its text; a special token's piece
   * @param from {@code query}, {@code passage}, or empty for a special token
   * @param gap whether whitespace was before it
   * @param adds the sum over its tokens
   * @param first its first token
   * @param end after its last token
   */
  public record Word(String text, String from, boolean gap, double adds, int first, int end) {
    /** What its tokens have of these numbers together. */
    public double of(double[] tokens) {
      double sum = 0;
      for (int i = first; i < end; i++) {
        sum += tokens[i];
      }
      return sum;
    }
  }

  private Words() {}

  public static List<Word> of(SideParts side, Explained pair) {
    List<Word> words = new ArrayList<>();
    double[] adds = side.byToken().tokens();
    for (int at = 0; at < adds.length; ) {
      Token first = side.tokens().get(at);
      double sum = adds[at];
      int end = first.end();
      int next = at + 1;
      while (next < adds.length && same(first, side.tokens().get(next))) {
        sum += adds[next];
        end = Math.max(end, side.tokens().get(next).end());
        next++;
      }
      boolean asked = side.side() == Side.QUERY || first.segment() == 0 && side.side() == Side.PAIR;
      String text = asked ? pair.query() : pair.passage();
      boolean gap =
          first.special()
              || first.start() == 0
              || Character.isWhitespace(text.charAt(first.start() - 1));
      words.add(
          first.special()
              ? new Word(first.piece(), "", true, sum, at, next)
              : new Word(
                  text.substring(first.start(), end),
                  asked ? "query" : "passage",
                  gap,
                  sum,
                  at,
                  next));
      at = next;
    }
    return words;
  }

  private static boolean same(Token first, Token next) {
    return !first.special() && next.segment() == first.segment() && next.word() == first.word();
  }
}
