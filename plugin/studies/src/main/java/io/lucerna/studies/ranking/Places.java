package io.lucerna.studies.ranking;

import io.lucerna.studies.work.Outcomes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Whose scores the items of a study have.
 *
 * @param topics the topic of each item
 * @param docnos its candidates, in the order of the first stage
 * @param served for each candidate the pairs that its item scores: none where an earlier item does
 */
record Places(List<String> topics, List<List<String>> docnos, List<List<List<Place>>> served) {
  /** 64 MB. */
  static final int SCORES_AT_ONCE = 1 << 24;

  /** One candidate of one topic. */
  record Place(int topic, int place) {}

  /** The pairs of an item's scores, in the order of the scores. */
  List<Place> pairs(int item, boolean perItem) {
    if (perItem) {
      return IntStream.range(0, docnos.get(item).size())
          .mapToObj(place -> new Place(item, place))
          .toList();
    }
    List<Place> pairs = new ArrayList<>();
    served.get(item).forEach(pairs::addAll);
    return pairs;
  }

  /** Of how many conditions the scores are in memory at once. */
  int conditionsAtOnce() {
    int pairs = docnos.stream().mapToInt(List::size).sum();
    return Math.max(1, SCORES_AT_ONCE / Math.max(1, pairs));
  }

  /** The items of which all candidates are scored. */
  List<Integer> complete(Outcomes<?> outcomes) {
    boolean[] complete = new boolean[topics.size()];
    Arrays.fill(complete, true);
    for (int item = 0; item < complete.length; item++) {
      if (!outcomes.has(topics.get(item))) {
        complete[item] = false;
        pairs(item, false).forEach(pair -> complete[pair.topic()] = false);
      }
    }
    return IntStream.range(0, complete.length).filter(i -> complete[i]).boxed().toList();
  }

  /**
   * The scores of some conditions by topic and candidate, 0 where they are not there yet.
   *
   * @param perItem for each condition, whether an item scores its own candidates alone
   * @param from the first condition
   * @param to the one after the last
   * @param seen is shown the outcome of each item
   */
  float[][][] scores(
      Outcomes<ItemScores> outcomes, boolean[] perItem, int from, int to, Consumer<ItemScores> seen)
      throws IOException {
    float[][][] scores = new float[to - from][topics.size()][];
    for (float[][] of : scores) {
      Arrays.setAll(of, item -> new float[docnos.get(item).size()]);
    }
    for (int item = 0; item < topics.size(); item++) {
      String id = topics.get(item);
      if (!outcomes.has(id)) {
        continue;
      }
      ItemScores row = outcomes.read(id);
      if (row.scores().size() != perItem.length || row.counts().size() != perItem.length) {
        throw outcomes.damaged(
            id, row.scores().size() + " scores for " + perItem.length + " conditions");
      }
      seen.accept(row);
      for (int i = from; i < to; i++) {
        float[] own = row.scores().get(i);
        List<Place> pairs = pairs(item, perItem[i]);
        if (own.length != pairs.size()) {
          throw outcomes.damaged(
              id, own.length + " scores for " + pairs.size() + " pairs of condition " + i);
        }
        for (int next = 0; next < own.length; next++) {
          Place pair = pairs.get(next);
          scores[i - from][pair.topic()][pair.place()] = own[next];
        }
      }
    }
    return scores;
  }
}
