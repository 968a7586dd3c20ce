package io.lucerna.studies.ranking;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word for conditions, with what follows it: {@code heads:8-11 by=mean from=DIR}, {@code
 * spec:SPEC name=cut}.
 *
 * @param word what is asked for
 * @param settings {@code name}; of parts of the model {@code by} and {@code from} too, of doses
 *     {@code random}, of directions {@code point}
 */
record ConditionWord(String word, Map<String, String> settings) {
  private static final Pattern SETTING =
      Pattern.compile("(?s)(.*\\S)\\s+(name|by|from|random|point)=(?:\"([^\"]*)\"|(\\S+))");

  private static final Set<String> PARTS =
      Set.of("heads", "layers", "components", "neurons", "top", "random");

  /** How many random directions stand beside a vector, unless another number is given. */
  private static final int DIRECTIONS = 20;

  /**
   * Reads a word. What follows a spec belongs to the spec, but for {@code name}.
   *
   * @throws IllegalArgumentException if a setting occurs twice
   */
  static ConditionWord parse(String text) {
    String rest = text.strip();
    String kind = rest.split("[:\\s]", 2)[0];
    Set<String> known =
        PARTS.contains(kind)
            ? Set.of("name", "by", "from")
            : switch (kind) {
              case "dose" -> Set.of("name", "random");
              case "directions" -> Set.of("name", "point");
              default -> Set.of("name");
            };
    Map<String, String> settings = new LinkedHashMap<>();
    Matcher setting = SETTING.matcher(rest);
    while (setting.matches() && known.contains(setting.group(2))) {
      String value = setting.group(3) == null ? setting.group(4) : setting.group(3);
      if (settings.put(setting.group(2), value) != null) {
        throw new IllegalArgumentException(text + ": " + setting.group(2) + " is given twice");
      }
      rest = setting.group(1);
      setting = SETTING.matcher(rest);
    }
    return new ConditionWord(rest, settings);
  }

  /**
   * How many random directions stand beside a vector whose doses are studied.
   *
   * @throws IllegalArgumentException if that is no whole number up to 999
   */
  int directions() {
    String number = settings.getOrDefault("random", "" + DIRECTIONS);
    if (!number.matches("\\d{1,3}")) {
      throw new IllegalArgumentException(
          word + ": random must be a number of directions from 0 to 999, got " + number);
    }
    return Integer.parseInt(number);
  }

  /**
   * The point from which directions are taken out.
   *
   * @throws IllegalArgumentException if none is given
   */
  String point() {
    String point = settings.get("point");
    if (point == null) {
      throw new IllegalArgumentException(
          word
              + " needs point=, where the directions are taken out, such as blocks.3.hook_mlp_out");
    }
    return point;
  }

  /** The name that the conditions are given. */
  Optional<String> name() {
    return Optional.ofNullable(settings.get("name"));
  }

  /**
   * How parts are taken away: zeroed, if nothing is said.
   *
   * @throws IllegalArgumentException if that is not known, or lacks its recording
   */
  Ablation ablation(long seed) {
    String by = settings.getOrDefault("by", "zero");
    String from = settings.get("from");
    if (by.equals("zero")) {
      if (from != null) {
        throw new IllegalArgumentException(word + ": from= is for by=mean and by=resample");
      }
      return new Ablation.Zero();
    }
    if (!by.equals("mean") && !by.equals("resample")) {
      throw new IllegalArgumentException(word + ": by must be zero, mean or resample, got " + by);
    }
    if (from == null) {
      throw new IllegalArgumentException(
          word + ": by=" + by + " needs from=, the folder of a recording of these points");
    }
    return by.equals("mean") ? new Ablation.Mean(from) : new Ablation.Resample(from, seed);
  }
}
