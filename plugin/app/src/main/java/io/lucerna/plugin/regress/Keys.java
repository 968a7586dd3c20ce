package io.lucerna.plugin.regress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.NearestNames;
import io.lucerna.base.text.MalformedTextException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A mapping in a YAML file, which knows where it is: every fault names the file and the key.
 *
 * @param source the file's name
 * @param place where in the file, such as {@code models[1]}; empty at the top
 * @param node the mapping
 */
record Keys(String source, String place, JsonNode node) {
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a file's content.
   *
   * @throws RegressException with line and column if it is not YAML, or is not a mapping
   */
  static Keys parse(String source, String content) {
    try {
      JsonNode root = YAML.readTree(content);
      if (root == null || !root.isObject()) {
        throw new RegressException(
            source + ": expected a mapping with keys such as corpus, models");
      }
      return new Keys(source, "", root);
    } catch (JsonProcessingException e) {
      MalformedTextException where = JsonFaults.inFile(source, "YAML", e, content);
      throw new RegressException(String.valueOf(where.getMessage()), e);
    }
  }

  /** A fault of one of the keys. */
  RegressException fault(String key, String what) {
    return new RegressException(source + ": " + path(key) + ": " + what);
  }

  String path(String key) {
    return place.isEmpty() ? key : place + "." + key;
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  /** The texts, numbers or flags of a key as text; empty if it is not there. */
  Optional<String> optional(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw fault(key, "expected a text or a number");
    }
    return Optional.of(value.asText());
  }

  String text(String key) {
    return optional(key).orElseThrow(() -> fault(key, "missing"));
  }

  int integer(String key) {
    String text = text(key);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw fault(key, "expected a whole number, got '" + text + "'");
    }
  }

  double number(String key) {
    return number(key, node.path(key));
  }

  private double number(String key, JsonNode value) {
    if (value.isMissingNode()) {
      throw fault(key, "missing");
    }
    if (!value.isNumber()) {
      throw fault(key, "expected a number, got '" + value.asText() + "'");
    }
    return value.doubleValue();
  }

  /** A mapping that must be there. */
  Keys map(String key) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      throw fault(key, "missing");
    }
    if (!value.isObject()) {
      throw fault(key, "expected a mapping");
    }
    return new Keys(source, path(key), value);
  }

  /** The mappings of a list; none if the key is not there. */
  List<Keys> list(String key) {
    JsonNode value = node.path(key);
    if (!value.isMissingNode() && !value.isNull() && !value.isArray()) {
      throw fault(key, "expected a list");
    }
    List<Keys> items = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      String item = key + "[" + i + "]";
      if (!value.get(i).isObject()) {
        throw fault(item, "expected a mapping");
      }
      items.add(new Keys(source, path(item), value.get(i)));
    }
    return items;
  }

  /** The same, and there must be one at least. */
  List<Keys> someOf(String key) {
    List<Keys> items = list(key);
    if (items.isEmpty()) {
      throw fault(key, "missing");
    }
    return items;
  }

  /** Names and lists of numbers; a number alone is a list of one. */
  Map<String, List<Double>> numbers(String key) {
    Keys map = map(key);
    Map<String, List<Double>> all = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.node.properties()) {
      List<Double> values = new ArrayList<>();
      JsonNode value = entry.getValue();
      if (value.isArray()) {
        value.forEach(one -> values.add(map.number(entry.getKey(), one)));
      } else {
        values.add(map.number(entry.getKey(), value));
      }
      all.put(entry.getKey(), List.copyOf(values));
    }
    return all;
  }

  /** Refuses keys other than these. */
  void only(List<String> known) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!known.contains(entry.getKey())) {
        String hint = NearestNames.hint(entry.getKey(), known);
        throw fault(
            entry.getKey(),
            "unknown key" + (hint.isEmpty() ? "; known are " + String.join(", ", known) : hint));
      }
    }
  }
}
