package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.plugin.Browser;
import io.lucerna.plugin.FakePairs;
import io.lucerna.plugin.PatchShell;
import io.lucerna.topics.ContrastPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyPageTest {
  @TempDir Path temporary;

  private Path page(String kind) throws Exception {
    Path folder = temporary.resolve("study");
    PatchShell.succeed(
        FakePairs.some(40), folder, "-sweep", kind, "-direction", "both", "-rounds", "50");
    return folder.resolve("report.html");
  }

  @Test
  void refersToNothingOutside() throws Exception {
    String page = Files.readString(page("block"));
    String names = page.replace("http://www.w3.org/2000/svg", "");
    assertFalse(names.matches("(?s).*(https?:)?//[a-z].*"), "an address");
    assertFalse(
        names.matches("(?s).*<(link|img|iframe|object|embed)\\b.*"), "an element that loads");
    assertEquals(2, names.split("<script\\b", -1).length - 1, "own data and own code");
    assertTrue(page.contains(" -output DIR -sweep block "), "the command");
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "block", "mlp"})
  void worksInABrowser(String kind) throws Exception {
    Optional<Browser> installed = Browser.start();
    if (installed.isEmpty()) {
      System.err.println("StudyPageTest: no chromium and chromedriver on the PATH, skipped");
    }
    assumeTrue(installed.isPresent());
    try (Browser browser = installed.orElseThrow()) {
      browser.open(page(kind));
      assertEquals(List.of(), browser.console());
      assertEquals(
          0, browser.run("return performance.getEntriesByType('resource').length").asInt());
      sorts(browser);
      switches(browser);
      JsonNode hostile =
          browser.run(
              "return [document.title, document.querySelectorAll('script').length,"
                  + " document.querySelectorAll('img').length, document.body.innerText]");
      assertTrue(hostile.get(0).asText().startsWith("Patching study"), hostile.get(0).asText());
      assertEquals(2, hostile.get(1).asInt());
      assertEquals(0, hostile.get(2).asInt());
      assertTrue(hostile.get(3).asText().contains("<script>document.title='hit'</script>"));
      assertEquals(List.of(), browser.console());
    }
  }

  /** Each perturbation has its own map and its own strata. */
  @Test
  void perturbationsAreSwitched() throws Exception {
    Optional<Browser> installed = Browser.start();
    assumeTrue(installed.isPresent());
    Path folder = temporary.resolve("study");
    List<ContrastPair> pairs = new ArrayList<>(FakePairs.some(40));
    pairs.replaceAll(
        pair -> FakePairs.named(pair, pair.grade().orElse(0) == 0 ? "TFC1" : "ADD:idf"));
    PatchShell.succeed(pairs, folder, "-sweep", "head", "-rounds", "50");
    try (Browser browser = installed.orElseThrow()) {
      browser.open(folder.resolve("report.html"));
      String box = "return [...document.getElementById('%s').options].map(o => o.text).join()";
      String kinds = browser.run(box.replace("%s", "direction")).asText();
      assertEquals("denoise, ADD:idf,denoise, TFC1", kinds);
      String strata = browser.run(box.replace("%s", "stratum")).asText();
      switches(browser);
      browser.run(choose("direction", 1));
      assertNotEquals(strata, browser.run(box.replace("%s", "stratum")).asText());
      assertEquals(List.of(), browser.console());
    }
  }

  private static void sorts(Browser browser) throws Exception {
    String column =
        "const heads = [...document.querySelectorAll('#cells thead button')];"
            + "const at = heads.findIndex(b => b.textContent === 'value');"
            + "heads[at].click();"
            + "return [...document.querySelectorAll('#cells tbody tr')]"
            + ".map(r => Number(r.cells[at].textContent.replace('\u2212', '-')))";
    List<Double> falling = numbers(browser.run(column));
    List<Double> rising = numbers(browser.run(column));
    List<Double> sorted = new ArrayList<>(falling);
    sorted.sort(null);
    assertTrue(falling.size() > 3);
    assertEquals(sorted, rising);
    assertEquals(sorted.reversed(), falling);
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> all = new ArrayList<>();
    array.forEach(n -> all.add(n.asDouble()));
    return all;
  }

  /** Another aggregate, stratum and direction paint other cells, and the first ones come back. */
  private static void switches(Browser browser) throws Exception {
    String state =
        "const svg = [...document.querySelectorAll('[data-direction]')].find(f => !f.hidden);"
            + "return svg.dataset.direction + ' '"
            + " + [...svg.querySelectorAll('rect[data-cell]')].map(c => c.getAttribute('fill'))"
            + " + [...svg.querySelectorAll('text')].map(t => t.textContent).sort()"
            + " + document.getElementById('about').textContent";
    String first = browser.run(state).asText();
    for (String choice : List.of("direction", "statistic", "stratum")) {
      browser.run(choose(choice, 1));
      assertNotEquals(first, browser.run(state).asText(), choice);
      browser.run(choose(choice, 0));
      assertEquals(first, browser.run(state).asText(), choice);
    }
  }

  private static String choose(String id, int index) {
    return "const box = document.getElementById('"
        + id
        + "'); box.selectedIndex = "
        + index
        + "; box.dispatchEvent(new Event('change'))";
  }
}
