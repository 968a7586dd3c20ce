package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Browser;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page and its API, in a browser if one is installed, next to the other commands. */
class ExploreCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CUT = "zero blocks.2.attn.hook_z head=5; zero blocks.4.hook_mlp_out";

  /** The script would change the title. */
  private static final String HOSTILE =
      "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script> a bee";

  private static final Map<String, String> PASSAGES =
      Map.of(
          "bees", "A bee sees ultraviolet marks on petals and smells flowers from afar.",
          "hive", "Inside the hive a bee dances to tell where the flowers are.",
          "wasps", "Wasps visit flowers late in summer, when a bee seldom does.",
          "honey", "Honey is flowers' nectar that a bee has thickened.",
          "drone", "A drone is a male bee; a drone with four rotors is not.",
          "spell", "In a spelling bee each word is harder to find than the one before.",
          "<b>x</b>", HOSTILE);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static URI address;

  @SuppressWarnings("NullAway.Init")
  private static Thread command;

  private static final CompletableFuture<ExitCode> ENDED = new CompletableFuture<>();

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  @BeforeAll
  static void start() throws Exception {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    StringBuilder documents = new StringBuilder();
    for (Map.Entry<String, String> passage : new TreeMap<>(PASSAGES).entrySet()) {
      Map<String, String> document = Map.of("id", passage.getKey(), "contents", passage.getValue());
      documents.append(JSON.writeValueAsString(document)).append('\n');
    }
    Files.writeString(corpus.resolve("corpus.jsonl"), documents);
    Shell.index(
        corpus.toString(),
        path("index"),
        "-generator",
        "DefaultLuceneDocumentGenerator",
        "-storeRaw");
    Files.writeString(
        folder.resolve("topics.tsv"), "1\thow does a bee find flowers\n2\tspelling\n");
    Files.writeString(
        folder.resolve("qrels.txt"), "1 0 bees 2\n1 0 hive 3\n1 0 wasps 1\n1 0 spell 0\n");
    PipedInputStream read = new PipedInputStream();
    PrintStream out = new PrintStream(new PipedOutputStream(read), true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(
            Files.newOutputStream(folder.resolve("err.txt")), true, StandardCharsets.UTF_8);
    command =
        Thread.ofPlatform()
            .start(
                () ->
                    ENDED.complete(
                        Shell.main(out, err)
                            .run(
                                "explore",
                                "-index",
                                path("index"),
                                "-topics",
                                path("topics.tsv"),
                                "-qrels",
                                path("qrels.txt"),
                                "-level",
                                "2",
                                "-port",
                                "0")));
    BufferedReader lines = new BufferedReader(new InputStreamReader(read, StandardCharsets.UTF_8));
    String line = lines.readLine();
    assertTrue(line != null, Files.readString(folder.resolve("err.txt")));
    address = URI.create(line);
  }

  @AfterAll
  static void endsWhenItIsInterrupted() throws InterruptedException, ExecutionException {
    command.interrupt();
    assertEquals(ExitCode.INTERRUPTED, ENDED.get());
  }

  private static JsonNode ranked(String topic, String spec) throws Exception {
    String body = JSON.writeValueAsString(Map.of("topic", topic, "spec", spec));
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("api/v1/rank"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return JSON.readTree(response.body());
  }

  /**
   * The first stage, the plain and the changed ranking, and their measures, to the digits printed.
   */
  @Test
  void numbersAreThoseOfTheOtherCommands() throws Exception {
    String first = path("first.txt");
    Shell.succeed(
        "search",
        "-index",
        path("index"),
        "-topics",
        path("topics.tsv"),
        "-bm25",
        "-hits",
        "100",
        "-output",
        first);
    String[] rerank = {
      "rerank", "-index", path("index"), "-topics", path("topics.tsv"), "-run", first
    };
    String plain = path("plain.txt");
    String changed = path("changed.txt");
    Shell.succeed(with(rerank, "-output", plain));
    Shell.succeed(with(rerank, "-output", changed, "-intervene", CUT));
    JsonNode answer = ranked("1", CUT);
    assertRanking(answer, "first", first);
    assertRanking(answer, "plain", plain);
    assertRanking(answer, "changed", changed);
    assertNotEquals(
        answer.path("docs").findValues("plain"), answer.path("docs").findValues("changed"));
    assertEquals(3, answer.path("measures").size());
    for (JsonNode row : answer.path("measures")) {
      for (String which : List.of("first", "plain", "changed")) {
        String name = row.path("name").asText();
        Shell eval =
            Shell.succeed(
                "eval", "-q", "-l", "2", "-m", name, path("qrels.txt"), path(which + ".txt"));
        String value = String.format(Locale.ROOT, "%.4f", row.path(which).asDouble());
        assertTrue(
            eval.out().lines().anyMatch(l -> l.matches("\\S+\\s+1\\s+" + value)),
            name + " of " + which + " is " + value + ":\n" + eval.out());
      }
    }
  }

  private static String[] with(String[] words, String... more) {
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return all;
  }

  private static void assertRanking(JsonNode answer, String which, String run) throws Exception {
    Ranking ranking = Run.read(Path.of(run)).ranking("1").orElseThrow();
    assertEquals(ranking.size(), answer.path("docs").size());
    for (JsonNode doc : answer.path("docs")) {
      JsonNode place = doc.path(which);
      int at = place.path("rank").asInt() - 1;
      assertEquals(ranking.docno(at), doc.path("docno").asText(), which);
      assertEquals(
          String.format(Locale.ROOT, "%.4f", ranking.score(at)),
          String.format(Locale.ROOT, "%.4f", place.path("score").asDouble()),
          which);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-port 70000        | -port must be in 0..65535, got 70000",
        "-level -1          | -level must be 0 or more, got -1",
        "-collection nowhere| nowhere: no such collection",
        "-index nowhere     | nowhere: no such index",
        "-qrels nowhere     | nowhere: no such file",
        "-corpus nowhere    | -corpus holds the texts of a run; give -run, or -index to search",
      })
  void saysWhatIsWrong(String options, String message) {
    Shell shell = Shell.run(("explore " + options).split(" "));
    assertNotEquals(ExitCode.DONE, shell.code());
    assertTrue(shell.err().contains(message), shell.err());
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    Shell shell =
        Shell.run("explore", "-index", path("index"), "-port", String.valueOf(address.getPort()));
    assertEquals(ExitCode.FAILED, shell.code());
    assertTrue(shell.err().contains("port " + address.getPort() + " is taken; "), shell.err());
  }

  @Test
  void worksInABrowser() throws Exception {
    Optional<Browser> installed = Browser.start();
    if (installed.isEmpty()) {
      System.err.println("ExploreCommandTest: no chromium and chromedriver on the PATH, skipped");
    }
    assumeTrue(installed.isPresent());
    try (Browser browser = installed.orElseThrow()) {
      browser.open(address);
      await(browser);
      assertEquals("how does a bee find flowers", browser.run("return " + QUERY).asText());
      String plain = browser.run("return " + AFTER).asText();
      assertEquals(ranks(ranked("1", ""), "plain"), plain);

      // Cut a head and an MLP: the list is another, and the address says so.
      click(browser, "[data-cell=L2H5]");
      click(browser, "[data-cell=L4mlp]");
      assertEquals(ranks(ranked("1", CUT), "changed"), browser.run("return " + AFTER).asText());
      assertEquals(CUT, browser.run("return " + STATE + ".get('spec')").asText());
      assertEquals("2", browser.run("return " + PRESSED).asText());
      assertMeasures(browser, ranked("1", CUT));

      // A reload, and the way back, bring it back.
      browser.run("location.reload()");
      await(browser);
      assertEquals(ranks(ranked("1", CUT), "changed"), browser.run("return " + AFTER).asText());
      click(browser, "[data-cell=L4mlp]");
      assertEquals("1", browser.run("return " + PRESSED).asText());
      browser.run("history.back()");
      await(browser);
      assertEquals("2", browser.run("return " + PRESSED).asText());

      // A passage is text, whatever it holds.
      click(browser, ".list.after li[data-doc='<b>x</b>'] .row");
      awaitThat(browser, "document.querySelector('.after .passage')?.textContent.length > 5");
      assertEquals(
          HOSTILE,
          browser.run("return document.querySelector('.after .passage').textContent").asText());
      assertEquals(
          "how does a bee find flowers \u00b7 Lucerna",
          browser.run("return document.title").asText());
      assertEquals(
          0,
          browser.run("return document.querySelectorAll('#app script, #app img').length").asInt());

      pictures(browser);

      // Cells are walked with arrows.
      browser.run(
          "document.querySelector('[data-cell=L0H0]').focus();"
              + "const press = key => document.activeElement.dispatchEvent("
              + "new KeyboardEvent('keydown', {key, bubbles: true}));"
              + "press('ArrowDown'); press('ArrowRight'); press('ArrowRight');");
      assertEquals("L1H2", browser.run("return document.activeElement.dataset.cell").asText());

      String outside =
          "return performance.getEntriesByType('resource').map(r => r.name)"
              + ".filter(n => !n.startsWith(location.origin + '/')).join()";
      assertEquals("", browser.run(outside).asText());
      assertEquals(List.of(), browser.console());

      // A point is completed where one is due, and nowhere else.
      String type =
          "const box = document.getElementById('spec'); box.focus(); box.value = '%s';"
              + "box.dispatchEvent(new Event('input', {bubbles: true}));"
              + "const offers = document.querySelectorAll('#offers li').length;"
              + "if (offers) box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Tab', bubbles: true}));"
              + "return offers + ' ' + box.value";
      assertEquals(
          "1 zero blocks.0.attn.hook_z; add blocks.5.hook_mlp_out ",
          browser
              .run(type.replace("%s", "zero blocks.0.attn.hook_z; add blocks.5.hook_ml"))
              .asText());
      assertEquals("0 zer", browser.run(type.replace("%s", "zer")).asText());

      // A spec with a fault is shown with its place.
      browser.run(
          "const box = document.getElementById('spec'); box.value = 'zero blocks.2.attn.hook_zz';"
              + "box.form.requestSubmit()");
      await(browser);
      String fault =
          browser.run("return document.querySelector('[role=alert]').innerText").asText();
      assertTrue(fault.contains("column 6"), fault);
      assertTrue(fault.contains("     ^"), fault);
    }
  }

  private static final String QUERY = "document.querySelector('input[name=query]').value";
  private static final String AFTER =
      "[...document.querySelectorAll('.list.after li')].map(li => li.dataset.doc).join(' ')";
  private static final String STATE = "new URLSearchParams(location.hash.slice(1))";
  private static final String PRESSED =
      "String(document.querySelectorAll('.grid [aria-pressed=true]').length)";

  private static String ranks(JsonNode answer, String which) {
    String[] docnos = new String[answer.path("docs").size()];
    for (JsonNode doc : answer.path("docs")) {
      docnos[doc.path(which).path("rank").asInt() - 1] = doc.path("docno").asText();
    }
    return String.join(" ", docnos);
  }

  private static void assertMeasures(Browser browser, JsonNode answer) throws Exception {
    String cells =
        "return [...document.querySelectorAll('.measures tbody tr')]"
            + ".map(r => [...r.cells].slice(0, 4).map(c => c.textContent).join(' ')).join('; ')";
    StringBuilder expected = new StringBuilder();
    for (JsonNode row : answer.path("measures")) {
      expected.append(expected.isEmpty() ? "" : "; ").append(row.path("name").asText());
      for (String which : List.of("first", "plain", "changed")) {
        expected.append(String.format(Locale.ROOT, " %.4f", row.path(which).asDouble()));
      }
    }
    assertEquals(expected.toString(), browser.run(cells).asText());
  }

  /** As a person sees it; none is wider than its screen. */
  private static void pictures(Browser browser) throws Exception {
    Path target = Checkout.root().resolve("plugin/app/target/explore");
    Files.createDirectories(target);
    for (int width : new int[] {390, 1280}) {
      for (boolean dark : new boolean[] {false, true}) {
        String name = width + (dark ? "-dark" : "") + ".png";
        browser.picture(width, 900, dark, target.resolve(name));
        int wide = browser.run("return document.documentElement.scrollWidth").asInt();
        assertTrue(wide <= width, name + ": " + wide);
      }
    }
  }

  private static void click(Browser browser, String selector) throws Exception {
    browser.run("document.querySelector(\"" + selector + "\").click()");
    await(browser);
  }

  /** Until nothing is being ranked. */
  private static void await(Browser browser) throws Exception {
    awaitThat(browser, "document.documentElement.dataset.ready === 'true'");
  }

  private static void awaitThat(Browser browser, String condition) throws Exception {
    // The script of a page that is being left has no document.
    for (int i = 0; i < 600; i++) {
      if (browser.run("return Boolean(" + condition + ")").asBoolean()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("never: " + condition + "; " + browser.console());
  }
}
