package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.Estimate;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.Rgb;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** The numbers that a study's page switches between, as JSON. */
final class PageData {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final MathContext DIGITS = new MathContext(6);

  /** Colours from the darkest below 0 to the darkest above. */
  private static final int COLOURS = 201;

  private PageData() {}

  static JsonNode json(List<Aggregates> all, RatioAggregate headline) {
    ObjectNode page = MAPPER.createObjectNode();
    palette(page);
    ArrayNode names = page.putArray("aggregates");
    for (RatioAggregate aggregate : RatioAggregate.headed(headline)) {
      names.add(aggregate.option());
    }
    CellSpace space = all.getFirst().space();
    ArrayNode columns = page.putArray("columns");
    space.outer().stream().map(Axis::name).forEach(columns::add);
    if (space.positions()) {
      columns.add("role");
    }
    ArrayNode directions = page.putArray("directions");
    all.forEach(each -> direction(directions.addObject().put("name", id(all, each)), each));
    return page;
  }

  /**
   * What a map is called in the page's code: its direction and method, of several perturbations a
   * number.
   */
  static String id(List<Aggregates> all, Aggregates one) {
    String direction = one.rows().way().fileName().replace('.', '-');
    return one.of().name().isEmpty() ? direction : direction + "-" + all.indexOf(one);
  }

  private static void palette(ObjectNode page) {
    DivergingScale scale = new DivergingScale(1);
    ArrayNode palette = page.putArray("palette");
    StringBuilder ink = new StringBuilder();
    for (int i = 0; i < COLOURS; i++) {
      Rgb colour = scale.colour(2.0 * i / (COLOURS - 1) - 1);
      palette.add(colour.hex());
      ink.append(colour.text().equals(Rgb.WHITE) ? 'w' : 'b');
    }
    page.put("ink", ink.toString());
  }

  private static void direction(ObjectNode node, Aggregates aggregates) {
    int[] present = aggregates.present();
    ArrayNode ids = node.putArray("ids");
    ArrayNode words = node.putArray("words");
    ArrayNode labels = node.putArray("labels");
    CellSpace space = aggregates.space();
    for (int cell : present) {
      ids.add(cell);
      words.add(space.describe(cell));
      ArrayNode own = labels.addArray();
      space.labels(space.outerCell(cell)).forEach(own::add);
      if (space.positions()) {
        own.add(space.role(cell).option());
      }
    }
    ArrayNode levels = node.putArray("levels");
    for (Aggregates.Level level : aggregates.levels()) {
      ObjectNode one = levels.addObject();
      one.put("label", Figures.describe(level));
      one.put("pairs", level.stratum().rows().length);
      one.put("queries", level.queries());
      put(one.putArray("change"), level.meanChange());
      ArrayNode pairs = one.putArray("n");
      for (int cell : present) {
        pairs.add(level.cells().get(cell).pairs());
      }
      ObjectNode values = one.putObject("values");
      for (RatioAggregate aggregate : RatioAggregate.values()) {
        ArrayNode triple = values.putArray(aggregate.option());
        ArrayNode value = triple.addArray();
        ArrayNode lower = triple.addArray();
        ArrayNode upper = triple.addArray();
        for (int cell : present) {
          Estimate estimate = level.cells().get(cell).get(aggregate);
          put(value, estimate.value());
          put(lower, estimate.lower());
          put(upper, estimate.upper());
        }
      }
    }
  }

  private static void put(ArrayNode array, double number) {
    if (Double.isFinite(number)) {
      array.add(new BigDecimal(number).round(DIGITS).doubleValue());
    } else {
      array.addNull();
    }
  }
}
