package io.lucerna.instrumentation.sweep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PatternChangeTest {
  /**
   * One query (1, 0), keys (4, 0), (0, 1), (1, 1), values 1, 0, -1, whose gradient by the pattern
   * they are: where nothing that is not linear follows, the change is exact. In a square of three
   * tokens the other rows have no gradient.
   */
  @Test
  void isExactForOneQueryAndThreeKeys() {
    double[] slopes = {1, 0, -1, 0, 0, 0, 0, 0, 0};
    double[] scores = {4, 0, 1, 0, 0, 0, 0, 0, 0};
    double[] ofQuery = {0, 1, 1, 0, 0, 0, 0, 0, 0};
    assertEquals(
        -1.156583, new PatternChange(3, scores, ofQuery, scores, ofQuery, slopes).at(0), 5e-7);
    // The query of row 0 is not that of token 1, whose key alone changes there.
    double[] turned = {0, 4, 1, 0, 0, 0, 0, 0, 0};
    double[] ofKey = {0, 0, 1, 0, 0, 0, 0, 0, 0};
    double[] turnedSlopes = {0, 1, -1, 0, 0, 0, 0, 0, 0};
    assertEquals(
        -1.253802, new PatternChange(3, turned, turned, ofKey, ofKey, turnedSlopes).at(1), 5e-7);
  }

  /** For a small change it is attribution patching, here far from exact. */
  @Test
  void isAttributionPatchingForASmallChange() {
    double[] slopes = {1, 0, -1, 0, 0, 0, 0, 0, 0};
    double[] scores = {4, 0, 1, 0, 0, 0, 0, 0, 0};
    double little = 1e-6;
    double[] ofQuery = {4 - 4 * little, little, 1, 0, 0, 0, 0, 0, 0};
    assertEquals(
        -.428598,
        new PatternChange(3, scores, ofQuery, scores, ofQuery, slopes).at(0) / little,
        2e-6);
    double[] turned = {0, 4, 1, 0, 0, 0, 0, 0, 0};
    double[] ofKey = {0, 4 - 4 * little, 1, 0, 0, 0, 0, 0, 0};
    double[] turnedSlopes = {0, 1, -1, 0, 0, 0, 0, 0, 0};
    assertEquals(
        -.413343,
        new PatternChange(3, turned, turned, ofKey, ofKey, turnedSlopes).at(1) / little,
        2e-6);
  }

  /** x y from (0, 0) to (1, 1): gradients at midpoints share the change evenly, all of it. */
  @Test
  void midpointsAreCompleteForAProduct() {
    double[] way = EstimatedSweep.midpoints(new double[] {0, 0}, new double[] {1, 1}, 5, 0, 5);
    assertArrayEquals(
        Arrays.copyOfRange(way, 4, 8),
        EstimatedSweep.midpoints(new double[] {0, 0}, new double[] {1, 1}, 5, 2, 2));
    double ofX = 0;
    double ofY = 0;
    for (int step = 0; step < 5; step++) {
      ofX += way[2 * step + 1] / 5;
      ofY += way[2 * step] / 5;
    }
    assertEquals(.5, ofX, 1e-15);
    assertEquals(.5, ofY, 1e-15);
  }

  /** Also where one key has nearly all of a pattern, and its patch takes it away. */
  @Test
  void isWhatTheSoftmaxComputedAnewGives() {
    SplittableRandom random = new SplittableRandom(3);
    int tokens = 5;
    int heads = 2;
    int size = heads * tokens * tokens;
    double[][] s = new double[5][size];
    for (double[] some : s) {
      Arrays.setAll(some, i -> random.nextGaussian() * 20);
    }
    PatternChange change = new PatternChange(tokens, s[0], s[1], s[2], s[3], s[4]);
    double before = contracted(s[0], s[4], tokens);
    for (int token = 0; token < tokens; token++) {
      double[] patched = s[0].clone();
      for (int i = 0; i < size; i++) {
        boolean query = i / tokens % tokens == token;
        boolean key = i % tokens == token;
        patched[i] = query && key ? s[3][i] : query ? s[1][i] : key ? s[2][i] : s[0][i];
      }
      assertEquals(contracted(patched, s[4], tokens) - before, change.at(token), 1e-9);
    }
    assertEquals(contracted(s[3], s[4], tokens) - before, change.everywhere(), 1e-9);
  }

  private static double contracted(double[] scores, double[] slopes, int tokens) {
    double all = 0;
    for (int from = 0; from < scores.length; from += tokens) {
      double most = Arrays.stream(scores, from, from + tokens).max().orElseThrow();
      double sum = 0;
      for (int i = from; i < from + tokens; i++) {
        sum += Math.exp(scores[i] - most);
      }
      for (int i = from; i < from + tokens; i++) {
        all += Math.exp(scores[i] - most) / sum * slopes[i];
      }
    }
    return all;
  }
}
