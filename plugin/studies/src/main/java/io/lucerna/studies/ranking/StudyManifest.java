package io.lucerna.studies.ranking;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.Measure;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Writes {@code study.json}: what was studied, and how to do it again. */
final class StudyManifest {
  private StudyManifest() {}

  /**
   * Writes the file.
   *
   * @param correlation of the two maps of heads; empty without
   */
  static void write(
      Identity identity, Findings findings, int depth, Map<String, Object> correlation, Path folder)
      throws IOException {
    Map<String, Object> all = identity.fields();
    StudySettings settings = findings.settings();
    all.put("depth", depth);
    all.put("measures", settings.measures().stream().map(Measure::irName).toList());
    all.put("level", settings.level());
    all.put("correction", settings.correction().toString());
    all.put("seed", settings.comparison().seed());
    all.put("rounds", settings.comparison().rounds());
    all.put("margin", settings.comparison().margin());
    if (!correlation.isEmpty()) {
      all.put("rankCorrelation", correlation);
    }
    ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
    all.put("conditions", conditions);
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
          .put("runSha256", Hashes.sha256(folder.resolve(run)))
          .put("tag", condition.tag(identity.model().name(), depth));
      if (!condition.inputs().isEmpty()) {
        ArrayNode inputs = one.putArray("inputs");
        condition
            .inputs()
            .forEach((path, sha256) -> inputs.addObject().put("path", path).put("sha256", sha256));
      }
    }
    Manifest.write(folder.resolve("study.json"), all);
  }

  private static @Nullable Integer number(OptionalInt value) {
    return value.isEmpty() ? null : (Integer) value.getAsInt();
  }

  private static @Nullable Double number(OptionalDouble value) {
    return value.isEmpty() ? null : (Double) value.getAsDouble();
  }
}
