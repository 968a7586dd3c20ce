package io.lucerna.instrumentation.intervene;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.instrumentation.intervene.SpecReader.Fault;
import io.lucerna.instrumentation.intervene.SpecReader.Setting;
import io.lucerna.instrumentation.intervene.SpecReader.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Reads the JSON form: the same words as in the line, as keys and values. */
final class SpecJson {
  private static final String LIST = "interventions";

  private SpecJson() {}

  static InterventionSpec read(JsonNode tree) {
    JsonNode list = tree;
    if (tree.isObject()) {
      for (Map.Entry<String, JsonNode> field : tree.properties()) {
        if (!field.getKey().equals(LIST)) {
          throw new SpecSyntaxException(
              "expected nothing but the key " + LIST + ", got '" + field.getKey() + "'");
        }
      }
      list = tree.path(LIST);
    }
    if (!list.isArray()) {
      throw new SpecSyntaxException("expected a list of interventions, under the key " + LIST);
    }
    List<Intervention> all = new ArrayList<>();
    for (JsonNode node : list) {
      String path = LIST + "[" + all.size() + "]";
      if (node.isTextual()) {
        all.addAll(line(path, node.textValue()));
      } else if (node.isObject()) {
        all.add(intervention(path, node));
      } else {
        throw new SpecSyntaxException(path + ": expected an object or a line, got " + node);
      }
    }
    return new InterventionSpec(all);
  }

  private static List<Intervention> line(String path, String line) {
    try {
      List<Intervention> found = InterventionSpec.parse(line).interventions();
      if (found.size() == 1) {
        return found;
      }
    } catch (SpecSyntaxException e) {
      throw new SpecSyntaxException(path + ", " + e.getMessage());
    }
    throw new SpecSyntaxException(path + ": expected one intervention, got '" + line + "'");
  }

  private static Intervention intervention(String path, JsonNode node) {
    Text word = null;
    List<Text> points = new ArrayList<>();
    List<Setting> settings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = field.getKey();
      String at = path + "." + key;
      switch (key) {
        case "do" -> word = text(at, field.getValue());
        case "points" -> {
          JsonNode value = field.getValue();
          if (value.isArray()) {
            value.forEach(point -> points.add(text(at, point)));
          } else {
            points.add(text(at, value));
          }
        }
        default -> settings.add(new Setting(new Text(key, fault(at)), text(at, field.getValue())));
      }
    }
    if (word == null) {
      throw new SpecSyntaxException(path + ": expected the key do, with an operation");
    }
    return SpecReader.read(word, points, settings, fault(path));
  }

  private static Fault fault(String path) {
    return (offset, message) -> new SpecSyntaxException(path + ": " + message);
  }

  /**
   * A value as it would be written in the line: a list of numbers for a vector, else separated by
   * commas.
   */
  private static Text text(String path, JsonNode value) {
    return new Text(plain(path, value, path.endsWith(".vector")), fault(path));
  }

  private static String plain(String path, JsonNode value, boolean vector) {
    if (value.isArray()) {
      String items =
          StreamSupport.stream(value.spliterator(), false)
              .map(item -> plain(path, item, vector))
              .collect(Collectors.joining(","));
      return vector ? "[" + items + "]" : items;
    }
    if (value.isTextual() || value.isNumber()) {
      return value.asText();
    }
    throw new SpecSyntaxException(path + ": expected text, a number or a list, got " + value);
  }
}
