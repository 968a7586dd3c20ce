package io.lucerna.plugin.commands;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.TokenAttributions;
import io.lucerna.reranker.TokenAttributions.Attributed;
import io.lucerna.reranker.TokenMethod;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.studies.work.Hashes;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainEvaluationTest {
  private static final int METHODS = TokenMethod.values().length;

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.writeString(
        folder.resolve("spans.jsonl"),
        """
        {"qid":"1","docid":"a","query":"oil lamp","passage":"the light of an oil lamp","spans":[[13,24]]}
        {"qid":"1","docid":"b","query":"oil lamp","passage":"\ud83d\ude00 oil at sea","spans":[[2,5]]}
        {"qid":"2","docid":"a","query":"old time","passage":"time is old","spans":[[0,0]]}
        {"qid":"2","docid":"c","query":"old time","passage":"","spans":[[0,0]]}
        """);
    Files.writeString(
        folder.resolve("corpus.jsonl"),
        """
        {"id": "a", "contents": "the light of an oil lamp"}
        {"id": "b", "contents": "time is of the sea"}
        {"id": "c", "contents": "the lamp is old"}
        """);
    Files.writeString(folder.resolve("topics.tsv"), "1\toil lamp\n2\told time\n");
    Files.writeString(
        folder.resolve("run.txt"),
        """
        1 Q0 a 1 3 x
        1 Q0 b 2 2 x
        1 Q0 c 3 1 x
        2 Q0 b 1 3 x
        2 Q0 c 2 2 x
        2 Q0 a 3 1 x
        """);
    Files.writeString(folder.resolve("qrels.txt"), "1 0 a 2\n1 0 c 1\n2 0 c 1\n2 0 b 0\n");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell explain(String model, String... more) {
    List<String> words = new ArrayList<>(List.of("explain", "-evaluate", "-model", model));
    words.addAll(List.of("-steps", "2", "-rounds", "50"));
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  private Shell spans(String output, String... more) {
    List<String> words = new ArrayList<>(List.of("-spans", path("spans.jsonl")));
    words.addAll(List.of("-output", path(output)));
    words.addAll(List.of(more));
    return explain(Checkout.model("bert-bi"), words.toArray(String[]::new));
  }

  private CsvFile table(String name) throws IOException {
    return CsvFile.read(folder.resolve(name));
  }

  @Test
  void tablesAreOfThePairs() throws IOException {
    Shell shell = spans("out");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Map<String, Double> deletion = new HashMap<>();
    int marked = 0;
    for (CsvFile.Row row : table("out/pairs.csv").rows()) {
      deletion.merge(
          row.text("method") + row.text("qid"), row.number("aopc_deletion"), Double::sum);
      assertTrue(row.number("tokens") > 2, "the empty passage is left out");
      marked += row.text("auc").isEmpty() ? 0 : 1;
      assertEquals(row.text("qid").equals("2"), row.text("auc").isEmpty(), "nothing is marked");
      if (row.text("docid").equals("b")) {
        // Places are counted in characters, of which the first is two UTF-16 units: oil, 3 tokens.
        double pairs = 3 * (row.number("tokens") - 3) * row.number("auc");
        assertEquals(Math.rint(2 * pairs), 2 * pairs, 1e-4, "o, i and l of " + row.text("tokens"));
      }
    }
    assertEquals(2 * METHODS, marked);
    Map<String, Double> curves = new HashMap<>();
    for (CsvFile.Row row : table("out/curves.csv").rows()) {
      if (row.text("curve").equals("deletion")) {
        curves.merge(row.text("method") + row.text("topic"), -row.number("value") / 9, Double::sum);
      }
    }
    assertEquals(2 * METHODS, curves.size());
    curves.forEach(
        (key, value) -> {
          double sum = deletion.getOrDefault(key, Double.NaN);
          assertEquals(key.endsWith("1") ? sum / 2 : sum, value, 1e-6, key);
        });
    assertTrue(shell.out().contains("3 passages (1 have no tokens)"), shell.out());
    assertTrue(shell.out().contains("token AUC"), shell.out());
    assertFalse(shell.out().contains("nDCG"), "there are no judgments");
    assertTrue(Files.exists(folder.resolve("out/figures/deletion.svg")));
    assertFalse(Files.exists(folder.resolve("out/figures/ndcg.svg")));
  }

  @Test
  void rankingsAreMeasuredWithoutTheFirstTokens() throws IOException {
    Shell shell =
        explain(
            Checkout.model("bert-cross"),
            "-run",
            path("run.txt"),
            "-topics",
            path("topics.tsv"),
            "-corpus",
            path("corpus.jsonl"),
            "-qrels",
            path("qrels.txt"),
            "-erase",
            "remove",
            "-output",
            path("out"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    long rows =
        table("out/curves.csv").rows().stream()
            .filter(row -> row.text("curve").equals("ndcg"))
            .peek(row -> assertTrue(row.number("value") >= 0 && row.number("value") <= 1))
            .count();
    assertEquals(METHODS * 9 * 2, rows);
    assertTrue(shell.out().contains("nDCG@10 of these passages with all tokens"), shell.out());
    assertTrue(Files.exists(folder.resolve("out/figures/ndcg.svg")));
  }

  /** Every word is a token, so that scores without tokens are those of a text without words. */
  @Test
  void curvesAndAreasAreOfTheScoresWithoutWords() throws IOException {
    String query = "what light";
    List<String> words = List.of("ship", "keeper", "flame", "lamp", "light", "oil", "sea");
    String text = String.join(" ", words);
    int from = text.indexOf("flame");
    int to = text.indexOf(" light");
    Files.writeString(
        folder.resolve("spans.jsonl"),
        "{\"qid\":\"1\",\"docid\":\"a\",\"query\":\"what light\",\"passage\":\""
            + text
            + "\",\"spans\":[["
            + from
            + ","
            + to
            + "]]}\n");
    Shell shell =
        explain(
            Checkout.model("bert-cross"),
            "-spans",
            path("spans.jsonl"),
            "-erase",
            "remove",
            "-output",
            path("out"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Map<String, Double> found = new HashMap<>();
    for (CsvFile.Row row : table("out/curves.csv").rows()) {
      int share = (int) Math.round(10 * row.number("share"));
      found.put(row.text("curve") + row.text("method") + share, row.number("value"));
    }
    for (CsvFile.Row row : table("out/pairs.csv").rows()) {
      found.put(row.text("method"), row.number("auc"));
    }
    Path model = Path.of(Checkout.model("bert-cross"));
    try (Ranker ranker = Rankers.open(model, "tokens", ScorerOptions.defaults())) {
      Attributed passage =
          new TokenAttributions(ranker, TokenAttributions.Erasure.REMOVE, 2).of(query, text, 1);
      assertEquals(words.size(), passage.tokens().length);
      for (TokenMethod method : List.of(TokenMethod.DECOMPOSITION, TokenMethod.ALTI)) {
        double[] values = requireNonNull(passage.values().get(method));
        List<String> texts = new ArrayList<>(List.of(text, ""));
        for (int first = 1; first <= words.size(); first++) {
          double least = Arrays.stream(values).sorted().toArray()[words.size() - first];
          texts.add(words(words, i -> values[i] < least));
          texts.add(words(words, i -> values[i] >= least));
        }
        float[] scores = ranker.score(query, texts).scores();
        for (int share = 1; share <= 9; share++) {
          int first = (share * words.size() + 9) / 10;
          String key = method.option() + share;
          assertEquals(
              scores[2 * first] - scores[0],
              found.getOrDefault("deletion" + key, Double.NaN),
              1e-5,
              key);
          assertEquals(
              scores[2 * first + 1] - scores[1],
              found.getOrDefault("insertion" + key, Double.NaN),
              1e-5,
              key);
        }
        double above = 0;
        for (int marked : new int[] {2, 3}) {
          above += Arrays.stream(values).filter(value -> value < values[marked]).count();
          above -= values[5 - marked] < values[marked] ? 1 : 0;
        }
        assertEquals(
            above / 10, found.getOrDefault(method.option(), Double.NaN), 1e-6, method.option());
      }
    }
  }

  private static String words(List<String> words, IntPredicate kept) {
    return IntStream.range(0, words.size())
        .filter(kept)
        .mapToObj(words::get)
        .collect(Collectors.joining(" "));
  }

  /** A topic and a document that together read like another pair's. */
  @Test
  void namesWithSlashesAreApart() throws IOException {
    Files.writeString(
        folder.resolve("pairs.tsv"),
        "qid\tquery\tdocid\ttext\na/b\toil\tc\tan oil lamp\na\told\tb/c\ttime\n");
    Shell shell =
        explain(Checkout.model("bert-bi"), "-pairs", path("pairs.tsv"), "-output", path("out"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(2, Files.readAllLines(folder.resolve("out/journal.jsonl")).size() - 1);
    String manifest = Files.readString(folder.resolve("out/evaluation.json"));
    assertTrue(manifest.contains(Hashes.sha256(folder.resolve("pairs.tsv"))), manifest);
  }

  @Test
  void inputsAreNamedWithTheirHashes() throws IOException {
    List<String> run = new ArrayList<>(List.of("-run", path("run.txt")));
    run.addAll(List.of("-topics", path("topics.tsv"), "-corpus", path("corpus.jsonl")));
    run.addAll(List.of("-output", path("out")));
    Shell shell = explain(Checkout.model("bert-bi"), run.toArray(String[]::new));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    String manifest = Files.readString(folder.resolve("out/evaluation.json"));
    for (String file : List.of("run.txt", "topics.tsv")) {
      assertTrue(manifest.contains(Hashes.sha256(folder.resolve(file))), file + ": " + manifest);
    }
    assertTrue(manifest.contains("corpus.jsonl"), manifest);
    assertTrue(manifest.contains("\"cleaning\""), manifest);
  }

  @Test
  void aResumedEvaluationGivesTheSameFiles() throws IOException {
    assertEquals(ExitCode.DONE, spans("one").code());
    Shell again = spans("one");
    assertEquals(ExitCode.USAGE, again.code());
    assertTrue(again.err().contains("give -resume to resume it"), again.err());
    List<String> lines = Files.readAllLines(folder.resolve("one/journal.jsonl"));
    Files.createDirectories(folder.resolve("two"));
    Files.write(folder.resolve("two/journal.jsonl"), lines.subList(0, 2));
    Shell resumed = spans("two", "-resume");
    assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
    assertTrue(resumed.err().contains("1 of 4 pairs done already"), resumed.err());
    for (String file : List.of("journal.jsonl", "pairs.csv", "curves.csv", "methods.csv")) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("one").resolve(file)),
          Files.readAllBytes(folder.resolve("two").resolve(file)),
          file);
    }
    Shell other = spans("two", "-resume", "-seed", "7");
    assertEquals(ExitCode.FAILED, other.code(), other.err());
    assertTrue(other.err().contains("was made with seed 42, not 7"), other.err());
    Shell lens =
        Shell.run(
            "lens",
            "-model",
            Checkout.model("bert-bi"),
            "-run",
            path("run.txt"),
            "-topics",
            path("topics.tsv"),
            "-corpus",
            path("corpus.jsonl"),
            "-qrels",
            path("qrels.txt"),
            "-output",
            path("one"));
    fails(ExitCode.USAGE, "is a folder of explain, not of lens", lens);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[[5,2]]", "[[0,99]]", "[]", "[[\"a\",2]]"})
  void spansThatCannotBeAreNamed(String spans) throws IOException {
    Files.writeString(
        folder.resolve("spans.jsonl"),
        "{\"qid\":\"1\",\"docid\":\"a\",\"query\":\"oil\",\"passage\":\"an oil lamp\",\"spans\":"
            + spans
            + "}\n");
    Shell shell = spans("out");
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(shell.err().contains("spans.jsonl:1: "), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
  }

  private static void fails(ExitCode code, String message, Shell shell) {
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
  }

  @Test
  void wrongUseIsNamed() throws IOException {
    Files.writeString(folder.resolve("qrels.txt"), "9 0 a 1\n");
    fails(
        ExitCode.INPUT,
        "have no topic in common: nothing to measure",
        spans("out", "-qrels", path("qrels.txt")));
    fails(ExitCode.USAGE, "-spans", spans("out", "-corpus", path("corpus.jsonl")));
    fails(
        ExitCode.USAGE,
        "-evaluate needs -output",
        explain(Checkout.model("bert-bi"), "-spans", path("spans.jsonl")));
    fails(
        ExitCode.USAGE,
        "cannot be used with the option(s)",
        spans("out", "-topic", "1", "-docid", "a"));
    fails(ExitCode.USAGE, "-erase must be mask or remove", spans("out", "-erase", "cut"));
    fails(ExitCode.USAGE, "-steps must be at least 1", spans("out", "-steps", "0"));
    fails(
        ExitCode.USAGE,
        "no mask token",
        explain(
            Checkout.model("families/llama-rank"),
            "-spans",
            path("spans.jsonl"),
            "-output",
            path("out")));
    fails(
        ExitCode.USAGE,
        "ALTI is not defined for this model",
        explain(
            Checkout.model("families/gemma2-causal"),
            "-erase",
            "remove",
            "-spans",
            path("spans.jsonl"),
            "-output",
            path("out")));
    assertEquals(ExitCode.USAGE, Shell.run("explain", "-steps", "3", "-model", "minilm").code());
  }

  /** Pairs of MS MARCO in which a person marked the answer. */
  @Test
  void readsTheMarkedPassagesOfMsMarco() throws IOException {
    Path marked = Checkout.shared("collections/msmarco-spans/spans.jsonl");
    assumeTrue(Files.exists(marked), "skipped marked passages of MS MARCO: no file " + marked);
    Files.write(folder.resolve("spans.jsonl"), Files.readAllLines(marked).subList(83, 87));
    Shell shell = spans("out", "-maxLength", "40");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    long areas =
        table("out/pairs.csv").rows().stream().filter(row -> !row.text("auc").isEmpty()).count();
    assertTrue(areas >= METHODS, areas + " areas");
  }
}
