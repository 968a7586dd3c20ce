package io.lucerna.studies.explain;

import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.explain.Words.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where two texts meet, word by word.
 *
 * @param rows by word of the query, or by term, and then by word of the passage: what both add
 *     together, the largest product of their tokens (0 if there is none), or what the word adds to
 *     the term
 * @param taken of late interaction, for each word of the query the words of the passage whose
 *     products are in the score; empty otherwise
 */
public record MeetingWords(List<List<Double>> rows, List<List<Integer>> taken) {
  /** The words of what was explained. */
  public static MeetingWords of(Explained pair, Meeting meeting) {
    SideParts passage = pair.parts().sides().getLast();
    List<Word> words = Words.of(passage, pair);
    List<Word> asked = Words.of(pair.parts().sides().getFirst(), pair);
    List<List<Double>> rows = new ArrayList<>();
    List<List<Integer>> taken = new ArrayList<>();
    switch (meeting) {
      case Pairs pairs -> {
        for (Word one : asked) {
          double[] sums = new double[passage.tokens().size() + 1];
          for (int row = one.first(); row < one.end(); row++) {
            for (int i = 0; i < sums.length; i++) {
              sums[i] += pairs.values()[row][i];
            }
          }
          rows.add(byWord(words, sums));
        }
      }
      case MaxSims sims -> {
        for (Word one : asked) {
          rows.add(words.stream().map(word -> largest(sims, one, word)).toList());
          taken.add(
              IntStream.range(one.first(), one.end())
                  .map(token -> place(words, sims.taken()[token]))
                  .distinct()
                  .boxed()
                  .toList());
        }
      }
      case Terms terms -> {
        for (Term term : terms.heaviest()) {
          rows.add(byWord(words, term.byToken().tokens()));
        }
      }
    }
    return new MeetingWords(rows, taken);
  }

  /** Sums over the tokens of each word. */
  private static List<Double> byWord(List<Word> words, double[] tokens) {
    return words.stream().map(word -> word.of(tokens)).toList();
  }

  private static double largest(MaxSims sims, Word asked, Word read) {
    return Arrays.stream(sims.products(), asked.first(), asked.end())
        .flatMapToDouble(row -> Arrays.stream(row, read.first(), read.end()))
        .filter(product -> !Double.isNaN(product))
        .max()
        .orElse(0);
  }

  /** The word that a token is of. */
  private static int place(List<Word> words, int token) {
    for (int i = 0; i < words.size(); i++) {
      if (token < words.get(i).end()) {
        return i;
      }
    }
    throw new IllegalStateException("token " + token + " is of no word");
  }
}
