package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a patching study's manifest says. */
final class PatchManifest {
  private PatchManifest() {}

  static void write(
      PatchSettings settings,
      Identity identity,
      StudyData data,
      Exclusions exclusions,
      List<ControlSummary> controls,
      List<Aggregates> aggregates,
      Path folder)
      throws IOException {
    Map<String, Object> all = identity.fields();
    all.put("settings", settings.fields());
    all.put("counts", counts(data, exclusions));
    Map<String, Object> checks = new LinkedHashMap<>();
    controls.forEach(c -> checks.put(c.direction().option(), c.fields()));
    all.put("controls", checks);
    Map<String, Object> sizes = new LinkedHashMap<>();
    for (Aggregates each : aggregates) {
      sizes.put(each.rows().direction().option(), sizeCorrelation(each.sizeCorrelation()));
    }
    all.put("sizeCorrelation", sizes);
    all.put("axes", axes(data));
    all.put("roles", Arrays.stream(Role.values()).map(Role::option).toList());
    all.put("arrays", arrays(data, folder));
    Manifest.write(folder.resolve("manifest.json"), all);
  }

  /** With fewer than two pairs there is none, which JSON calls null. */
  @SuppressWarnings("NullAway")
  private static Map<String, Object> sizeCorrelation(Aggregates.SizeCorrelation size) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ratio", Double.isNaN(size.ratio()) ? null : (Object) size.ratio());
    fields.put("robust", Double.isNaN(size.robust()) ? null : (Object) size.robust());
    return fields;
  }

  private static Map<String, Object> counts(StudyData data, Exclusions exclusions) {
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("pairs", data.pairs().size());
    counts.put("swept", data.swept().size());
    for (DirectionRows rows : data.directions()) {
      Map<String, Object> direction = new LinkedHashMap<>();
      direction.put("used", rows.used());
      direction.put("floor", rows.least());
      direction.put("dropped", rows.dropped());
      direction.put("excluded", exclusions.counts(rows.direction()));
      counts.put(rows.direction().option(), direction);
    }
    return counts;
  }

  private static List<Map<String, Object>> axes(StudyData data) {
    List<Map<String, Object>> axes = new ArrayList<>();
    for (Axis axis : data.space().outer()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", axis.name());
      one.put("labels", axis.labels());
      axes.add(one);
    }
    return axes;
  }

  private static List<Map<String, Object>> arrays(StudyData data, Path folder) {
    PairArrays arrays = new PairArrays(data, folder);
    List<Map<String, Object>> all = new ArrayList<>();
    for (DirectionRows rows : data.directions()) {
      Direction direction = rows.direction();
      all.add(array(PairArrays.patchedName(direction), "<f4", arrays.dimensions(), arrays.shape()));
      int[] scores = {data.swept().size(), 2};
      all.add(
          array(
              PairArrays.scoresName(direction),
              "<f4",
              List.of("pair", "recipient, donor"),
              scores));
      if (data.space().positions()) {
        int[] roles = {data.swept().size(), data.longest()};
        all.add(array(PairArrays.rolesName(direction), "|i1", List.of("pair", "position"), roles));
      }
    }
    return all;
  }

  private static Map<String, Object> array(
      String name, String type, List<String> dimensions, int[] shape) {
    Map<String, Object> array = new LinkedHashMap<>();
    array.put("file", name);
    array.put("type", type);
    array.put("dimensions", dimensions);
    array.put("shape", shape);
    return array;
  }
}
