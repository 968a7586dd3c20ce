package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchCommandTest {
  private static final List<String> WORDS =
      List.of("lamp", "boat", "river", "stone", "glass", "wind", "salt", "iron", "bread", "paper");

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void index() throws IOException {
    Random random = new Random(11);
    String corpus =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    "{\"id\": \"d"
                        + i
                        + "\", \"contents\": \""
                        + text(random, 3 + random.nextInt(12))
                        + " w"
                        + random.nextInt(40)
                        + "\"}\n")
            .collect(Collectors.joining());
    Files.createDirectories(shared.resolve("corpus"));
    Files.writeString(shared.resolve("corpus/c.jsonl"), corpus);
    String topics =
        IntStream.rangeClosed(1, 20)
            .mapToObj(i -> i + "\t" + text(random, 2) + "\n")
            .collect(Collectors.joining());
    Files.writeString(shared.resolve("topics.tsv"), topics + "99\tzeppelin\n");
    index("index", "-storeRaw", "-storeDocvectors");
    index("bare");
  }

  private static String text(Random random, int words) {
    return IntStream.range(0, words)
        .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
        .collect(Collectors.joining(" "));
  }

  private static void index(String name, String... more) {
    Shell.index(shared("corpus"), shared(name), more);
  }

  private static String shared(String name) {
    return shared.resolve(name).toString();
  }

  private Shell search(String output, String... more) {
    return searchIn(shared("index"), "TsvInt", output, more);
  }

  private Shell searchIn(String index, String reader, String output, String... more) {
    return run("search", output, with(more, "-index", index, "-topicReader", reader));
  }

  private Shell run(String command, String output, String... more) {
    String path = folder.resolve(output).toString();
    String[] base = {command, "-topics", shared("topics.tsv"), "-output", path};
    return Shell.run(with(base, more));
  }

  private static String[] with(String[] words, String... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private void done(Shell shell) {
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
  }

  @Test
  void sameRunForAnyNumberOfThreadsAndByRerank() throws IOException {
    done(search("one", "-bm25", "-threads", "1", "-rerank.model", "fake", "-rerank.depth", "20"));
    done(search("four", "-bm25", "-threads", "4", "-rerank.model", "fake", "-rerank.depth", "20"));
    assertEquals(read("one"), read("four"));
    done(search("bm25", "-bm25"));
    String[] candidates = {"-run", folder.resolve("bm25").toString(), "-index", shared("index")};
    String[] model = {"-rerank.model", "fake", "-rerank.depth", "20", "-runtag", "Anserini"};
    done(run("rerank", "two", with(candidates, model)));
    assertEquals(read("one"), read("two"));
    assertFalse(read("bm25").equals(read("one")), "reranking must change something");
  }

  /** It would be met last; as far as it is below the depth, nobody reads it. */
  @Test
  void aDocumentThatTheIndexLacksIsSaidFirst() throws IOException {
    done(search("bm25", "-bm25", "-hits", "5"));
    String last = "20 Q0 strange 6 .1 Anserini\n";
    Files.writeString(folder.resolve("more"), read("bm25") + last);
    String[] given = {"-run", folder.resolve("more").toString(), "-index", shared("index")};
    Shell deep = run("rerank", "deep", with(given, "-rerank.model", "fake"));
    assertEquals(ExitCode.INPUT, deep.code(), deep.err());
    assertTrue(deep.err().contains("topic 20: document strange is not in the index"), deep.err());
    assertFalse(deep.err().contains("passages cleaned"), deep.err());
    done(run("rerank", "flat", with(given, "-rerank.model", "fake", "-rerank.depth", "5")));
    done(run("rerank", "none", with(given, "-rerank.model", "none")));
  }

  @Test
  void firstHitsAreExplained() throws IOException {
    String[] model = {"-bm25", "-hits", "3", "-rerank.model", Checkout.model("bert-bi")};
    done(search("run", with(model, "-explain", "1")));
    Run run = Run.read(folder.resolve("run"));
    List<String> lines = Files.readAllLines(folder.resolve("run.explain.jsonl"));
    assertEquals(20, lines.size());
    for (String line : lines) {
      JsonNode hit = new ObjectMapper().readTree(line);
      Ranking ranking = run.ranking(hit.path("qid").asText()).orElseThrow();
      assertEquals(ranking.docno(0), hit.path("docid").asText());
      assertEquals(ranking.score(0), hit.at("/explanation/value").floatValue());
    }
    Shell segments =
        search("no", with(model, "-explain", "-selectMaxPassage", "-selectMaxPassage.hits", "3"));
    assertEquals(ExitCode.USAGE, segments.code());
    assertTrue(segments.err().contains("-explain divides scores of passages"), segments.err());
  }

  /** Anserini wants more of a topic than a title, and reads one line of that. */
  @Test
  void titlesAloneAreSearchedAsAWhole() throws IOException {
    String topics =
        """
        <top>
        <num>1</num><title>
        lamp stone
        river
        </title>
        </top>
        """;
    Files.writeString(folder.resolve("topics.trec"), topics);
    Files.writeString(folder.resolve("topics.tsv"), "1\tlamp stone river\n");
    for (String form : List.of("trec", "tsv")) {
      String given = folder.resolve("topics." + form).toString();
      String output = folder.resolve(form).toString();
      Shell.succeed(
          "search", "-bm25", "-index", shared("index"), "-topics", given, "-output", output);
    }
    assertEquals(read("tsv"), read("trec"));
  }

  /** Anserini reads no empty line, and would compare such ids with no document's. */
  @Test
  void anEmptyLineIsNoTopic() throws IOException {
    Files.writeString(folder.resolve("some.tsv"), "10\tlamp stone\n\n9\triver\n");
    for (String reader : List.of("TsvInt", "TsvString")) {
      Shell.succeed(
          "search",
          "-bm25",
          "-index",
          shared("index"),
          "-topicReader",
          reader,
          "-topics",
          folder.resolve("some.tsv").toString(),
          "-output",
          folder.resolve("some").toString());
      assertEquals(Set.of("10", "9"), Run.read(folder.resolve("some")).topics(), reader);
      assertTrue(read("some").startsWith("9 Q0 "), "by number");
    }
  }

  @Test
  void runsAreWrittenInTheOtherFormatToo() throws IOException {
    done(search("trec", "-bm25", "-hits", "5"));
    done(search("msmarco", "-bm25", "-hits", "5", "-format", "msmarco"));
    String expected = read("trec").replaceAll("(?m)^(\\S+) Q0 (\\S+) (\\S+) .*$", "$1\t$2\t$3");
    assertEquals(expected, read("msmarco"));
  }

  /** Its writer fails where no text is stored, and Anserini ends well without a line. */
  @Test
  void aRunThatAnseriniCannotWriteFailsTheCommand() {
    Shell shell =
        searchIn(
            shared("bare"),
            "TsvInt",
            "none",
            "-bm25",
            "-outputRerankerRequests",
            folder.resolve("requests.jsonl").toString());
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(shell.err().contains("Anserini dropped 20 of 21 topics: "), shell.err());
    assertFalse(Files.exists(folder.resolve("none")));
  }

  @Test
  void withoutAModelRequestsAreWrittenAsByRerank() throws IOException {
    done(search("bm25", "-bm25", "-hits", "5"));
    done(search("search.jsonl", "-bm25", "-hits", "5"));
    String[] candidates = {"-run", folder.resolve("bm25").toString(), "-index", shared("index")};
    done(run("rerank", "rerank.jsonl", with(candidates, "-rerank.model", "none")));
    assertEquals(read("rerank.jsonl"), read("search.jsonl"));
    assertTrue(Files.exists(folder.resolve("search.jsonl.meta.json")));
  }

  @Test
  void whatRequestsCannotHoldIsRefusedBeforeTheSearch() throws IOException {
    refused(
        "-bm25.k1 has 2 values, which give a run each",
        search("no.jsonl", "-bm25", "-bm25.k1", "0.9", "1.2"));
    refused(
        "-rm3.fbDocs has 3 values, which give a run each",
        search("no.jsonl", "-bm25", "-rm3", "-rm3.fbDocs", "5", "10", "20"));
    refused(
        "-selectMaxPassage gives documents, and the index has texts of passages",
        search("no.jsonl", "-bm25", "-selectMaxPassage", "-rerank.model", "fake"));
    refused(
        "requests have queries in words, and -backgroundLinking has documents",
        search("no.jsonl", "-bm25", "-backgroundLinking"));
    done(search("no.txt", "-bm25", "-selectMaxPassage", "-rerank.model", "fake"));
  }

  private void refused(String message, Shell shell) {
    assertEquals(ExitCode.USAGE, shell.code(), shell.err());
    assertTrue(shell.err().contains("no.jsonl: " + message), shell.err());
    assertFalse(Files.exists(folder.resolve("no.jsonl")));
  }

  /** Where a model is to see segments, Anserini compares the ids of these with the query's. */
  @Test
  void theDocumentThatIsTheQueryGoesWithAModelToo() throws IOException {
    Files.createDirectories(folder.resolve("segments"));
    Files.writeString(
        folder.resolve("segments/c.jsonl"),
        Stream.of("q1#0", "q1#1", "d2#0", "d2#1", "d3#0", "q4#0")
            .map(id -> "{\"id\": \"" + id + "\", \"contents\": \"lamp of stone\"}\n")
            .collect(Collectors.joining()));
    Files.writeString(folder.resolve("queries.tsv"), "q1\tlamp\nq4\tlamp stone\n");
    Shell.index(path("segments"), path("segments.index"), "-storeRaw");
    Set<String> all = Set.of("q1", "d2", "d3", "q4");
    assertEquals(List.of(all, all), documents("all"));
    assertEquals(List.of(all, all), documents("all.fake", "-rerank.model", "fake"));
    List<Set<String>> others = List.of(Set.of("d2", "d3", "q4"), Set.of("q1", "d2", "d3"));
    assertEquals(others, documents("others", "-removeQuery"));
    assertEquals(others, documents("others.fake", "-removeQuery", "-rerank.model", "fake"));
    String[] two = {"-removeQuery", "-selectMaxPassage.hits", "2", "-rerank.model", "fake"};
    assertEquals(List.of(2, 2), documents("two", two).stream().map(Set::size).toList());
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** The documents that are found for q1 and q4, which have segments. */
  private List<Set<String>> documents(String output, String... more) throws IOException {
    String[] words = {"search", "-bm25", "-selectMaxPassage", "-selectMaxPassage.delimiter", "#"};
    String[] given = {"-index", path("segments.index"), "-topics", path("queries.tsv")};
    String[] how = {"-topicReader", "TsvString", "-output", path(output)};
    Shell.succeed(with(with(with(words, given), how), more));
    Run run = Run.read(folder.resolve(output));
    return Stream.of("q1", "q4")
        .map(topic -> Set.copyOf(run.ranking(topic).orElseThrow().docnos()))
        .toList();
  }

  @Test
  void topicsWithoutHitsAreCountedNotLost() throws IOException {
    Shell shell = search("run", "-bm25", "-rerank.model", "fake");
    done(shell);
    assertTrue(shell.err().contains("1 of 21 topics without hits: 99"), shell.err());
    assertEquals(20, Run.read(folder.resolve("run")).topics().size());
    assertTrue(Files.exists(folder.resolve("run.meta.json")));
  }

  @Test
  void feedbackRunsBeforeTheModel() throws IOException {
    done(search("bm25", "-bm25", "-hits", "200", "-rerank.model", "fake"));
    done(
        search(
            "rm3", "-bm25", "-rm3", "-rm3.noTermFilter", "-hits", "200", "-rerank.model", "fake"));
    assertFalse(read("bm25").equals(read("rm3")), "RM3 must change the candidates");
  }

  @Test
  void severalSettingsGiveSeveralRunsNamedAsByAnserini() throws IOException {
    done(search("run", "-bm25", "-bm25.k1", "0.9", "1.2", "-rerank.model", "fake"));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          Set.of("run_bm25(k1=0.9,b=0.4)_default", "run_bm25(k1=1.2,b=0.4)_default"),
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> !f.endsWith(".json"))
              .collect(Collectors.toSet()));
    }
    String first = "run_bm25(k1=0.9,b=0.4)_default";
    Files.writeString(folder.resolve(first), "kept");
    done(search("run", "-bm25", "-bm25.k1", "0.9", "1.2", "-skipExists"));
    assertEquals("kept", read(first));
  }

  @Test
  void aTopicThatAnseriniDropsFailsTheCommand() throws IOException {
    // Feedback needs document vectors or a raw text to parse: without them Anserini throws for each
    // topic with hits.
    Shell shell = searchIn(shared("bare"), "TsvInt", "run", "-bm25", "-rm3");
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(shell.err().contains("Anserini dropped 2"), shell.err());
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void missingTextNamesDocumentAndFlag() {
    Shell shell = run("search", "run", "-index", shared("bare"), "-bm25", "-rerank.model", "fake");
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(
        shell
            .err()
            .matches("(?s).*no text is stored for document d\\d+; index again with -storeRaw.*"),
        shell.err());
  }

  private void fails(ExitCode code, String message, Shell shell) {
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertFalse(shell.err().contains("\tat "), "no trace expected: " + shell.err());
    assertFalse(Files.exists(folder.resolve("run")), "no run expected");
  }

  @Test
  void whatAnseriniWouldIgnoreIsAnError() throws IOException {
    fails(ExitCode.USAGE, "Must specify scoring model", search("run"));
    fails(
        ExitCode.INPUT,
        "no field title to search; it has",
        search("run", "-bm25", "-fields", "title=1"));
    fails(
        ExitCode.USAGE,
        "no class NoGenerator",
        search("run", "-bm25", "-generator", "NoGenerator"));
    fails(
        ExitCode.USAGE,
        "-threads, -parallelism and -hits",
        search("run", "-bm25", "-threads", "0"));
    fails(
        ExitCode.USAGE, "not a number: For input string", search("run", "-bm25", "-bm25.k1", "x"));
    fails(ExitCode.USAGE, "did you mean -bm25?", search("run", "-bm52"));
    fails(
        ExitCode.INPUT, "topic 1 has no field desc", search("run", "-bm25", "-topicField", "desc"));
    fails(
        ExitCode.MODEL, "nosuch: no such model", search("run", "-bm25", "-rerank.model", "nosuch"));
    fails(
        ExitCode.INPUT,
        "Anserini's reader Microblog finds no topics in it",
        searchIn(shared("index"), "Microblog", "run", "-bm25"));
    fails(ExitCode.INPUT, "no such index", run("search", "run", "-index", "nosuch", "-bm25"));
    fails(
        ExitCode.INPUT,
        "holds no Lucene index",
        run("search", "run", "-index", shared("corpus"), "-bm25"));
    fails(
        ExitCode.USAGE,
        "no class NoneTopicReader",
        searchIn(shared("index"), "None", "run", "-bm25"));
  }
}
