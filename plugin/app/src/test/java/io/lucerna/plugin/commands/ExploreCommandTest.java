package io.lucerna.plugin.commands;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Browser;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.texts.TextSourceException;
import io.lucerna.studies.ranking.StudyTables;
import io.lucerna.studies.ranking.TopicValue;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.testkit.Checkout;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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

  /** Not all that is found. */
  private static final int DEPTH = 6;

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
  private static Explorer explorer;

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
        folder.resolve("qrels.txt"),
        "1 0 bees 1\n1 0 drone 3\n1 0 wasps 2\n1 0 lost 2\n1 0 spell 0\n");
    explorer =
        Explorer.start(
            List.of(
                "-index",
                path("index"),
                "-topics",
                path("topics.tsv"),
                "-qrels",
                path("qrels.txt"),
                "-level",
                "2"));
    address = explorer.address();
  }

  /** A command that serves until it is interrupted. */
  private record Explorer(URI address, Thread command, Future<ExitCode> ended)
      implements AutoCloseable {
    static Explorer start(List<String> options) throws IOException {
      PipedInputStream read = new PipedInputStream();
      PrintStream out = new PrintStream(new PipedOutputStream(read), true, StandardCharsets.UTF_8);
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
      List<String> words = new ArrayList<>(List.of("explore", "-port", "0"));
      words.addAll(options);
      CompletableFuture<ExitCode> ended = new CompletableFuture<>();
      Thread command =
          Thread.ofPlatform().start(() -> ended.complete(Shell.main(out, err).run(array(words))));
      String line =
          new BufferedReader(new InputStreamReader(read, StandardCharsets.UTF_8)).readLine();
      assertTrue(line != null, said.toString(StandardCharsets.UTF_8));
      return new Explorer(URI.create(line), command, ended);
    }

    @Override
    public void close() throws InterruptedException, ExecutionException {
      command.interrupt();
      assertEquals(ExitCode.INTERRUPTED, ended.get());
    }
  }

  @AfterAll
  static void endsWhenItIsInterrupted() throws InterruptedException, ExecutionException {
    explorer.close();
  }

  private static JsonNode ranked(String topic, String spec) throws Exception {
    return ranked(topic, spec, 100);
  }

  private static JsonNode ranked(String topic, String spec, int depth) throws Exception {
    HttpResponse<String> response = post(Map.of("topic", topic, "spec", spec, "depth", depth));
    assertEquals(200, response.statusCode(), response.body());
    return JSON.readTree(response.body());
  }

  private static HttpResponse<String> post(Map<String, Object> body) throws Exception {
    return post(address, "rank", body);
  }

  private static HttpResponse<String> post(URI server, String path, Map<String, Object> body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("api/v1/" + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** The lines, as a person copies them, give the numbers of the page, to the digits printed. */
  @Test
  void numbersAreThoseOfTheLinesThatItShows() throws Exception {
    Map<String, String> printed = new HashMap<>();
    List<String> study = new ArrayList<>();
    for (String line : lines(address, "1", CUT, "bees")) {
      List<String> words = words(line);
      printed.put(words.getFirst() + " " + words.getLast(), Shell.succeed(array(words)).out());
      study.addAll(words.contains("study") ? words : List.of());
    }
    // Who pastes all lines again has it already.
    Shell.succeed(array(study));
    JsonNode answer = ranked("1", CUT, DEPTH);
    Set<String> values = new HashSet<>();
    for (String which : List.of("first", "plain", "changed")) {
      String run = path("run." + which + ".txt");
      assertRanking(answer, which, run);
      Map<String, String> evaluated = ofTopic(requireNonNull(printed.get("eval " + run)));
      for (JsonNode row : answer.path("measures")) {
        String name = Measure.parse(row.path("name").asText()).trecName();
        String value = requireNonNull(evaluated.get(name));
        assertEquals(value, measured(row.path(which).asDouble()), which);
        values.add(value);
      }
    }
    assertEquals(3, answer.path("measures").size());
    assertTrue(values.size() > 4, "too much alike: " + values);
    Set<String> studied = new HashSet<>();
    Path made = Path.of(study.get(study.indexOf("-output") + 1));
    for (TopicValue value : StudyTables.TOPICS.read(made.resolve("topics.csv"))) {
      boolean shown = !value.measure().equals("Judged@10");
      if (shown && value.topic().equals("1") && value.condition().equals("changed")) {
        JsonNode row =
            stream(answer.path("measures"))
                .filter(m -> m.path("name").asText().equals(value.measure()))
                .findFirst()
                .orElseThrow();
        assertEquals(row.path("plain").asDouble(), value.baseline());
        assertEquals(row.path("changed").asDouble(), value.value());
        studied.add(value.measure());
      }
    }
    assertEquals(3, studied.size());
    JsonNode bees =
        stream(answer.path("docs"))
            .filter(d -> d.path("docno").asText().equals("bees"))
            .findFirst()
            .orElseThrow();
    String explained = requireNonNull(printed.get("explain bees"));
    Matcher score = Pattern.compile("passage bees: score (\\S+)").matcher(explained);
    assertTrue(score.find(), explained);
    assertEquals(
        bees.path("plain").path("score").asDouble(), Double.parseDouble(score.group(1)), 1e-6);
  }

  /** A query that is no topic becomes one by a line of the shell. */
  @Test
  void aTypedQueryHasLinesToo() throws Exception {
    String query = "what's a \"bee\" & $HOME";
    String noise = "noise blocks.0.hook_resid_pre std=0.5 seed=7";
    Map<String, Object> asked = Map.of("query", query, "depth", DEPTH, "spec", noise);
    List<String> lines = lines(post(address, "commands", asked));
    // As here, where a collection may have said so.
    assertTrue(lines.get(2).contains(" -passage.clean none "), lines.get(2));
    Process shell =
        new ProcessBuilder("sh", "-c", lines.getFirst()).directory(folder.toFile()).start();
    assertEquals(0, shell.waitFor());
    lines.subList(1, lines.size()).forEach(line -> Shell.succeed(array(words(line))));
    JsonNode answer = JSON.readTree(post(address, "rank", asked).body());
    assertRanking(answer, "first", path("run.first.txt"));
    assertRanking(answer, "plain", path("run.plain.txt"));
    assertRanking(answer, "changed", path("run.changed.txt"));
    assertNotEquals(
        answer.path("docs").findValues("plain"), answer.path("docs").findValues("changed"));
  }

  /** Of an index as of a run. */
  @Test
  void theDepthThatIsGivenIsReadWhereNobodySays() throws Exception {
    List<String> given =
        List.of("-index", path("index"), "-topics", path("topics.tsv"), "-rerank.depth", "3");
    try (Explorer other = Explorer.start(given)) {
      HttpResponse<String> response = post(other.address(), "rank", Map.of("topic", "1"));
      JsonNode answer = JSON.readTree(response.body());
      assertEquals(3, answer.path("depth").asInt(), response.body());
      assertEquals(3, answer.path("docs").size());
      Map<String, Object> deeper = Map.of("topic", "1", "depth", DEPTH);
      answer = JSON.readTree(post(other.address(), "rank", deeper).body());
      assertEquals(DEPTH, answer.path("docs").size());
    }
  }

  /** Candidates of a run are shown as they were given. */
  @Test
  void linesOfARunNameIt() throws Exception {
    String run = path("a run.txt");
    List<String> found = List.of("search", "-index", path("index"), "-topics", path("topics.tsv"));
    Shell.succeed(with(array(found), "-bm25", "-output", run));
    List<String> given =
        List.of(
            "-run",
            run,
            "-index",
            path("index"),
            "-topics",
            path("topics.tsv"),
            "-passage.clean",
            "none");
    try (Explorer other = Explorer.start(given)) {
      List<String> lines = lines(other.address(), "1", "", "");
      assertEquals(2, lines.size(), "nothing is judged: " + lines);
      List<String> plain = words(lines.get(1));
      assertTrue(plain.containsAll(List.of(run, "-passage.clean", "none")), lines.get(1));
      lines.forEach(line -> Shell.succeed(array(words(line))));
      Map<String, Object> asked = Map.of("topic", "1", "depth", DEPTH);
      JsonNode answer = JSON.readTree(post(other.address(), "rank", asked).body());
      assertRanking(answer, "first", path("run.first.txt"));
      assertRanking(answer, "plain", path("run.plain.txt"));
    }
  }

  private static List<String> lines(URI server, String topic, String spec, String docno)
      throws Exception {
    return lines(
        post(
            server,
            "commands",
            Map.of("topic", topic, "spec", spec, "depth", DEPTH, "docno", docno)));
  }

  private static List<String> lines(HttpResponse<String> answer) throws IOException {
    assertEquals(200, answer.statusCode(), answer.body());
    return JSON.readTree(answer.body()).path("lines").findValuesAsText("line");
  }

  /**
   * The words of a line, as a shell reads them, without the program; what it writes is in the
   * folder.
   */
  private static List<String> words(String line) {
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", "set -- " + line + "; printf '%s\\000' \"$@\"").start();
      String words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, shell.waitFor());
      return Stream.of(words.split("\0"))
          .skip(1)
          .map(w -> w.matches("run\\.\\w+\\.txt|study\\.\\w+|query\\.tsv") ? path(w) : w)
          .toList();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String[] array(List<String> words) {
    return words.toArray(String[]::new);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /** Candidates are what {@code record} makes of one topic's. */
  @Test
  void aMeanOverTheCandidatesIsThatOfARecording() throws Exception {
    String first = path("all.txt");
    Shell.succeed(
        "search",
        "-index",
        path("index"),
        "-topics",
        path("topics.tsv"),
        "-bm25",
        "-output",
        first);
    Path alone = folder.resolve("alone.txt");
    Files.write(
        alone,
        Files.readAllLines(Path.of(first)).stream().filter(l -> l.startsWith("1 ")).toList());
    String[] candidates = {
      "-index",
      path("index"),
      "-topics",
      path("topics.tsv"),
      "-run",
      alone.toString(),
      "-rerank.depth",
      String.valueOf(DEPTH)
    };
    String recorded = path("recorded");
    String[] record = with(new String[] {"record"}, candidates);
    Shell.succeed(
        with(record, "-hooks", "blocks.2.attn.hook_z", "-positions", "all", "-output", recorded));
    String mean = "mean blocks.2.attn.hook_z head=5 from=";
    String[] rerank = with(new String[] {"rerank"}, candidates);
    String run = path("mean.txt");
    Shell.succeed(with(rerank, "-intervene", mean + recorded, "-output", run));
    JsonNode answer = ranked("1", mean + "candidates", DEPTH);
    assertRanking(answer, "changed", run);
    assertNotEquals(
        answer.path("docs").findValues("plain"), answer.path("docs").findValues("changed"));
  }

  /** Words, components and differences, to the digits that {@code explain} prints. */
  @Test
  void explanationsAreThoseOfTheCommand() throws Exception {
    String[] explain = {
      "explain", "-query", "how does a bee find flowers", "-passage", PASSAGES.get("bees")
    };
    String one = Shell.succeed(explain).out();
    JsonNode bees = explained("bees").path("passages").path(0);
    assertTrue(one.contains(": score " + bees.path("score").asText() + "\n"), one);
    for (JsonNode side : bees.path("sides")) {
      double words = 0;
      for (JsonNode word : side.path("words")) {
        words += word.path("adds").asDouble();
      }
      String sum =
          String.format(
              Locale.ROOT,
              "%s: biases %+.4f, tokens %+.4f, rounding %+.1e",
              side.path("side").asText(),
              side.path("biases").asDouble(),
              words,
              side.path("rounding").asDouble());
      assertTrue(one.contains(sum), sum + " is not in " + one);
    }
    Map<String, String> parts = new HashMap<>();
    for (JsonNode side : bees.path("sides")) {
      side.path("words").forEach(word -> put(parts, word.path("text"), word.path("adds")));
      side.path("components").forEach(part -> put(parts, part.path("name"), part.path("adds")));
      put(parts, "embeddings", side.path("embeddings").asDouble());
      put(parts, "biases", side.path("straightBiases").asDouble());
    }
    assertPrinted(one, parts, 38);

    String run = path("two.txt");
    Files.writeString(Path.of(run), "1 Q0 bees 1 2 x\n1 Q0 wasps 2 1 x\n");
    String two =
        Shell.succeed(
                "explain",
                "-run",
                run,
                "-index",
                path("index"),
                "-topics",
                path("topics.tsv"),
                "-topic",
                "1",
                "-docid",
                "bees,wasps")
            .out();
    JsonNode difference = explained("bees", "wasps").path("difference");
    String tables = two.substring(two.lastIndexOf(" wasps: "));
    Map<String, String> rows = new HashMap<>();
    for (String table : List.of("words", "components")) {
      for (JsonNode row : difference.path(table)) {
        put(
            rows,
            row.path("name").asText(),
            row.path("one").asDouble() - row.path("other").asDouble());
      }
    }
    assertPrinted(tables, rows, 20);
  }

  private static void put(Map<String, String> parts, JsonNode name, JsonNode value) {
    put(parts, name.asText(), value.asDouble());
  }

  private static void put(Map<String, String> parts, String name, double value) {
    parts.merge(name, String.format(Locale.ROOT, "%+.5f", value), (a, b) -> a + " " + b);
  }

  /** Each row of the tables that were printed is one of these parts. */
  private static void assertPrinted(String out, Map<String, String> parts, int atLeast) {
    int rows = 0;
    for (String line : out.split("\n", -1)) {
      String[] words = line.strip().split("\\s{2,}");
      if (words.length > 1 && words[words.length - 1].matches("[+-]\\d\\.\\d{5}")) {
        String known = parts.getOrDefault(words[0], "");
        if (words.length == 2 || words[1].matches("query|passage")) {
          assertTrue(known.contains(words[words.length - 1]), line + " is not " + known);
          rows++;
        }
      }
    }
    assertTrue(rows >= atLeast, rows + " rows in " + out);
  }

  private static JsonNode explained(String... docnos) throws Exception {
    List<Map<String, String>> passages =
        Arrays.stream(docnos).map(docno -> Map.of("docno", docno)).toList();
    HttpResponse<String> response =
        post(address, "explain", Map.of("topic", "1", "passages", passages));
    assertEquals(200, response.statusCode(), response.body());
    return JSON.readTree(response.body());
  }

  /** What {@code eval} prints of the first topic, by measure. */
  private static Map<String, String> printed(String qrels, String run) {
    String[] eval = {"eval", "-q", "-l", "2", "-m", "nDCG@10", "-m", "AP", "-m", "RR"};
    return ofTopic(Shell.succeed(with(eval, path(qrels), path(run))).out());
  }

  private static Map<String, String> ofTopic(String printed) {
    return printed
        .lines()
        .map(line -> line.split("\\s+"))
        .filter(words -> words[1].equals("1"))
        .collect(Collectors.toMap(words -> words[0], words -> words[2]));
  }

  private static String[] with(String[] words, String... more) {
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return all;
  }

  private static void assertRanking(JsonNode answer, String which, String run) throws Exception {
    Ranking ranking = Run.read(Path.of(run)).ranking("1").orElseThrow();
    assertEquals(DEPTH, answer.path("docs").size());
    assertTrue(DEPTH < ranking.size());
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
        "-token short       | a token has 16 to 128 characters of A-Z, a-z, 0-9, - and _",
        "-host no.such.host.invalid | there is no host no.such.host.invalid",
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
  void aPortThatIsTakenIsNamedBeforeAnythingIsRead() {
    Shell shell =
        Shell.run("explore", "-model", "none", "-port", String.valueOf(address.getPort()));
    assertTrue(shell.err().contains("port " + address.getPort() + " is taken; "), shell.err());
  }

  @Test
  void aFailureThatIsKnownHasNoTrace() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(to, to, false, false, List.of(), ItemRunner.HERE);
    ExploreCommand.report(new TextSourceException("i: no text is stored for d"), console);
    ExploreCommand.report(new OutOfMemoryError("heap"), console);
    assertEquals(
        "a request failed: i: no text is stored for d\n"
            + "a request failed: out of memory: give Java more with LUCERNA_OPTS=-Xmx8g, or use a"
            + " smaller -batch\n",
        err.toString(StandardCharsets.UTF_8));
    ExploreCommand.report(new IllegalStateException("odd"), console);
    assertTrue(
        err.toString(StandardCharsets.UTF_8).contains("report it"),
        err.toString(StandardCharsets.UTF_8));
  }

  /** More than the index can be asked for at once. */
  @Test
  void aQueryOfTooManyWordsIsRefused() throws Exception {
    String query =
        IntStream.range(0, 1_900)
            .mapToObj(i -> Character.toString(0x4e00 + i))
            .collect(Collectors.joining());
    HttpResponse<String> response = post(Map.of("query", query));
    assertEquals(400, response.statusCode(), response.body());
    assertTrue(response.body().contains("too many different words"), response.body());
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
      JsonNode first = ranked("1", CUT).path("measures").path(0);
      double after = first.path("changed").asDouble();
      assertEquals(
          String.format(
              Locale.ROOT,
              "nDCG@10 %s, change %s",
              measured(after),
              difference(first.path("plain").asDouble(), after)),
          browser.run("return " + SAID).asText());

      // A reload, and the way back, bring it back.
      browser.reload();
      await(browser);
      assertEquals(ranks(ranked("1", CUT), "changed"), browser.run("return " + AFTER).asText());
      click(browser, "[data-cell=L4mlp]");
      assertEquals("1", browser.run("return " + PRESSED).asText());
      browser.run("history.back()");
      awaitThat(browser, PRESSED + " === '2' && " + READY);

      // Digits are those that eval prints, where a value is halfway too.
      Files.writeString(folder.resolve("halfway.txt"), halfway());
      Files.writeString(folder.resolve("one.txt"), "1 0 d32 2\n");
      String printed = printed("one.txt", "halfway.txt").get("recip_rank");
      String numbers =
          "return import('./words.js').then(w => "
              + "[1 / 32, 3 / 32, 0.5, 1, 0, 2 / 3, -1 / 32].map(w.number).join(' '))";
      assertEquals(
          printed + " 0.0938 0.5000 1.0000 0.0000 0.6667 \u22120.0312",
          browser.run(numbers).asText());

      // A passage is text, whatever it holds.
      click(browser, ".list.after li[data-doc='<b>x</b>'] .row");
      awaitThat(browser, "document.querySelector('.after .inside .words')");
      String read =
          browser.run("return document.querySelector('.after .inside').textContent").asText();
      assertTrue(read.contains("onerror") && read.contains("script"), read);
      assertEquals(
          "how does a bee find flowers \u00b7 Lucerna",
          browser.run("return document.title").asText());
      assertEquals(
          0,
          browser.run("return document.querySelectorAll('#app script, #app img').length").asInt());

      // The command lines are those of the API, of the passage that is open too.
      browser.run("document.querySelector('.commands summary').click()");
      awaitThat(browser, "document.querySelectorAll('.commands code').length > 7");
      assertEquals(
          String.join(
              "\n",
              lines(
                  post(
                      address,
                      "commands",
                      Map.of("topic", "1", "spec", CUT, "docno", "<b>x</b>")))),
          browser
              .run(
                  "return [...document.querySelectorAll('.commands code')].map(c => c.textContent).join('\\n')")
              .asText());

      // What is saved holds the text as text, and runs nothing.
      String saved = browser.run("return " + SAVED).asText();
      assertTrue(saved.contains("&lt;script&gt;document.title='hit'"), saved);
      assertFalse(saved.contains("<script"), saved);

      // What is pinned stays beside what comes next; the address holds both.
      browser.run(PIN + ".click()");
      awaitThat(browser, "document.querySelector('.pins .measures')");
      click(browser, "[data-cell=L4mlp]");
      String one = CUT.substring(0, CUT.indexOf(';'));
      assertBeside(browser, ranked("1", CUT), ranked("1", one));
      browser.reload();
      await(browser);
      awaitThat(browser, "document.querySelector('.pins .measures')");
      assertBeside(browser, ranked("1", CUT), ranked("1", one));

      pictures(browser, "");
      browser.run("document.querySelector('.pins h2 button').click()");
      awaitThat(browser, "!document.querySelector('.pins') && !" + STATE + ".has('pin')");

      // A cell joins what is typed, and leaves it.
      String two = "zero blocks.4.hook_mlp_out; zero blocks.3.hook_mlp_out";
      browser.run("document.getElementById('spec').value = 'zero blocks.4.hook_mlp_out'");
      click(browser, "[data-cell=L3mlp]");
      assertEquals(two, browser.run("return " + STATE + ".get('spec')").asText());
      browser.run("document.getElementById('spec').value += '; zero blocks.5.hook_mlp_out'");
      click(browser, "[data-cell=L5mlp]");
      assertEquals(two, browser.run("return document.getElementById('spec').value").asText());

      // Heads that are cut together are cells apart.
      browser.run("location.hash = '#topic=1&spec=zero+blocks.2.attn.hook_z+head%3D5,6'");
      awaitThat(browser, PRESSED + " === '2' && " + READY);
      click(browser, "[data-cell=L2H6]");
      assertEquals(one, browser.run("return document.getElementById('spec').value").asText());

      cellsAreMarkedHoweverTheyAreCut(browser);
      strongestAreExact(browser);
      cellsAreSetToTheirMean(browser);
      aSliderChangesTheDose(browser);
      selectsFollowTheHistory(browser);
      nothingIsPinnedWhileItIsRanked(browser);
      aDraftIsOfOneQuery(browser);

      // Cells are walked with arrows.
      browser.run(
          "document.querySelector('[data-cell=L0H0]').focus();"
              + "const press = key => document.activeElement.dispatchEvent("
              + "new KeyboardEvent('keydown', {key, bubbles: true}));"
              + "press('ArrowDown'); press('ArrowRight'); press('ArrowRight');");
      assertEquals("L1H2", browser.run("return document.activeElement.dataset.cell").asText());

      insideOfAScore(browser);
      whatIsEditedIsSaid(browser);
      thePinnedListHasDocumentsOfItsOwn(browser);

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
      // Nor where the caret was moved to since.
      String moved = type.replace("if (offers)", "box.setSelectionRange(9, 9); if (offers)");
      String typed = "zero blocks.5.hook_ml";
      assertEquals("1 " + typed, browser.run(moved.replace("%s", typed)).asText());
      assertEquals(0, browser.run("return document.querySelectorAll('#offers').length").asInt());

      // What to compare with is no state of its own, and one that there is not is none.
      browser.run("location.hash = '#topic=1&base=plain'");
      awaitThat(browser, "document.querySelector('.list.before h2').textContent === 'First stage'");
      browser.run("location.hash = '#topic=1&base=other&spec=zero+blocks.4.hook_mlp_out'");
      awaitThat(browser, "document.querySelector('.list.before select')?.value === 'plain'");

      // A spec with a fault is shown with its place.
      browser.run(
          "const box = document.getElementById('spec'); box.value = 'zero blocks.2.attn.hook_zz';"
              + "box.form.requestSubmit()");
      await(browser);
      String fault =
          browser.run("return document.querySelector('[role=alert]').innerText").asText();
      assertTrue(fault.contains("column 6"), fault);
      assertTrue(fault.contains("     ^"), fault);
      // A link to it can be mended, too.
      browser.reload();
      await(browser);
      assertEquals(
          fault, browser.run("return document.querySelector('[role=alert]').innerText").asText());
      browser.run(
          "const box = document.getElementById('spec'); box.value = ''; box.form.requestSubmit()");
      await(browser);
      assertEquals(plain, browser.run("return " + AFTER).asText());

      aSpecThatFailsIsMended(browser, plain);
      aRefusedEditIsNotThatOfTheNumbers(browser);
      missingEstimatesAreNoFaultOfTheRanking(browser);
      estimatesAreOfWhatIsShown(browser);
      whatFailedIsAskedAgain(browser);

      // From another machine, without TLS, a browser offers less.
      String elsewhere =
          "delete Crypto.prototype.randomUUID;"
              + "return import('./api.js?elsewhere').then(api => api.model()).then(m => m.searches)";
      assertTrue(browser.run(elsewhere).asBoolean());

      theTopicStays(browser);
      aDecodersAttentionIsOnTheTokens(browser);
    }
  }

  /** What is read aloud of a ranking. */
  private static final String SAID = "document.querySelector('.hidden[role=status]').textContent";

  /** Beside the measures, whichever passage is open, and where it can be undone. */
  private static void whatIsEditedIsSaid(Browser browser) throws Exception {
    String edited = "#topic=1&doc=bees&edited=bees&text=A+train.&spec=zero+blocks.4.hook_mlp_out";
    browser.run("location.hash = '" + edited + "&view=layers'");
    awaitThat(
        browser,
        READY + " && document.querySelector('.after .passage')?.textContent === 'A train.'");
    String said = browser.run("return document.querySelector('.edits').innerText").asText();
    assertTrue(said.contains("bees reads \u201cA train.\u201d"), said);
    // The score on the left is that of the text on the left.
    assertEquals(PASSAGES.get("bees") + " | A train.", browser.run("return " + SNIPPETS).asText());
    assertEquals(1, browser.run("return document.querySelectorAll('.badge').length").asInt());
    awaitThat(
        browser,
        "document.querySelector('.panel .most')?.innerText"
            + ".includes('in the plain model, of the texts as they are')");

    // The change that is divided is not that of the table above it.
    browser.run("location.hash = '" + edited + "&view=edit'");
    awaitThat(browser, "document.querySelector('.inside .lead')");
    String above =
        "return document.querySelector('.inside .lead').parentElement.previousElementSibling.innerText";
    assertEquals(
        "Of the plain model: what the spec changes is not divided.", browser.run(above).asText());

    // What is pinned keeps its text, and undoing is of what is shown.
    browser.run(PIN + ".click()");
    awaitThat(browser, "document.querySelector('.pins .measures')");
    click(browser, ".edits button");
    assertFalse(browser.run("return " + STATE + ".has('edited')").asBoolean());
    assertTrue(browser.run("return document.querySelector('.edits') === null").asBoolean());
    assertEquals("A train. | " + PASSAGES.get("bees"), browser.run("return " + SNIPPETS).asText());
    assertEquals(
        1, browser.run("return document.querySelectorAll('.before .badge').length").asInt());
    browser.run("document.querySelector('.pins h2 button').click()");
    awaitThat(browser, "!document.querySelector('.pins')");
  }

  /** How a document begins, in both lists. */
  private static final String SNIPPETS =
      "[...document.querySelectorAll('.list li[data-doc=bees] .snippet')]"
          + ".map(s => s.textContent).join(' | ')";

  /** They cannot be opened; of the others a narrow screen shows the text. */
  private static void thePinnedListHasDocumentsOfItsOwn(Browser browser) throws Exception {
    browser.run("location.hash = '#topic=1&depth=2&pin=' + encodeURIComponent('topic=1&depth=6')");
    awaitThat(browser, READY + " && document.querySelectorAll('.list.before li').length === 6");
    assertEquals(
        4, browser.run("return document.querySelectorAll('.before .row:disabled').length").asInt());
    Path picture = folder.resolve("narrow.png");
    browser.picture(390, 900, false, picture);
    awaitThat(browser, "matchMedia('(max-width: 700px)').matches");
    browser.run(
        "document.querySelector('.sides button').click();"
            + "document.querySelector('.before .row:enabled').click()");
    awaitThat(browser, "document.querySelector('.before .passage')?.textContent.length > 9");
    assertEquals(
        0, browser.run("return document.querySelectorAll('.before .inside').length").asInt());
    browser.run("document.querySelectorAll('.sides button')[1].click()");
    browser.picture(1280, 900, true, picture);
    awaitThat(browser, "!matchMedia('(max-width: 700px)').matches");
  }

  /** In a link, too, which brings no ranking. */
  private static void aSpecThatFailsIsMended(Browser browser, String plain) throws Exception {
    String large = "scale blocks.0.attn.%s by=1e30";
    String spec = large.replace("%s", "hook_q") + "; " + large.replace("%s", "hook_k");
    browser.run("location.hash = '#topic=1&spec=' + encodeURIComponent('" + spec + "')");
    browser.reload();
    awaitThat(browser, READY + " && document.querySelector('[role=alert]')");
    String why = browser.run("return document.querySelector('[role=alert]').innerText").asText();
    assertTrue(why.contains("the score NaN"), why);
    assertEquals(spec, browser.run("return document.getElementById('spec').value").asText());
    browser.run(
        "const box = document.getElementById('spec'); box.value = ''; box.form.requestSubmit()");
    await(browser);
    assertEquals(plain, browser.run("return " + AFTER).asText());
  }

  /** Beside what is pinned stand the texts whose numbers are shown. */
  private static void aRefusedEditIsNotThatOfTheNumbers(Browser browser) throws Exception {
    browser.run("location.hash = '#topic=1&pin=' + encodeURIComponent('topic=1&reads=a bee')");
    awaitThat(browser, READY + " && document.querySelector('.pins .measures')");
    browser.run("location.hash += '&edited=none&text=A+train.'");
    awaitThat(browser, READY + " && document.querySelector('main.stale')");
    String texts =
        "return [...[...document.querySelectorAll('.pins .said')].at(-1).cells]"
            + ".map(cell => cell.textContent).join('|')";
    assertEquals(
        "Texts|the model reads \u201ca bee\u201d|as they are|", browser.run(texts).asText());
    assertTrue(browser.run("return document.querySelector('.pins.stale') !== null").asBoolean());
    click(browser, ".edits button");
    assertTrue(browser.run("return document.querySelector('.pins.stale') === null").asBoolean());
    assertEquals(0, browser.run("return document.querySelectorAll('[role=alert]').length").asInt());
  }

  /** They are said to be missing where they would be. */
  private static void missingEstimatesAreNoFaultOfTheRanking(Browser browser) throws Exception {
    browser.run(
        "window.real = window.fetch;"
            + "window.fetch = async (path, options) => path.endsWith('estimates')"
            + "  ? new Response('{\"error\": {\"message\": \"given up\"}}', {status: 503})"
            + "  : window.real(path, options);"
            + "location.hash = '#topic=2&depth=5'");
    awaitThat(browser, "document.querySelector('.legend .error')");
    assertEquals(
        "no estimates: given up; choose fewer documents",
        browser.run("return document.querySelector('.legend .error').innerText").asText());
    assertEquals(0, browser.run("return document.querySelectorAll('[role=alert]').length").asInt());
    browser.run("window.fetch = window.real");
  }

  /** It looks from one position, so that no token is held, and none looks back. */
  private static void aDecodersAttentionIsOnTheTokens(Browser browser) throws Exception {
    String model = Checkout.models().resolve("families/t5-monot5").toString();
    List<String> given =
        List.of("-index", path("index"), "-topics", path("topics.tsv"), "-model", model);
    try (Explorer other = Explorer.start(given)) {
      browser.open(other.address().resolve("#topic=1&doc=bees&view=attention&head=D0X1"));
      browser.reload();
      awaitThat(browser, "document.querySelector('.tokens')");
      Map<String, Object> asked =
          Map.of("topic", "1", "head", "D0X1", "passages", List.of(Map.of("docno", "bees")));
      JsonNode side =
          JSON.readTree(post(other.address(), "attention", asked).body()).at("/sides/0");
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < side.path("tokens").size(); i++) {
        String piece = side.path("tokens").path(i).path("piece").asText();
        double attention = side.at("/heads/0/rows/0").path(i).asDouble();
        expected.add(piece + String.format(Locale.ROOT, " %.4f", attention));
      }
      String said = "[...document.querySelectorAll('.tokens button')].map(b => b.ariaLabel)";
      assertEquals(
          String.join("|", expected), browser.run("return " + said + ".join('|')").asText());
      String line = "return document.querySelector('.head .most').innerText";
      String most = browser.run(line).asText();
      assertTrue(most.startsWith("the decoder attends to"), most);
      String ways = "return document.querySelectorAll('.head .choices button').length";
      assertEquals(0, browser.run(ways).asInt());
    }
  }

  /** Whatever blanks its query has, and whichever other topics have the same. */
  private static void theTopicStays(Browser browser) throws Exception {
    StringBuilder requests = new StringBuilder();
    List<String> queries = List.of("flowers\nand  bees ", "bees and wasps", "bees and wasps");
    for (int i = 0; i < queries.size(); i++) {
      Map<String, Object> bee =
          Map.of("docid", "d", "score", 1, "doc", Map.of("contents", "A bee."));
      Map<String, Object> query = Map.of("qid", "q" + i, "text", queries.get(i));
      Map<String, Object> request = Map.of("query", query, "candidates", List.of(bee));
      requests.append(JSON.writeValueAsString(request)).append('\n');
    }
    Files.writeString(folder.resolve("requests.jsonl"), requests);
    try (Explorer other = Explorer.start(List.of("-run", path("requests.jsonl")))) {
      for (int i = 0; i < queries.size(); i++) {
        browser.open(other.address().resolve("#topic=q" + i));
        browser.reload();
        awaitThat(browser, READY + " && document.querySelector('.list.after li')");
        browser.run("document.querySelector('.ask').requestSubmit()");
        await(browser);
        assertEquals("q" + i, browser.run("return " + STATE + ".get('topic')").asText());
      }
    }
  }

  /** With a range of heads, all of them, those of all layers, and what a mean leaves unsaid. */
  private static void cellsAreMarkedHoweverTheyAreCut(Browser browser) throws Exception {
    String point = "blocks.2.attn.hook_z";
    restored(browser, "zero " + point + " head=3-5", 3, "L2H4", "zero " + point + " head=3,5");
    restored(browser, "zero " + point, 12, "L2H0", "zero " + point + " head=1-11");
    String others =
        IntStream.of(0, 1, 3, 4, 5)
            .mapToObj(layer -> "blocks." + layer + ".attn.hook_z")
            .collect(Collectors.joining(","));
    restored(browser, "zero blocks.*.attn.hook_z head=1", 6, "L2H1", "zero " + others + " head=1");
    String mean = "mean " + point + " from=candidates";
    // In the form of the server, which says all.
    String left = "mean " + point + " head=0-4,6-11 from=candidates per=role";
    restored(browser, mean, 12, "L2H5", left + "; zero " + point + " head=5");
    restored(browser, "zero " + point + " head=1 at=cls", 0, "", "");
    // Nothing is left of it.
    restored(browser, "zero " + point + " head=5 at=all", 1, "L2H5", "null");
  }

  /** A spec, how many cells it marks, and what a click on one of them leaves of it. */
  private static void restored(Browser browser, String spec, int marked, String cell, String left)
      throws Exception {
    browser.run("location.hash = '#topic=1&spec=' + encodeURIComponent('" + spec + "')");
    awaitThat(browser, PRESSED + " === '" + marked + "' && " + READY);
    if (!cell.isEmpty()) {
      click(browser, "[data-cell=" + cell + "]");
      assertEquals(left, browser.run("return " + STATE + ".get('spec')").asText(), spec);
    }
  }

  /** Without a click, and so is what a click has shown: what cutting the cell alone does. */
  private static void strongestAreExact(Browser browser) throws Exception {
    browser.run("location.hash = '#topic=1&colour=AP'");
    awaitThat(browser, EXACT + ".length >= 6");
    assertEquals("", browser.run("return " + STATE + ".get('spec') ?? ''").asText());
    click(browser, "[data-cell=L0H0]");
    click(browser, "[data-cell=L0H0]");
    JsonNode exact = browser.run("return " + EXACT);
    assertTrue(exact.findValuesAsText("name").contains("L0H0"), exact.toString());
    for (JsonNode cell : exact) {
      JsonNode row = cut(cell).path("measures").path(1);
      String change = difference(row.path("plain").asDouble(), row.path("changed").asDouble());
      assertEquals("AP " + change, cell.path("said").asText(), cell.toString());
    }
    browser.run(
        "const colour = document.querySelectorAll('.legend select')[1];"
            + "colour.value = 'swapped pairs'; colour.dispatchEvent(new Event('change'));");
    awaitThat(
        browser,
        "/^Most[^\u2248]*: L\\w+ = [1-9]/.test(document.querySelector('.most').innerText)");
    for (JsonNode cell : browser.run("return " + EXACT)) {
      String swapped = cut(cell).path("changes").path("swappedPairs").asText();
      assertEquals("swapped pairs " + swapped, cell.path("said").asText(), cell.toString());
    }
  }

  /** The marked cells, each with what is said of it. */
  private static final String EXACT =
      "[...document.querySelectorAll('.grid [data-cell]')].filter(b => b.textContent === '=')"
          + ".map(b => ({name: b.dataset.cell, said: /, (.*) .exact.$/.exec(b.title)[1]}))";

  /** The ranking without a cell. */
  private static JsonNode cut(JsonNode cell) throws Exception {
    return ranked(
        "1",
        cell.path("name")
            .asText()
            .replaceFirst("L(.)H(.+)", "zero blocks.$1.attn.hook_z head=$2")
            .replaceFirst("L(.)mlp", "zero blocks.$1.hook_mlp_out"));
  }

  /** With Shift, by mouse or keys, or without it after choosing so. */
  private static void cellsAreSetToTheirMean(Browser browser) throws Exception {
    String mean = "mean blocks.2.attn.hook_z head=5 from=candidates per=role";
    browser.run("location.hash = '#topic=1'");
    awaitThat(browser, PRESSED + " === '0' && " + READY);
    browser.run(
        "document.querySelector('[data-cell=L2H5]')"
            + ".dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true}))");
    await(browser);
    assertEquals(mean, browser.run("return " + STATE + ".get('spec')").asText());
    assertEquals(
        "\u03bc",
        browser.run("return document.querySelector('[data-cell=L2H5]').textContent").asText());
    assertEquals(ranks(ranked("1", mean), "changed"), browser.run("return " + AFTER).asText());
    click(browser, "[data-cell=L2H5]");
    assertEquals(
        CUT.substring(0, CUT.indexOf(';')),
        browser.run("return " + STATE + ".get('spec')").asText());
    browser.run(
        "const way = document.querySelector('.legend select'); way.value = 'mean';"
            + "way.dispatchEvent(new Event('change'));");
    assertEquals("mean", browser.run("return " + STATE + ".get('click')").asText());
    click(browser, "[data-cell=L2H5]");
    assertEquals(mean, browser.run("return " + STATE + ".get('spec')").asText());
    click(browser, "[data-cell=L2H5]");
    assertEquals("0", browser.run("return " + PRESSED).asText());
  }

  /** The list follows; a whole movement is one step of the history, once it has ended. */
  private static void aSliderChangesTheDose(Browser browser) throws Exception {
    String add = "add blocks.3.hook_resid_pre vector=random:7:2.0";
    browser.run("location.hash = '#topic=1&spec=' + encodeURIComponent('" + add + "')");
    awaitThat(browser, "document.querySelector('.dose output')?.value === '1' && " + READY);
    browser.run("window.steps = history.length");
    slide(browser, "2", "1");
    browser.run(SLIDER + ".dispatchEvent(new Event('pointerup'))");
    String begun = add + " dose=1";
    assertEquals(begun, browser.run("return " + STATE + ".get('spec')").asText());
    slide(browser, "2", "3", "3.4");
    String dosed = add + " dose=3.4";
    assertEquals(ranks(ranked("1", dosed), "changed"), browser.run("return " + AFTER).asText());
    assertEquals(begun, browser.run("return " + STATE + ".get('spec')").asText());
    browser.run(SLIDER + ".dispatchEvent(new Event('change'))");
    assertEquals(dosed, browser.run("return " + STATE + ".get('spec')").asText());
    assertEquals(dosed, browser.run("return document.getElementById('spec').value").asText());
    assertEquals("2", browser.run("return String(history.length - steps)").asText());
  }

  private static final String SLIDER = "document.querySelector('.dose input')";

  /** Over these doses, without an end. */
  private static void slide(Browser browser, String... doses) throws Exception {
    for (String dose : doses) {
      browser.run(
          "const slider = "
              + SLIDER
              + "; slider.value = '"
              + dose
              + "'; slider.dispatchEvent(new Event('input'))");
    }
    await(browser);
  }

  /** However often a person has picked. */
  private static void selectsFollowTheHistory(Browser browser) throws Exception {
    atFirst(browser);
    follows(browser, "document.querySelectorAll('.legend select')[1]", "colour", "AP", "RR");
    follows(browser, "document.querySelector('.ask select')", "depth", "10", "20");
  }

  private static void follows(
      Browser browser, String select, String key, String first, String second) throws Exception {
    for (String choice : List.of(first, second)) {
      browser.run(
          "const select = "
              + select
              + "; select.value = '"
              + choice
              + "'; select.dispatchEvent(new Event('change'))");
      await(browser);
    }
    browser.run("history.back()");
    awaitThat(browser, STATE + ".get('" + key + "') === '" + first + "' && " + READY);
    assertEquals(first, browser.run("return " + select + ".value").asText());
    browser.run("history.forward()");
    awaitThat(browser, STATE + ".get('" + key + "') === '" + second + "' && " + READY);
    assertEquals(second, browser.run("return " + select + ".value").asText());
  }

  /** What is shown is not yet that of the texts that were asked for. */
  private static void nothingIsPinnedWhileItIsRanked(Browser browser) throws Exception {
    atFirst(browser);
    browser.run(PIN + ".click()");
    awaitThat(browser, "document.querySelector('.pins .measures')");
    browser.run(
        "window.real = window.fetch; const held = new Promise(go => { window.go = go; });"
            + "window.fetch = async (path, options) => {"
            + "  if (path.endsWith('/rank')) await held;"
            + "  return window.real(path, options); };"
            + "location.hash += '&reads=a+bee'");
    awaitThat(browser, "!(" + READY + ")");
    String disabled =
        "return ["
            + PIN
            + ", document.querySelector('.pins h2 button:last-child')].map(b => b.disabled).join()";
    assertEquals("true,true", browser.run(disabled).asText());
    assertEquals("ranking\u2026", browser.run("return " + SAID).asText());
    assertTrue(browser.run("return document.querySelector('.pins.stale') !== null").asBoolean());
    browser.run("window.fetch = window.real; window.go()");
    await(browser);
    assertEquals("false,false", browser.run(disabled).asText());
    browser.run("document.querySelector('.pins h2 button').click()");
    awaitThat(browser, "!document.querySelector('.pins')");
  }

  /** The same passage for another query has the text that it has. */
  private static void aDraftIsOfOneQuery(Browser browser) throws Exception {
    browser.run("location.hash = '#query=bee&doc=bees&view=edit'");
    awaitThat(browser, EDIT + "?.text.value.startsWith('A bee')");
    browser.run(
        "const { text } = "
            + EDIT
            + "; text.value = 'A train.'; text.dispatchEvent(new Event('input', {bubbles: true}))");
    browser.run("location.hash = '#query=flowers&doc=bees&view=edit'");
    awaitThat(
        browser,
        EDIT + ".reads.value === 'flowers' && " + EDIT + ".text.value.startsWith('A bee')");
  }

  private static final String EDIT = "document.querySelector('.edit')?.elements";

  private static final String PIN =
      "[...document.querySelectorAll('.ask button')].find(b => /^\\s*Pin/.test(b.textContent))";

  /** The first topic, as it is. */
  private static void atFirst(Browser browser) throws Exception {
    browser.run(
        "return new Promise(done => {"
            + "  addEventListener('popstate', () => done(true), {once: true});"
            + "  location.hash = '#topic=1'; })");
    await(browser);
  }

  private static final String SAVED = "import('./save.js').then(save => save.file())";
  private static final String QUERY = "document.querySelector('input[name=query]').value";
  private static final String AFTER =
      "[...document.querySelectorAll('.list.after li')].map(li => li.dataset.doc).join(' ')";

  /** Whether the chart of layers, of two passages, says of the last layer what the table does. */
  private static final String CHART =
      """
      (() => {
        const over = document.querySelector('layer-chart .u-over');
        const { right, top } = over?.getBoundingClientRect() ?? {};
        over?.dispatchEvent(new MouseEvent('mousemove', { clientX: right - 1, clientY: top + 5 }));
        const said = [...document.querySelectorAll('layer-chart .u-value')].map(value => value.textContent);
        const last = [...document.querySelectorAll('table.largest tbody tr:last-child > *')];
        return said.length === 3 && said.join() === last.slice(0, 3).map(cell => cell.textContent).join();
      })()
      """;

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
        "return [...document.querySelectorAll('.panel .measures tbody tr')]"
            + ".map(r => [...r.cells].slice(0, 4).map(c => c.textContent).join(' ')).join('; ')";
    StringBuilder expected = new StringBuilder();
    for (JsonNode row : answer.path("measures")) {
      expected.append(expected.isEmpty() ? "" : "; ").append(row.path("name").asText());
      for (String which : List.of("first", "plain", "changed")) {
        expected.append(' ').append(measured(row.path(which).asDouble()));
      }
    }
    assertEquals(expected.toString(), browser.run(cells).asText());
  }

  /** Both rankings, their measures, and the difference. */
  private static void assertBeside(Browser browser, JsonNode pinned, JsonNode now)
      throws Exception {
    String left = AFTER.replace("after", "before");
    assertEquals(ranks(pinned, "changed"), browser.run("return " + left).asText());
    assertEquals(ranks(now, "changed"), browser.run("return " + AFTER).asText());
    String cells =
        "return [...document.querySelectorAll('.pins tbody tr:not(.said)')]"
            + ".map(r => [...r.cells].map(c => c.textContent).join(' ')).join('; ')";
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < now.path("measures").size(); i++) {
      JsonNode row = now.path("measures").path(i);
      double from = pinned.path("measures").path(i).path("changed").asDouble();
      double to = row.path("changed").asDouble();
      String name = row.path("name").asText();
      rows.add(String.join(" ", name, measured(from), measured(to), difference(from, to)));
    }
    assertEquals(String.join("; ", rows), browser.run(cells).asText());
    String specs =
        "return [...document.querySelectorAll('.pins code')].map(c => c.textContent).join(' | ')";
    assertEquals(
        pinned.path("spec").asText() + " | " + now.path("spec").asText(),
        browser.run(specs).asText());
  }

  private static String difference(double from, double to) {
    String sign = to > from ? "+" : "\u2212";
    return to == from ? "0" : sign + measured(Math.abs(to - from));
  }

  /** A value as {@code eval} prints it. */
  private static String measured(double value) {
    return new BigDecimal(value).setScale(4, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** As a person sees it; none is wider than its screen. */
  private static void pictures(Browser browser, String of) throws Exception {
    Path target = Checkout.root().resolve("plugin/app/target/explore");
    Files.createDirectories(target);
    for (int width : new int[] {390, 1280}) {
      for (boolean dark : new boolean[] {false, true}) {
        String name = of + width + (dark ? "-dark" : "") + ".png";
        browser.picture(width, 900, dark, target.resolve(name));
        int wide = browser.run("return document.documentElement.scrollWidth").asInt();
        assertTrue(wide <= width, name + ": " + wide);
      }
    }
  }

  /** The passage's third token. */
  private static final String WORD =
      "document.querySelectorAll('.words')[1].querySelectorAll('button')[2]";

  /** Words and components, another passage beside it, attention, layers, and an edit. */
  private static void insideOfAScore(Browser browser) throws Exception {
    browser.run("location.hash = '#topic=1&doc=bees'");
    awaitThat(browser, "document.querySelector('.components')");
    JsonNode bees = explained("bees").path("passages").path(0);
    String sums = "return [...document.querySelectorAll('.inside .sum b')].map(b => b.textContent)";
    for (JsonNode score : browser.run(sums)) {
      assertEquals(bees.path("score").asText(), score.asText());
    }
    JsonNode word = bees.path("sides").path(1).path("words").path(2);
    String adds = String.format(Locale.ROOT, "%+.5f", word.path("adds").asDouble());
    assertEquals(
        word.path("text").asText() + " " + adds.replace('-', '\u2212'),
        browser.run("return " + WORD + ".ariaLabel").asText());
    // A word is divided among components, which its grid shows.
    browser.run(WORD + ".click()");
    awaitThat(browser, "document.querySelector('.card .largest')");
    assertEquals("w1.2", browser.run("return " + STATE + ".get('pick')").asText());
    pictures(browser, "why-");
    browser.run("document.querySelector('.card .close').click()");
    // Where the texts meet: most of all in the same word.
    browser.run("document.querySelector('.meets').click()");
    awaitThat(browser, "document.querySelector('.card .largest')");
    String met = "return document.querySelector('.card tbody').rows[0].innerText";
    assertEquals("beebee", browser.run(met).asText().replaceAll("[^a-z]", ""));

    browser.run(
        "const box = document.querySelector('.compare select'); box.value = 'wasps';"
            + "box.dispatchEvent(new Event('change', {bubbles: true}))");
    awaitThat(browser, "document.querySelector('.against')");
    // Its numbers can be reached by keys, and the address holds how many are shown.
    String reached =
        "return [...document.querySelectorAll('.inside .words, .inside .components')]"
            + ".every(some => { const one = some.querySelector('button'); one.focus();"
            + " return document.activeElement === one; })";
    assertTrue(browser.run(reached).asBoolean());
    String rows = "document.querySelector('.against')?.tBodies[0].rows.length";
    assertEquals(8, browser.run("return " + rows).asInt());
    browser.run(
        "[...document.querySelectorAll('.inside button')]"
            + ".find(b => b.textContent.startsWith('show all words')).click()");
    browser.reload();
    awaitThat(browser, rows + " > 8");
    JsonNode row = explained("bees", "wasps").path("difference").path("words").path(0);
    String first = "return document.querySelector('.against tbody tr th').textContent";
    assertEquals(row.path("name").asText(), browser.run(first).asText());
    pictures(browser, "difference-");

    browser.run("document.querySelectorAll('.views button')[1].click()");
    awaitThat(browser, "document.querySelectorAll('small-picture canvas').length === 2 * 72");
    browser.run("document.querySelector('.pictures button').click()");
    awaitThat(browser, "document.querySelectorAll('attention-matrix canvas').length === 2");
    assertEquals("L0H0", browser.run("return " + STATE + ".get('head')").asText());
    browser.run("document.querySelectorAll('.tokens button')[2].click()");
    assertEquals("passage.2", browser.run("return " + STATE + ".get('held')").asText());
    assertEquals(
        "true",
        browser.run("return document.querySelectorAll('.tokens button')[2].ariaPressed").asText());
    String saved = browser.run("return " + SAVED).asText();
    assertTrue(saved.contains("src=\"data:image/png;base64,"), "what is painted is there");
    assertFalse(saved.contains("<canvas"), "as a picture");
    pictures(browser, "attention-");

    browser.run("document.querySelectorAll('.views button')[2].click()");
    awaitThat(browser, CHART);
    // Views are steps back.
    browser.run("history.back()");
    awaitThat(browser, "document.querySelector('attention-matrix canvas')");
    browser.run("history.forward()");
    awaitThat(browser, CHART);
    pictures(browser, "layers-");

    browser.run("document.querySelectorAll('.views button')[3].click()");
    awaitThat(browser, "document.querySelector('.edit')?.elements.text.value.length > 20");
    // A text that is too long is said to be.
    browser.run(
        "const box = document.querySelector('.edit').elements.text; box.value = 'x'.repeat(16001);"
            + "box.dispatchEvent(new Event('input', {bubbles: true}));");
    assertEquals(1, browser.run("return document.querySelectorAll('.edit .long').length").asInt());
    // What was typed stays while another view is looked at.
    browser.run(
        "const box = document.querySelector('.edit').elements.text; box.value = 'A train.';"
            + "box.dispatchEvent(new Event('input', {bubbles: true}));"
            + "document.querySelectorAll('.views button')[0].click()");
    awaitThat(browser, "document.querySelector('.against')");
    browser.run("document.querySelectorAll('.views button')[3].click()");
    awaitThat(browser, "document.querySelector('.edit')?.elements.text.value === 'A train.'");
    assertEquals(0, browser.run("return document.querySelectorAll('.edit .long').length").asInt());
    browser.run("document.querySelector('.edit').requestSubmit()");
    await(browser);
    awaitThat(browser, "document.querySelector('.inside .against')");
    Map<String, Object> edit =
        Map.of("topic", "1", "edit", Map.of("docno", "bees", "text", "A train."));
    JsonNode edited = JSON.readTree(post(edit).body());
    assertEquals(ranks(edited, "changed"), browser.run("return " + AFTER).asText());
    assertNotEquals(ranks(edited, "plain"), ranks(edited, "changed"));
    assertMeasures(browser, edited);
    pictures(browser, "edit-");
    browser.reload();
    awaitThat(browser, "document.querySelector('.inside .against')");
    assertEquals(ranks(edited, "changed"), browser.run("return " + AFTER).asText());
  }

  private static void click(Browser browser, String selector) throws Exception {
    browser.run("document.querySelector(\"" + selector + "\").click()");
    await(browser);
  }

  private static final String READY = "document.documentElement.dataset.ready === 'true'";

  /** Until nothing is being ranked. */
  private static void await(Browser browser) throws Exception {
    awaitThat(browser, READY);
  }

  /** A run of one topic. */
  private static String halfway() {
    return IntStream.rangeClosed(1, 40)
        .mapToObj(i -> "1 Q0 d" + i + " " + i + " " + (100 - i) + " run\n")
        .collect(Collectors.joining());
  }

  /** When a ranking was refused, the one before it stays, and its estimates are still missing. */
  private static void estimatesAreOfWhatIsShown(Browser browser) throws Exception {
    // The first estimates never come until they are given up.
    browser.run(
        "window.bodies = []; window.real = window.fetch;"
            + "window.fetch = (path, options) => {"
            + "  if (!path.endsWith('estimates')) return window.real(path, options);"
            + "  bodies.push(JSON.parse(options.body).topic);"
            + "  return bodies.length > 1 ? window.real(path, options)"
            + "    : new Promise((done, refuse) => options.signal.addEventListener('abort',"
            + "      () => refuse(new DOMException('', 'AbortError'))));"
            + "};"
            + "location.hash = '#topic=2'");
    awaitThat(browser, "bodies.length === 1");
    browser.run("location.hash = '#topic=1&spec=zero'");
    awaitThat(browser, "bodies.length === 2");
    assertEquals("2,2", browser.run("return bodies.join()").asText());
  }

  /** Once the server answers again, so does the page, and no error is taken for a text. */
  private static void whatFailedIsAskedAgain(Browser browser) throws Exception {
    browser.run("location.hash = '#topic=1'");
    awaitThat(browser, "!document.querySelector('[role=alert]') && " + READY);
    browser.run("window.fetch = () => Promise.reject(new TypeError())");
    String row = ".list.after li[data-doc=hive] .row";
    click(browser, row);
    awaitThat(browser, "document.querySelectorAll('.open [role=alert]').length === 2");
    // What is shown can be saved still: its style is there.
    assertTrue(browser.run("return " + SAVED).asText().contains("--pointed:"));
    browser.run("document.querySelector('.commands summary').click()");
    awaitThat(browser, "document.querySelector('.commands [role=alert]')");
    click(browser, "[data-cell=L2H5]");
    assertTrue(browser.run("return document.querySelector('main.stale') !== null").asBoolean());
    browser.run("window.fetch = real; document.querySelector('.ask').requestSubmit()");
    await(browser);
    String cut = CUT.substring(0, CUT.indexOf(';'));
    assertEquals(ranks(ranked("1", cut), "changed"), browser.run("return " + AFTER).asText());
    click(browser, row);
    awaitThat(browser, "document.querySelector('.open .words')");
    awaitThat(browser, "document.querySelectorAll('.commands code').length > 3");
    assertEquals(0, browser.run("return document.querySelectorAll('[role=alert]').length").asInt());
  }

  private static void awaitThat(Browser browser, String condition) throws Exception {
    browser.run(
        "return new Promise(done => {"
            + "const look = () => "
            + condition
            + " ? done(true) : setTimeout(look, 20); look(); })");
  }
}
