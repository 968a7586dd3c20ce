package io.lucerna.studies.ranking;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.Measure;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes {@code study.json}: what was studied, and how to do it again. */
final class StudyManifest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StudyManifest() {}

  /**
   * Writes the file.
   *
   * @param maps what is said of the maps of heads, by the names of the fields; empty without any
   */
  static void write(
      Identity identity, Findings findings, int depth, Map<String, Object> maps, Path folder)
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
    all.putAll(maps);
    Map<String, Unmatched> unmatched =
        findings.unmatched().stream().collect(Collectors.toMap(Unmatched::condition, one -> one));
    List<ObjectNode> conditions = new ArrayList<>();
    for (Condition condition : findings.conditions()) {
      String run = StudyEnd.runName(condition);
      ConditionInfo info =
          ConditionInfo.of(
              condition,
              run,
              Hashes.sha256(folder.resolve(run)),
              condition.tag(identity.model(), depth));
      ObjectNode one = MAPPER.valueToTree(info);
      Unmatched left = unmatched.get(condition.id());
      if (left != null) {
        one.put("positions", left.positions()).put("missing", left.missing());
      }
      if (!condition.inputs().isEmpty()) {
        ArrayNode inputs = one.putArray("inputs");
        condition
            .inputs()
            .forEach((path, sha256) -> inputs.addObject().put("path", path).put("sha256", sha256));
      }
      conditions.add(one);
    }
    all.put("conditions", conditions);
    Manifest.write(folder.resolve("study.json"), all);
  }
}
