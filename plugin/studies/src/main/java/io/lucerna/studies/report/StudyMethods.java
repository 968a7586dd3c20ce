package io.lucerna.studies.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Counted;
import io.lucerna.eval.Correction;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.DoseResponse;
import io.lucerna.studies.ranking.ScreenRow;
import io.lucerna.studies.ranking.Statistics;
import io.lucerna.studies.work.Methods;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The paragraph on methods for a paper, from what {@code study.json} says. */
final class StudyMethods {
  private final StudyFiles study;
  private final StudyInfo info;
  private final JsonNode manifest;
  private final Methods methods;

  StudyMethods(StudyFiles study) {
    this.study = study;
    this.info = study.info();
    this.manifest = info.manifest();
    this.methods = new Methods(manifest);
  }

  String paragraph() {
    List<String> sentences = new ArrayList<>(List.of(candidates(), texts(), conditions()));
    if (!study.screen().isEmpty()) {
      sentences.add(screen());
    }
    int directions = study.doses().stream().mapToInt(DoseResponse::directions).max().orElse(0);
    if (directions > 0) {
      sentences.add(directions(directions));
    }
    sentences.addAll(List.of(measures(), tests()));
    if (!info.correlations().isEmpty()) {
      sentences.add(maps());
    }
    sentences.add(methods.software("study.json"));
    return String.join(" ", sentences);
  }

  private String candidates() {
    String collection = manifest.path("collection").path("name").asText();
    JsonNode stage = manifest.path("firstStage");
    return String.format(
        Locale.ROOT,
        "For each topic%s, the first %s of %s were reranked by %s.",
        collection.isEmpty() ? "" : " of " + collection,
        Counted.of(info.depth(), "candidate"),
        manifest.has("requests")
            ? methods.file("requests")
            : "a run tagged " + stage.path("tag").asText() + " (" + Methods.hash(stage) + ")",
        methods.model());
  }

  private String texts() {
    String cleaning = manifest.path("cleaning").asText();
    String how =
        cleaning.startsWith("none") ? "not cleaned" : "cleaned (" + cleaning.split(" ")[0] + ")";
    if (manifest.has("requests")) {
      return "Queries and passages come from the same file; passages were " + how + ".";
    }
    String source = manifest.has("index") ? "index" : "corpus";
    return String.format(
        Locale.ROOT,
        "Queries come from %s, passages from the %s %s; passages were %s.",
        methods.file("topics"),
        source,
        methods.file(source),
        how);
  }

  private String conditions() {
    Map<String, Integer> kinds = new LinkedHashMap<>();
    info.interventions().forEach(c -> kinds.merge(kind(c), 1, Integer::sum));
    List<String> parts = new ArrayList<>();
    kinds.forEach((kind, many) -> parts.add(many + " " + kind));
    Set<String> inputs = new LinkedHashSet<>();
    manifest
        .path("conditions")
        .forEach(one -> one.path("inputs").forEach(file -> inputs.add(Methods.file(file))));
    return String.format(
        Locale.ROOT,
        "This was done with the model as it is and under %s in its forward pass: %s.%s",
        Counted.of(info.interventions().size(), "intervention"),
        Methods.listed(parts),
        inputs.isEmpty() ? "" : " They use " + Methods.listed(List.copyOf(inputs)) + ".");
  }

  private String screen() {
    String measure = info.measures().getFirst();
    int predicted = study.predicted(measure).size();
    long random =
        study.predicted(measure).stream()
            .filter(row -> row.chosenBy().equals(ScreenRow.RANDOM))
            .count();
    return String.format(
        Locale.ROOT,
        "They are %d of %s, whose scores were predicted from the gradient of each candidate's score"
            + " (the first-order change of every changed activation): the %d with the largest"
            + " predicted change of %s, and %d drawn at random among the others (seed %s).",
        info.interventions().size(),
        Counted.of(predicted, "intervention"),
        info.interventions().size() - random,
        measure,
        random,
        manifest.path("seed").asText());
  }

  private String directions(int number) {
    return String.format(
        Locale.ROOT,
        "Each dose of a vector is compared with the same dose of %s, of the vector's norm (seed"
            + " %s), which %s not tested.",
        Counted.of(number, "random direction"),
        manifest.path("seed").asText(),
        number == 1 ? "is" : "are");
  }

  private static String kind(ConditionInfo condition) {
    String operation = " (" + condition.spec().split(" ", 2)[0] + ")";
    return switch (condition.kind()) {
      case "head" -> "on one attention head" + operation;
      case "mlp" -> "on the MLP output of one layer" + operation;
      case "component" -> "on the attention output of one layer" + operation;
      case "neuron" -> "on one neuron of an MLP" + operation;
      case "top" -> "on the heads with the largest patching effects" + operation;
      case "random" -> "on heads drawn at random" + operation;
      case "dose" -> "with a dose of a vector" + operation;
      case "hook" -> "with code of our own";
      default -> "by a specification" + operation;
    };
  }

  private String measures() {
    return String.format(
        Locale.ROOT,
        "The rankings were measured by %s (where relevance is binary, grade %s and above is relevant) over"
            + " the %s that both the candidates and the judgments in %s have.",
        Methods.listed(info.measures()),
        manifest.path("level").asText(),
        Counted.of(
            study.baseline(info.measures().getFirst()).map(c -> c.statistics().topics()).orElse(0),
            "topic"),
        methods.file("qrels"));
  }

  private String tests() {
    boolean still = info.interventions().stream().anyMatch(ConditionInfo::addsNothing);
    String corrected =
        info.correction() == Correction.NONE
            ? "p-values are not corrected"
            : String.format(
                Locale.ROOT,
                "p-values are corrected over the interventions of each measure%s (%s)",
                still ? ", doses of 0 that change nothing left out" : "",
                info.correction().words());
    return String.format(
        Locale.ROOT,
        "Each intervention is compared with the model as it is by a two-sided paired t-test over topics;"
            + " %s, and a change is called significant where p is below %s. A randomisation test by sign flips"
            + " and a bootstrap give another p-value and 95%% intervals of the mean change (%,d rounds"
            + " each, seed %s). A change is called equivalent to none where two one-sided t-tests place it"
            + " within %s (p below %s, not corrected).",
        corrected,
        Statistics.ALPHA,
        info.rounds(),
        manifest.path("seed").asText(),
        Digits.plain(info.margin()),
        Statistics.ALPHA);
  }

  private String maps() {
    return String.format(
        Locale.ROOT,
        "The map of heads is compared with the effects of a patching study%s by Spearman's and"
            + " Kendall's rank correlation, with a permutation test (%,d rounds).",
        manifest.has("patching") ? " (" + Methods.hash(manifest.path("patching")) + ")" : "",
        info.rounds());
  }
}
