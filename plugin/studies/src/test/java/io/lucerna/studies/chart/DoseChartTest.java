package io.lucerna.studies.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DoseChartTest {
  private static DoseChart.Point point(double dose, double change, double low, double high) {
    return new DoseChart.Point(
        "d" + dose, dose, change, change - 0.1, change + 0.1, low, high, change < 0, "about");
  }

  private static String svg(String band, DoseChart.Point... points) {
    DoseChart.Panel panel = new DoseChart.Panel("AP", List.of(points));
    return new DoseChart("t", List.of("s"), "dose", "line", band, "mark", List.of(panel, panel))
        .svg("doses");
  }

  private static List<Double> numbers(String svg, String pattern) {
    List<Double> all = new ArrayList<>();
    Matcher found = Pattern.compile(pattern).matcher(svg);
    while (found.find()) {
      for (int i = 1; i <= found.groupCount(); i++) {
        all.add(Double.parseDouble(found.group(i)));
      }
    }
    return all;
  }

  /** Dots, intervals and band stand on the same two scales. */
  @Test
  void everythingStandsWhereItsNumbersAre() {
    String svg =
        svg("band", point(0, 0, 0, 0), point(1, 0.2, -0.1, 0.1), point(4, -0.4, -0.3, 0.2));
    List<Double> dots = numbers(svg, "cx=\"([0-9.]+)\" cy=\"([0-9.]+)\" r=\"3\"");
    double zero = dots.get(1);
    double unit = (zero - dots.get(3)) / 0.2;
    assertEquals(zero + 0.4 * unit, dots.get(5), 0.03);
    double step = dots.get(2) - dots.get(0);
    assertEquals(dots.get(0) + 4 * step, dots.get(4), 0.05);
    assertEquals(zero, dots.get(7), 0.01, "the second panel is beside the first");
    List<Double> interval =
        numbers(svg, "y1=\"([0-9.]+)\" x2=\"[0-9.]+\" y2=\"([0-9.]+)\"[^/]*data-line");
    assertEquals(zero - 0.1 * unit, interval.get(2), 0.03);
    assertEquals(zero - 0.3 * unit, interval.get(3), 0.03);
    Matcher band = Pattern.compile("<path d=\"(M[0-9.L ]+)Z\" fill=\"#d9d9d9\"").matcher(svg);
    assertTrue(band.find());
    String[] corners = band.group(1).substring(1).split("[L ]");
    assertEquals(2 * 6, corners.length);
    assertEquals(zero - 0.2 * unit, Double.parseDouble(corners[5]), 0.03);
    assertEquals(zero + 0.3 * unit, Double.parseDouble(corners[7]), 0.03);
    assertEquals(Double.parseDouble(corners[4]), Double.parseDouble(corners[6]));
    assertTrue(svg.contains(">band<"), svg);
    // Two dots of three do not fall: they are hollow, in either panel.
    assertEquals(4, svg.split("r=\"1.9\"", -1).length - 1);
  }

  @Test
  void withoutABandThereIsNone() {
    String svg = svg("", point(2, 0.2, Double.NaN, Double.NaN));
    assertFalse(svg.contains("#d9d9d9\" pointer"), svg);
    assertTrue(svg.contains(">2<"), svg);
  }
}
