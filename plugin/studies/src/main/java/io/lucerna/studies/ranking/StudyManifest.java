package io.lucerna.studies.ranking;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.eval.Measure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Writes {@code study.json}: what was studied, and how to do it again. */
final class StudyManifest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StudyManifest() {}

  /**
   * Writes the file.
   *
   * @param correlation of the two maps of heads; empty without
   */
  static void write(
      StudyIdentity identity,
      Findings findings,
      int depth,
      Map<String, Object> correlation,
      Path folder)
      throws IOException {
    ObjectNode all = MAPPER.createObjectNode();
    identity.fields().forEach((name, value) -> all.set(name, MAPPER.valueToTree(value)));
    StudySettings settings = findings.settings();
    all.put("depth", depth);
    ArrayNode measures = all.putArray("measures");
    settings.measures().stream().map(Measure::irName).forEach(measures::add);
    all.put("level", settings.level());
    all.put("correction", settings.correction().toString());
    all.put("seed", settings.comparison().seed());
    all.put("rounds", settings.comparison().rounds());
    all.put("margin", settings.comparison().margin());
    if (!correlation.isEmpty()) {
      all.set("rankCorrelation", MAPPER.valueToTree(correlation));
    }
    ArrayNode conditions = all.putArray("conditions");
    for (Condition condition : findings.conditions()) {
      ObjectNode one = conditions.addObject();
      String run = Study.runName(condition);
      one.put("id", condition.id())
          .put("label", condition.label())
          .put("kind", condition.kind().toString())
          .put("layer", number(condition.layer()))
          .put("head", number(condition.head()))
          .put("dose", number(condition.dose()))
          .put("spec", condition.spec().toString())
          .put("specHash", condition.spec().isEmpty() ? "" : condition.identity().sha256())
          .put("run", run)
          .put("runSha256", identity.hash().of(folder.resolve(run)))
          .put("tag", condition.tag(identity.model().name(), depth));
      if (!condition.inputs().isEmpty()) {
        ArrayNode inputs = one.putArray("inputs");
        condition
            .inputs()
            .forEach((path, sha256) -> inputs.addObject().put("path", path).put("sha256", sha256));
      }
    }
    String json =
        MAPPER
            .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
            .writeValueAsString(all);
    AtomicFile.write(folder.resolve("study.json"), out -> out.write(json + "\n"));
  }

  private static @Nullable Integer number(OptionalInt value) {
    return value.isEmpty() ? null : (Integer) value.getAsInt();
  }

  private static @Nullable Double number(OptionalDouble value) {
    return value.isEmpty() ? null : (Double) value.getAsDouble();
  }
}
