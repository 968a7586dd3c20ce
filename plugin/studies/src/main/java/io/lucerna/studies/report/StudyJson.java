package io.lucerna.studies.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Estimate;
import io.lucerna.studies.patch.PairCodec;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Unmatched;
import io.lucerna.studies.report.StudyInfo.RankCorrelation;
import io.lucerna.studies.report.StudyInfo.WayCorrelation;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.JournalReader;
import io.lucerna.studies.work.ShardFolder;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code study.json}. */
final class StudyJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> NOT_FACTS =
      Set.of("command", "conditions", "rankCorrelation", "wayCorrelations");

  /** What a journal of {@code explain -evaluate} holds, whose codec is not in this module. */
  private static final String CURVES = "curves";

  /** A field's name in Java, which the name of a file is not. */
  private static final Pattern NAME = Pattern.compile("[a-z][A-Za-z0-9]*");

  private final Path file;
  private final JsonNode root;

  private StudyJson(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads the file.
   *
   * @throws StudyInputException if it is missing or lacks a field
   * @throws io.lucerna.base.text.MalformedTextException if it is not JSON
   */
  static StudyInfo read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new StudyInputException(file + ": no such file; " + instead(file.resolveSibling("")));
    }
    String content = TextFile.of(file).text();
    JsonNode root;
    try {
      root = MAPPER.readTree(content);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file.toString(), "JSON", e, content);
    }
    return new StudyJson(file, root).info();
  }

  /** What a folder without the file is, as far as it shows. */
  private static String instead(Path folder) throws IOException {
    if (ShardFolder.isIn(folder)) {
      ShardFolder shard = ShardFolder.read(folder);
      return String.format(
          Locale.ROOT,
          "the folder holds shard %s of %s; merge joins all shards",
          shard.shard(),
          shard.command());
    }
    return switch (JournalReader.outcomes(folder).orElse("")) {
      case "" -> "is this the folder of a study?";
      case PairCodec.OUTCOMES -> "the folder is of patch, which writes a report.html of its own";
      case CURVES -> "the folder is of explain -evaluate, which writes its own tables";
      default -> "the study is not finished: resume it";
    };
  }

  private StudyInfo info() {
    List<String> measures = new ArrayList<>();
    given(root, "measures").forEach(m -> measures.add(m.asText()));
    if (measures.isEmpty()) {
      throw wrong("measures is not a list of names");
    }
    return new StudyInfo(
        given(given(root, "model"), "label").asText(),
        (int) number(root, "depth"),
        List.copyOf(measures),
        correction(),
        (int) number(root, "rounds"),
        number(root, "margin"),
        root,
        command(),
        facts(),
        conditions(),
        correlations(),
        ways(),
        unmatched());
  }

  private Correction correction() {
    try {
      return Correction.parse(given(root, "correction").asText());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private String command() {
    List<String> words = new ArrayList<>();
    given(root, "command").forEach(word -> words.add(word.asText()));
    return Identity.commandLine(words);
  }

  private SequencedMap<String, ConditionInfo> conditions() {
    SequencedMap<String, ConditionInfo> conditions = new LinkedHashMap<>();
    for (JsonNode node : given(root, "conditions")) {
      ConditionInfo condition = condition(node);
      if (conditions.put(condition.id(), condition) != null) {
        throw wrong("two conditions are called '" + condition.id() + "'");
      }
    }
    if (conditions.isEmpty() || !conditions.firstEntry().getKey().equals(ConditionInfo.NOTHING)) {
      throw wrong("the first condition must be '" + ConditionInfo.NOTHING + "'");
    }
    return conditions;
  }

  private ConditionInfo condition(JsonNode node) {
    String id = given(node, "id").asText();
    return new ConditionInfo(
        id,
        node.path("label").asText(id),
        given(node, "kind").asText(),
        node.path("layer").isInt() ? (Integer) node.path("layer").asInt() : null,
        node.path("head").isInt() ? (Integer) node.path("head").asInt() : null,
        node.path("dose").isNumber() ? (Double) node.path("dose").asDouble() : null,
        text(node, "spec"),
        text(node, "specHash"),
        text(node, "run"),
        text(node, "runSha256"),
        text(node, "tag"));
  }

  private List<RankCorrelation> correlations() {
    JsonNode node = root.path("rankCorrelation");
    if (!node.isObject()) {
      return List.of();
    }
    int heads = node.path("heads").asInt(0);
    List<RankCorrelation> all = new ArrayList<>();
    all.add(correlation(node, node.path("of").asText("change, patching effect"), heads));
    if (node.path("signed").isObject()) {
      all.add(correlation(node.path("signed"), "loss, patching effect, with signs", heads));
    }
    return all;
  }

  private List<WayCorrelation> ways() {
    List<WayCorrelation> all = new ArrayList<>();
    for (JsonNode node : root.path("wayCorrelations")) {
      all.add(
          new WayCorrelation(
              node.path("conditions").path(0).asText(),
              node.path("conditions").path(1).asText(),
              spearman(node),
              node.path("kendall").asDouble(Double.NaN),
              node.path("heads").asInt(0)));
    }
    return all;
  }

  private List<Unmatched> unmatched() {
    List<Unmatched> all = new ArrayList<>();
    for (JsonNode node : given(root, "conditions")) {
      if (node.path("missing").asLong() > 0) {
        all.add(
            new Unmatched(
                text(node, "id"), node.path("positions").asLong(), node.path("missing").asLong()));
      }
    }
    return all;
  }

  private static Estimate spearman(JsonNode node) {
    return new Estimate(
        node.path("spearman").asDouble(Double.NaN),
        node.path("ci_lower").asDouble(Double.NaN),
        node.path("ci_upper").asDouble(Double.NaN));
  }

  private static RankCorrelation correlation(JsonNode node, String of, int heads) {
    return new RankCorrelation(
        of,
        spearman(node),
        node.path("kendall").asDouble(Double.NaN),
        node.path("p").asDouble(Double.NaN),
        heads);
  }

  /** Fields of fields get names of two words. */
  private SequencedMap<String, String> facts() {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    root.properties()
        .forEach(
            field -> {
              if (!NOT_FACTS.contains(field.getKey())) {
                fact(facts, words(field.getKey()), field.getValue());
              }
            });
    return facts;
  }

  private static void fact(Map<String, String> facts, String name, JsonNode value) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              field -> {
                String own = words(field.getKey());
                String full =
                    name.equals("versions")
                        ? field.getKey()
                        : own.equals("name") ? name : name + " " + own;
                fact(facts, full, field.getValue());
              });
    } else if (value.isArray()) {
      List<String> all = new ArrayList<>();
      value.forEach(v -> all.add(v.isValueNode() ? v.asText() : v.toString()));
      facts.put(name, String.join(", ", all));
    } else if (!value.isNull()) {
      facts.put(name, value.asText());
    }
  }

  /** {@code firstStage} as {@code first stage}; the name of a file as it is. */
  private static String words(String name) {
    if (!NAME.matcher(name).matches()) {
      return name;
    }
    StringBuilder words = new StringBuilder();
    name.chars()
        .forEach(
            c -> {
              if (c >= 'A' && c <= 'Z') {
                words.append(' ').append((char) (c - 'A' + 'a'));
              } else {
                words.append((char) c);
              }
            });
    return words.toString();
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isNull() ? "" : value.asText("");
  }

  private double number(JsonNode node, String name) {
    JsonNode value = given(node, name);
    if (!value.isNumber()) {
      throw wrong(name + " is not a number: " + value);
    }
    return value.asDouble();
  }

  private JsonNode given(JsonNode node, String name) {
    @Nullable JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      throw wrong("no field '" + name + "'");
    }
    return value;
  }

  private StudyInputException wrong(String what) {
    return new StudyInputException(file + ": " + what);
  }
}
