package io.lucerna.studies.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HeatMapTest {
  private static final List<String> HOSTILE =
      List.of(
          "<script>alert(1)</script>",
          "\"quoted\" & 'so'",
          "]]>",
          "nul\u0000bell\u0007del\u007fnel\u0085",
          "\uD83E\uDE94\uD83D\uDC69\u200D\uD83D\uDE92",
          "\u202Eevil\u2066",
          "half\uD83E",
          "\uFFFE\u2028",
          "\u05E9\u05DC\u05D5\u05DD",
          "url(javascript:alert(1))");

  private static HeatMap map(double[] values, List<String> columns) {
    List<HeatMap.Cell> cells = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      cells.add(new HeatMap.Cell("" + i, values[i], i % 2 == 0, columns.get(i)));
    }
    HeatMap.Panel panel =
        new HeatMap.Panel("p", "row", List.of("r"), "token", columns, List.of(), cells);
    return new HeatMap(
        columns.getFirst(),
        columns,
        "unit",
        "mark",
        new DivergingScale(1),
        List.of(panel),
        Map.of());
  }

  private static Document parse(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
  }

  private static List<Element> all(Document document, String name) {
    NodeList nodes = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  @Test
  void hostileTextIsText() throws Exception {
    String svg = map(new double[HOSTILE.size()], HOSTILE).svg("hostile");
    Document document = parse(svg);
    assertTrue(all(document, "script").isEmpty());
    List<String> texts = all(document, "text").stream().map(Element::getTextContent).toList();
    assertTrue(texts.contains("<script>alert(1)</script>"), texts.toString());
    assertTrue(texts.contains("nul\u2400bell\u2407del\u2421nel[U+0085]"), texts.toString());
    assertTrue(texts.contains("[U+202E]evil[U+2066]"), texts.toString());
    assertTrue(texts.contains("half[U+D83E]"), texts.toString());
    assertTrue(texts.contains("[U+FFFE][U+2028]"), texts.toString());
    assertTrue(texts.contains("\uD83E\uDE94\uD83D\uDC69\u200D\uD83D\uDE92"), texts.toString());
    assertFalse(svg.matches("(?s).*\\son\\w+=.*"), "no handlers");
  }

  @Test
  void cellsSayTheirNumbersAndMarks() throws Exception {
    double[] values = {0.123, -0.5, Double.NaN, 0, 1};
    Document document = parse(map(values, List.of("a", "b", "c", "d", "e")).svg("m"));
    List<String> fills =
        all(document, "rect").stream()
            .filter(r -> r.getAttribute("data-cell").matches("\\d"))
            .map(r -> r.getAttribute("fill"))
            .toList();
    DivergingScale scale = new DivergingScale(1);
    assertEquals(scale.colour(0.123).hex(), fills.get(0));
    assertEquals(scale.colour(-0.5).hex(), fills.get(1));
    assertEquals("url(#m-none)", fills.get(2));
    List<String> numbers =
        all(document, "text").stream()
            .filter(t -> t.getAttribute("data-text").matches("\\d"))
            .map(Element::getTextContent)
            .toList();
    assertEquals(List.of(".12", "\u2212.50", "0", "1.00"), numbers);
    List<String> marks =
        all(document, "circle").stream()
            .map(c -> c.getAttribute("data-mark"))
            .filter(m -> m.matches("\\d"))
            .toList();
    assertEquals(List.of("0", "4"), marks, "marked, and defined");
  }

  /** Long axes have no numbers, and no label runs into the next. */
  @Test
  void labelsOfLongAxesAreTurned() throws Exception {
    int n = 120;
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      tokens.add("representation" + i);
    }
    HeatMap.Panel panel = map(new double[n], tokens).panels().getFirst();
    HeatMap map =
        new HeatMap("t", List.of(), "u", "m", new DivergingScale(1), List.of(panel), Map.of());
    Document document = parse(map.svg("long"));
    List<Element> labels =
        all(document, "text").stream()
            .filter(t -> t.getTextContent().startsWith("representation"))
            .toList();
    assertEquals(n, labels.size());
    double before = Double.NEGATIVE_INFINITY;
    for (Element label : labels) {
      assertTrue(label.getAttribute("transform").startsWith("rotate(-90"));
      double x = Double.parseDouble(label.getAttribute("x"));
      assertTrue(x - before >= Double.parseDouble(label.getAttribute("font-size")));
      before = x;
    }
    assertTrue(
        all(document, "text").stream().noneMatch(t -> t.getAttribute("data-text").matches("\\d+")));
  }

  @Test
  void numbersShowTwoDigitsOfTheLargest() {
    assertEquals(".12", NumberForm.of(0.5).print(0.1234));
    assertEquals("\u2212.012", NumberForm.of(0.05).print(-0.0123));
    assertEquals("1.23", NumberForm.of(2).print(1.234));
    assertEquals("12.3", NumberForm.of(20).print(12.34));
    assertEquals("0", NumberForm.of(0.5).print(-0.001));
    assertEquals(".155", NumberForm.of(0.31).tick(0.155));
    assertEquals(".31", NumberForm.of(0.31).tick(0.31));
  }
}
