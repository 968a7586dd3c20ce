package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.studies.chart.PlainText;
import io.lucerna.studies.work.Methods;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The paragraph on methods for a paper, from what a patching study's manifest says. */
final class PatchMethods {
  private static final String USED = "used";

  private final JsonNode manifest;
  private final JsonNode settings;
  private final List<String> directions = new ArrayList<>();

  PatchMethods(JsonNode manifest) {
    this.manifest = manifest;
    this.settings = manifest.path("settings");
    settings.path("directions").forEach(direction -> directions.add(direction.asText()));
  }

  /**
   * Writes {@code summary.md}: what came out, the paragraph, and the command.
   *
   * @param results lines for people
   */
  void write(String title, List<String> results, String command, Path file) throws IOException {
    StringBuilder out = new StringBuilder("# ").append(PlainText.markdown(title)).append("\n\n");
    results.stream()
        .flatMap(String::lines)
        .forEach(line -> out.append("    ").append(PlainText.visible(line)).append('\n'));
    out.append("\n## Methods, for a paper\n\n").append(PlainText.markdown(paragraph()));
    out.append("\n\n## How it was made\n\n    ").append(PlainText.visible(command)).append('\n');
    AtomicFile.write(file, text -> text.write(out.toString()));
  }

  private String paragraph() {
    Methods methods = new Methods(manifest);
    List<String> sentences = new ArrayList<>();
    sentences.add(
        String.format(
            Locale.ROOT,
            patches()
                ? "In the contrast pairs of %s, activations of one %s were patched into the forward pass"
                    + " of the other, in %s."
                : "In the contrast pairs of %s, it was estimated what patches of activations of one %s"
                    + " into the forward pass of the other would do, in %s.",
            methods.file("pairs"),
            settings.path("side").asText(),
            methods.model()));
    estimates().ifPresent(sentences::add);
    if (settings.path("mechir").asBoolean()) {
      sentences.add("Inputs were padded to MechIR's lengths, pairs read without token types.");
    }
    sentences.add("Each patch replaces " + patched() + ".");
    directions.forEach(direction -> sentences.add(direction(direction)));
    drawn().ifPresent(sentences::add);
    sentences.add(
        String.format(
            Locale.ROOT,
            "Of %s, %d could be aligned and swept; where one text is shorter, it is filled with the word"
                + " %s.",
            Counted.of(manifest.at("/counts/pairs").asInt(), "pair"),
            manifest.at("/counts/swept").asInt(),
            settings.path("filler").asText()));
    sentences.add(aggregation());
    sentences.add(controls());
    sentences.add(methods.software("manifest.json"));
    return String.join(" ", sentences);
  }

  /** Which of the file's pairs these are, if not all. */
  private Optional<String> drawn() {
    int pairs = manifest.at("/counts/pairs").asInt();
    int all = manifest.at("/pairs/count").asInt(pairs);
    return pairs == all
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "Of the %s of the file, %d were drawn (seed %s), evenly over topics.",
                Counted.of(all, "pair"),
                pairs,
                settings.path("seed").asText()));
  }

  private boolean patches() {
    boolean exact = false;
    for (JsonNode method : settings.path("methods")) {
      exact |= method.asText().equals(Method.FAST.option());
    }
    return exact;
  }

  /** What was estimated, and how that can be checked. */
  private Optional<String> estimates() {
    List<String> names = new ArrayList<>();
    settings.path("methods").forEach(method -> names.add(method.asText()));
    names.remove(Method.FAST.option());
    if (names.isEmpty()) {
      return Optional.empty();
    }
    String from = "from gradients (" + Methods.listed(names) + ")";
    int check = settings.path("check").asInt();
    return Optional.of(
        patches()
            ? "Effects were estimated " + from + ", too."
            : "Effects were estimated "
                + from
                + (check == 0
                    ? "."
                    : ", and on " + Counted.of(check, "pair") + " compared with exact patches."));
  }

  private String patched() {
    return switch (SweepKind.parse(settings.path("sweep").asText())) {
      case BLOCK ->
          "one vector: what enters a layer, its attention output or its MLP output, at one position";
      case HEAD -> "the output z of one attention head at all positions";
      case HEAD_POS ->
          "one vector of z, or one row of the attention pattern, of one of the heads "
              + heads()
              + " at one position";
      case RESID -> "what enters one layer, at all positions";
      case ATTN -> "the attention output of one layer at all positions";
      case MLP -> "the MLP output of one layer at all positions";
      case NEURON ->
          "one unit of the MLP of layer " + settings.path("layer").asText() + " at all positions";
    };
  }

  private String heads() {
    List<String> heads = new ArrayList<>();
    settings.path("heads").forEach(head -> heads.add(head.asText()));
    return Methods.listed(heads);
  }

  private String direction(String direction) {
    JsonNode counts = counts(direction);
    List<String> used = new ArrayList<>();
    if (counts.has(USED)) {
      used.add(used(counts, ""));
    } else {
      counts.properties().forEach(each -> used.add(used(each.getValue(), " of " + each.getKey())));
    }
    String floor = settings.path("floor").asText();
    return String.format(
        Locale.ROOT,
        "%s copies from the %s; there, the score must change%s, which leaves %s.",
        direction.equals("noise") ? "Noising" : "Denoising",
        direction.equals("noise") ? "base into the perturbed text" : "perturbed text into the base",
        floor.endsWith("%") ? " by at least " + floor + " of the median change" : "",
        Methods.listed(used));
  }

  private static String used(JsonNode counts, String of) {
    return String.format(
        Locale.ROOT,
        "%s%s (a change of at least %.3g)",
        Counted.of(counts.path(USED).asInt(), "pair"),
        of,
        counts.path("floor").asDouble());
  }

  private JsonNode counts(String direction) {
    return manifest.path("counts").path(direction);
  }

  private String aggregation() {
    boolean apart = !settings.path("pool").asBoolean() && !counts(directions.getFirst()).has(USED);
    String statistic =
        switch (settings.path("headline").asText()) {
          case "mean-robust" ->
              "the mean of (patched - recipient) / sqrt(1 + (donor - recipient)^2) over pairs";
          default ->
              "the sum of (patched - recipient) over the sum of (donor - recipient) of all pairs";
        };
    return String.format(
        Locale.ROOT,
        "An effect is %s%s, where recipient and donor are the scores without a patch; its interval is the"
            + " 95%% percentile interval of a bootstrap that draws whole queries (%,d rounds, seed %s), where"
            + " there are five or more.%s",
        statistic,
        apart ? " of one perturbation" : "",
        settings.path("rounds").asInt(),
        settings.path("seed").asText(),
        positions()
            ? " Before, effects at positions are averaged within a pair over the tokens of one role."
            : "");
  }

  private boolean positions() {
    SweepKind kind = SweepKind.parse(settings.path("sweep").asText());
    return kind == SweepKind.BLOCK || kind == SweepKind.HEAD_POS;
  }

  /** What is not met is said too. */
  private String controls() {
    boolean hold = true;
    for (String direction : directions) {
      hold &= manifest.path("controls").path(direction).path("hold").asBoolean();
    }
    return hold
        ? "As controls, a patch of the activations of the recipient itself gave its score, and one of the"
            + " whole residual stream before the first layer gave the score of the donor."
        : "The controls did not hold.";
  }
}
