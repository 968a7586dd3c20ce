package io.lucerna.studies.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ScatterChartTest {
  /** Both axes have one scale, on which the line of equal numbers rises by 45 degrees. */
  @Test
  void everythingStandsWhereItsNumbersAre() {
    String svg =
        new ScatterChart(
                "t",
                List.of("s"),
                "predicted",
                "exact",
                "strong",
                "random",
                List.of(
                    new ScatterChart.Point("a", -0.2, -0.2, true, "a: equal"),
                    new ScatterChart.Point("b", 0.1, -0.4, false, "b: differs")))
            .svg("screen");
    List<double[]> dots = new ArrayList<>();
    Matcher found = Pattern.compile("cx=\"([0-9.]+)\" cy=\"([0-9.]+)\" r=\"3\"").matcher(svg);
    while (found.find()) {
      dots.add(
          new double[] {Double.parseDouble(found.group(1)), Double.parseDouble(found.group(2))});
    }
    double unit = (dots.get(1)[0] - dots.get(0)[0]) / 0.3;
    assertEquals(dots.get(0)[1] + 0.2 * unit, dots.get(1)[1], 0.05);
    Matcher line =
        Pattern.compile(
                "x1=\"([0-9.]+)\" y1=\"([0-9.]+)\" x2=\"([0-9.]+)\" y2=\"([0-9.]+)\"[^/]*dasharray")
            .matcher(svg);
    assertTrue(line.find(), svg);
    double x = Double.parseDouble(line.group(1));
    double y = Double.parseDouble(line.group(2));
    assertEquals(y - (dots.get(0)[0] - x), dots.get(0)[1], 0.05, "equal numbers are on the line");
    assertEquals(
        x + (y - Double.parseDouble(line.group(4))), Double.parseDouble(line.group(3)), 0.05);
    assertTrue(svg.contains("a: equal") && svg.contains("b: differs"), svg);
    // One point is hollow, and a key.
    assertEquals(2, svg.split("r=\"1.9\"", -1).length - 1);
  }
}
