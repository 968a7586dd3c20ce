package io.lucerna.plugin.regress;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.plugin.regress.Extension.Condition;
import io.lucerna.plugin.regress.Extension.Expected;
import io.lucerna.plugin.regress.Extension.Reranking;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads and checks what is below the key {@code lucerna}. */
final class ExtensionReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]*");
  private static final List<String> TOP = List.of("description", "notes", "tolerance", "rerank");
  private static final List<String> RERANKING =
      List.of("name", "first", "model", "depth", "clean", "results", "tolerance", "interventions");
  private static final List<String> CONDITION = List.of("name", "spec", "results", "tolerance");

  private ExtensionReader() {}

  static Extension read(Keys keys) {
    keys.only(TOP);
    double tolerance = tolerance(keys, 0);
    return new Extension(
        keys.optional("description"),
        keys.optional("notes"),
        keys.list("rerank").stream().map(one -> reranking(one, tolerance)).toList());
  }

  private static Reranking reranking(Keys keys, double inherited) {
    keys.only(RERANKING);
    double tolerance = tolerance(keys, inherited);
    int depth = keys.integer("depth");
    if (depth < 1) {
      throw keys.fault("depth", "must be at least 1, got " + depth);
    }
    return new Reranking(
        name(keys),
        keys.text("first"),
        keys.text("model"),
        depth,
        clean(keys),
        expected(keys, tolerance),
        keys.list("interventions").stream().map(one -> condition(one, tolerance)).toList());
  }

  private static Condition condition(Keys keys, double inherited) {
    keys.only(CONDITION);
    return new Condition(name(keys), lines(keys), expected(keys, tolerance(keys, inherited)));
  }

  private static String name(Keys keys) {
    String name = keys.text("name");
    if (!NAME.matcher(name).matches()) {
      throw keys.fault(
          "name", "must be of letters, digits, dots, dashes and + for a file, got '" + name + "'");
    }
    return name;
  }

  private static double tolerance(Keys keys, double inherited) {
    if (!keys.has("tolerance")) {
      return inherited;
    }
    double tolerance = keys.number("tolerance");
    if (!(tolerance >= 0)) {
      throw keys.fault("tolerance", "must be at least 0, got " + tolerance);
    }
    return tolerance;
  }

  private static Optional<String> clean(Keys keys) {
    Optional<String> clean = keys.optional("clean");
    try {
      clean.ifPresent(PassageCleaning::parse);
      return clean;
    } catch (IllegalArgumentException e) {
      throw keys.fault("clean", String.valueOf(e.getMessage()));
    }
  }

  private static Expected expected(Keys keys, double tolerance) {
    return new Expected(keys.has("results") ? keys.numbers("results") : Map.of(), tolerance);
  }

  /** One line, or what a file of interventions may hold. */
  private static List<String> lines(Keys keys) {
    if (!keys.has("spec")) {
      throw keys.fault("spec", "missing");
    }
    try {
      InterventionSpec spec =
          keys.node().get("spec").isTextual()
              ? InterventionSpec.parse(keys.text("spec"))
              : InterventionSpec.fromJson(keys.node().get("spec"));
      List<String> lines = new ArrayList<>();
      spec.interventions().forEach(one -> lines.add(one.toString()));
      return lines;
    } catch (SpecSyntaxException e) {
      throw keys.fault("spec", String.valueOf(e.getMessage()));
    }
  }

  /** Checks names and numbers against their regression. */
  static void check(Keys keys, Regression regression) {
    Set<String> names = new HashSet<>();
    regression.models().forEach(model -> names.add(model.name()));
    List<Keys> rerankings = keys.list("rerank");
    for (int i = 0; i < rerankings.size(); i++) {
      Reranking reranking = regression.extension().rerankings().get(i);
      Keys at = rerankings.get(i);
      if (regression.model(reranking.first()).isEmpty()) {
        throw at.fault(
            "first",
            "no model is called "
                + reranking.first()
                + "; there are "
                + String.join(", ", regression.models().stream().map(Model::name).toList()));
      }
      once(at, reranking.name(), names);
      check(at, reranking.expected(), regression);
      List<Keys> conditions = at.list("interventions");
      for (int j = 0; j < conditions.size(); j++) {
        Condition condition = reranking.interventions().get(j);
        once(conditions.get(j), reranking.name() + "." + condition.name(), names);
        check(conditions.get(j), condition.expected(), regression);
      }
    }
  }

  private static void once(Keys keys, String name, Set<String> names) {
    if (!names.add(name)) {
      throw keys.fault("name", "a second ranking is called " + name);
    }
  }

  private static void check(Keys keys, Expected expected, Regression regression) {
    if (!keys.has("results")) {
      return;
    }
    Keys results = keys.map("results");
    RegressionReader.lengths(results, expected.results(), regression.topics().size());
    for (String metric : expected.results().keySet()) {
      if (regression.metric(metric).isEmpty()) {
        throw results.fault(metric, "is neither a metric of the regression nor a measure of eval");
      }
    }
  }
}
