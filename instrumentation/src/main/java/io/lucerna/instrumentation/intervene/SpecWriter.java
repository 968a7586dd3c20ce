package io.lucerna.instrumentation.intervene;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints interventions, each meaning in one form. */
final class SpecWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private SpecWriter() {}

  static String line(Intervention intervention) {
    StringBuilder line = new StringBuilder(intervention.operation().word());
    line.append(' ').append(String.join(",", intervention.target().points()));
    settings(intervention)
        .forEach((key, value) -> line.append(' ').append(key).append('=').append(text(value)));
    return line.toString();
  }

  /** Where in the line a setting is: its name's first character. */
  static int indexOf(Intervention intervention, String key) {
    int index = intervention.operation().word().length() + 1;
    if (key.equals("points")) {
      return index;
    }
    index += String.join(",", intervention.target().points()).length();
    for (Map.Entry<String, Object> setting : settings(intervention).entrySet()) {
      if (setting.getKey().equals(key)) {
        return index + 1;
      }
      index += 1 + setting.getKey().length() + 1 + text(setting.getValue()).length();
    }
    return 0;
  }

  static JsonNode json(InterventionSpec spec) {
    ArrayNode list = JSON.arrayNode();
    for (Intervention intervention : spec.interventions()) {
      ObjectNode node = list.addObject();
      node.put("do", intervention.operation().word());
      ArrayNode points = node.putArray("points");
      intervention.target().points().forEach(points::add);
      settings(intervention).forEach((key, value) -> node.set(key, json(value)));
    }
    return JSON.objectNode().set("interventions", list);
  }

  static String option(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }

  /** All settings that are not left to their defaults, in the order in which they are printed. */
  private static Map<String, Object> settings(Intervention intervention) {
    Map<String, Object> all = new LinkedHashMap<>();
    Target target = intervention.target();
    target.heads().ifPresent(heads -> all.put("head", heads.toString()));
    target.units().ifPresent(units -> all.put("unit", units.toString()));
    target.at().ifPresent(at -> all.put("at", at.toString()));
    target.keys().ifPresent(keys -> all.put("keys", keys.toString()));
    target.side().ifPresent(side -> all.put("side", option(side)));
    operation(intervention.operation(), all);
    return all;
  }

  private static void operation(Operation operation, Map<String, Object> all) {
    switch (operation) {
      case Operation.Zero zero -> {}
      case Operation.SetTo set -> all.put("to", set.value());
      case Operation.Scale scale -> all.put("by", scale.factor());
      case Operation.Add add -> {
        all.put("vector", add.vector());
        all.put("dose", add.dose());
      }
      case Operation.ProjectOut project -> all.put("vector", project.vectors());
      case Operation.ProjectOnto project -> all.put("vector", project.vectors());
      case Operation.Noise noise -> {
        all.put("std", noise.std());
        all.put("seed", noise.seed());
      }
      case Operation.Mean mean -> {
        all.put("from", mean.from());
        all.put("per", mean.per().option());
      }
      case Operation.Resample resample -> {
        all.put("from", resample.from());
        all.put("per", resample.per().option());
        all.put("seed", resample.seed());
      }
      case Operation.Patch patch -> {
        all.put("from", patch.from());
        all.put("per", patch.per().option());
        patch.donor().ifPresent(donor -> all.put("donor", donor));
      }
      case Operation.Custom custom -> all.put("code", custom.code());
    }
  }

  private static String text(Object value) {
    String text = value instanceof Double number ? Numbers.print(number) : value.toString();
    boolean plain = text.chars().noneMatch(c -> c == '"' || c == ';' || Character.isWhitespace(c));
    return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static JsonNode json(Object value) {
    return switch (value) {
      case Double number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Vectors.Literal literal when literal.rows().size() == 1 ->
          array(literal.rows().getFirst());
      case Vectors.Literal literal -> {
        ArrayNode rows = JSON.arrayNode();
        literal.rows().forEach(row -> rows.add(array(row)));
        yield rows;
      }
      default -> JSON.textNode(value.toString());
    };
  }

  private static ArrayNode array(List<Double> row) {
    ArrayNode numbers = JSON.arrayNode();
    row.forEach(numbers::add);
    return numbers;
  }
}
