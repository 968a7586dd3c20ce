package io.lucerna.topics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.JsonFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Contrast pairs as JSON objects. */
final class PairJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader READER =
      MAPPER.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private PairJson() {}

  static String write(ContrastPair pair, Optional<PairTokens> tokens) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("id", pair.id());
    json.put("qid", pair.qid());
    json.put("query", pair.query());
    json.put("docid", pair.docid());
    json.put("perturbation", pair.perturbation());
    json.put("base", pair.base());
    json.put("perturbed", pair.perturbed());
    ArrayNode edits = json.putArray("edits");
    for (Edit e : pair.edits()) {
      edits
          .addArray()
          .add(e.baseStart())
          .add(e.baseEnd())
          .add(e.perturbedStart())
          .add(e.perturbedEnd());
    }
    pair.terms().forEach(json.putArray("terms")::add);
    pair.grade().ifPresent(grade -> json.put("grade", grade));
    pair.bm25Base().ifPresent(score -> json.put("bm25_base", score));
    pair.bm25Perturbed().ifPresent(score -> json.put("bm25_perturbed", score));
    pair.idf().ifPresent(idf -> json.put("idf", idf));
    tokens.ifPresent(t -> json.set("tokens", tokens(t)));
    return json.toString();
  }

  private static ObjectNode tokens(PairTokens tokens) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("model", tokens.model());
    json.put("filler", tokens.filler());
    ArrayNode base = json.putArray("base");
    ArrayNode perturbed = json.putArray("perturbed");
    for (int i = 0; i < tokens.base().length; i++) {
      base.add(tokens.base()[i]);
      perturbed.add(tokens.perturbed()[i]);
    }
    ArrayNode changed = json.putArray("changed");
    tokens.changed().forEach(run -> changed.addArray().add(run[0]).add(run[1]));
    tokens.baseRoles().forEach(json.putArray("base_roles")::add);
    tokens.perturbedRoles().forEach(json.putArray("perturbed_roles")::add);
    return json;
  }

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static ContrastPair read(String line) {
    JsonNode json;
    try {
      json = READER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(JsonFaults.message("JSON", e, line), e);
    }
    if (!json.isObject()) {
      throw new IllegalArgumentException("not a JSON object");
    }
    OptionalDouble grade = number(json, "grade");
    if (grade.isPresent() && !json.get("grade").isInt()) {
      throw new IllegalArgumentException("field grade must be a whole number");
    }
    return new ContrastPair(
        text(json, "id"),
        text(json, "qid"),
        text(json, "query"),
        text(json, "docid"),
        text(json, "perturbation"),
        text(json, "base"),
        text(json, "perturbed"),
        edits(json),
        terms(json),
        grade.isPresent() ? OptionalInt.of((int) grade.getAsDouble()) : OptionalInt.empty(),
        number(json, "bm25_base"),
        number(json, "bm25_perturbed"),
        number(json, "idf"));
  }

  private static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("field " + field + " must be a string");
    }
    return value.asText();
  }

  private static OptionalDouble number(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalDouble.empty();
    }
    if (!value.isNumber()) {
      throw new IllegalArgumentException("field " + field + " must be a number");
    }
    return OptionalDouble.of(value.asDouble());
  }

  private static List<Edit> edits(JsonNode json) {
    if (!json.hasNonNull("edits")) {
      return Edit.words(text(json, "base"), text(json, "perturbed"));
    }
    List<Edit> edits = new ArrayList<>();
    for (JsonNode edit : list(json, "edits")) {
      if (edit.size() != 4) {
        throw new IllegalArgumentException("an edit must be four numbers, got " + edit);
      }
      for (JsonNode number : edit) {
        if (!number.isInt()) {
          throw new IllegalArgumentException("an edit must be four whole numbers, got " + edit);
        }
      }
      edits.add(
          new Edit(
              edit.get(0).asInt(), edit.get(1).asInt(), edit.get(2).asInt(), edit.get(3).asInt()));
    }
    return edits;
  }

  private static JsonNode list(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isArray() && !value.isMissingNode() && !value.isNull()) {
      throw new IllegalArgumentException("field " + field + " must be a list");
    }
    return value;
  }

  private static List<String> terms(JsonNode json) {
    List<String> terms = new ArrayList<>();
    for (JsonNode term : list(json, "terms")) {
      if (!term.isTextual()) {
        throw new IllegalArgumentException("terms must be strings, got " + term);
      }
      terms.add(term.asText());
    }
    return terms;
  }
}
