package io.lucerna.plugin.study;

import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Sweep.Head;
import io.lucerna.plugin.patch.StudyException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The effects of a model's heads in a patching study: ratios of sums over all pairs, of its first
 * direction.
 *
 * @param folder the study's folder
 * @param effects by head, in the order of layers and heads
 */
public record HeadEffects(Path folder, Map<Head, Double> effects) {

  /**
   * Reads what {@code patch -sweep head} wrote.
   *
   * @throws StudyException if there is no such study in the folder
   */
  public static HeadEffects read(Path folder) throws IOException {
    Path file = folder.resolve("aggregates.csv");
    if (!Files.isRegularFile(file)) {
      throw new StudyException(folder + ": holds no patching study: there is no aggregates.csv");
    }
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    Map<Head, Double> effects = new LinkedHashMap<>();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser parser = format.parse(reader)) {
      if (!parser.getHeaderNames().containsAll(List.of("direction", "stratum", "layer", "head"))
          || parser.getHeaderNames().contains("role")) {
        throw new StudyException(file + ": is of another sweep; patch with -sweep head");
      }
      String direction = null;
      for (CSVRecord row : parser) {
        direction = direction == null ? row.get("direction") : direction;
        if (row.get("direction").equals(direction)
            && row.get("stratum").equals("all")
            && row.get("aggregate").equals(RatioAggregate.RATIO_OF_SUMS.option())) {
          effects.put(head(row), Double.valueOf(row.get("value")));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new StudyException(file + ": cannot be read as aggregates of heads: " + e.getMessage());
    }
    if (effects.isEmpty()) {
      throw new StudyException(file + ": has no effects of heads");
    }
    return new HeadEffects(folder, effects);
  }

  private static Head head(CSVRecord row) {
    return new Head(Integer.parseInt(row.get("layer")), Integer.parseInt(row.get("head")));
  }

  /** The effect of a head; empty if the study lacks it. */
  OptionalDouble of(int layer, int head) {
    Double effect = effects.get(new Head(layer, head));
    return effect == null ? OptionalDouble.empty() : OptionalDouble.of(effect);
  }

  /**
   * The heads whose effects are farthest from 0, farthest first.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  List<Head> top(int count) {
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
