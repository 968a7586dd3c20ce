package io.lucerna.instrumentation.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.JsonFiles;
import io.lucerna.instrumentation.nn.Activation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The keys of one {@code config.json}. Whatever is missing or of another type is told with the key
 * and the value.
 *
 * @param file where the keys come from
 * @param json the object
 */
public record Settings(Path file, JsonNode json) {

  /**
   * Reads a model folder's {@code config.json}.
   *
   * @throws CheckpointException if the file is missing or is no JSON object
   */
  static Settings read(Path folder) {
    Path file = folder.resolve("config.json");
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file + ": no such file");
    }
    JsonNode json = JsonFiles.settings(file);
    if (!json.isObject()) {
      throw new CheckpointException(file + ": not a JSON object");
    }
    return new Settings(file, json);
  }

  boolean has(String key) {
    return json.hasNonNull(key);
  }

  /** A whole number under the first of these keys that is there. */
  int integer(String... keys) {
    String key = Arrays.stream(keys).filter(this::has).findFirst().orElse(keys[0]);
    JsonNode value = json.path(key);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw error(key + " must be a whole number, got " + shown(key));
    }
    return value.asInt();
  }

  int integer(String key, int otherwise) {
    return has(key) ? integer(key) : otherwise;
  }

  double decimal(String key, double otherwise) {
    if (has(key) && !json.get(key).isNumber()) {
      throw error(key + " must be a number, got " + shown(key));
    }
    return has(key) ? json.get(key).asDouble() : otherwise;
  }

  /** A number that is added to a variance; a huge one makes a norm that divides by a constant. */
  double epsilon(String key, double otherwise) {
    double value = decimal(key, otherwise);
    if (!(value > 0 && Double.isFinite(value))) {
      throw error(key + " must be a number above 0, got " + value);
    }
    return value;
  }

  boolean flag(String key, boolean otherwise) {
    if (has(key) && !json.get(key).isBoolean()) {
      throw error(key + " must be true or false, got " + shown(key));
    }
    return has(key) ? json.get(key).asBoolean() : otherwise;
  }

  String text(String key, String otherwise) {
    if (has(key) && !json.get(key).isTextual()) {
      throw error(key + " must be a string, got " + shown(key));
    }
    return has(key) ? json.get(key).asText() : otherwise;
  }

  /** The texts of an array; empty where the key is missing. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode text : json.path(key)) {
      if (!text.isTextual()) {
        throw error(key + " must contain strings, got " + shown(key));
      }
      texts.add(text.asText());
    }
    return texts;
  }

  /** The object under a key; without keys where there is none. */
  Settings object(String key) {
    JsonNode value = has(key) ? json.get(key) : new ObjectMapper().createObjectNode();
    if (!value.isObject()) {
      throw error(key + " must be an object, got " + shown(key));
    }
    return new Settings(file, value);
  }

  Activation activation(String key, String otherwise) {
    try {
      return Activation.parse(text(key, otherwise));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + key + ": " + e.getMessage(), e);
    }
  }

  /** Refuses any other value of a key than this one, which is that of a missing key too. */
  void require(String key, String value) {
    if (has(key) && !json.get(key).asText().equals(value)) {
      throw error(
          String.format(
              Locale.ROOT, "%s is %s; only %s is supported", key, json.get(key).asText(), value));
    }
  }

  /** An error in this file. */
  public CheckpointException error(String message) {
    return new CheckpointException(file + ": " + message);
  }

  private String shown(String key) {
    return json.has(key) ? json.get(key).toString() : "nothing";
  }
}
