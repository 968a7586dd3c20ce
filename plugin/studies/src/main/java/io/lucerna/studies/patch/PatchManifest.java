package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private PatchManifest() {}

  /** Writes the file, and returns what it says. */
  static JsonNode write(
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
    for (WayRows rows : data.ways()) {
      Map<String, Object> some = new LinkedHashMap<>();
      aggregates.stream()
          .filter(each -> each.rows() == rows)
          .forEach(each -> some.put(key(each.of()), sizeCorrelation(each.sizeCorrelation())));
      sizes.put(rows.way().option(), byName(some));
    }
    all.put("sizeCorrelation", sizes);
    all.put("axes", axes(data));
    all.put("roles", Arrays.stream(Role.values()).map(Role::option).toList());
    all.put("arrays", arrays(data, folder));
    Manifest.write(folder.resolve("manifest.json"), all);
    return MAPPER.valueToTree(all);
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
    counts.put("moves", moves(data.directions().getFirst()));
    for (WayRows rows : data.directions()) {
      Map<String, Object> some = new LinkedHashMap<>();
      for (Perturbed of : Perturbed.of(data.perturbations(), false)) {
        some.put(key(of), counts(rows, of, exclusions));
      }
      counts.put(rows.direction().option(), byName(some));
    }
    return counts;
  }

  private static Map<String, Object> counts(WayRows rows, Perturbed of, Exclusions exclusions) {
    Map<String, Object> counts = new LinkedHashMap<>(Map.of("used", 0));
    for (WayRows.Part part : rows.parts()) {
      if (of.isOf(part.perturbation())) {
        counts.put("used", part.used());
        counts.put("floor", part.least());
        counts.put("dropped", part.dropped());
      }
    }
    counts.put("excluded", exclusions.counts(rows.direction(), of));
    return counts;
  }

  private static String key(Perturbed of) {
    return of.name().orElse(Stratum.ALL);
  }

  /** Of one perturbation there is no more to say than what its pairs gave. */
  private static Object byName(Map<String, Object> some) {
    Object only = some.get(Stratum.ALL);
    return some.size() == 1 && only != null ? only : some;
  }

  private static Map<String, Object> moves(WayRows rows) {
    Map<String, Object> moves = new LinkedHashMap<>();
    for (Expected.Moves each : Expected.moves(rows)) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("score", each.score());
      one.put("axiom", each.axiom());
      one.put("share", each.share());
      one.put("pairs", each.pairs());
      moves.put(each.perturbation(), one);
    }
    return moves;
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
    for (WayRows rows : data.ways()) {
      String name = PairArrays.patchedName(rows.way());
      all.add(array(name, "<f4", arrays.dimensions(), arrays.shape()));
    }
    for (WayRows rows : data.directions()) {
      Direction direction = rows.direction();
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
