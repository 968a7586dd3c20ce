package io.lucerna.studies.ranking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Conditions as JSON, which reads back as the same condition. */
final class ConditionJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ConditionJson() {}

  static ObjectNode write(Condition condition) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("id", condition.id()).put("label", condition.label());
    json.put("kind", condition.kind().name());
    condition.layer().ifPresent(layer -> json.put("layer", layer));
    condition.head().ifPresent(head -> json.put("head", head));
    condition.dose().ifPresent(dose -> json.put("of", dose.of()).put("amount", dose.amount()));
    json.set("spec", condition.spec().toJson());
    json.set("identity", condition.identity().toJson());
    ObjectNode inputs = json.putObject("inputs");
    condition.inputs().forEach(inputs::put);
    return json;
  }

  static Condition read(JsonNode json) {
    Map<String, String> inputs = new LinkedHashMap<>();
    json.path("inputs").properties().forEach(i -> inputs.put(i.getKey(), i.getValue().asText()));
    return new Condition(
        json.path("id").asText(),
        json.path("label").asText(),
        Condition.Kind.valueOf(json.path("kind").asText()),
        number(json.path("layer")),
        number(json.path("head")),
        json.has("of")
            ? Optional.of(
                new Condition.Dose(json.path("of").asText(), json.path("amount").asDouble()))
            : Optional.empty(),
        InterventionSpec.fromJson(json.path("spec")),
        InterventionSpec.fromJson(json.path("identity")),
        inputs);
  }

  private static OptionalInt number(JsonNode json) {
    return json.isMissingNode() ? OptionalInt.empty() : OptionalInt.of(json.asInt());
  }
}
