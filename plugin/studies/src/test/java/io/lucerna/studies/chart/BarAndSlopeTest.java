package io.lucerna.studies.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.studies.chart.Canvas.Pen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BarAndSlopeTest {
  private static List<double[]> marks(String svg, String pattern) {
    List<double[]> all = new ArrayList<>();
    Matcher mark = Pattern.compile(pattern).matcher(svg);
    while (mark.find()) {
      double[] numbers = new double[mark.groupCount()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(mark.group(i + 1));
      }
      all.add(numbers);
    }
    return all;
  }

  /** Heights are in proportion, and all bars stand on one zero line. */
  @Test
  void barsAreAsTallAsTheirNumbers() {
    double[] values = {0.4, 0.2, 0, -0.1, -0.3};
    List<BarChart.Bar> bars = new ArrayList<>();
    for (double value : values) {
      bars.add(new BarChart.Bar("" + bars.size(), "t", value, "about"));
    }
    String svg = new BarChart("t", List.of(), "u", "a", bars).svg("bars");
    List<double[]> found =
        marks(
            svg,
            "y=\"([0-9.]+)\" width=\"[0-9.]+\" height=\"([0-9.]+)\" fill=\"#[0-9a-f]+\" data-cell");
    assertEquals(values.length, found.size());
    double zero = found.get(0)[0] + found.get(0)[1];
    double unit = found.get(0)[1] / 0.4;
    assertEquals(zero, found.get(1)[0] + found.get(1)[1], 0.02);
    assertEquals(0.2 * unit, found.get(1)[1], 0.02);
    assertEquals(zero, found.get(3)[0], 0.02);
    assertEquals(0.3 * unit, found.get(4)[1], 0.02);
    assertTrue(svg.contains(">mean .040<"), svg);
  }

  @Test
  void ranksToTheCutStandAtTheirPlaceAndLaterOnesCloseTogether() {
    Pen pen = new Pen(Rgb.BLACK, 1, false);
    List<SlopeChart.Slope> slopes =
        List.of(
            new SlopeChart.Slope("0", "a", 1, 3, pen, "a"),
            new SlopeChart.Slope("1", "b", 3, 900, pen, "b"),
            new SlopeChart.Slope("2", "c", 700, 1, pen, "c"));
    String svg =
        new SlopeChart("t", List.of(), "l", "r", 5, slopes, Map.of("all", pen)).svg("slopes");
    List<double[]> lines =
        marks(svg, "y1=\"([0-9.]+)\" x2=\"[0-9.]+\" y2=\"([0-9.]+)\"[^/]*data-line");
    double row = (lines.get(1)[0] - lines.get(0)[0]) / 2;
    assertEquals(lines.get(0)[0], lines.get(2)[1], 0.02, "rank 1 on both sides");
    assertEquals(lines.get(0)[0] + 2 * row, lines.get(0)[1], 0.02);
    assertEquals(lines.get(1)[1], lines.get(2)[0], 0.02, "the first below the cut on each side");
    assertTrue(lines.get(1)[1] < lines.get(0)[0] + 7 * row, "close to the cut");
    assertTrue(svg.contains(">900<") && svg.contains(">700<"), svg);
  }

  @Test
  void ticksAreRoundAndHoldZero() {
    assertEquals(0.2, Ticks.holding(-0.79, 0.62).step(), 1e-12);
    assertEquals(-0.8, Ticks.holding(-0.79, 0.62).low(), 1e-12);
    assertEquals(0, Ticks.holding(0.3, 0.6).low());
    assertEquals(0, Ticks.holding(-0.3, -0.1).high());
    assertEquals(-1, Ticks.holding(0, 0).low());
  }

  @Test
  void emptyPicturesAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new BarChart("t", List.of(), "u", "a", List.of()));
  }
}
