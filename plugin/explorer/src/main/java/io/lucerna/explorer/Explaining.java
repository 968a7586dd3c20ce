package io.lucerna.explorer;

import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.ExplainOptions;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScoreException;
import io.lucerna.reranker.ScoreParts;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.explain.Difference;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.explain.MeetingWords;
import io.lucerna.studies.explain.Words;
import io.lucerna.studies.explain.Words.Word;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what scores are made of, as {@code explain} does, and remembers what it has said. One thread
 * at a time asks.
 */
final class Explaining {
  /** Numbers that are remembered. */
  private static final long REMEMBERED = 1 << 21;

  private final Ranker ranker;
  private final Workbench workbench;
  private final Recent<Asked, ScoreParts> known = new Recent<>(REMEMBERED, Explaining::size);

  private record Asked(String query, String passage, boolean detail) {}

  Explaining(Workbench workbench) {
    this.ranker = workbench.ranker();
    this.workbench = workbench;
  }

  private static long size(Asked asked, ScoreParts parts) {
    return asked.query().length()
        + asked.passage().length()
        + parts.sides().stream()
            .mapToLong(side -> (1L + side.byBoth().size()) * (side.tokens().size() + 2))
            .sum();
  }

  /**
   * Says what scores are made of.
   *
   * @param detail whether components are divided among words, and it is said where texts meet
   */
  ExplainAnswer explain(PairsRequest request, boolean detail) throws IOException {
    List<Explained> pairs = new ArrayList<>();
    for (PairsRequest.Passage passage : request.passages()) {
      Workbench.Pair pair = workbench.pair(request, passage);
      pairs.add(
          new Explained(
              pair.topic(),
              passage.docno(),
              pair.query(),
              pair.text(),
              parts(pair.query(), pair.text(), detail)));
    }
    return new ExplainAnswer(
        pairs.stream().map(Explaining::passage).toList(),
        pairs.size() < 2 ? null : difference(Difference.of(pairs.get(0), pairs.get(1))));
  }

  private ScoreParts parts(String query, String text, boolean detail) {
    Asked asked = new Asked(query, text, detail);
    ScoreParts before = known.get(asked);
    if (before != null) {
      return before;
    }
    try {
      ScoreParts parts = ranker.explain(query, text, ExplainOptions.DEFAULT.withDetail(detail));
      known.put(asked, parts);
      return parts;
    } catch (IllegalArgumentException | ScoreException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    }
  }

  private static ExplainAnswer.Passage passage(Explained pair) {
    ScoreParts parts = pair.parts();
    return new ExplainAnswer.Passage(
        pair.docid(),
        pair.query(),
        parts.score(),
        unread(parts.sides().getLast(), pair.passage()),
        parts.sides().stream().map(side -> side(pair, side)).toList(),
        parts.meeting().map(meeting -> meeting(pair, meeting)).orElse(null));
  }

  private static String unread(SideParts side, String passage) {
    int end =
        side.tokens().stream()
            .filter(token -> !token.special() && (side.side() != Side.PAIR || token.segment() == 1))
            .mapToInt(Token::end)
            .max()
            .orElse(0);
    return passage.substring(end).strip();
  }

  private static ExplainAnswer.Side side(Explained pair, SideParts side) {
    List<Word> words = Words.of(side, pair);
    double straight = Arrays.stream(side.rest().tokens()).sum();
    double through = side.components().values().stream().mapToDouble(adds -> adds).sum();
    return new ExplainAnswer.Side(
        side.side().name().toLowerCase(Locale.ROOT),
        words.stream().map(word -> word(word, side.rest())).toList(),
        side.byToken().biases(),
        pair.parts().residual(side),
        components(side, words),
        straight,
        side.rest().biases(),
        pair.parts().score() - through - straight - side.rest().biases());
  }

  private static ExplainAnswer.Word word(Word word, Shares rest) {
    return new ExplainAnswer.Word(
        word.text(), word.from(), word.gap(), word.adds(), word.of(rest.tokens()));
  }

  private static List<ExplainAnswer.Component> components(SideParts side, List<Word> words) {
    List<ExplainAnswer.Component> all = new ArrayList<>();
    for (Map.Entry<Component, Double> one : side.components().entrySet()) {
      Shares shares = side.byBoth().get(one.getKey());
      all.add(
          new ExplainAnswer.Component(
              one.getKey().toString(), one.getValue(), byWord(shares, words)));
    }
    return all;
  }

  private static @Nullable List<Double> byWord(@Nullable Shares shares, List<Word> words) {
    return shares == null ? null : words.stream().map(word -> word.of(shares.tokens())).toList();
  }

  private static ExplainAnswer.Meeting meeting(Explained pair, ScoreParts.Meeting meeting) {
    MeetingWords met = MeetingWords.of(pair, meeting);
    String kind =
        switch (meeting) {
          case Pairs pairs -> "pairs";
          case MaxSims sims -> "maxsim";
          case Terms terms -> "terms";
        };
    List<ExplainAnswer.Term> terms =
        meeting instanceof Terms found
            ? found.heaviest().stream()
                .map(
                    one ->
                        new ExplainAnswer.Term(
                            one.text(), one.query(), one.passage(), one.query() * one.passage()))
                .toList()
            : List.of();
    return new ExplainAnswer.Meeting(kind, terms, met.rows(), met.taken());
  }

  private static ExplainAnswer.Difference difference(Difference found) {
    return new ExplainAnswer.Difference(
        found.score(), found.rounding(), rows(found.words()), rows(found.components()));
  }

  private static List<ExplainAnswer.Row> rows(List<Difference.Row> rows) {
    return rows.stream()
        .map(row -> new ExplainAnswer.Row(row.name(), row.one(), row.other()))
        .toList();
  }
}
