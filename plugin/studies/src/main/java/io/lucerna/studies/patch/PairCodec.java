package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Estimate;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Exact;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.studies.work.Floats;
import io.lucerna.studies.work.ItemCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Outcomes of pairs in a journal. Patched scores are base64 of little-endian 32-bit floats; other
 * scores are numbers that read back as the same float. All pairs share the axes of their cells.
 *
 * @param kind of the sweep
 */
public record PairCodec(SweepKind kind) implements ItemCodec<PairOutcome> {
  /** What these outcomes are. */
  public static final String OUTCOMES = "patches";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  @Override
  public String outcomes() {
    return OUTCOMES;
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public String key() {
    return "pair";
  }

  @Override
  public void write(PairOutcome outcome, ObjectNode line) {
    switch (outcome) {
      case PairOutcome.Unusable unusable -> line.put("unusable", unusable.reason());
      case PairOutcome.Swept swept -> {
        line.set("base", tokens(swept.base()));
        line.set("perturbed", tokens(swept.perturbed()));
        line.put("base_alone", swept.baseAlone()).put("perturbed_alone", swept.perturbedAlone());
        ArrayNode ways = line.putArray("ways");
        for (PairOutcome.Patched patched : swept.ways()) {
          SweepResult result = patched.result();
          ObjectNode way =
              ways.addObject()
                  .put("direction", result.direction().option())
                  .put("method", patched.method().option())
                  .put("recipient", result.recipient())
                  .put("donor", result.donor())
                  .put("empty", patched.empty())
                  .put("full", patched.full())
                  .put("unrelated", patched.unrelated())
                  .put("patched", Floats.base64(result.patched()));
          patched
              .spent()
              .ifPresent(
                  spent ->
                      way.put("forwards", spent.cost().forwards())
                          .put("backwards", spent.cost().backwards())
                          .put("seconds", spent.seconds()));
        }
      }
    }
  }

  @Override
  public PairOutcome read(JsonNode line, JsonNode shared) {
    if (line.has("unusable")) {
      return new PairOutcome.Unusable(line.path("unusable").asText());
    }
    List<Axis> axes = axes(shared);
    List<Token> base = tokens(line.path("base"));
    List<Token> perturbed = tokens(line.path("perturbed"));
    List<PairOutcome.Patched> ways = new ArrayList<>();
    for (JsonNode node : line.path("ways")) {
      Direction direction =
          Direction.valueOf(node.path("direction").asText().toUpperCase(Locale.ROOT));
      List<Token> recipient = direction == Direction.DENOISE ? base : perturbed;
      SweepResult result =
          new SweepResult(
              kind,
              direction,
              withPositions(axes, recipient.size()),
              Floats.of(node.path("patched").asText()),
              number(node, "recipient"),
              number(node, "donor"),
              recipient);
      String method = node.path("method").asText();
      ways.add(
          new PairOutcome.Patched(
              result,
              method.equals(Exact.FAST.option()) ? Exact.FAST : Estimate.parse(method),
              number(node, "empty"),
              number(node, "full"),
              number(node, "unrelated"),
              spent(node)));
    }
    return new PairOutcome.Swept(
        base, perturbed, number(line, "base_alone"), number(line, "perturbed_alone"), ways);
  }

  private static Optional<PairOutcome.Spent> spent(JsonNode node) {
    JsonNode seconds = node.path("seconds");
    return seconds.isMissingNode()
        ? Optional.empty()
        : Optional.of(
            new PairOutcome.Spent(
                new PatchingSweep.Cost(
                    node.path("forwards").asLong(), node.path("backwards").asLong()),
                seconds.asDouble()));
  }

  /** The axes of a swept pair, that of positions without labels. */
  @Override
  public Optional<ObjectNode> shared(PairOutcome outcome) {
    if (!(outcome instanceof PairOutcome.Swept swept)) {
      return Optional.empty();
    }
    ObjectNode line = JSON.objectNode();
    ArrayNode array = line.putArray("axes");
    for (Axis axis : swept.ways().getFirst().result().axes()) {
      ArrayNode labels = array.addObject().put("name", axis.name()).putArray("labels");
      if (!axis.name().equals(Axis.POSITION)) {
        axis.labels().forEach(labels::add);
      }
    }
    return Optional.of(line);
  }

  private static List<Axis> withPositions(List<Axis> axes, int positions) {
    List<String> labels = IntStream.range(0, positions).mapToObj(Integer::toString).toList();
    return axes.stream()
        .map(a -> a.name().equals(Axis.POSITION) ? new Axis(a.name(), labels) : a)
        .toList();
  }

  /** The axes of all outcomes, that of positions without labels. */
  private static List<Axis> axes(JsonNode line) {
    List<Axis> axes = new ArrayList<>();
    for (JsonNode axis : line.path("axes")) {
      List<String> labels = new ArrayList<>();
      axis.path("labels").forEach(l -> labels.add(l.asText()));
      axes.add(new Axis(axis.path("name").asText(), labels));
    }
    return axes;
  }

  private static ObjectNode tokens(List<Token> tokens) {
    ObjectNode node = JSON.objectNode();
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
}
