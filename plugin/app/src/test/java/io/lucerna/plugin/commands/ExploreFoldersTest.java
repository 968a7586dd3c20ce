package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.explorer.ExplorerServer;
import io.lucerna.explorer.Listening;
import io.lucerna.explorer.Opened;
import io.lucerna.explorer.TopicFacts;
import io.lucerna.plugin.Browser;
import io.lucerna.plugin.FakePairs;
import io.lucerna.plugin.FakeSweeper;
import io.lucerna.plugin.PatchShell;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.ranking.Contrast;
import io.lucerna.studies.ranking.ScreenRow;
import io.lucerna.studies.ranking.StudyTables;
import io.lucerna.studies.ranking.TopicValue;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.ContrastPair;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of other commands in the explorer: the numbers are those of their tables. */
class ExploreFoldersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final int DEPTH = 5;
  private static final String CUT = "spec:zero blocks.0.attn.hook_z head=1 at=match name=cut";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  static Path folder;

  private static final List<Throwable> FAILURES = Collections.synchronizedList(new ArrayList<>());

  private static final TopicFacts OIL =
      new TopicFacts(Map.of("1", "oil"), Qrels.of(Map.of()), OptionalInt.empty());

  /** A folder that is shown. */
  private record Shown(Opened opened, ExplorerServer server) implements AutoCloseable {
    static Shown of(Path folder) throws IOException {
      return of(folder, 0);
    }

    static Shown of(Path folder, int port) throws IOException {
      return of(folder, port, OIL);
    }

    static Shown of(Path folder, int port, TopicFacts topics) throws IOException {
      Opened opened = Opened.of(folder, topics);
      return new Shown(opened, ExplorerServer.start(Listening.here(port), opened, FAILURES::add));
    }

    JsonNode get(String path, String... parameters) throws Exception {
      HttpResponse<String> answer = send(path, parameters);
      assertEquals(200, answer.statusCode(), answer.body());
      return JSON.readTree(answer.body());
    }

    HttpResponse<String> send(String path, String... parameters) throws Exception {
      List<String> query = new ArrayList<>();
      for (int i = 0; i < parameters.length; i += 2) {
        query.add(
            parameters[i] + "=" + URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
      }
      URI address = server.address().resolve("api/v1/" + path + "?" + String.join("&", query));
      return CLIENT.send(
          HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws IOException {
      server.close();
      opened.close();
    }
  }

  @BeforeAll
  static void make() throws Exception {
    StringBuilder corpus = new StringBuilder();
    StringBuilder run = new StringBuilder();
    for (int doc = 0; doc < 8; doc++) {
      String text = "the lamp of oil ".repeat(1 + doc % 3) + (doc % 2 == 0 ? "light" : "sea night");
      corpus.append("{\"id\": \"d" + doc + "\", \"contents\": \"" + text + "\"}\n");
    }
    for (int topic = 0; topic < 4; topic++) {
      for (int place = 0; place < 7; place++) {
        run.append(topic + " Q0 d" + (place + topic) % 8 + " 1 " + (20 - place) + " first\n");
      }
    }
    write("corpus.jsonl", corpus.toString());
    write("run.txt", run.toString());
    write("topics.tsv", "0\tlamp light\n1\toil\n2\tsea\n3\tnight of time\n");
    write("qrels.txt", "0 0 d2 2\n0 0 d3 1\n1 0 d1 1\n1 0 d4 0\n2 0 d5 1\n3 0 d3 2\n3 0 d6 1\n");
    study(
        "study",
        "-conditions",
        "heads",
        "-conditions",
        "layers",
        "-conditions",
        "heads:0 name=again",
        "-conditions",
        "components:1 name=again",
        "-conditions",
        CUT);
    study("screened", "-conditions", "heads", "-screen", "gradient", "-confirm", "1");
    for (String sweep : List.of("head", "block")) {
      PatchShell.succeed(
          FakePairs.some(20),
          folder.resolve("patch-" + sweep),
          "-sweep",
          sweep,
          "-floor",
          "0",
          "-rounds",
          "20");
    }
    write(
        "pairs.tsv",
        "qid\tquery\tdocid\ttext\n1\tred water\ta\tred disk\n1\tred water\tb\tmemory of water\n");
    Shell.succeed(
        "record",
        "-model",
        Checkout.model("bert-bi"),
        "-pairs",
        path("pairs.tsv"),
        "-hooks",
        "blocks.*.attn.hook_z",
        "-positions",
        "cls",
        "-output",
        path("recording"));
  }

  private static void study(String output, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "study",
                "-model",
                Checkout.model("bert-cross"),
                "-run",
                path("run.txt"),
                "-topics",
                path("topics.tsv"),
                "-corpus",
                path("corpus.jsonl"),
                "-qrels",
                path("qrels.txt"),
                "-depth",
                String.valueOf(DEPTH),
                "-rounds",
                "50",
                "-output",
                path(output)));
    words.addAll(List.of(more));
    Shell.succeed(words.toArray(String[]::new));
  }

  private static void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A folder with the files of another whose names match. */
  private static Path copy(String from, String to, String names) throws IOException {
    Path target = Files.createDirectories(folder.resolve(to));
    try (Stream<Path> files = Files.list(folder.resolve(from))) {
      for (Path file : files.filter(f -> f.getFileName().toString().matches(names)).toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  @Test
  void aStudyIsWhatItsTablesSay() throws Exception {
    Path study = folder.resolve("study");
    try (Shown shown = Shown.of(study)) {
      JsonNode overview = shown.get("opened");
      assertTrue(overview.path("finished").asBoolean());
      assertEquals(List.of("nDCG@10", "AP", "RR", "Judged@10"), measures(overview));
      JsonNode cells = overview.path("maps").path(1).path("cells");
      List<Contrast> contrasts =
          StudyTables.CONTRASTS.read(study.resolve("comparison.csv")).stream()
              .filter(c -> c.measure().equals("AP") && !c.condition().equals("nothing"))
              .toList();
      assertEquals(contrasts.size(), cells.size());
      for (int i = 0; i < cells.size(); i++) {
        assertEquals(contrasts.get(i).condition(), cells.path(i).path("id").asText());
        assertEquals(
            contrasts.get(i).statistics().change(), cells.path(i).path("value").asDouble());
      }
      assertEquals("L0 1", placed(cells, "L0H1"));
      assertEquals("L1 MLP", placed(cells, "L1mlp"));
      assertEquals("again-L0 1", placed(cells, "again-L0H1"));
      assertEquals("again-L1 attention", placed(cells, "again-L1attn"));
      JsonNode rows = shown.get("opened/rows", "map", "1", "cell", "cut");
      for (TopicValue value : StudyTables.TOPICS.read(study.resolve("topics.csv"))) {
        if (value.condition().equals("cut") && value.measure().equals("AP")) {
          JsonNode row = byId(rows.path("rows"), value.topic());
          assertEquals(value.baseline(), row.path("values").path(0).asDouble());
          assertEquals(value.change(), row.path("values").path(2).asDouble());
          String known = value.topic().equals("1") ? "1: oil" : value.topic();
          assertEquals(known, row.path("label").asText());
        }
      }
      assertEquals(4, rows.path("total").asInt());
      JsonNode last = shown.get("opened/rows", "map", "1", "cell", "cut", "from", "3");
      assertEquals(4, last.path("total").asInt());
      assertEquals(1, last.path("rows").size());
      assertEquals(rows.path("rows").path(3), last.path("rows").path(0));
      assertEquals(
          400, shown.send("opened/rows", "map", "1", "cell", "cut", "from", "-1").statusCode());
      JsonNode docs = shown.get("opened/row", "cell", "cut", "row", "3").path("docs");
      Ranking before = run(study, "nothing");
      Ranking after = run(study, "cut");
      assertEquals(DEPTH, docs.size());
      for (int i = 0; i < DEPTH; i++) {
        String docno = docs.path(i).path("docno").asText();
        assertEquals(after.docno(i), docno);
        assertEquals(before.docnos().indexOf(docno) + 1, docs.path(i).at("/before/rank").asInt());
      }
      assertEquals(404, shown.send("opened/rows", "cell", "../../qrels.txt").statusCode());
      assertEquals(404, shown.send("opened/rows", "map", "4", "cell", "cut").statusCode());
      assertEquals(400, shown.send("opened/rows", "map", "x", "cell", "cut").statusCode());
      assertEquals(404, shown.send("opened/row", "cell", "cut", "row", "9").statusCode());
      assertEquals(404, shown.send("model").statusCode());
    }
  }

  /** Those that did not move have grades too, where there are judgments. */
  @Test
  void gradesAreThoseOfTheJudgments() throws Exception {
    Qrels judged = Qrels.read(folder.resolve("qrels.txt"));
    TopicFacts topics = new TopicFacts(Map.of(), judged, OptionalInt.of(2));
    try (Shown shown = Shown.of(folder.resolve("study"), 0, topics);
        Shown alone = Shown.of(folder.resolve("study"))) {
      assertEquals(2, shown.get("opened").path("level").asInt());
      assertEquals(1, alone.get("opened").path("level").asInt(), "of study.json");
      int grades = 0;
      for (JsonNode doc : shown.get("opened/row", "cell", "cut", "row", "3").path("docs")) {
        OptionalInt grade = judged.grade("3", doc.path("docno").asText());
        assertEquals(grade.isEmpty(), doc.path("grade").isNull(), doc.toString());
        assertEquals(grade.orElse(0), doc.path("grade").asInt());
        grades += grade.isPresent() ? 1 : 0;
      }
      assertTrue(grades > 0);
    }
  }

  /** What is answered has the fields that the description requires, and no others. */
  @Test
  void answersAreThoseOfTheDescription() throws Exception {
    for (String name : List.of("study", "patch-block", "recording")) {
      try (Shown shown = Shown.of(folder.resolve(name))) {
        JsonNode schemas = shown.get("openapi.json").path("components").path("schemas");
        JsonNode opened = shown.get("opened");
        assertFields(schemas.path("Opened"), opened);
        assertFields(schemas.path("Fact"), opened.path("facts").path(0));
        String cell = "";
        if (!name.equals("recording")) {
          JsonNode map = opened.path("maps").path(0);
          assertFields(schemas.at("/Opened/properties/maps/items"), map);
          assertFields(schemas.path("MapCell"), map.path("cells").path(0));
          cell = map.path("cells").path(0).path("id").asText();
        }
        JsonNode rows = shown.get("opened/rows", "cell", cell);
        assertFields(schemas.path("Rows"), rows);
        JsonNode first = rows.path("rows").path(0);
        assertFields(schemas.at("/Rows/properties/rows/items"), first);
        JsonNode row = shown.get("opened/row", "cell", cell, "row", first.path("id").asText());
        assertFields(schemas.path("Row"), row);
        for (String list : List.of("docs", "texts", "cells")) {
          for (JsonNode one : row.path(list)) {
            assertFields(schemas.at("/Row/properties/" + list + "/items"), one);
          }
        }
        for (JsonNode piece : row.at("/texts/0/pieces")) {
          assertFields(schemas.at("/Row/properties/texts/items/properties/pieces/items"), piece);
        }
      }
    }
  }

  private static void assertFields(JsonNode schema, JsonNode answer) {
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(field -> required.add(field.asText()));
    List<String> fields = new ArrayList<>();
    answer.fieldNames().forEachRemaining(fields::add);
    assertFalse(required.isEmpty(), schema.toString());
    assertEquals(required, fields, answer.toString());
  }

  /** What is predicted has maps too; a condition that was not run has no topics. */
  @Test
  void aScreenShowsWhatIsPredicted() throws Exception {
    try (Shown shown = Shown.of(folder.resolve("screened"))) {
      JsonNode maps = shown.get("opened").path("maps");
      assertEquals(8, maps.size());
      assertEquals("predicted change of nDCG@10", maps.path(4).path("name").asText());
      List<ScreenRow> rows =
          StudyTables.SCREEN.read(folder.resolve("screened/screen.csv")).stream()
              .filter(row -> row.measure().equals("nDCG@10"))
              .toList();
      JsonNode cells = maps.path(4).path("cells");
      assertEquals(rows.size(), cells.size());
      for (int i = 0; i < rows.size(); i++) {
        String id = rows.get(i).condition();
        assertEquals(id, cells.path(i).path("id").asText());
        assertEquals(rows.get(i).predictedChange(), cells.path(i).path("value").asDouble());
        boolean run = rows.get(i).exactChange().isPresent();
        HttpResponse<String> topics = shown.send("opened/rows", "map", "4", "cell", id);
        assertEquals(run ? 200 : 404, topics.statusCode(), topics.body());
        assertTrue(run || topics.body().contains("not run"), topics.body());
      }
    }
  }

  private static List<String> measures(JsonNode overview) {
    return stream(overview.path("maps"))
        .map(map -> map.path("name").asText().replace("change of ", ""))
        .toList();
  }

  private static JsonNode byId(JsonNode all, String id) {
    return stream(all).filter(one -> one.path("id").asText().equals(id)).findFirst().orElseThrow();
  }

  private static String placed(JsonNode cells, String id) {
    JsonNode cell = byId(cells, id);
    return cell.path("row").asText() + " " + cell.path("column").asText();
  }

  private static Ranking run(Path study, String condition) throws IOException {
    return Run.read(study.resolve("runs/" + condition + ".txt")).ranking("3").orElseThrow();
  }

  @Test
  void anUnfinishedStudyIsShownAsFarAsItIs() throws Exception {
    Path running = copy("study", "running", "plan.json|journal.jsonl");
    try (Shown shown = Shown.of(running)) {
      JsonNode overview = shown.get("opened");
      assertFalse(overview.path("finished").asBoolean());
      assertEquals(4, overview.path("done").asInt());
      JsonNode cells = overview.path("maps").path(0).path("cells");
      assertEquals("L0 1", placed(cells, "L0H1"));
      assertEquals("again-L0 1", placed(cells, "again-L0H1"));
      assertEquals(404, shown.send("opened/rows", "cell", "cut").statusCode());
      // Of a journal that has not grown, the answer is the same, and nothing is read.
      Path journal = running.resolve("journal.jsonl");
      String all = Files.readString(journal);
      Files.write(journal, new byte[(int) Files.size(journal)]);
      assertEquals(overview, shown.get("opened"));
      Files.writeString(journal, all.substring(0, all.lastIndexOf('\n', all.length() - 2) + 1));
      assertEquals(3, shown.get("opened").path("done").asInt());
      Files.writeString(journal, all);
      assertEquals(overview, shown.get("opened"));
      copy("study", "running", ".*\\.csv|study.json");
      assertTrue(shown.get("opened").path("finished").asBoolean());
      assertEquals(4, shown.get("opened/rows", "cell", "cut").path("total").asInt());
    }
  }

  @Test
  void aPatchingStudyIsWhatItsTablesSay() throws Exception {
    for (String sweep : List.of("head", "block")) {
      Path study = folder.resolve("patch-" + sweep);
      boolean roles = sweep.equals("block");
      try (Shown shown = Shown.of(study)) {
        JsonNode overview = shown.get("opened");
        Map<String, String> values = new HashMap<>();
        for (CsvFile.Row row : CsvFile.read(study.resolve("aggregates.csv")).rows()) {
          if (row.text("stratum").equals("all") && row.text("statistic").equals("ratio-of-sums")) {
            String place =
                roles
                    ? row.text("component") + " L" + row.text("layer") + " " + row.text("role")
                    : "L" + row.text("layer") + " " + row.text("attention_head");
            values.put(place, row.text("value"));
          }
        }
        JsonNode cells = overview.path("maps").path(0).path("cells");
        assertEquals(values.size(), cells.size());
        for (JsonNode cell : cells) {
          String place = cell.path("row").asText() + " " + cell.path("column").asText();
          assertEquals(
              Double.parseDouble(String.valueOf(values.get(place))), cell.path("value").asDouble());
        }
        assertPairs(shown, study, cells, roles);
      }
    }
  }

  /** The effects of one cell, pair by pair, and all of one pair. */
  private static void assertPairs(Shown shown, Path study, JsonNode cells, boolean roles)
      throws Exception {
    JsonNode cell = cells.path(5);
    JsonNode rows = shown.get("opened/rows", "cell", cell.path("id").asText());
    JsonNode first = rows.path("rows").path(0);
    String pair = first.path("id").asText();
    double sum = 0;
    int count = 0;
    for (CsvFile.Row row : CsvFile.read(study.resolve("effects.csv")).rows()) {
      String place =
          roles
              ? row.text("component") + " L" + row.text("layer") + " " + row.text("role")
              : "L" + row.text("layer") + " " + row.text("attention_head");
      if (row.text("pair").equals(pair)
          && place.equals(cell.path("row").asText() + " " + cell.path("column").asText())) {
        sum += row.number("effect");
        count++;
      }
    }
    double effect = first.path("values").path(1).asDouble();
    assertEquals(sum / count, effect, 1e-5 * Math.abs(effect));
    JsonNode one = shown.get("opened/row", "cell", cell.path("id").asText(), "row", pair);
    assertEquals(
        effect, byId(one.path("cells"), cell.path("id").asText()).path("value").asDouble());
    assertEquals(2, one.path("texts").size());
    assertEquals(
        one.at("/texts/0/pieces").size(), one.at("/texts/1/pieces").size(), "they are aligned");
    assertEquals(404, shown.send("opened/row", "cell", "0", "row", "none").statusCode());
    assertEquals(404, shown.send("opened/rows", "cell", "-1").statusCode());
  }

  /** A cell of a map is made of the pairs of the map's perturbation, grade or band of IDF alone. */
  @Test
  void aMapHasPairsOfItsOwn() throws Exception {
    List<ContrastPair> pairs = new ArrayList<>(FakePairs.some(20));
    for (int i = 0; i < pairs.size(); i += 2) {
      pairs.set(i, FakePairs.named(pairs.get(i), "AGAINST"));
    }
    Path study = folder.resolve("patch-two");
    PatchShell.succeed(pairs, study, "-sweep", "head", "-floor", "0", "-rounds", "20", "-pool");
    try (Shown shown = Shown.of(study)) {
      JsonNode maps = shown.get("opened").path("maps");
      List<String> names = maps.findValuesAsText("name");
      for (int map = 0; map < maps.size(); map++) {
        JsonNode cell = maps.path(map).path("cells").path(7);
        JsonNode rows = shown.get("opened/rows", "map", "" + map, "cell", cell.path("id").asText());
        double moves = 0;
        double changes = 0;
        for (JsonNode row : rows.path("rows")) {
          double change = row.path("values").path(0).asDouble();
          moves += row.path("values").path(1).asDouble() * change;
          changes += change;
        }
        String words = cell.path("words").asText();
        String name = names.get(map);
        assertTrue(words.endsWith(", " + rows.path("total").asInt() + " pairs"), name);
        assertEquals(cell.path("value").asDouble(), moves / changes, 1e-9, name);
      }
      String own = "" + names.indexOf("effect, denoise, exact, perturbation, TFC1");
      assertEquals(
          200, shown.send("opened/row", "map", own, "cell", "7", "row", "p1").statusCode());
      assertEquals(
          404, shown.send("opened/row", "map", own, "cell", "7", "row", "p2").statusCode());
    }
  }

  /**
   * Where every pair counts, what is summed so far is what the tables will say. It is read again
   * only when more is written.
   */
  @Test
  void anUnfinishedPatchingStudySumsWhatIsDone() throws Exception {
    Path running = copy("patch-head", "patching", "journal.jsonl");
    Path journal = running.resolve("journal.jsonl");
    String all = Files.readString(journal);
    Files.writeString(journal, all.substring(0, all.lastIndexOf('\n', all.length() - 2) + 1));
    try (Shown shown = Shown.of(running);
        Shown finished = Shown.of(folder.resolve("patch-head"))) {
      assertEquals(19, shown.get("opened").path("done").asInt());
      Files.writeString(journal, all);
      JsonNode overview = shown.get("opened");
      assertFalse(overview.path("finished").asBoolean());
      assertEquals(20, overview.path("done").asInt());
      Files.write(journal, new byte[(int) Files.size(journal)]);
      assertEquals(overview, shown.get("opened"), "nothing was added");
      Files.writeString(journal, all);
      JsonNode expected = finished.get("opened").path("maps").path(0).path("cells");
      JsonNode cells = overview.path("maps").path(0).path("cells");
      assertEquals(expected.size(), cells.size());
      for (int i = 0; i < cells.size(); i++) {
        assertEquals(
            expected.path(i).path("value").asDouble(),
            cells.path(i).path("value").asDouble(),
            1e-9);
      }
      copy("patch-head", "patching", ".*\\.csv|manifest.json");
      assertTrue(shown.get("opened").path("finished").asBoolean());
    }
  }

  /** Of each perturbation it sums up what a study of the pairs that are done says. */
  @Test
  void anUnfinishedPatchingStudyHasAMapOfEachPerturbation() throws Exception {
    List<ContrastPair> pairs = new ArrayList<>(FakePairs.some(20));
    for (int i = 0; i < pairs.size(); i += 2) {
      pairs.set(i, FakePairs.named(pairs.get(i), "AGAINST"));
    }
    Path running = folder.resolve("patch-stopped");
    Shell stopped =
        PatchShell.run(
            (model, options, settings, console) -> new FakeSweeper(settings, 12, 0),
            pairs,
            running,
            "-sweep",
            "head");
    assertEquals(ExitCode.FAILED, stopped.code());
    Path done = folder.resolve("patch-stopped-done");
    PatchShell.succeed(
        pairs.subList(0, 12), done, "-sweep", "head", "-floor", "0", "-rounds", "20");
    try (Shown shown = Shown.of(running);
        Shown finished = Shown.of(done)) {
      JsonNode maps = shown.get("opened").path("maps");
      assertEquals(
          List.of(
              "effect, denoise, exact, perturbation, AGAINST",
              "effect, denoise, exact, perturbation, TFC1"),
          maps.findValuesAsText("name"));
      JsonNode whole = finished.get("opened").path("maps");
      for (JsonNode map : maps) {
        int place = whole.findValuesAsText("name").indexOf(map.path("name").asText());
        JsonNode cells = map.path("cells");
        JsonNode expected = whole.path(place).path("cells");
        assertEquals(expected.size(), cells.size());
        for (int i = 0; i < cells.size(); i++) {
          assertEquals(expected.path(i).path("words"), cells.path(i).path("words"));
          assertEquals(
              expected.path(i).path("value").asDouble(),
              cells.path(i).path("value").asDouble(),
              1e-9);
        }
      }
      assertEquals(
          200, shown.send("opened/row", "map", "1", "cell", "7", "row", "p1").statusCode());
      assertEquals(
          404, shown.send("opened/row", "map", "1", "cell", "7", "row", "p2").statusCode());
    }
    // As of a study that was begun before there was such a file.
    Files.delete(running.resolve("journal.perturbations.json"));
    try (Shown shown = Shown.of(running)) {
      assertEquals(
          List.of("effect, denoise, exact, all perturbations pooled"),
          shown.get("opened").path("maps").findValuesAsText("name"));
    }
  }

  /** A cell of a robust study is the mean of its pairs, and the words are of such effects. */
  @Test
  void effectsAreAsTheStudyNormalisesThem() throws Exception {
    Path study = folder.resolve("patch-robust");
    PatchShell.succeed(
        FakePairs.some(20),
        study,
        "-sweep",
        "head",
        "-normalise",
        "robust",
        "-floor",
        "0",
        "-rounds",
        "20");
    try (Shown shown = Shown.of(study)) {
      JsonNode overview = shown.get("opened");
      String notes = overview.path("notes").toString();
      assertTrue(notes.contains("divided by sqrt(1 + change^2)"), notes);
      assertFalse(notes.contains("share of the way"), notes);
      JsonNode cells = overview.path("maps").path(0).path("cells");
      for (int i = 0; i < cells.size(); i += 24) {
        String cell = cells.path(i).path("id").asText();
        JsonNode rows = shown.get("opened/rows", "cell", cell).path("rows");
        double sum = 0;
        for (JsonNode row : rows) {
          sum += row.path("values").path(1).asDouble();
        }
        assertEquals(cells.path(i).path("value").asDouble(), sum / rows.size(), 1e-9);
        JsonNode first = rows.path(0);
        JsonNode pair =
            shown.get("opened/row", "cell", cell, "row", first.path("id").asText()).path("cells");
        assertEquals(first.path("values").path(1), byId(pair, cell).path("value"));
      }
    }
  }

  /** Tables that come while a folder is shown are bounded too. */
  @Test
  void whatFinishesTooLargeIsNotRead() throws Exception {
    for (String name : List.of("study", "patch-head")) {
      Path running = copy(name, name + "-large", "plan.json|journal.jsonl");
      try (Shown shown = Shown.of(running)) {
        copy(name, name + "-large", ".*\\.csv|(study|manifest).json");
        try (RandomAccessFile large =
            new RandomAccessFile(running.resolve("large.csv").toFile(), "rw")) {
          large.setLength(Opened.LARGEST + 1);
        }
        assertEquals(500, shown.send("opened").statusCode());
      }
      String why = String.valueOf(FAILURES.getFirst().getMessage());
      assertTrue(why.endsWith("large.csv: has 256 MiB; the page shows tables of up to 256 MiB"));
      FAILURES.clear();
    }
  }

  @Test
  void aRecordingHasInputsAndShapes() throws Exception {
    try (Shown shown = Shown.of(folder.resolve("recording"))) {
      assertEquals("recording", shown.get("opened").path("kind").asText());
      JsonNode rows = shown.get("opened/rows");
      assertEquals(2, rows.path("total").asInt());
      assertEquals("1/b", byId(rows.path("rows"), "1/b").path("label").asText());
      JsonNode one = shown.get("opened/row", "row", "1/b");
      assertEquals("passage", one.at("/texts/1/name").asText());
      String text = String.join("", one.at("/texts/1/pieces").findValuesAsText("piece"));
      assertTrue(text.replace("##", "").contains("memory"), text);
      String shape = one.at("/facts/0/value").asText();
      assertTrue(shape.matches("\\[1, \\d+, \\d+] at position 0"), shape);
      assertEquals(404, shown.send("opened/row", "row", "none").statusCode());
    }
  }

  /** What is shown of an input is the same before and after the recording is finished. */
  @Test
  void anUnfinishedRecordingGrows() throws Exception {
    Path source = folder.resolve("recording");
    Path running = copy("recording", "recording-running", "index.jsonl|shard.*");
    ObjectNode head = (ObjectNode) JSON.readTree(source.resolve("manifest.json").toFile());
    head.remove(List.of("counts", "overflows", "index", "shards"));
    JSON.writeValue(running.resolve("unfinished.json").toFile(), head);
    Path index = running.resolve("index.jsonl");
    String all = Files.readString(index);
    Files.writeString(index, all.substring(0, all.length() - 10)); // in the middle of a line
    try (Shown shown = Shown.of(running);
        Shown finished = Shown.of(source)) {
      JsonNode expected = finished.get("opened/rows").path("rows");
      JsonNode overview = shown.get("opened");
      assertFalse(overview.path("finished").asBoolean());
      assertTrue(overview.path("title").asText().endsWith(", not finished"));
      assertEquals(1, overview.path("done").asInt());
      assertTrue(overview.path("items").isNull());
      JsonNode rows = shown.get("opened/rows");
      assertEquals(1, rows.path("total").asInt());
      assertEquals(expected.path(0), rows.path("rows").path(0));
      String first = rows.path("rows").path(0).path("id").asText();
      String second = expected.path(1).path("id").asText();
      assertEquals(finished.get("opened/row", "row", first), shown.get("opened/row", "row", first));
      assertEquals(404, shown.send("opened/row", "row", second).statusCode());

      Files.writeString(index, all);
      assertEquals(2, shown.get("opened").path("done").asInt());
      assertEquals(
          finished.get("opened/row", "row", second), shown.get("opened/row", "row", second));
      // Resuming may cut the index first.
      Files.writeString(index, all.substring(0, all.length() - 10));
      assertEquals(1, shown.get("opened").path("done").asInt());
      Files.writeString(index, all);
      Files.copy(source.resolve("manifest.json"), running.resolve("manifest.json"));
      assertEquals(finished.get("opened").path("facts"), shown.get("opened").path("facts"));
      assertTrue(shown.get("opened").path("finished").asBoolean());
    }
  }

  /** Whatever a folder's files name, nothing outside of it is read. */
  @Test
  void noFileOutsideOfTheFolderIsRead() throws Exception {
    Path hostile = copy("study", "hostile", ".*\\.csv|study.json");
    write("secret.txt", "3 Q0 secret 1 1 secret\n");
    Path manifest = hostile.resolve("study.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("runs/nothing.txt", "../secret.txt"));
    Files.createDirectories(hostile.resolve("runs"));
    Files.createSymbolicLink(hostile.resolve("runs/cut.txt"), folder.resolve("secret.txt"));
    Files.createSymbolicLink(hostile.resolve("runs/L0H1.txt"), folder.resolve("secret.txt"));
    try (Shown shown = Shown.of(hostile)) {
      for (String cell : List.of("cut", "L0H1", "nothing")) {
        HttpResponse<String> answer = shown.send("opened/row", "cell", cell, "row", "3");
        assertEquals(500, answer.statusCode(), answer.body());
        assertFalse(answer.body().contains("secret"), answer.body());
      }
    }
    assertEquals(3, FAILURES.size());
    assertTrue(
        String.valueOf(FAILURES.getFirst().getMessage())
            .endsWith("study.json: ../secret.txt is no run of this folder"));
    FAILURES.clear();
  }

  @Test
  void saysWhatItLookedFor() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertFails(
        "empty: nothing to open: there is no study.json or plan.json of study, no journal.jsonl of"
            + " patch, and no index.jsonl of record",
        empty.toString());
    assertFails("nowhere: no such folder", path("nowhere"));
    assertFails("comparison.csv: no such file", copy("study", "torn", "study.json").toString());
    assertFails(
        "manifest.json: no such file; this folder holds no recording",
        copy("recording", "half", "index.jsonl|shard.*").toString());
    assertFails("-open", path("study"), "-model", "minilm");
  }

  private static void assertFails(String why, String... open) {
    List<String> words = new ArrayList<>(List.of("explore", "-port", "0", "-open"));
    words.addAll(List.of(open));
    Shell shell = Shell.run(words.toArray(String[]::new));
    assertNotEquals(ExitCode.DONE, shell.code());
    assertTrue(shell.err().contains(why), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
  }

  @Test
  void worksInABrowser() throws Exception {
    Optional<Browser> installed = Browser.start();
    if (installed.isEmpty()) {
      System.err.println("ExploreFoldersTest: no chromium and chromedriver on the PATH, skipped");
    }
    assumeTrue(installed.isPresent());
    try (Browser browser = installed.orElseThrow()) {
      Map<String, String> cells = Map.of("study", "L0H1", "patch-head", "1", "patch-block", "3");
      for (String name : List.of("study", "patch-head", "patch-block", "recording")) {
        try (Shown shown = Shown.of(folder.resolve(name))) {
          browser.open(shown.server().address());
          await(browser, "document.querySelector('main')");
          if (name.equals("study")) {
            arrowsReachEveryCell(browser);
            theMapFollowsTheHistory(browser);
            moreRowsComeWithAClick(browser);
          }
          String cell = cells.get(name);
          if (cell != null) {
            browser.run("document.querySelector('[data-cell=\"" + cell + "\"]').click()");
          }
          await(browser, "document.querySelector('[data-row]')");
          browser.run("document.querySelector('[data-row]').click()");
          await(browser, "document.querySelector('.of-row')");
          assertEquals(!name.equals("study"), browser.run("return " + ROLES).asBoolean(), name);
          String before = browser.run("return " + SHOWN).asText();
          browser.reload();
          await(browser, "document.querySelector('.of-row')");
          assertEquals(before, browser.run("return " + SHOWN).asText(), name);
          saved(browser, name);
          assertEquals(List.of(), browser.console(), name);
        }
      }
      rowsOfARunningStudyGrow(browser);
      lookingAgainLeavesTheError(browser);
      aTabFollowsItsServer(browser);
    }
  }

  /** Of a cell that is open, without a click. */
  private static void rowsOfARunningStudyGrow(Browser browser) throws Exception {
    Path running = copy("patch-head", "patching-shown", "journal.jsonl");
    Path journal = running.resolve("journal.jsonl");
    String all = Files.readString(journal);
    Files.writeString(journal, all.substring(0, all.lastIndexOf('\n', all.length() - 2) + 1));
    try (Shown shown = Shown.of(running)) {
      browser.open(shown.server().address().resolve("#cell=1"));
      int some = shown.get("opened/rows", "cell", "1").path("total").asInt();
      String said = "document.querySelector('.of-cell p')?.textContent.startsWith('%d pairs')";
      await(browser, String.format(Locale.ROOT, said, some));
      Files.writeString(journal, all);
      await(browser, String.format(Locale.ROOT, said, some + 1));
    }
  }

  /** What a click was refused for stays true when the numbers of the map are new. */
  private static void lookingAgainLeavesTheError(Browser browser) throws Exception {
    try (Shown shown = Shown.of(copy("study", "running-shown", "plan.json|journal.jsonl"))) {
      browser.open(shown.server().address().resolve("#cell=cut"));
      await(browser, "document.querySelector('[role=alert]')");
      browser.run(
          "window.looked = 0; const real = window.fetch;"
              + "window.fetch = async (...all) => {"
              + "  const sent = await real(...all);"
              + "  window.looked += String(all[0]).endsWith('/opened');"
              + "  return sent; }");
      // What the first brought is then drawn.
      await(browser, "looked > 1");
      String error = "return document.querySelector('[role=alert]')?.textContent ?? ''";
      String said = browser.run(error).asText();
      assertTrue(said.contains("the study is not finished"), said);
    }
  }

  /** What another server answers at the same address is not shown under the old name. */
  private static void aTabFollowsItsServer(Browser browser) throws Exception {
    int port;
    try (Shown study = Shown.of(folder.resolve("study"))) {
      port = study.server().address().getPort();
      browser.open(study.server().address());
      await(browser, "document.querySelector('[data-cell]')");
    }
    try (Shown patched = Shown.of(folder.resolve("patch-head"), port)) {
      browser.run(
          "return new Promise(done => { addEventListener('beforeunload', () => done(true));"
              + "document.querySelector('[data-cell]').click(); })");
      await(browser, "document.querySelector('h1')?.textContent.includes('patch-head')");
      assertEquals(port, patched.server().address().getPort());
    }
  }

  /** One row of the map has no MLP, and one alone has a whole attention. */
  private static void arrowsReachEveryCell(Browser browser) throws Exception {
    browser.run("document.querySelector('[data-cell=L1mlp]').focus()");
    assertEquals("again-L1mlp 1", press(browser, "ArrowDown"));
    assertEquals("again-L1attn 1", press(browser, "ArrowRight"));
    assertEquals("again-L1mlp 1", press(browser, "ArrowUp"));
  }

  /** The cell that then has the focus, and how many are stops of Tab. */
  private static String press(Browser browser, String key) {
    return browser
        .run(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '"
                + key
                + "', bubbles: true})); return document.activeElement.dataset.cell + ' '"
                + " + document.querySelectorAll('.maps [tabindex=\"0\"]').length")
        .asText();
  }

  private static void theMapFollowsTheHistory(Browser browser) throws Exception {
    String select = "document.querySelector('.maptable select')";
    for (String map : List.of("change of AP", "change of RR")) {
      browser.run(
          "const select = "
              + select
              + "; select.value = '"
              + map
              + "'; select.dispatchEvent(new Event('change'))");
      await(browser, MAP + " === '" + map + "'");
    }
    browser.run("history.back()");
    await(browser, MAP + " === 'change of AP'");
    assertEquals("change of AP", browser.run("return " + select + ".value").asText());
    browser.run("history.back()");
    await(browser, "location.hash === ''");
    assertEquals("change of nDCG@10", browser.run("return " + select + ".value").asText());
  }

  /** Whether each token has its role for those who do not see its colour. */
  private static final String ROLES =
      "(tokens => tokens.length > 0"
          + " && tokens.every(t => t.textContent.endsWith(' ' + t.dataset.role)))"
          + "([...document.querySelectorAll('.of-row .token[title]')])";

  /** The server answers so many at once. */
  private static void moreRowsComeWithAClick(Browser browser) throws Exception {
    browser.run(
        "window.real = window.fetch;"
            + "const row = id => ({id, label: id, values: [1]});"
            + "const rows = from => ({words: 'a cell', columns: ['a'], total: 3,"
            + "  rows: from === '0' ? [row('r0'), row('r1')] : [row('r' + from)]});"
            + "const from = path => new URLSearchParams(path.split('?')[1]).get('from');"
            + "window.fetch = async (path, options) => path.includes('opened/rows')"
            + "  ? new Response(JSON.stringify(rows(from(path)))) : window.real(path, options);"
            + "document.querySelector('[data-cell=L1mlp]').click()");
    await(browser, "document.querySelectorAll('[data-row]').length === 2");
    browser.run("document.querySelector('.of-cell button.more').click()");
    await(browser, "document.querySelectorAll('[data-row]').length === 3");
    String ids = "[...document.querySelectorAll('[data-row]')].map(b => b.dataset.row).join()";
    assertEquals("r0,r1,r2", browser.run("return " + ids).asText());
    assertEquals(
        0, browser.run("return document.querySelectorAll('.of-cell button.more').length").asInt());
    browser.run("window.fetch = window.real");
  }

  /** By its name: a study that has ended has other maps than before. */
  private static final String MAP = "new URLSearchParams(location.hash.slice(1)).get('map')";

  /** But for what a file has not: nothing can be done there. */
  private static final String SHOWN =
      "(app => { app.querySelectorAll('button.more, .actions').forEach(one => one.remove());"
          + " return app.textContent; })(document.getElementById('app').cloneNode(true))";

  /** The file needs nothing else, and shows the same; pictures are taken of it. */
  private static void saved(Browser browser, String name) throws Exception {
    String shown = browser.run("return " + SHOWN).asText();
    String file = browser.run("return import('./save.js').then(save => save.file())").asText();
    assertFalse(file.matches("(?s).*<(script|link|img|iframe|object|embed)\\b.*"), name);
    Path saved = Files.writeString(folder.resolve(name + ".html"), file);
    browser.open(saved);
    assertEquals(words(shown), words(browser.run("return " + SHOWN).asText()), name);
    assertEquals(0, browser.run("return performance.getEntriesByType('resource').length").asInt());
    Path target = Files.createDirectories(Checkout.root().resolve("plugin/app/target/explore"));
    for (int width : new int[] {390, 1280}) {
      for (boolean dark : new boolean[] {false, true}) {
        String picture = name + "-" + width + (dark ? "-dark" : "") + ".png";
        browser.picture(width, 1200, dark, target.resolve(picture));
        int wide = browser.run("return document.documentElement.scrollWidth").asInt();
        assertTrue(wide <= width, picture + ": " + wide);
      }
    }
  }

  private static List<String> words(String text) {
    return Stream.of(text.split("\\s+")).filter(w -> !w.isEmpty()).toList();
  }

  private static void await(Browser browser, String there) throws Exception {
    browser.run(
        "return new Promise(done => { const look = () => "
            + "document.documentElement.dataset.ready === 'true' && "
            + there
            + " ? done(true) : setTimeout(look, 20); look(); })");
  }
}
