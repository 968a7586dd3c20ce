package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Correlation;
import io.lucerna.eval.Decimals;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Power;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.ranking.StudySettings;
import io.lucerna.studies.report.Digits;
import io.lucerna.studies.work.Hashes;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudyCommandTest {
  private static final String CROSS = Checkout.model("bert-cross");
  private static final String BI = Checkout.model("bert-bi");
  private static final List<String> WORDS =
      List.of("the", "lamp", "light", "oil", "sea", "night", "of", "is", "and", "time");
  private static final int TOPICS = 6;
  private static final int DOCS = 15;

  @TempDir Path folder;

  /** Topics that share documents, two of which have the same text. */
  @BeforeEach
  void files() throws IOException {
    Random random = new Random(3);
    StringBuilder topics = new StringBuilder();
    StringBuilder corpus = new StringBuilder();
    StringBuilder run = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    for (int doc = 0; doc < DOCS; doc++) {
      String text = doc == 1 ? "the same oil" : doc == 2 ? "the same oil" : words(random, 4 + doc);
      corpus.append("{\"id\": \"d" + doc + "\", \"contents\": \"" + text + "\"}\n");
    }
    for (int topic = 0; topic < TOPICS; topic++) {
      topics.append(topic).append('\t').append(words(random, 3)).append('\n');
      for (int place = 0; place < 12; place++) {
        int doc = (place + topic) % DOCS;
        run.append(topic + " Q0 d" + doc + " 1 " + (20 - place) + " first\n");
        if (random.nextInt(3) > 0) {
          qrels.append(topic + " 0 d" + doc + " " + random.nextInt(3) + "\n");
        }
      }
    }
    qrels.append("99 0 d1 1\n");
    write("topics.tsv", topics.toString());
    write("corpus.jsonl", corpus.toString());
    write("run.txt", run.toString());
    write("qrels.txt", qrels.toString());
  }

  private static String words(Random random, int count) {
    return String.join(" ", random.ints(count, 0, WORDS.size()).mapToObj(WORDS::get).toList());
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private List<String> inputs(String command) {
    return List.of(
        command,
        "-topics",
        path("topics.tsv"),
        "-corpus",
        path("corpus.jsonl"),
        "-run",
        path("run.txt"),
        "-depth",
        "10");
  }

  private Shell study(String model, String output, String... more) {
    List<String> command = new ArrayList<>(inputs("study"));
    command.addAll(List.of("-model", model, "-qrels", path("qrels.txt"), "-rounds", "200"));
    command.addAll(List.of("-output", path(output)));
    command.addAll(List.of(more));
    return Shell.run(command.toArray(String[]::new));
  }

  private Path succeed(String model, String output, String... more) {
    Shell shell = study(model, output, more);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    return folder.resolve(output);
  }

  private static final String[] MANY = {
    "-conditions",
    "heads",
    "-conditions",
    "layers",
    "-conditions",
    "spec:zero blocks.0.attn.hook_z head=1 at=match",
    "-conditions",
    "spec:noise blocks.1.hook_mlp_out std=0.5 seed=2",
    "-conditions",
    "spec:scale hook_score by=-1",
    "-conditions",
    "spec:zero blocks.*.attn.hook_z",
    "-conditions",
    "random:3:2"
  };

  private static JsonNode json(Path study) throws IOException {
    return new ObjectMapper().readTree(Files.readString(study.resolve("study.json")));
  }

  private static List<CSVRecord> table(Path study, String name) throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(study.resolve(name), StandardCharsets.UTF_8, format)) {
      return parser.getRecords();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void everyRunIsThatOfRerankUnderTheSameSpec(String name) throws IOException {
    String model = Checkout.model(name);
    Path study = succeed(model, "study", MANY);
    JsonNode conditions = json(study).path("conditions");
    assertEquals("nothing", conditions.path(0).path("id").asText());
    assertEquals(1 + 8 + 2 + 4 + 2, conditions.size());
    for (JsonNode condition : conditions) {
      Path written = study.resolve(condition.path("run").asText());
      Path plain = folder.resolve("plain.txt");
      List<String> command = new ArrayList<>(inputs("rerank"));
      command.addAll(List.of("-model", model, "-output", plain.toString()));
      String spec = condition.path("spec").asText();
      boolean nothing = spec.isEmpty();
      String tag = condition.path("tag").asText();
      command.addAll(List.of("-runtag", nothing ? tag : tag.replaceAll("-iv.*", "")));
      if (!nothing) {
        command.addAll(List.of("-intervene", spec));
        assertEquals(Run.read(written).tag(), tag);
      }
      Shell.succeed(command.toArray(String[]::new));
      assertEquals(Hashes.sha256(written), condition.path("runSha256").asText());
      if (nothing) {
        assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(written));
      } else {
        assertClose(Run.read(plain), Run.read(written), spec);
      }
    }
  }

  private static void assertClose(Run expected, Run actual, String message) {
    assertEquals(expected.tag(), actual.tag());
    assertEquals(expected.topics(), actual.topics());
    for (Ranking ranking : expected.rankings()) {
      Map<String, Float> scores = new HashMap<>();
      actual.ranking(ranking.topic()).orElseThrow().stream()
          .forEach(doc -> scores.put(doc.docno(), doc.score()));
      assertEquals(ranking.size(), scores.size());
      ranking.stream()
          .forEach(
              doc ->
                  assertEquals(
                      doc.score(),
                      scores.getOrDefault(doc.docno(), Float.NaN),
                      // Ties are moved apart by steps of a millionth in a written run.
                      5e-6 * Math.max(1, Math.abs(doc.score())),
                      message + ", topic " + ranking.topic() + ", " + doc.docno()));
    }
  }

  /** A label changes what the files say, and no score: a study is resumed under another one. */
  @Test
  void theModelsLabelIsInTagsAndReports() throws IOException {
    Path study = succeed(BI, "study", "-conditions", "heads", "-model.label", "Tiny & small");
    assertEquals("Tiny_small-d10", Run.read(study.resolve("runs/nothing.txt")).tag());
    String journal = Files.readString(study.resolve("journal.jsonl"));
    succeed(BI, "study", "-conditions", "heads", "-model.label", "Other", "-resume");
    assertEquals(journal, Files.readString(study.resolve("journal.jsonl")));
    assertEquals("Other-d10", Run.read(study.resolve("runs/nothing.txt")).tag());
    JsonNode model =
        new ObjectMapper().readTree(study.resolve("study.json").toFile()).path("model");
    assertEquals(BI, model.path("name").asText());
    assertEquals("Other", model.path("label").asText());
    for (String file : List.of("report.html", "summary.md", "tables/head-map.tex")) {
      assertTrue(Files.readString(study.resolve(file)).contains(" Other"), file);
    }
  }

  /** Whatever the paragraph for a paper names is in the manifest. */
  @Test
  void theMethodsSayWhatTheManifestSays() throws IOException {
    List<String> record = new ArrayList<>(inputs("record"));
    record.addAll(List.of("-model", BI, "-hooks", "blocks.*.attn.hook_z", "-positions", "all"));
    record.addAll(List.of("-output", path("recorded")));
    Shell.succeed(record.toArray(String[]::new));
    Path study =
        succeed(
            BI,
            "study",
            "-conditions",
            "heads:0.1,1.0 by=mean from=" + path("recorded"),
            "-conditions",
            "spec:scale hook_score by=-1",
            "-correction",
            "holm");
    String summary = Files.readString(study.resolve("summary.md"));
    String methods = summary.substring(summary.indexOf("\n## Methods, for a paper\n\n") + 26);
    methods = methods.substring(0, methods.indexOf("\n## ")).replace("\\", "");
    String manifest = Files.readString(study.resolve("study.json"));
    JsonNode json = new ObjectMapper().readTree(manifest);
    List<String> hashes =
        Pattern.compile("SHA-256 ([0-9a-f]{12})\\b")
            .matcher(methods)
            .results()
            .map(r -> r.group(1))
            .toList();
    for (String field : List.of("model", "topics", "corpus", "qrels", "firstStage")) {
      String sha256 = json.at("/" + field + "/sha256").asText();
      assertTrue(hashes.contains(sha256.substring(0, 12)), field + ": " + methods);
    }
    String recorded = json.at("/conditions/1/inputs/0/sha256").asText();
    assertTrue(methods.contains("They use recorded (SHA-256 " + recorded.substring(0, 12) + ")."));
    assertEquals(6, hashes.size(), methods);
    for (String said :
        List.of(
            "the first 10 candidates of a run tagged first (",
            "under 3 interventions in its forward pass: 2 on one attention head (mean) and 1 by a"
                + " specification (scale).",
            "nDCG@10, AP, RR and Judged@10 (where relevance is binary, grade 1 and above is relevant)"
                + " over the 6 topics",
            "of each measure (Holm)",
            "(200 rounds each, seed 42)",
            "within 0.01 (",
            "(commit " + json.at("/versions/commit").asText() + ")")) {
      assertTrue(methods.contains(said), said + " is not in: " + methods);
    }
    for (String html : List.of("&", "<")) {
      assertFalse(methods.contains(html), methods);
    }
  }

  @Test
  void everyCellIsRecomputedFromTheWrittenRuns() throws IOException {
    Path study = succeed(BI, "study", MANY);
    Qrels qrels = Qrels.read(folder.resolve("qrels.txt"));
    JsonNode conditions = json(study).path("conditions");
    List<Measure> measures = StudySettings.MEASURES.stream().map(Measure::parse).toList();
    List<String> topics = List.of("0", "1", "2", "3", "4", "5");
    Map<String, Run> runs = new HashMap<>();
    Map<String, Evaluation> evaluations = new HashMap<>();
    for (JsonNode condition : conditions) {
      Run run = Run.read(study.resolve(condition.path("run").asText()));
      runs.put(condition.path("id").asText(), run);
      evaluations.put(
          condition.path("id").asText(),
          Evaluation.of(run, qrels, measures, Evaluation.Options.DEFAULT));
    }
    Map<String, double[]> raw = new HashMap<>();
    List<CSVRecord> comparison = table(study, "comparison.csv");
    assertEquals((conditions.size() - 1) * measures.size(), comparison.size());
    for (CSVRecord row : comparison) {
      Measure measure = Measure.parse(row.get("measure"));
      double[] before = of(evaluations, "nothing").values(measure, topics);
      double[] after = of(evaluations, row.get("condition")).values(measure, topics);
      Comparison c = Comparison.of(before, after, new Comparison.Settings(42, 200, .01));
      assertEquals(TOPICS, Integer.parseInt(row.get("topics")));
      assertEquals(c.baseline(), Double.parseDouble(row.get("baseline")));
      assertEquals(c.treatment(), Double.parseDouble(row.get("value")));
      assertEquals(c.change(), Double.parseDouble(row.get("change")));
      assertField(c.relativeChange(), row.get("relative_change"));
      assertField(c.tTest(), row.get("p_t"));
      assertField(c.randomization(), row.get("p_randomization"));
      assertField(c.effectSize(), row.get("d_z"));
      assertField(c.lower(), row.get("ci_lower"));
      assertField(c.upper(), row.get("ci_upper"));
      assertEquals(c.wins(), Integer.parseInt(row.get("wins")));
      assertEquals(c.ties(), Integer.parseInt(row.get("ties")));
      assertEquals(c.losses(), Integer.parseInt(row.get("losses")));
      assertField(c.equivalence(), row.get("p_equivalence"));
      assertField(
          c.effectSize().isEmpty()
              ? c.effectSize()
              : OptionalDouble.of(c.deviation().getAsDouble() * Power.USUAL.detectable(c.topics())),
          row.get("detectable_change"));
      long swapped = 0;
      double tau = 0;
      double move = 0;
      for (String topic : topics) {
        RankChanges changes =
            RankChanges.of(
                of(runs, "nothing").ranking(topic).orElseThrow().top(10),
                of(runs, row.get("condition")).ranking(topic).orElseThrow().top(10));
        swapped += changes.swappedPairs();
        tau += (1 - 2 * changes.swappedPairs() / (10 * 9 / 2.0)) / TOPICS;
        move += changes.totalMoves() / 10.0 / TOPICS;
      }
      assertEquals(swapped, Long.parseLong(row.get("swapped_pairs")));
      assertEquals(tau, Double.parseDouble(row.get("kendall_tau")), 1e-12);
      assertEquals(move, Double.parseDouble(row.get("mean_move")), 1e-12);
      raw.merge(
          row.get("measure"),
          new double[] {c.randomization().orElseThrow()},
          (a, b) -> Stream.of(a, b).flatMapToDouble(Arrays::stream).toArray());
    }
    for (Measure measure : measures) {
      double[] adjusted = Correction.BH.adjust(of(raw, measure.irName()));
      double[] written =
          comparison.stream()
              .filter(row -> row.get("measure").equals(measure.irName()))
              .mapToDouble(row -> Double.parseDouble(row.get("p_randomization_adjusted")))
              .toArray();
      assertArrayEquals(adjusted, written);
    }
    List<CSVRecord> perTopic = table(study, "topics.csv");
    assertEquals(conditions.size() * TOPICS * measures.size(), perTopic.size());
    for (CSVRecord row : perTopic) {
      Measure measure = Measure.parse(row.get("measure"));
      List<String> one = List.of(row.get("topic"));
      double before = of(evaluations, "nothing").values(measure, one)[0];
      double after = of(evaluations, row.get("condition")).values(measure, one)[0];
      assertEquals(after, Double.parseDouble(row.get("value")));
      assertEquals(before, Double.parseDouble(row.get("baseline")));
      assertEquals(after - before, Double.parseDouble(row.get("change")));
    }
    List<CSVRecord> ranks = table(study, "ranks.csv");
    assertEquals((conditions.size() - 1) * TOPICS, ranks.size());
    for (CSVRecord row : ranks) {
      RankChanges changes =
          RankChanges.of(
              of(runs, "nothing").ranking(row.get("topic")).orElseThrow().top(10),
              of(runs, row.get("condition")).ranking(row.get("topic")).orElseThrow().top(10));
      assertEquals("10", row.get("documents"));
      assertEquals(changes.swappedPairs(), Long.parseLong(row.get("swapped_pairs")));
      assertEquals(
          1 - 2 * changes.swappedPairs() / 45.0, Double.parseDouble(row.get("kendall_tau")));
      assertEquals(changes.moved(), Integer.parseInt(row.get("moved")));
      assertEquals(changes.largestMove(), Integer.parseInt(row.get("largest_move")));
      assertEquals(changes.totalMoves() / 10.0, Double.parseDouble(row.get("mean_move")));
    }
    for (CSVRecord row : table(study, "moves.csv")) {
      Ranking before = of(runs, "nothing").ranking(row.get("topic")).orElseThrow();
      Ranking after = of(runs, row.get("condition")).ranking(row.get("topic")).orElseThrow();
      int was = Integer.parseInt(row.get("rank_before")) - 1;
      assertTrue(was < 10, "one of those that were reranked");
      int is = Integer.parseInt(row.get("rank_after")) - 1;
      assertEquals(row.get("docid"), before.docno(was));
      assertEquals(row.get("docid"), after.docno(is));
      assertEquals((double) before.score(was), Double.parseDouble(row.get("score_before")));
      assertEquals((double) after.score(is), Double.parseDouble(row.get("score_after")));
      Integer grade = qrels.judged(row.get("topic")).get(row.get("docid"));
      assertEquals(grade == null ? "" : grade.toString(), row.get("grade"));
    }
  }

  private static <T> T of(Map<String, T> map, String key) {
    return Optional.ofNullable(map.get(key)).orElseThrow();
  }

  private static void assertField(OptionalDouble expected, String field) {
    if (expected.isEmpty()) {
      assertEquals("", field);
    } else {
      assertEquals(expected.getAsDouble(), Double.parseDouble(field));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aStudyAtWorkIsReportedAsFarAsItIs(String name) throws IOException {
    Path study = succeed(Checkout.model(name), "study", MANY);
    List<CSVRecord> ranks = table(study, "ranks.csv");
    Files.delete(study.resolve("study.json"));
    Path journal = study.resolve("journal.jsonl");
    List<String> lines = Files.readAllLines(journal);
    assertProgress(study, TOPICS, ranks);
    // The settings and three topics; the fourth is being written.
    String torn = String.join("\n", lines.subList(0, 4)) + "\n" + lines.get(4).substring(0, 50);
    Files.writeString(journal, torn);
    assertProgress(study, 3, ranks);
    Path plan = study.resolve("plan.json");
    for (String wrong :
        List.of(
            "{\"conditions\":[\"none\"],\"perItem\":[false],\"places\":null}",
            "{\"conditions\":[null],\"perItem\":[false],\"places\":{}}",
            "[]")) {
      Files.writeString(plan, wrong);
      Shell refused = Shell.run("report", study.toString());
      assertEquals(ExitCode.INPUT, refused.code(), refused.err());
      assertTrue(refused.err().contains(plan + ": is not a study's plan: "), refused.err());
    }
  }

  /** The report is the per-topic table summed, and neither needs the lock nor changes a file. */
  private static void assertProgress(Path study, int done, List<CSVRecord> ranks)
      throws IOException {
    Map<String, String> before = hashes(study);
    Shell report;
    try (FolderLock lock = FolderLock.take(study, "study")) {
      report = Shell.run("report", study.toString());
      lock.check();
    }
    assertEquals(ExitCode.DONE, report.code(), report.err());
    assertEquals(before, hashes(study));
    List<String> lines = report.out().lines().toList();
    String head = study + ": unfinished, " + done + " of 6 topics done; ";
    assertTrue(lines.getFirst().startsWith(head), lines.getFirst());
    Map<String, String> shown = new HashMap<>();
    for (String line : lines.subList(3, lines.size())) {
      String[] cells = line.split(" +");
      shown.put(cells[0], String.join(" ", cells[2], cells[3], cells[4]));
    }
    Map<String, String> expected = new HashMap<>();
    Map<String, List<CSVRecord>> conditions =
        ranks.stream()
            .filter(row -> Integer.parseInt(row.get("topic")) < done)
            .collect(Collectors.groupingBy(row -> row.get("condition")));
    conditions.forEach(
        (condition, rows) ->
            expected.put(
                condition,
                String.format(
                    Locale.ROOT,
                    "%.4f %d %.2f",
                    mean(rows, "kendall_tau"),
                    rows.stream().mapToLong(r -> Long.parseLong(r.get("swapped_pairs"))).sum(),
                    mean(rows, "mean_move"))));
    assertEquals(expected, shown);
  }

  private static double mean(List<CSVRecord> rows, String column) {
    return rows.stream()
        .mapToDouble(r -> Double.parseDouble(r.get(column)))
        .average()
        .orElseThrow();
  }

  private static Map<String, String> hashes(Path study) throws IOException {
    Map<String, String> hashes = new HashMap<>();
    try (Stream<Path> files = Files.walk(study)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        hashes.put(study.relativize(file).toString(), Hashes.sha256(file));
      }
    }
    return hashes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi"})
  void aStudyThatWasBrokenOffEndsAsIfItHadNotBeen(String name) throws IOException {
    String model = Checkout.model(name);
    Path whole = succeed(model, "whole", MANY);
    Path again = succeed(model, "again", MANY);
    assertSame(whole, again);
    List<String> lines = Files.readAllLines(whole.resolve("journal.jsonl"));
    assertEquals(1 + TOPICS, lines.size());
    Path torn = Files.createDirectory(folder.resolve("torn"));
    Files.writeString(
        torn.resolve("journal.jsonl"),
        String.join("\n", lines.subList(0, 3)) + "\n" + lines.get(3).substring(0, 50));
    Shell shell = study(model, "torn", with("-resume", MANY));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.err().contains("2 of 6 topics done already"), shell.err());
    assertSame(whole, torn);
    Shell other = study(model, "torn", with("-resume", "-conditions", "heads"));
    assertEquals(ExitCode.FAILED, other.code());
    assertTrue(other.err().contains("was made with condition"), other.err());
    write("less.txt", Files.readString(folder.resolve("run.txt")).replaceAll("(?m)^5 .*\n", ""));
    List<String> without = new ArrayList<>(List.of("-resume", "-run", path("less.txt")));
    without.addAll(List.of(MANY));
    Shell less = study(model, "torn", without.toArray(String[]::new));
    assertEquals(ExitCode.FAILED, less.code());
    assertTrue(less.err().contains("was made with first stage"), less.err());
    assertSame(whole, torn);
  }

  @Test
  void measuringAnewLeavesNothingOfBefore() throws IOException {
    Path study = succeed(BI, "study", "-conditions", "heads");
    assertTrue(Files.exists(study.resolve("heads.csv")));
    List<String> kept =
        Files.readAllLines(study.resolve("comparison.csv")).stream()
            .filter(line -> !line.matches("[^,]+,(nDCG@10|RR),.*"))
            .toList();
    Path other = succeed(BI, "study", "-conditions", "heads", "-measures", "AP", "-resume");
    Path fresh = succeed(BI, "fresh", "-conditions", "heads", "-measures", "AP");
    assertEquals("[\"AP\",\"Judged@10\"]", json(other).path("measures").toString());
    assertEquals(kept, Files.readAllLines(other.resolve("comparison.csv")));
    assertSame(fresh, other, "study.json", "report.html", "summary.md");
    try (Stream<Path> files = Files.walk(other)) {
      for (Path file : files.toList()) {
        String name = other.relativize(file).toString();
        assertTrue(Files.exists(fresh.resolve(name)), name + " is of the measures before");
      }
    }
  }

  @Test
  void aDamagedJournalIsToldByItsItem() throws IOException {
    Path study = succeed(BI, "study", "-conditions", "layers");
    Path journal = study.resolve("journal.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(journal));
    String whole = lines.get(3);
    for (String damage :
        List.of(
            "{\"item\":\"2\"}",
            whole.replaceFirst("\"scores\":\\[\"....", "\"scores\":[\""),
            whole.replaceFirst("\"scores\":\\[\"....", "\"scores\":[\"*"))) {
      lines.set(3, damage);
      Files.write(journal, lines);
      Shell shell = study(BI, "study", "-conditions", "layers", "-resume");
      assertEquals(ExitCode.FAILED, shell.code(), shell.err());
      assertTrue(shell.err().contains("journal.jsonl: item 2 is damaged: "), shell.err());
    }
  }

  private static String[] with(String first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }

  /** All files equal to the byte, but for some. */
  private static void assertSame(Path expected, Path actual, String... but) throws IOException {
    try (Stream<Path> files = Files.walk(expected)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = expected.relativize(file).toString();
        if (!List.of(but).contains(name)) {
          byte[] other = Files.readAllBytes(actual.resolve(name));
          assertArrayEquals(Files.readAllBytes(file), other, name);
        }
      }
    }
  }

  @Test
  void aScreenIsComparedWithThePatchingMapOfTheSameHeads() throws IOException {
    StringBuilder aggregates =
        new StringBuilder(
            "direction,method,stratum,level,layer,attention_head,statistic,value,ci_lower,ci_upper\n");
    double[] effects = {.1, -.5, .02, .3, 0, -.01, .2, .05};
    for (int i = 0; i < effects.length; i++) {
      for (String direction : List.of("denoise", "noise")) {
        double value = direction.equals("noise") ? 9 : effects[i];
        aggregates.append(
            direction
                + ",exact,all,all,"
                + i / 4
                + ","
                + i % 4
                + ",ratio-of-sums,"
                + value
                + ",,\n");
        aggregates.append(direction + ",exact,all,all," + i / 4 + "," + i % 4 + ",median,7,,\n");
      }
    }
    Path patch = Files.createDirectory(folder.resolve("patch"));
    Files.writeString(patch.resolve("aggregates.csv"), aggregates);
    Path study =
        succeed(
            BI,
            "study",
            "-conditions",
            "heads",
            "-patching",
            patch.toString(),
            "-conditions",
            "top:2:" + patch,
            "-conditions",
            "random:2");
    List<CSVRecord> screen = table(study, "heads.csv");
    assertEquals(8, screen.size());
    double[] sizes = new double[8];
    double[] expected = new double[8];
    for (int i = 0; i < 8; i++) {
      CSVRecord row = screen.get(i);
      assertEquals(effects[i], Double.parseDouble(row.get("patching_effect")));
      expected[i] = Math.abs(effects[i]);
      sizes[i] = Math.abs(Double.parseDouble(row.get("change_ndcg10")));
      CSVRecord contrast =
          table(study, "comparison.csv").stream()
              .filter(
                  c ->
                      c.get("condition")
                          .equals("L" + row.get("layer") + "H" + row.get("attention_head")))
              .findFirst()
              .orElseThrow();
      assertEquals(contrast.get("change"), row.get("change_ndcg10"));
      assertEquals(contrast.get("p_t_adjusted"), row.get("p_adjusted"));
    }
    JsonNode correlation = json(study).path("rankCorrelation");
    assertEquals(Correlation.spearman(sizes, expected), correlation.path("spearman").asDouble());
    assertEquals(Correlation.kendall(sizes, expected), correlation.path("kendall").asDouble());
    assertTrue(correlation.path("p").asDouble() > 0);
    JsonNode conditions = json(study).path("conditions");
    assertEquals("zero blocks.0.attn.hook_z head=1,3", conditions.path(9).path("spec").asText());
    assertEquals(
        "zero blocks.0.attn.hook_z head=0,2",
        conditions.path(10).path("spec").asText(),
        "as many heads of the same layer, others");
    Path controls =
        succeed(
            BI,
            "controls",
            "-conditions",
            "top:1:" + patch,
            "-conditions",
            "top:2:" + patch,
            "-conditions",
            "random:2",
            "-patching",
            patch.toString());
    JsonNode random = json(controls).path("conditions").path(3);
    assertEquals("zero blocks.0.attn.hook_z head=0,2", random.path("spec").asText());
    String label = random.path("label").asText();
    assertTrue(label.startsWith("z of 2 random heads of the layers of top2 zeroed: "), label);
    assertFalse(Files.exists(controls.resolve("heads.csv")));
    Shell more = study(BI, "more", "-conditions", "top:2:" + patch, "-conditions", "random:2:2");
    assertEquals(ExitCode.USAGE, more.code(), more.err());
    assertTrue(more.err().contains("random:2:2: there is only 1 such set"), more.err());
  }

  /** Mean and resample ablation are what the same specs, written out, do. */
  @Test
  void partsAreTakenAwayByWhatWasRecorded() throws IOException {
    List<String> record = new ArrayList<>(inputs("record"));
    record.addAll(List.of("-model", BI, "-hooks", "blocks.*.attn.hook_z,blocks.*.hook_mlp_out"));
    record.addAll(List.of("-positions", "all", "-output", path("recorded")));
    Shell recorded = Shell.run(record.toArray(String[]::new));
    assertEquals(ExitCode.DONE, recorded.code(), recorded.err());
    String from = " from=" + path("recorded");
    Path study =
        succeed(
            BI,
            "study",
            "-conditions",
            "heads:1.2 by=mean" + from,
            "-conditions",
            "layers:0 by=resample" + from,
            "-conditions",
            "heads:1.2",
            "-conditions",
            "spec:mean blocks.1.attn.hook_z head=2" + from + " name=by-hand",
            "-conditions",
            "spec:resample blocks.0.hook_mlp_out seed=42" + from + " name=drawn-by-hand");
    assertEquals(scores(study, "by-hand"), scores(study, "L1H2_mean"));
    assertEquals(scores(study, "drawn-by-hand"), scores(study, "L0mlp_resample"));
    assertNotEquals(scores(study, "L1H2"), scores(study, "L1H2_mean"));
    JsonNode named = json(study).path("conditions").path(4);
    assertEquals("by-hand", named.path("id").asText());
    assertEquals("by-hand", named.path("label").asText());
    assertEquals("runs/by-hand.txt", named.path("run").asText());
  }

  /** A way in which some heads are taken away has no map; each of all heads has one. */
  @Test
  void mapsOfHeadsAreOfTheWaysOfAllHeads() throws IOException {
    List<String> record = new ArrayList<>(inputs("record"));
    record.addAll(List.of("-model", BI, "-hooks", "blocks.*.attn.hook_z", "-positions", "all"));
    record.addAll(List.of("-output", path("recorded")));
    Shell.succeed(record.toArray(String[]::new));
    String some = "heads:1.2,0.1 by=mean from=" + path("recorded");
    Path zeroed = succeed(BI, "zeroed", "-conditions", some, "-conditions", "heads");
    List<CSVRecord> map = table(zeroed, "heads.csv");
    assertEquals(8, map.size());
    for (CSVRecord row : map) {
      String head = "L" + row.get("layer") + "H" + row.get("attention_head");
      assertEquals(head, row.get("condition"));
    }
    assertFalse(json(zeroed).has("wayCorrelations"));
    StringBuilder aggregates =
        new StringBuilder(
            "direction,method,stratum,level,layer,attention_head,statistic,value,ci_lower,ci_upper\n");
    double[] effects = {.1, .5, .02, .3, 0, .01, .2, .05};
    for (int i = 0; i < effects.length; i++) {
      aggregates.append("denoise,exact,all,all,").append(i / 4).append(',').append(i % 4);
      aggregates.append(",ratio-of-sums,").append(effects[i]).append(",,\n");
    }
    Path patch = Files.createDirectory(folder.resolve("patch"));
    Files.writeString(patch.resolve("aggregates.csv"), aggregates);
    String all = some.replace(":1.2,0.1", "");
    String patching = patch.toString();
    Path both =
        succeed(BI, "both", "-conditions", all, "-conditions", "heads", "-patching", patching);
    map = table(both, "heads.csv");
    List<String> heads = table(zeroed, "heads.csv").stream().map(r -> r.get("condition")).toList();
    assertEquals(
        Stream.concat(heads.stream().map(head -> head + "_mean"), heads.stream()).toList(),
        map.stream().map(row -> row.get("condition")).toList());
    double[] means = changes(map.subList(0, 8));
    double[] zeros = changes(map.subList(8, 16));
    JsonNode ways = json(both).path("wayCorrelations");
    assertEquals(1, ways.size());
    assertEquals("[\"L0H0_mean\",\"L0H0\"]", ways.path(0).path("conditions").toString());
    assertNumber(Correlation.spearman(means, zeros), ways.path(0).path("spearman"));
    assertNumber(Correlation.kendall(means, zeros), ways.path(0).path("kendall"));
    JsonNode patched = json(both).path("rankCorrelation");
    assertNumber(Correlation.spearman(sizes(means), effects), patched.path("spearman"));
    assertEquals(1, patched.path("ways").size());
    assertEquals("L0H0", patched.at("/ways/0/condition").asText());
    assertNumber(Correlation.spearman(sizes(zeros), effects), patched.at("/ways/0/spearman"));
    String caption = Files.readString(both.resolve("tables/head-map.tex"));
    assertTrue(caption.contains("when one head is set to its mean."), caption);
    caption = Files.readString(both.resolve("tables/head-map.2.tex"));
    assertTrue(caption.contains("when one head is zeroed."), caption);
    assertEquals(
        map.subList(8, 16).stream().map(row -> row.get("change_ndcg10")).toList(),
        table(both, "tables/head-map.2.csv").stream().map(r -> r.get("change_ndcg10")).toList());
    String summary = Files.readString(both.resolve("summary.md"));
    for (String said :
        List.of(
            "![Change in nDCG@10 when one head is set to its mean](figures/head-map.svg)",
            "![Change in nDCG@10 when one head is zeroed](figures/head-map.2.svg)",
            "by 8 heads, each set to its mean (L0H0\\_mean) or zeroed (L0H0): Spearman ")) {
      assertTrue(summary.contains(said), said + " is not in: " + summary);
    }
    assertTrue(Files.readString(both.resolve("report.html")).contains(" id=\"heads-2\""));
  }

  private static double[] changes(List<CSVRecord> map) {
    return map.stream().mapToDouble(row -> Double.parseDouble(row.get("change_ndcg10"))).toArray();
  }

  private static double[] sizes(double[] changes) {
    return Arrays.stream(changes).map(Math::abs).toArray();
  }

  private static void assertNumber(double expected, JsonNode actual) {
    assertEquals(Double.isNaN(expected), actual.isNull());
    assertEquals(expected, actual.asDouble(Double.NaN));
  }

  /** They are counted as rerank counts them under the same spec. */
  @Test
  void positionsThatTheRecordingLacksAreTold() throws IOException {
    List<String> record = new ArrayList<>(inputs("record"));
    record.addAll(List.of("-model", CROSS, "-hooks", "blocks.*.attn.hook_z", "-positions", "cls"));
    record.addAll(List.of("-output", path("recorded")));
    Shell.succeed(record.toArray(String[]::new));
    String mean = "heads:1.2 by=mean from=" + path("recorded");
    Shell shell = study(CROSS, "study", "-conditions", mean, "-conditions", "heads:1.2");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Path study = folder.resolve("study");
    JsonNode conditions = json(study).path("conditions");
    List<String> rerank = new ArrayList<>(inputs("rerank"));
    rerank.addAll(List.of("-model", CROSS, "-output", path("run.mean.txt")));
    rerank.addAll(List.of("-intervene", conditions.path(1).path("spec").asText()));
    Shell.succeed(rerank.toArray(String[]::new));
    JsonNode counts =
        new ObjectMapper()
            .readTree(Files.readString(folder.resolve("run.mean.txt.meta.json")))
            .at("/interventions/counts/0");
    long positions = counts.path("positions").asLong();
    long missing = counts.path("missing").asLong();
    assertTrue(0 < missing && missing < positions, counts.toString());
    assertEquals(positions, conditions.path(1).path("positions").asLong());
    assertEquals(missing, conditions.path(1).path("missing").asLong());
    assertFalse(conditions.path(2).has("missing"));
    String said =
        "1 of 2 conditions left positions, or some of their numbers, as they were, since the"
            + " recording has no counterpart for"
            + " them: L1H2_mean "
            + missing
            + " of "
            + positions
            + " ("
            + Decimals.rounded(100 * ((double) missing / positions), 1)
            + "%)";
    assertTrue(shell.err().contains(said), shell.err());
    String summary = Files.readString(study.resolve("summary.md"));
    assertTrue(summary.contains("- " + said.replace("_", "\\_") + ".\n"), summary);
  }

  /** A run without its tag. */
  private static List<String> scores(Path study, String condition) throws IOException {
    return Files.readAllLines(study.resolve("runs/" + condition + ".txt")).stream()
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .toList();
  }

  @Test
  void dosesAreConditions() throws IOException {
    String vector = "[" + "0.1,".repeat(31) + "0.2]";
    Path study =
        succeed(
            BI,
            "study",
            "-conditions",
            "dose:add blocks.1.hook_resid_pre vector=" + vector + ":0,0.5,4 random=0");
    JsonNode conditions = json(study).path("conditions");
    assertEquals(0.5, conditions.path(2).path("dose").asDouble());
    assertArrayEquals(
        withoutTags(study.resolve(conditions.path(0).path("run").asText())),
        withoutTags(study.resolve(conditions.path(1).path("run").asText())),
        "a dose of 0 changes nothing");
    assertNotEquals(
        Files.readString(study.resolve(conditions.path(2).path("run").asText())),
        Files.readString(study.resolve(conditions.path(3).path("run").asText())));
    assertEquals("holm", json(study).path("correction").asText());
  }

  @Test
  void aVectorThatIsNotThereIsRefusedWithItsColumn() {
    String stored = Path.of(BI).resolve("model.safetensors") + "#no";
    Shell shell =
        study(
            BI, "study", "-conditions", "dose:add blocks.1.hook_resid_pre vector=" + stored + ":1");
    assertEquals(ExitCode.USAGE, shell.code(), shell.err());
    assertTrue(shell.err().contains("does not fit the model: column 29: "), shell.err());
  }

  @Test
  void dosesStandBesideRandomDirections() throws IOException {
    String dose = "dose:add blocks.1.hook_resid_pre vector=[" + "0.4,".repeat(31) + "-2]:0,0.5,4";
    String cut = "spec:zero blocks.0.hook_mlp_out name=cut";
    Path alone = succeed(BI, "alone", "-conditions", dose + " random=0", "-conditions", cut);
    Path study = succeed(BI, "study", "-conditions", dose + " random=3", "-conditions", cut);
    List<CSVRecord> comparison = table(study, "comparison.csv");
    List<String> studied = new ArrayList<>();
    Map<List<String>, List<Double>> directions = new HashMap<>();
    for (CSVRecord row : comparison) {
      String condition = row.get("condition");
      if (condition.contains("-random")) {
        assertEquals("", row.get("p_t_adjusted"));
        assertEquals("", row.get("p_randomization_adjusted"));
        String amount = condition.substring(condition.indexOf('_') + 1);
        directions
            .computeIfAbsent(List.of(row.get("measure"), amount), key -> new ArrayList<>())
            .add(Double.parseDouble(row.get("change")));
      } else {
        studied.add(String.join(",", row));
      }
    }
    assertEquals(
        table(alone, "comparison.csv").stream().map(row -> String.join(",", row)).toList(),
        studied,
        "directions are not among the tests");
    List<CSVRecord> doses = table(study, "dose-response.csv");
    assertEquals(
        3 * comparison.stream().map(r -> r.get("measure")).distinct().count(), doses.size());
    for (CSVRecord row : doses) {
      CSVRecord contrast =
          comparison.stream()
              .filter(c -> c.get("condition").equals(row.get("condition")))
              .filter(c -> c.get("measure").equals(row.get("measure")))
              .findFirst()
              .orElseThrow();
      for (String column :
          List.of(
              "topics", "baseline", "value", "change", "ci_lower", "ci_upper", "p_t_adjusted")) {
        assertEquals(contrast.get(column), row.get(column));
      }
      List<Double> band =
          row.get("dose").equals("0.0")
              ? List.of(0.0)
              : directions.getOrDefault(List.of(row.get("measure"), row.get("dose")), List.of());
      assertEquals(Collections.min(band), Double.parseDouble(row.get("random_lowest")));
      assertEquals(Collections.max(band), Double.parseDouble(row.get("random_highest")));
      assertEquals("3", row.get("directions"));
    }
    for (CSVRecord row : table(alone, "dose-response.csv")) {
      assertEquals(
          "0,,",
          row.get("directions") + "," + row.get("random_lowest") + "," + row.get("random_highest"));
    }
    String vector = doses.getFirst().get("vector");
    String figure = Files.readString(study.resolve("figures/dose-response." + vector + ".svg"));
    for (CSVRecord row : doses) {
      double change = Double.parseDouble(row.get("change"));
      assertTrue(
          figure.contains(
              row.get("measure")
                  + ", dose "
                  + (row.get("dose").replace(".0", ""))
                  + ": "
                  + Digits.change(change)
                  + ", "),
          row.toString());
    }
    assertTrue(Files.readString(study.resolve("report.html")).contains("<h2>Doses</h2>"));
    String compared = "the same dose of 3 random directions, of the vector";
    assertTrue(Files.readString(study.resolve("summary.md")).contains(compared));
    assertFalse(Files.exists(study.resolve("figures/topics." + vector + "-random1_4.0.svg")));
  }

  private static String[] withoutTags(Path run) throws IOException {
    return Files.readAllLines(run).stream()
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .toArray(String[]::new);
  }

  @Test
  void aConfigIsTheSameAsItsOptions() throws IOException {
    write(
        "study.yaml",
        "# what to study\ntopics: "
            + path("topics.tsv")
            + "\ncorpus: "
            + path("corpus.jsonl")
            + "\nrun: "
            + path("run.txt")
            + "\nqrels: "
            + path("qrels.txt")
            + "\nmodel: "
            + BI
            + "\ndepth: 5\nrounds: 200\nconditions:\n  - layers\n"
            + "  - spec:zero blocks.*.attn.hook_z head=1\nresume: false\n");
    Shell.succeed(
        "study", "-config", path("study.yaml"), "-depth", "10", "-output", path("configured"));
    succeed(
        BI,
        "given",
        "-conditions",
        "layers",
        "-conditions",
        "spec:zero blocks.*.attn.hook_z head=1");
    Path given = folder.resolve("given");
    Path configured = folder.resolve("configured");
    // These tell the command.
    assertSame(given, configured, "study.json", "report.html", "summary.md");
    assertEquals(json(given).path("conditions"), json(configured).path("conditions"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model: minilm\\ndephts: 5\\n | :2: there is no option dephts; did you mean depth?",
        "model: minilm\\n\\nmodel: other\\n | :3: model occurs twice",
        "- model\\n | :1: expected lines of the form 'option: value'",
        "depth:\\n  of: 3\\n | :2: depth needs a value or a list of values",
        "depth: [1\\n | : "
      })
  void aConfigThatCannotBeReadNamesTheLine(String content, String message) throws IOException {
    write("bad.yaml", content.replace("\\n", "\n"));
    Shell shell = Shell.run("study", "-config", path("bad.yaml"), "-output", path("out"));
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(shell.err().contains("bad.yaml" + message.strip()), shell.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hearts | no conditions are called 'hearts'; there are heads, layers, components, neurons (or of",
        "random:9 | random:9: the number of heads must be in 1..8, got 9",
        "random:2:0 | random:2:0: the number of sets must be 1 or more, got 0",
        "top:2 | expected top:K:DIR, got top:2",
        "top:2:nowhere | nowhere: holds no patching study: there is no aggregates.csv",
        "spec: | spec:: the spec is empty",
        "spec:zap hook_z | spec:zap hook_z: column 1",
        "spec:zero blocks.7.attn.hook_z | does not fit the model: ",
        "spec:zero blocks.0.attn.hook_z head=4 | head 4 is not in 0..3",
        "dose:zero hook_score:1 | only an intervention that adds a vector has a dose",
        "dose:add hook_score vector=[1]:x | 'x' is not a number"
      })
  void conditionsThatAreNoneAreRefused(String conditions, String message) {
    Shell shell = study(BI, "study", "-conditions", conditions);
    assertNotEquals(ExitCode.DONE, shell.code());
    assertTrue(shell.err().contains(message.strip()), shell.err());
    assertFalse(shell.err().contains("\tat "), "no trace expected: " + shell.err());
  }

  @Test
  void wrongInputsAreRefused() throws IOException {
    assertRefused(ExitCode.USAGE, "-conditions: nothing to study; give heads", "a");
    assertRefused(
        ExitCode.USAGE,
        "L0H0 (z of head L0H0 zeroed) occurs twice",
        "b",
        "-conditions",
        "heads",
        "-conditions",
        "components");
    write("other.txt", "77 0 d1 1\n");
    assertRefused(
        ExitCode.INPUT,
        "have no topic in common: nothing to measure",
        "c",
        "-conditions",
        "heads",
        "-qrels",
        path("other.txt"));
    write("empty.txt", "");
    assertRefused(
        ExitCode.INPUT, "empty.txt", "d", "-conditions", "heads", "-run", path("empty.txt"));
    assertRefused(
        ExitCode.FAILED,
        "condition spec-",
        "e",
        "-conditions",
        "spec:zero blocks.0.hook_mlp_out at=injected");
    succeed(BI, "f", "-conditions", "layers");
    assertRefused(
        ExitCode.USAGE,
        "holds a study already; give -resume to resume it, or another folder",
        "f",
        "-conditions",
        "layers");
    assertRefused(
        ExitCode.USAGE,
        "is not a mean over topics",
        "g",
        "-conditions",
        "layers",
        "-measures",
        "num_ret");
  }

  @Test
  void aScreenRunsSomeAndTellsHowAllWerePredicted() throws IOException {
    String[] heads = {"-conditions", "heads", "-screen", "gradient", "-confirm", "2"};
    Shell shell = study(BI, "screened", heads);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    String said = shell.out() + shell.err();
    assertTrue(
        said.contains(
            "8 conditions predicted; run: the 2 with the largest predicted change of nDCG@10, and 2"
                + " by chance"),
        said);
    assertEquals(2, said.split("relevant is grade 1 and up; -level changes it\n", -1).length, said);
    Path study = folder.resolve("screened");
    List<CSVRecord> screen = table(study, "screen.csv");
    assertEquals(8 * 4, screen.size());
    assertEquals(4 * 4, screen.stream().filter(row -> !row.get("exact_change").isEmpty()).count());
    assertEquals(1 + 4, json(study).path("conditions").size());
    assertEquals(2, json(study).path("screen").path("confirm").asInt());
    try (Stream<Path> runs = Files.list(study.resolve("runs"))) {
      assertEquals(1 + 4, runs.count());
    }
    String page = Files.readString(study.resolve("report.html"));
    assertTrue(page.contains("<h2>Screen</h2>"));
    assertTrue(page.contains("Predicted and exact change in nDCG@10"));
    assertTrue(Files.readString(study.resolve("summary.md")).contains("Predicted against exact"));
    assertTrue(Files.isRegularFile(study.resolve("figures/screen.svg")));
    byte[] written = Files.readAllBytes(study.resolve("screen.csv"));
    List<String> again = new ArrayList<>(List.of(heads));
    again.add("-resume");
    assertEquals(ExitCode.DONE, study(BI, "screened", again.toArray(String[]::new)).code());
    assertArrayEquals(written, Files.readAllBytes(study.resolve("screen.csv")));
    assertRefused(
        ExitCode.USAGE, "give -resume to resume it, or another folder", "screened", heads);
    assertRefused(
        ExitCode.FAILED,
        "was made with -screen: give it, or another folder",
        "screened",
        "-conditions",
        "heads",
        "-resume");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "heads | -confirm 2 | -confirm is for -screen gradient",
        "heads | -screen gradient | -screen needs -confirm, how many conditions are run: 1 or more",
        "heads | -screen gradient -confirm 0 | 1 or more, got 0",
        "heads | -screen sobol -confirm 2 | -screen must be gradient, got sobol",
        "heads | -screen gradient -confirm 9 | -confirm 9 is more than there is to confirm: 8 conditions",
        "heads | -screen gradient -confirm 2 -screen.memory 0 | -screen.memory must be at least 1, got 0",
        "spec:scale hook_score by=2 | -screen gradient -confirm 1 | which changes the score itself",
        "dose:add blocks.1.hook_resid_pre vector=random:1:1:2 | -screen gradient -confirm 1"
            + " | leave them out with random=0",
      })
  void screensThatCannotBeAreRefused(String conditions, String options, String message) {
    List<String> more = new ArrayList<>(List.of("-conditions", conditions.strip()));
    more.addAll(List.of(options.strip().split(" ")));
    assertRefused(ExitCode.USAGE, message.strip(), "refused", more.toArray(String[]::new));
    assertFalse(Files.exists(folder.resolve("refused/predictions.jsonl")));
  }

  @Test
  void effectsOfAnotherModelAreRefused() throws IOException {
    Path patch = Files.createDirectory(folder.resolve("patch"));
    String header =
        "direction,method,stratum,level,layer,attention_head,statistic,value,ci_lower,ci_upper\n";
    write("patch/aggregates.csv", header + "denoise,exact,all,all,0,1,ratio-of-sums,0.5,,\n");
    for (String[] asks :
        new String[][] {
          {"-conditions", "heads", "-patching", patch.toString()}, {"-conditions", "top:1:" + patch}
        }) {
      write("patch/manifest.json", "{\"model\": {\"sha256\": \"" + "ab".repeat(32) + "\"}}");
      String other = patch + ": is of another model: its hash is abababababab, that of ";
      assertRefused(ExitCode.INPUT, other, "study", asks);
      write("patch/manifest.json", "{");
      assertRefused(ExitCode.INPUT, "manifest.json:1: not JSON", "study", asks);
      Files.delete(patch.resolve("manifest.json"));
      write("patch/aggregates.csv", header + "denoise,exact,all,all,2,1,ratio-of-sums,0.5,,\n");
      assertRefused(ExitCode.INPUT, "head L2H1 is not one of the 2 x 4 of ", "study", asks);
      String[] named = asks.clone();
      named[named.length - 1] += ":TFC1";
      String nameless = patch + ": its perturbation has no name, since there is no manifest.json";
      assertRefused(ExitCode.INPUT, nameless, "study", named);
      write("patch/aggregates.csv", header + "denoise,exact,all,all,0,1,ratio-of-sums,0.5,,\n");
    }
    assertFalse(Files.exists(folder.resolve("study")), "nothing is begun");
  }

  @Test
  void ofSeveralPerturbationsOneIsNamed() throws IOException {
    // Neither names of folders nor those of perturbations are free of colons.
    Path patch = Files.createDirectory(folder.resolve("pa:tch"));
    String header =
        "direction,method,stratum,level,layer,attention_head,statistic,value,ci_lower,ci_upper\n";
    String two =
        "denoise,exact,perturbation,ADD:idf,0,1,ratio-of-sums,0.5,,\n"
            + "denoise,exact,perturbation,ADD:idf,1,2,ratio-of-sums,0.1,,\n"
            + "denoise,exact,perturbation+grade,ADD:idf+1,1,2,ratio-of-sums,9,,\n"
            + "denoise,exact,perturbation,TFC1,0,1,ratio-of-sums,0.1,,\n"
            + "denoise,exact,perturbation,TFC1,1,2,ratio-of-sums,-0.5,,\n";
    write("pa:tch/aggregates.csv", header + two);
    for (String[] asks :
        new String[][] {
          {"-conditions", "heads", "-patching", patch.toString()}, {"-conditions", "top:1:" + patch}
        }) {
      String several =
          patch
              + ": has several perturbations: ADD:idf, TFC1; name one, as in "
              + patch
              + ":ADD:idf";
      assertRefused(ExitCode.INPUT, several, "study", asks);
      asks[asks.length - 1] += ":STMC1";
      String none = patch + ": has no perturbation 'STMC1'; there are ADD:idf, TFC1";
      assertRefused(ExitCode.INPUT, none, "study", asks);
    }
    Path study =
        succeed(
            BI,
            "named",
            "-conditions",
            "heads",
            "-patching",
            patch + ":TFC1",
            "-conditions",
            "top:1:" + patch + ":TFC1",
            "-conditions",
            "top:1:" + patch + ":ADD:idf");
    List<CSVRecord> screen = table(study, "heads.csv");
    assertEquals("-0.5", screen.get(6).get("patching_effect"));
    JsonNode json = new ObjectMapper().readTree(study.resolve("study.json").toFile());
    assertEquals("TFC1", json.at("/patching/perturbation").asText());
    JsonNode conditions = json.path("conditions");
    int n = conditions.size();
    assertEquals("top1-TFC1", conditions.get(n - 2).path("id").asText());
    assertEquals("zero blocks.1.attn.hook_z head=2", conditions.get(n - 2).path("spec").asText());
    assertEquals("top1-ADD-idf", conditions.get(n - 1).path("id").asText());
    assertEquals("zero blocks.0.attn.hook_z head=1", conditions.get(n - 1).path("spec").asText());
    write(
        "pa:tch/aggregates.csv", header + "denoise,exact,all,all,0,2,ratio-of-sums,0.5,,\n" + two);
    Path pooled = succeed(BI, "pooled", "-conditions", "top:1:" + patch);
    json = new ObjectMapper().readTree(pooled.resolve("study.json").toFile());
    assertEquals("top1", json.path("conditions").get(1).path("id").asText());
    assertEquals(
        "zero blocks.0.attn.hook_z head=2", json.path("conditions").get(1).path("spec").asText());
  }

  @Test
  void aScoreThatIsNotFiniteNamesTopicAndSpec() {
    Shell shell =
        study(
            CROSS,
            "study",
            "-conditions",
            "spec:add blocks.1.hook_resid_pre unit=0 vector=[1] dose=1e30");
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(
        shell.err().contains("lucerna study: topic 0: the model gave the score NaN under 'add "),
        shell.err());
    assertFalse(shell.err().contains("\tat "), "no trace expected: " + shell.err());
  }

  @Test
  void aSingleTopicIsCountedAsOne() throws IOException {
    write("one.txt", "0 0 d1 1\n");
    Shell shell = study(BI, "study", "-conditions", "layers", "-qrels", path("one.txt"));
    assertTrue(shell.err().contains(" over 1 topic; changed by 0 of 2 conditions"), shell.err());
    assertFalse(shell.err().contains("-level"), shell.err());
  }

  private void assertRefused(ExitCode code, String message, String output, String... more) {
    Shell shell = study(BI, output, more);
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
  }
}
