package io.lucerna.studies.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.Internal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** JSON that is compared with JSON that was read from a file. */
@Internal
public final class JsonText {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonText() {}

  /**
   * {@return values as they are read back: a number may be of another type than it was}
   *
   * @param values maps, lists, records, strings, numbers and JSON
   * @throws IllegalArgumentException if they hold anything else
   */
  public static JsonNode tree(Object values) {
    try {
      return MAPPER.readTree(MAPPER.writeValueAsString(values));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + values, e);
    }
  }

  /**
   * {@return the object that a tree holds}
   *
   * @param tree what {@link #tree} made of it
   * @param type its class
   * @param <T> its class
   * @throws IllegalArgumentException if it holds another
   */
  public static <T> T value(JsonNode tree, Class<T> type) {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  /**
   * {@return the first difference of two trees in words: {@code a b is 1, not 2}; empty if they are
   * equal}
   *
   * @param is the tree
   * @param expected what it should be
   */
  public static Optional<String> difference(JsonNode is, JsonNode expected) {
    return difference(new ArrayList<>(), is, expected);
  }

  private static Optional<String> difference(List<String> at, JsonNode is, JsonNode expected) {
    if (is.isObject() && expected.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      is.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        List<String> inside = new ArrayList<>(at);
        inside.add(name);
        Optional<String> found = difference(inside, is.path(name), expected.path(name));
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }
    if (is.isArray() && expected.isArray() && is.size() == expected.size()) {
      return IntStream.range(0, is.size())
          .mapToObj(i -> difference(at, is.get(i), expected.get(i)).stream())
          .flatMap(found -> found)
          .findFirst();
    }
    return is.equals(expected)
        ? Optional.empty()
        : Optional.of(String.join(" ", at) + " is " + shown(is) + ", not " + shown(expected));
  }

  static String shown(JsonNode value) {
    return value.isMissingNode() ? "(none)" : value.isTextual() ? value.asText() : "" + value;
  }
}
