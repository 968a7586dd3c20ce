package io.lucerna.eval;

import io.lucerna.base.NearestNames;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of single measures: as trec_eval prints them ({@code ndcg_cut_10}), as ir-measures writes
 * them ({@code nDCG@10}, {@code AP(rel=2)}), and as BEIR, ranx and papers do ({@code NDCG@10},
 * {@code MAP}, {@code MRR@10}, {@code hit_rate@5}, {@code R-Precision}) where only one measure can
 * be meant. Capital letters, dashes and underscores do not matter.
 */
final class MeasureNames {
  private static final String RECIPROCAL_RANK = "rr";
  private static final String JUDGED = "judged";

  /** Letters, perhaps (rel=2), perhaps a cutoff. */
  private static final Pattern NAME =
      Pattern.compile(
          "([A-Za-z][A-Za-z0-9 _-]*?)(?:\\(([^()]*)\\))?(?:[@._ -]?([0-9]+\\.?[0-9]*|\\.[0-9]+))?");

  /** A lowest relevant grade behind a name. */
  private static final Pattern OWN_LEVEL = Pattern.compile("(.*)\\(rel=([0-9]{1,9})\\)");

  private static final Pattern PARAMETER =
      Pattern.compile("\\s*(\\w+)\\s*=\\s*(\"[^\"]*\"|'[^']*'|\\{[^}]*\\}|[^,]*?)\\s*(?:,|$)");

