package io.lucerna.studies.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DivergingScaleTest {
  private static final DivergingScale SCALE = new DivergingScale(2);
  private static final int STEPS = 50;

  @Test
  void lightnessFallsEvenlyFromTheMiddleToBothEnds() {
    double middle = Lab.of(SCALE.colour(0)).lightness();
    double end = Lab.of(SCALE.colour(2)).lightness();
    assertTrue(middle > 95 && end < 30, middle + " to " + end);
    for (int i = 0; i <= STEPS; i++) {
      double share = (double) i / STEPS;
      double expected = middle + share * (end - middle);
      assertEquals(expected, Lab.of(SCALE.colour(2 * share)).lightness(), 0.6);
      assertEquals(expected, Lab.of(SCALE.colour(-2 * share)).lightness(), 0.6);
    }
  }

  /** Steps of the same size look about equally large, in each half. */
  @Test
  void neighboursAreAboutEquallyFarApart() {
    for (int sign : new int[] {-1, 1}) {
      double least = Double.MAX_VALUE;
      double most = 0;
      for (int i = 0; i < 20; i++) {
        double step =
            distance(SCALE.colour(sign * 2 * i / 20.0), SCALE.colour(sign * 2 * (i + 1) / 20.0));
        least = Math.min(least, step);
        most = Math.max(most, step);
      }
      assertTrue(most < 2.6 * least, sign + ": " + least + " to " + most);
    }
  }

  /**
   * Who lacks red or green cones (Machado, Oliveira and Fernandes 2009, severity 1) still tells
   * above from below.
   */
  @Test
  void colourBlindReadersTellTheHalvesApart() {
    double[][] protan = {
      {0.152286, 1.052583, -0.204868},
      {0.114503, 0.786281, 0.099216},
      {-0.003882, -0.048116, 1.051998}
    };
    double[][] deutan = {
      {0.367322, 0.860646, -0.227968},
      {0.280085, 0.672501, 0.047413},
      {-0.011820, 0.042940, 0.968881}
    };
    for (double[][] sight : new double[][][] {protan, deutan}) {
      for (double share : new double[] {0.25, 0.5, 0.75, 1}) {
        Rgb above = seen(SCALE.colour(2 * share), sight);
        Rgb below = seen(SCALE.colour(-2 * share), sight);
        assertTrue(distance(above, below) > 20, share + ": " + distance(above, below));
      }
    }
  }

  private static Rgb seen(Rgb colour, double[][] sight) {
    double[] light = {
      Rgb.linear(colour.red()), Rgb.linear(colour.green()), Rgb.linear(colour.blue())
    };
    int[] parts = new int[3];
    for (int i = 0; i < 3; i++) {
      double sum = 0;
      for (int j = 0; j < 3; j++) {
        sum += sight[i][j] * light[j];
      }
      double share = Math.clamp(sum, 0, 1);
      share = share <= 0.0031308 ? 12.92 * share : 1.055 * Math.pow(share, 1 / 2.4) - 0.055;
      parts[i] = (int) Math.round(255 * share);
    }
    return new Rgb(parts[0], parts[1], parts[2]);
  }

  private static double distance(Rgb one, Rgb two) {
    Lab a = Lab.of(one);
    Lab b = Lab.of(two);
    return Math.sqrt(
        Math.pow(a.lightness() - b.lightness(), 2)
            + Math.pow(a.a() - b.a(), 2)
            + Math.pow(a.b() - b.b(), 2));
  }

  @Test
  void labAndBackIsTheSameColour() {
    for (String hex : new String[] {"#000000", "#ffffff", "#67001f", "#053061", "#12a4f0"}) {
      assertEquals(hex, Lab.of(Rgb.parse(hex)).rgb().hex());
    }
    assertEquals(53.24, Lab.of(Rgb.parse("#ff0000")).lightness(), 0.01);
  }

  @Test
  void textOnEveryColourIsReadable() {
    for (int i = -STEPS; i <= STEPS; i++) {
      Rgb back = SCALE.colour(2.0 * i / STEPS);
      double own = back.luminance() + 0.05;
      double text = back.text().luminance() + 0.05;
      double contrast = Math.max(own, text) / Math.min(own, text);
      assertTrue(contrast >= 4.5, i + ": " + contrast);
    }
  }

  @Test
  void theLimitHoldsAllNumbersAndIsRound() {
    assertEquals(0.28, DivergingScale.holding(new double[] {0.1, -0.2751, Double.NaN}).limit());
    assertEquals(1, DivergingScale.holding(new double[] {0, Double.NaN}).limit());
    assertEquals(SCALE.colour(2), SCALE.colour(7));
    assertEquals(DivergingScale.UNDEFINED, SCALE.colour(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new DivergingScale(0));
  }
}
