package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.plugin.Browser;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.explain.evaluation.EvaluationFolder;
import io.lucerna.studies.patch.PairCodec;
import io.lucerna.studies.ranking.ItemScores;
import io.lucerna.studies.report.StudyFixture;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final List<String> MEASURES = List.of("nDCG@10", "AP", "RR");

  @TempDir Path folder;

  private String page(StudyFixture fixture) throws Exception {
    fixture.write(folder);
    Shell.succeed("report", folder.toString());
    return Files.readString(folder.resolve("report.html"));
  }

  private static List<CSVRecord> csv(Path file) throws Exception {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser parser = format.parse(reader)) {
      return parser.getRecords();
    }
  }

  /** Numbers by condition, measure and column, as text. */
  private Map<String, CSVRecord> written() throws Exception {
    Map<String, CSVRecord> rows = new LinkedHashMap<>();
    for (CSVRecord row : csv(folder.resolve("comparison.csv"))) {
      rows.put(row.get("condition") + " " + row.get("measure"), row);
    }
    return rows;
  }

  @Test
  void everyNumberOfTheTablesIsTheFiles() throws Exception {
    String page = page(StudyFixture.screen());
    Map<String, CSVRecord> written = written();
    int numbers = 0;
    for (String measure : MEASURES) {
      for (CSVRecord row : csv(folder.resolve("tables/comparison." + measure + ".csv"))) {
        CSVRecord source =
            Objects.requireNonNull(written.get(row.get("condition") + " " + measure));
        for (Map.Entry<String, String> field : row.toMap().entrySet()) {
          if (source.isMapped(field.getKey())) {
            assertEquals(number(source.get(field.getKey())), number(field.getValue()));
            numbers++;
          }
        }
      }
    }
    assertEquals(72 * 3 * 21, numbers, "20 numbers and the condition");
    List<String> cells = new ArrayList<>();
    Matcher cell = Pattern.compile("<td[^>]* data-value=\"([^\"]*)\"").matcher(page);
    while (cell.find()) {
      cells.add(cell.group(1));
    }
    List<String> expected = new ArrayList<>();
    for (String measure : MEASURES) {
      for (CSVRecord row : written.values()) {
        if (row.get("measure").equals(measure)) {
          Stream.of(
                  "value change relative_change ci_lower ci_upper p_t p_t_adjusted p_randomization"
                      .split(" "))
              .forEach(c -> expected.add(number(row.get(c))));
          Stream.of(
                  ("p_randomization_adjusted d_z wins ties losses p_equivalence detectable_change"
                          + " kendall_tau swapped_pairs mean_move")
                      .split(" "))
              .forEach(c -> expected.add(number(row.get(c))));
        }
      }
    }
    assertEquals(expected, cells.stream().map(ReportPageTest::number).toList());
  }

  @Test
  void mapsOfHeadsAreTablesToo() throws Exception {
    page(StudyFixture.screen());
    List<CSVRecord> screen = csv(folder.resolve("heads.csv"));
    List<CSVRecord> changes = csv(folder.resolve("tables/head-map.csv"));
    List<CSVRecord> effects = csv(folder.resolve("tables/patching-map.csv"));
    assertEquals(72, changes.size());
    assertEquals(72, effects.size());
    int significant = 0;
    for (int i = 0; i < screen.size(); i++) {
      CSVRecord row = screen.get(i);
      for (String column : List.of("layer", "attention_head", "change_ndcg10", "p_adjusted")) {
        assertEquals(number(row.get(column)), number(changes.get(i).get(column)));
      }
      assertEquals(number(row.get("patching_effect")), number(effects.get(i).get(2)));
      boolean small = Double.parseDouble(row.get("p_adjusted")) < 0.05;
      assertEquals(small ? "1" : "0", changes.get(i).get("significant"));
      significant += small ? 1 : 0;
    }
    String latex = Files.readString(folder.resolve("tables/head-map.tex"));
    List<String> rows = latex.lines().filter(l -> l.matches("\\d+ & .*")).toList();
    assertEquals(6, rows.size());
    assertEquals(significant, rows.stream().mapToInt(r -> r.split("\\*", -1).length - 1).sum());
    for (int i = 0; i < 72; i++) {
      String cell = rows.get(i / 12).replace("\\\\", "").split("&")[1 + i % 12];
      double change = Double.parseDouble(screen.get(i).get("change_ndcg10"));
      assertEquals(change, Double.parseDouble(cell.replaceAll("[^-.0-9]", "")), 5.001e-4);
    }
    String other = Files.readString(folder.resolve("tables/patching-map.tex"));
    assertEquals(6, other.lines().filter(l -> l.matches("\\d+ & .*")).count());
  }

  @Test
  void nothingOfAnEarlierReportStays() throws Exception {
    page(StudyFixture.screen());
    List<Path> stale =
        Stream.of("figures/topics.L9H9.png", "tables/comparison.P@5.tex")
            .map(folder::resolve)
            .toList();
    for (Path file : stale) {
      Files.writeString(file, "old");
    }
    Files.writeString(folder.resolve("figures/mine.svg"), "a reader's own");
    Files.delete(folder.resolve("heads.csv"));
    Shell.succeed("report", folder.toString());
    stale.forEach(file -> assertFalse(Files.exists(file), file.toString()));
    assertFalse(Files.exists(folder.resolve("figures/head-map.svg")));
    assertFalse(Files.exists(folder.resolve("tables/head-map.csv")));
    assertTrue(Files.exists(folder.resolve("figures/mine.svg")));
  }

  @Test
  void theSummarySaysWhatWasDone() throws Exception {
    page(StudyFixture.screen());
    String summary = Files.readString(folder.resolve("summary.md"));
    long rows =
        summary
            .lines()
            .filter(l -> l.matches("\\| L\\dH\\d+ .*\\| z of head .* zeroed \\|"))
            .count();
    assertEquals(20, rows);
    assertTrue(
        summary.contains("![Change in nDCG@10 when one head is zeroed](figures/head-map.svg)"));
  }

  private static String number(String text) {
    return text.matches("-?[0-9.]+(E-?[0-9]+)?") ? "" + Double.parseDouble(text) : text;
  }

  @Test
  void refersToNothingOutside() throws Exception {
    String page = page(StudyFixture.screen()).replace("http://www.w3.org/2000/svg", "");
    String names = page.replaceAll("\"pictures\":\"[A-Za-z0-9+/=]*\"", "");
    assertFalse(names.matches("(?s).*(https?:)?//[a-z].*"), "an address");
    assertFalse(page.matches("(?s).*<(link|img|iframe|object|embed)\\b.*"), "loads something");
    assertEquals(2, page.split("<script\\b", -1).length - 1, "own data and own code");
    assertEquals(1, page.split("</style>", -1).length - 1);
  }

  @Test
  void hostileTextIsText() throws Exception {
    String page = page(new StudyFixture(2, 3, 12, true, true));
    assertEquals(2, page.split("<script\\b", -1).length - 1, "own data and own code");
    assertEquals(1, page.split("</style>", -1).length - 1);
    assertFalse(page.contains("\u2028"));
    String summary = Files.readString(folder.resolve("summary.md"));
    String outsideOfCode = summary.replaceAll("(?m)^    .*$", "");
    assertFalse(outsideOfCode.contains("<script"), summary);
    try (Stream<Path> files = Files.list(folder.resolve("figures"))) {
      for (Path svg : files.filter(f -> f.toString().endsWith(".svg")).toList()) {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        assertEquals(
            0,
            factory
                .newDocumentBuilder()
                .parse(svg.toFile())
                .getElementsByTagName("script")
                .getLength());
      }
    }
    String latex = Files.readString(folder.resolve("tables/comparison.AP.tex"));
    assertTrue(latex.contains("\\{\\}\\$\\%\\&\\_\\#\\textbackslash{}"), latex);
  }

  @Test
  void studiesOfOneConditionAndOneTopicHaveAPage() throws Exception {
    String page = page(new StudyFixture(1, 1, 1, false, false));
    assertTrue(
        page.contains("Significant change under 0 of 1 condition."), page.substring(0, 4000));
    assertFalse(page.contains("<h2>Heads</h2>"));
    assertTrue(page.matches("(?s).*>1 topic: [01] higher, [01] equal, [01] lower<.*"), "singular");
    assertFalse(page.contains("1 topics"), "singular");
  }

  @Test
  void studiesOfNothingHaveAPage() throws Exception {
    new StudyFixture(0, 0, 3, false, false).write(folder);
    Shell.succeed("report", folder.toString());
    assertTrue(Files.readString(folder.resolve("report.html")).contains("no intervention to show"));
  }

  @Test
  void aFolderThatIsNoStudyIsAnInputError() {
    Shell shell = Shell.run("report", folder.toString());
    assertEquals(ExitCode.INPUT, shell.code());
    assertTrue(shell.err().contains("is this the folder of a study?"), shell.err());
  }

  /** The first line of a journal says whose it is; only that of a study is to be resumed for it. */
  @Test
  void foldersOfOtherCommandsAreCalledWhatTheyAre() throws Exception {
    Map<String, String> said =
        Map.of(
            ItemScores.CODEC.outcomes(),
            "the study is not finished: resume it",
            PairCodec.OUTCOMES,
            "the folder is of patch, which writes a report.html of its own",
            EvaluationFolder.OUTCOMES,
            "the folder is of explain -evaluate, which writes its own tables");
    for (Map.Entry<String, String> each : said.entrySet()) {
      Files.writeString(
          folder.resolve("journal.jsonl"), "{\"outcomes\":\"" + each.getKey() + "\"}\n");
      Shell shell = Shell.run("report", folder.toString());
      assertEquals(ExitCode.INPUT, shell.code(), shell.err());
      assertTrue(shell.err().contains("study.json: no such file; " + each.getValue()), shell.err());
    }
  }

  private static Browser browser() throws Exception {
    Optional<Browser> installed = Browser.start();
    if (installed.isEmpty()) {
      System.err.println("ReportPageTest: no chromium and chromedriver on the PATH, skipped");
    }
    assumeTrue(installed.isPresent());
    return installed.orElseThrow();
  }

  @Test
  void worksInABrowser() throws Exception {
    page(StudyFixture.screen());
    try (Browser browser = browser()) {
      browser.open(folder.resolve("report.html"));
      assertEquals(List.of(), browser.console());
      sorts(browser);
      switches(browser);
      saysNumbers(browser);
      assertEquals(
          0, browser.run("return performance.getEntriesByType('resource').length").asInt());
      assertEquals(List.of(), browser.console());
      assertTrue(
          browser
              .run("return document.documentElement.scrollWidth <= window.innerWidth")
              .asBoolean(),
          "nothing is wider than the window");
    }
  }

  @Test
  void hostileTextDoesNothingInABrowser() throws Exception {
    page(new StudyFixture(2, 3, 12, true, true));
    try (Browser browser = browser()) {
      browser.open(folder.resolve("report.html"));
      assertEquals(2, browser.run("return document.querySelectorAll('script').length").asInt());
      String first = shown(browser);
      assertTrue(first.contains("<script>alert(1)</script>"), first);
      choose(browser, "condition", 1);
      assertEquals(2, browser.run("return document.querySelectorAll('script').length").asInt());
      assertEquals(List.of(), browser.console());
    }
  }

  private static void sorts(Browser browser) throws Exception {
    int columns = browser.run("return document.querySelector('thead tr').cells.length").asInt();
    assertEquals(19, columns);
    for (int column = 0; column < columns; column++) {
      String click =
          "const t = document.querySelector('.comparison');"
              + ("t.querySelectorAll('thead button')[" + column + "].click();")
              + ("return [...t.tBodies[0].rows].map(r => r.cells[" + column + "].dataset.value)");
      List<Double> one = numbers(browser.run(click));
      List<Double> other = numbers(browser.run(click));
      List<Double> sorted = one.stream().sorted().toList();
      assertEquals(72, sorted.size());
      assertEquals(column == 0 ? sorted.reversed() : sorted, other, "column " + column);
      assertEquals(column == 0 ? sorted : sorted.reversed(), one, "column " + column);
    }
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> all = new ArrayList<>();
    array.forEach(n -> all.add(n.asDouble()));
    return all;
  }

  private static String shown(Browser browser) throws Exception {
    return browser
        .run(
            "return [...document.querySelectorAll('#changes-figure text, #ranks-figure text')]"
                + ".map(t => t.textContent).join('\\n')"
                + " + [...document.querySelectorAll('#changes-figure rect')]"
                + ".map(r => r.outerHTML).join('')")
        .asText();
  }

  /** Chooses and waits for the pictures, which are unpacked in the background. */
  private static void choose(Browser browser, String id, int index) throws Exception {
    String script =
        """
        const box = document.getElementById('%s');
        box.selectedIndex = %d;
        return new Promise(drawn => {
          const observer = new MutationObserver(() => drawn(true));
          for (const id of ['changes-figure', 'ranks-figure']) {
            observer.observe(document.getElementById(id), {childList: true});
          }
          box.dispatchEvent(new Event('change'));
        });
        """;
    browser.run(String.format(Locale.ROOT, script, id, index));
  }

  /** The first pictures, drawn by the program, come back the same from the packed ones. */
  private static void switches(Browser browser) throws Exception {
    String first = shown(browser);
    for (String id : List.of("measure", "topic", "condition")) {
      int chosen =
          browser.run("return document.getElementById('" + id + "').selectedIndex").asInt();
      choose(browser, id, chosen + 1);
      assertNotEquals(first, shown(browser), id);
      choose(browser, id, chosen);
      assertEquals(first, shown(browser), id);
    }
    assertEquals(
        1,
        browser
            .run(
                "return [...document.querySelectorAll('[data-measure]')].filter(t => !t.hidden).length")
            .asInt());
  }

  private static void saysNumbers(Browser browser) throws Exception {
    for (String event : List.of("new PointerEvent('pointermove')", "new FocusEvent('focus')")) {
      JsonNode said =
          browser.run(
              "document.getElementById('tip').hidden = true;"
                  + "const mark = document.querySelector('#heads [data-cell=\"12\"]');"
                  + ("mark.dispatchEvent(" + event + ");")
                  + "const tip = document.getElementById('tip');"
                  + "return [tip.hidden, tip.textContent]");
      assertFalse(said.get(0).asBoolean());
      assertTrue(
          said.get(1).asText().matches("L1H0: [+\u2212]0\\.\\d{4}, adjusted p .*"),
          said.get(1).asText());
    }
    assertEquals(
        "13",
        browser
            .run(
                "const mark = document.querySelector('#heads [data-cell=\"12\"]');"
                    + "mark.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight'}));"
                    + "return document.activeElement.dataset.cell")
            .asText());
  }
}
