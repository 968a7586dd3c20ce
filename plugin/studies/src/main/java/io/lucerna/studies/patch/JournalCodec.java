package io.lucerna.studies.patch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Outcomes as lines of JSON. Patched scores are base64 of little-endian 32-bit floats; other scores
 * are numbers that read back as the same float.
 */
final class JournalCodec {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JournalCodec() {}

  static String print(String pair, PairOutcome outcome) {
    ObjectNode line = MAPPER.createObjectNode().put("pair", pair);
    switch (outcome) {
      case PairOutcome.Unusable unusable -> line.put("unusable", unusable.reason());
      case PairOutcome.Swept swept -> {
        line.set("base", tokens(swept.base()));
        line.set("perturbed", tokens(swept.perturbed()));
        line.put("base_alone", swept.baseAlone()).put("perturbed_alone", swept.perturbedAlone());
        ArrayNode directions = line.putArray("directions");
        for (PairOutcome.Patched patched : swept.directions()) {
          SweepResult result = patched.result();
          directions
              .addObject()
              .put("direction", result.direction().option())
              .put("recipient", result.recipient())
              .put("donor", result.donor())
              .put("empty", patched.empty())
              .put("full", patched.full())
              .put("unrelated", patched.unrelated())
              .put("patched", bytes(result.patched()));
        }
      }
    }
    return text(line);
  }

  static PairOutcome outcome(JsonNode line, SweepKind kind, List<Axis> axes) {
    if (line.has("unusable")) {
      return new PairOutcome.Unusable(line.path("unusable").asText());
    }
    List<Token> base = tokens(line.path("base"));
    List<Token> perturbed = tokens(line.path("perturbed"));
    List<PairOutcome.Patched> directions = new ArrayList<>();
    for (JsonNode node : line.path("directions")) {
      Direction direction =
          Direction.valueOf(node.path("direction").asText().toUpperCase(Locale.ROOT));
      List<Token> recipient = direction == Direction.DENOISE ? base : perturbed;
      SweepResult result =
          new SweepResult(
              kind,
              direction,
              withPositions(axes, recipient.size()),
              floats(node.path("patched").asText()),
              number(node, "recipient"),
              number(node, "donor"),
              recipient);
      directions.add(
          new PairOutcome.Patched(
              result, number(node, "empty"), number(node, "full"), number(node, "unrelated")));
    }
    return new PairOutcome.Swept(
        base, perturbed, number(line, "base_alone"), number(line, "perturbed_alone"), directions);
  }

  /** The axes of a swept pair, that of positions without labels. */
  static List<Axis> withoutPositions(PairOutcome.Swept swept) {
    return swept.directions().getFirst().result().axes().stream()
        .map(a -> a.name().equals(Axis.POSITION) ? new Axis(a.name(), List.of()) : a)
        .toList();
  }

  private static List<Axis> withPositions(List<Axis> axes, int positions) {
    List<String> labels = IntStream.range(0, positions).mapToObj(Integer::toString).toList();
    return axes.stream()
        .map(a -> a.name().equals(Axis.POSITION) ? new Axis(a.name(), labels) : a)
        .toList();
  }

  static String print(List<Axis> axes) {
    ObjectNode line = MAPPER.createObjectNode();
    ArrayNode array = line.putArray("axes");
    for (Axis axis : axes) {
      ArrayNode labels = array.addObject().put("name", axis.name()).putArray("labels");
      axis.labels().forEach(labels::add);
    }
    return text(line);
  }

  static List<Axis> axes(JsonNode line) {
    List<Axis> axes = new ArrayList<>();
    for (JsonNode axis : line.path("axes")) {
      List<String> labels = new ArrayList<>();
      axis.path("labels").forEach(l -> labels.add(l.asText()));
      axes.add(new Axis(axis.path("name").asText(), labels));
    }
    return axes;
  }

  private static ObjectNode tokens(List<Token> tokens) {
    ObjectNode node = MAPPER.createObjectNode();
    ArrayNode pieces = node.putArray("pieces");
    ArrayNode segments = node.putArray("segments");
    ArrayNode roles = node.putArray("roles");
    for (Token token : tokens) {
      pieces.add(token.piece());
      segments.add(token.segment());
      roles.add(token.role().option());
    }
    return node;
  }

  /** The tokens without their places in the text, which nothing here needs. */
  private static List<Token> tokens(JsonNode node) {
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < node.path("pieces").size(); i++) {
      tokens.add(
          new Token(
              node.path("pieces").path(i).asText(),
              node.path("segments").path(i).asInt(),
              -1,
              0,
              0,
              Role.parse(node.path("roles").path(i).asText())));
    }
    return tokens;
  }

  private static float number(JsonNode node, String name) {
    return Float.parseFloat(node.path(name).asText());
  }

  private static String bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static float[] floats(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static String text(ObjectNode line) {
    try {
      return MAPPER.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