  /** Other words for what has a name here. */
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("map", "ap"),
          Map.entry("averageprecision", "ap"),
          Map.entry("meanaverageprecision", "ap"),
          Map.entry("gmap", "gmmap"),
          Map.entry("mrr", RECIPROCAL_RANK),
          Map.entry("reciprank", RECIPROCAL_RANK),
          Map.entry("reciprocalrank", RECIPROCAL_RANK),
          Map.entry("meanreciprocalrank", RECIPROCAL_RANK),
          Map.entry("prec", "p"),
          Map.entry("precision", "p"),
          Map.entry("hit", "success"),
          Map.entry("hitrate", "success"),
          Map.entry("rprecision", "rprec"),
          Map.entry("rcap", "relativep"),
          Map.entry("recallcap", "relativep"),
          Map.entry("f1", "setf"));

  /** Families by their plain names, where a cutoff must follow, and where none may. */
  private static final Map<String, Family> CUT = new HashMap<>();

  private static final Map<String, Family> UNCUT = new HashMap<>();

  static {
    for (Family family : Family.values()) {
      boolean cut =
          family.shape() instanceof Shape.PerCutoff || family.shape() instanceof Shape.PerFraction;
      if (!(family.shape() instanceof Shape.Text)) {
        (cut ? CUT : UNCUT).put(plain(family.trecName()), family);
        (cut ? CUT : UNCUT).put(plain(family.irName().replace("@", "")), family);
      }
    }
    UNCUT.remove("");
    CUT.remove("");
  }

  private final String name;
  private final String written;
  private final String base;
  private final String parameters;
  private final String cutoff;

  private MeasureNames(String name, Matcher parts) {
    this.name = name;
    this.written = parts.group(1);
    String plain = plain(written);
    this.base = SYNONYMS.getOrDefault(plain, plain);
    this.parameters = Optional.ofNullable(parts.group(2)).orElse("");
    this.cutoff = Optional.ofNullable(parts.group(3)).orElse("");
  }

  private static String plain(String name) {
    return name.replaceAll("[ _-]", "").toLowerCase(Locale.ROOT);
  }

  /**
   * The measure of a name.
   *
   * @throws IllegalArgumentException if there is none, or a parameter is not one of its own
   */
  static Measure parse(String name) {
    Optional<Measure> printed = printed(name);
    if (printed.isPresent()) {
      return printed.get();
    }
    String synonym = SYNONYMS.get(plain(name));
    Matcher parts = NAME.matcher(synonym == null ? name : synonym);
    if (!parts.matches()) {
      throw unknown(name, plain(name), "");
    }
    return new MeasureNames(name, parts).measure();
  }

  /**
   * A name as trec_eval prints it, or as {@link Measure#irName} has what ir-measures lacks: {@code
   * ndcg_cut_10}, {@code iprec_at_recall_0.10}, {@code SetF_2}, {@code relative_P_10(rel=2)}.
   */
  private static Optional<Measure> printed(String name) {
    Matcher own = OWN_LEVEL.matcher(name);
    if (!own.matches()) {
      return family(name).flatMap(family -> only(family, suffix(name)));
    }
    String base = own.group(1);
    Optional<Family> whole = Family.byTrecName(base);
    return whole
        .or(() -> family(base))
        .filter(Family::takesLevel)
        .flatMap(family -> only(family, whole.isPresent() ? "" : suffix(base)))
        .map(measure -> measure.withLevel(Integer.parseInt(own.group(2))));
  }

  /** The measure of a family and parameters, if they stand for one. */
  private static Optional<Measure> only(Family family, String parameters) {
    List<Measure> measures = family.measures(parameters);
    return measures.size() == 1 ? Optional.of(measures.getFirst()) : Optional.empty();
  }

  private static String suffix(String name) {
    return name.substring(name.lastIndexOf('_') + 1);
  }

  /** The family of a name that ends in {@code _} and its parameters. */
  private static Optional<Family> family(String name) {
    int last = name.lastIndexOf('_');
    if (last < 1 || !suffix(name).matches("[-0-9.,=]+")) {
      return Optional.empty();
    }
    String suffix = suffix(name);
    String base = name.substring(0, last);
    return Arrays.stream(Family.values())
        .filter(family -> base.equals(family.trecName()) || base.equals(family.irName()))
        .filter(family -> !(family.shape() instanceof Shape.Plain))
        .filter(family -> !(family.shape() instanceof Shape.GradeGains) || suffix.indexOf('=') >= 0)
        .findFirst();
  }

  private Measure measure() {
    Map<String, String> given = parameters();
    if (base.equals(RECIPROCAL_RANK) && !cutoff.isEmpty()) {
      int depth = Family.cutoffs(cutoff)[0];
      Measure measure = mean("RR@" + depth, true, PrecisionMeasures.reciprocalRank(depth));
      return leveled(measure, given, "RR");
    }
    if (base.equals(JUDGED) && !cutoff.isEmpty()) {
      int depth = Family.cutoffs(cutoff)[0];
      only(given, Set.of(), "Judged");
      return mean("Judged@" + depth, false, PrecisionMeasures.judged(depth));
    }
    Family family = (cutoff.isEmpty() ? UNCUT : CUT).get(base);
    if (family == null) {
      throw unknown();
    }
    String shown = family.irName().isEmpty() ? family.trecName() : family.irName();
    shown = shown.replace("@", "");
    Measure measure = family.measures(cutoff).get(0);
    if (family == Family.NDCG || family == Family.NDCG_CUT) {
      only(given, Set.of("dcg"), shown);
      return exponential(given.get("dcg")) ? exponentialNdcg() : measure;
    }
    if (!family.takesLevel()) {
      only(given, Set.of(), shown);
      return measure;
    }
    return leveled(measure, given, shown);
  }

  private Measure exponentialNdcg() {
    if (cutoff.isEmpty()) {
      return mean("nDCG(dcg='exp-log2')", false, GainMeasures.ndcg(Gains.EXPONENTIAL));
    }
    int depth = Family.cutoffs(cutoff)[0];
    return mean(
        "nDCG(dcg='exp-log2')@" + depth, false, GainMeasures.ndcg(Gains.EXPONENTIAL, depth));
  }

  private boolean exponential(@Nullable String dcg) {
    if (dcg != null && !dcg.equals("log2") && !dcg.equals("exp-log2")) {
      throw new IllegalArgumentException(
          "'" + name + "': dcg= is 'log2', where a grade is its own gain, or 'exp-log2'");
    }
    return "exp-log2".equals(dcg);
  }

  private static Measure mean(String name, boolean takesLevel, Formula formula) {
    return new Measure(name, name, Measure.Summary.MEAN, takesLevel, OptionalInt.empty(), formula);
  }

  private Measure leveled(Measure measure, Map<String, String> given, String shown) {
    only(given, Set.of("rel"), shown);
    String level = given.get("rel");
    if (level == null) {
      return measure;
    }
    if (!level.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException(
          "'" + name + "': rel= is the lowest relevant grade, a whole number: '" + level + "'");
    }
    return measure.withLevel(Integer.parseInt(level));
  }

  private Map<String, String> parameters() {
    Map<String, String> given = new HashMap<>();
    Matcher next = PARAMETER.matcher(parameters);
    int at = 0;
    while (at < parameters.length()) {
      next.region(at, parameters.length());
      if (!next.lookingAt()) {
        throw new IllegalArgumentException(
            "'" + name + "': '" + parameters.substring(at) + "' is not a parameter, such as rel=2");
      }
      String value = next.group(2);
      boolean quoted = value.length() > 1 && "\"'".indexOf(value.charAt(0)) >= 0;
      if (given.put(next.group(1), quoted ? value.substring(1, value.length() - 1) : value)
          != null) {
        throw new IllegalArgumentException("'" + name + "': " + next.group(1) + "= occurs twice");
      }
      at = next.end();
    }
    return given;
  }

  /** Refuses the parameters that a measure does not take. */
  private void only(Map<String, String> given, Set<String> own, String shown) {
    for (Map.Entry<String, String> parameter : given.entrySet()) {
      String key = parameter.getKey();
      if (own.contains(key)) {
        continue;
      }
      if (key.equals("judged_only")) {
        if (parameter.getValue().equalsIgnoreCase("false")) {
          continue;
        }
        throw new IllegalArgumentException(
            "'"
                + name
                + "': no measure has judged_only= here; eval's -J does that for all of them");
      }
      String takes = own.isEmpty() ? "" : "; it takes " + String.join("=, ", own) + "=";
      throw new IllegalArgumentException(
          "'" + name + "': " + shown + " takes no " + key + "=" + takes);
    }
  }

  private IllegalArgumentException unknown() {
    if (cutoff.isEmpty() && (CUT.containsKey(base) || base.equals(JUDGED))) {
      return new IllegalArgumentException(
          "'" + name + "' lacks a cutoff: did you mean " + shown(base, "10") + "?");
    }
    if (UNCUT.containsKey(base)) {
      return new IllegalArgumentException("'" + name + "': " + written + " takes no cutoff");
    }
    return unknown(name, base, cutoff);
  }

  private static IllegalArgumentException unknown(String name, String base, String cutoff) {
    Set<String> known = new TreeSet<>(CUT.keySet());
    known.addAll(UNCUT.keySet());
    known.addAll(SYNONYMS.keySet());
    known.addAll(MeasureSelection.NICKNAMES.keySet());
    known.add(JUDGED);
    Set<String> nearest = new LinkedHashSet<>();
    for (String near : NearestNames.like(base, known, 3)) {
      nearest.add(shown(SYNONYMS.getOrDefault(near, near), cutoff));
    }
    return new IllegalArgumentException(
        "no measure is called '"
            + name
            + "'; "
            + (nearest.isEmpty() ? "" : "nearest: " + String.join(", ", nearest) + "; ")
            + "known are trec_eval's (map, P.5,10, ndcg_cut.10, official, all_trec, …)"
            + " and ir-measures' (AP, P@10, nDCG@10, RR@10, R@100, AP(rel=2), …)");
  }

  private static String shown(String base, String cutoff) {
    String at = "@" + (cutoff.isEmpty() ? "10" : cutoff);
    if (base.equals(JUDGED)) {
      return "Judged" + at;
    }
    if (base.equals(RECIPROCAL_RANK) && !cutoff.isEmpty()) {
      return "RR" + at;
    }
    Family family = cutoff.isEmpty() || !CUT.containsKey(base) ? UNCUT.get(base) : null;
    if (family == null) {
      family = CUT.get(base);
    }
    if (family == null) {
      return base;
    }
    if (family.irName().isEmpty()) {
      return family.trecName() + (CUT.containsValue(family) ? at.replace('@', '_') : "");
    }
    return family.irName().replace("@", at);
  }
}
