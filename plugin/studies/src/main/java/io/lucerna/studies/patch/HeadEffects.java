package io.lucerna.studies.patch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * The effects of a model's heads in a patching study, over the pairs of one perturbation or of all
 * together, in its first direction by its first method (the exact one, if it was used): the
 * statistic that leads there.
 *
 * @param folder the study's folder
 * @param direction which one: {@code denoise} or {@code noise}
 * @param method how the effects were found: {@code exact}, or the name of an estimate
 * @param statistic how the effects of several pairs became one: the name of a {@link
 *     RatioAggregate}
 * @param perturbation the one that was named; empty without
 * @param effects by head, in the order of layers and heads
 * @param model the hash of the model that was patched; empty if no manifest says it
 */
public record HeadEffects(
    Path folder,
    String direction,
    String method,
    String statistic,
    Optional<String> perturbation,
    Map<Head, Double> effects,
    Optional<String> model) {
  static final String AGGREGATES = "aggregates.csv";
  private static final List<String> COLUMNS =
      List.of(
          "direction",
          AggregateTables.METHOD,
          "stratum",
          "level",
          AggregateTables.STATISTIC,
          "layer",
          CellSpace.HEAD_COLUMN,
          "value");

  /**
   * Reads what {@code patch -sweep head} wrote.
   *
   * @param study the study's folder; of several perturbations one is named behind it: {@code
   *     DIR:TFC1}
   * @return the effects in the study's first direction by its first method
   * @throws StudyInputException if there is no such study in the folder or no such perturbation in
   *     the study, or it has several, which were not pooled, and none is named
   * @throws IOException if a file cannot be read
   */
  public static HeadEffects read(String study) throws IOException {
    // Names of folders, and those of perturbations, may have colons.
    for (int end = study.length(); end > 0; end = study.lastIndexOf(':', end - 1)) {
      Path folder = Path.of(study.substring(0, end));
      if (Files.isDirectory(folder)) {
        boolean named = end < study.length();
        return read(folder, named ? Optional.of(study.substring(end + 1)) : Optional.empty());
      }
    }
    return read(Path.of(study), Optional.empty());
  }

  private static HeadEffects read(Path folder, Optional<String> named) throws IOException {
    Path file = folder.resolve(AGGREGATES);
    if (!Files.isRegularFile(file)) {
      throw new StudyInputException(
          folder + ": holds no patching study: there is no aggregates.csv");
    }
    CsvFile table = CsvFile.read(file);
    if (!table.header().containsAll(COLUMNS) || table.header().contains("role")) {
      throw new StudyInputException(file + ": is of another sweep than that of heads");
    }
    Optional<JsonNode> manifest = manifest(folder.resolve("manifest.json"));
    String statistic =
        manifest
            .map(all -> all.path("settings").path(PatchSettings.HEADLINE).asText(""))
            .filter(name -> !name.isEmpty())
            .orElse(RatioAggregate.RATIO_OF_SUMS.option());
    SequencedMap<String, Map<Head, Double>> kinds = new LinkedHashMap<>();
    Map<Head, Double> together = new LinkedHashMap<>();
    String direction = "";
    String method = "";
    for (CsvFile.Row row : table.rows()) {
      direction = direction.isEmpty() ? row.text("direction") : direction;
      method = method.isEmpty() ? row.text(AggregateTables.METHOD) : method;
      if (row.text("direction").equals(direction)
          && row.text(AggregateTables.METHOD).equals(method)
          && row.text(AggregateTables.STATISTIC).equals(statistic)) {
        String stratum = row.text("stratum");
        if (stratum.equals(Stratum.ALL)) {
          together.put(head(row), row.number("value"));
        } else if (stratum.equals(AggregateTables.PERTURBATION)) {
          kinds
              .computeIfAbsent(row.text("level"), kind -> new LinkedHashMap<>())
              .put(head(row), row.number("value"));
        }
      }
    }
    if (kinds.isEmpty() && together.isEmpty()) {
      throw new StudyInputException(file + ": has no effects of heads");
    }
    if (kinds.isEmpty()) {
      // All pairs are of one perturbation, whose name is in the manifest alone.
      manifest.ifPresent(
          json ->
              json.at("/counts/moves").fieldNames().forEachRemaining(k -> kinds.put(k, together)));
    }
    Map<Head, Double> effects =
        named.isEmpty() ? together : kinds.getOrDefault(named.get(), Map.of());
    if (effects.isEmpty()) {
      if (kinds.isEmpty()) {
        throw new StudyInputException(
            folder + ": its perturbation has no name, since there is no manifest.json");
      }
      String names = String.join(", ", kinds.sequencedKeySet());
      String first = folder + ":" + kinds.sequencedKeySet().getFirst();
      throw new StudyInputException(
          named
              .map(one -> folder + ": has no perturbation '" + one + "'; there are " + names)
              .orElse(
                  folder + ": has several perturbations: " + names + "; name one, as in " + first));
    }
    Optional<String> model =
        manifest
            .map(all -> all.at("/model/sha256"))
            .filter(JsonNode::isTextual)
            .map(JsonNode::asText);
    return new HeadEffects(folder, direction, method, statistic, named, effects, model);
  }

  static Optional<JsonNode> manifest(Path manifest) throws IOException {
    if (!Files.isRegularFile(manifest)) {
      return Optional.empty();
    }
    String content = TextFile.of(manifest).text();
    try {
      return Optional.of(new ObjectMapper().readTree(content));
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(manifest.toString(), "JSON", e, content);
    }
  }

  /**
   * Refuses effects in another model.
   *
   * @param studied the model that is studied now
   * @throws StudyInputException if its hash is another one, or a head does not exist
   */
  public void requireOf(ModelCard studied) {
    if (model.isPresent() && !model.get().equals(studied.sha256())) {
      throw new StudyInputException(
          String.format(
              Locale.ROOT,
              "%s: is of another model: its hash is %.12s, that of %s %.12s",
              folder,
              model.get(),
              studied.name(),
              studied.sha256()));
    }
    for (Head head : effects.keySet()) {
      if (head.layer() >= studied.layers() || head.head() >= studied.heads()) {
        throw new StudyInputException(
            String.format(
                Locale.ROOT,
                "%s: is of another model: head %s is not one of the %d x %d of %s",
                folder,
                head,
                studied.layers(),
                studied.heads(),
                studied.name()));
      }
    }
  }

  /** {@return what ids of conditions that are made of these effects end with} */
  public String ending() {
    return perturbation.map(of -> "-" + Perturbed.fileName(of)).orElse("");
  }

  /** {@return the file that the effects are in} */
  public Path file() {
    return folder.resolve(AGGREGATES);
  }

  private static Head head(CsvFile.Row row) {
    return new Head(
        (int) row.whole("layer", 0, Integer.MAX_VALUE),
        (int) row.whole(CellSpace.HEAD_COLUMN, 0, Integer.MAX_VALUE));
  }

  /**
   * {@return the effect of a head; empty if the study lacks it}
   *
   * @param layer the layer, from 0
   * @param head the head's number in the layer, from 0
   */
  public OptionalDouble of(int layer, int head) {
    Double effect = effects.get(new Head(layer, head));
    return effect == null ? OptionalDouble.empty() : OptionalDouble.of(effect);
  }

  /**
   * {@return the heads whose effects are farthest from 0, farthest first}
   *
   * @param count how many, 0 or more
   * @throws IllegalArgumentException if there are fewer
   */
  public List<Head> top(int count) {
    if (count > effects.size()) {
      throw new IllegalArgumentException(
          folder + ": has " + effects.size() + " heads, not " + count);
    }
    List<Head> heads = new ArrayList<>(effects.keySet());
    heads.sort(
        Comparator.comparingDouble((Head head) -> -Math.abs(effects.getOrDefault(head, 0.0))));
    return List.copyOf(heads.subList(0, count));
  }
}
