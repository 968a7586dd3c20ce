package io.lucerna.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class ReorderingTest {
  @RepeatedTest(20)
  void headByNewScoresTailBelowInOldOrder(RepetitionInfo repetition) {
    long seed = repetition.getCurrentRepetition();
    Random random = new Random(seed);
    List<RankedDoc> docs = new ArrayList<>();
    int size = 1 + random.nextInt(40);
    for (int i = 0; i < size; i++) {
      docs.add(new RankedDoc("d" + i, random.nextInt(30)));
    }
    Ranking first = Ranking.of("1", docs);
    float[] scores = new float[random.nextInt(size + 1)];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextInt(5) * 1e6f - 2e6f;
    }
    Ranking got = Reordering.of(first, scores);
    String message = "seed " + seed;
    assertEquals(size, got.size(), message);
    List<String> tail = first.docnos().subList(scores.length, size);
    assertEquals(tail, got.docnos().subList(scores.length, size), message);
    for (int i = 1; i < size; i++) {
      boolean below =
          i < scores.length ? got.score(i) <= got.score(i - 1) : got.score(i) < got.score(i - 1);
      assertTrue(below, message + ", place " + i);
    }
    for (int i = 0; i < scores.length; i++) {
      assertEquals(scores[first.docnos().indexOf(got.docno(i))], got.score(i), message);
    }
  }
}
