package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.text.RoleTagger;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.anserini.IndexTerms;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.PairDraw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contrast pairs of the bundled collection. */
class PerturbCommandTest {
  @TempDir static Path temp;
  private static Path index;
  private static Path topics;
  private static Path qrels;
  private static Path run;

  @BeforeAll
  static void index() throws IOException {
    index = temp.resolve("index");
    Shell.succeed("index", "-collection", "bundled", "-index", index.toString());
    topics =
        Files.writeString(
            temp.resolve("topics.tsv"), "t1\thow do canal locks raise boats\nt2\tthe of a\n");
    qrels =
        Files.writeString(
            temp.resolve("qrels.txt"),
            "t1 0 L0159 2\nt1 0 L0020 0\nt1 0 L9999 1\nt1 0 L0021 -1\nt2 0 L0022 1\nt3 0 L0020 1\n");
    run = temp.resolve("run.txt");
    Shell.succeed(
        "search",
        "-index",
        index.toString(),
        "-topics",
        "bundled",
        "-bm25",
        "-hits",
        "20",
        "-output",
        run.toString());
  }

  private static Shell perturb(Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("perturb", "-output", output.toString()));
    arguments.addAll(List.of(more));
    return Shell.run(arguments.toArray(String[]::new));
  }

  private static Shell judged(Path output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-topics",
                topics.toString(),
                "-qrels",
                qrels.toString(),
                "-index",
                index.toString()));
    arguments.addAll(List.of(more));
    return perturb(output, arguments.toArray(String[]::new));
  }

  @Test
  void bm25OfTheBaseIsTheScoreOfASearch() throws IOException {
    Path output = temp.resolve("run.jsonl");
    Shell shell =
        perturb(
            output,
            "-topics",
            "bundled",
            "-run",
            run.toString(),
            "-index",
            index.toString(),
            "-perturbation",
            "TFC1",
            "-depth",
            "20");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Map<String, Double> scores = new HashMap<>();
    for (String line : Files.readAllLines(run)) {
      String[] columns = line.split(" ");
      scores.put(columns[0] + "/" + columns[2], Double.parseDouble(columns[4]));
    }
    List<ContrastPair> pairs = ContrastPairs.read(output);
    assertEquals(scores.size(), pairs.size());
    for (ContrastPair pair : pairs) {
      // Anserini lowers a score by a millionth where it ties with the one before.
      assertEquals(
          scores.getOrDefault(pair.qid() + "/" + pair.docid(), Double.NaN),
          pair.bm25Base().getAsDouble(),
          1e-4,
          pair.id());
    }
  }

  @Test
  void everyPassageIsInOneOfTheTwoFiles() throws IOException {
    Path output = temp.resolve("judged.jsonl");
    Shell shell = judged(output, "-perturbation", "TFC1,PROX2,CASE-FOLD", "-model", "minilm");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Set<String> ids = new HashSet<>();
    for (ContrastPair pair : ContrastPairs.read(output)) {
      ids.add(pair.id());
    }
    assertEquals(Set.of("t1/L0159/TFC1", "t1/L0020/TFC1", "t1/L0159/PROX2"), ids);
    assertEquals(
        List.of(
            "id\tqid\tdocid\tperturbation\tstage\treason",
            "t1/L9999\tt1\tL9999\t\tnot applicable\tthe document is not in the index",
            "t1/L0159/CASE-FOLD\tt1\tL0159\tCASE-FOLD\tunchanged\tnothing changes: the same token ids",
            "t1/L0020/PROX2\tt1\tL0020\tPROX2\tnot applicable\tthe passage has no query term",
            "t1/L0020/CASE-FOLD\tt1\tL0020\tCASE-FOLD\tunchanged\tnothing changes: the same token ids",
            "t2/L0022/TFC1\tt2\tL0022\tTFC1\tnot applicable\tthe query has no index term",
            "t2/L0022/PROX2\tt2\tL0022\tPROX2\tnot applicable\tthe passage has no query term",
            "t2/L0022/CASE-FOLD\tt2\tL0022\tCASE-FOLD\tunchanged\tnothing changes: the same token ids"),
        Files.readAllLines(temp.resolve("judged.jsonl.left.tsv")));
    assertTrue(
        shell.out().contains("TFC1 not applicable: 1: the query has no index term"), shell.out());
    assertTrue(shell.err().contains("1 of 4 judged passages are not in the index"), shell.err());
    String chosen = "chosen: 3 passages of 2 topics, those judged in " + qrels + "\n";
    assertTrue(shell.err().contains(chosen), shell.err());
    assertTrue(shell.err().contains("1 topic of"), shell.err());
    JsonNode meta = new ObjectMapper().readTree(temp.resolve("judged.jsonl.meta.json").toFile());
    assertEquals(2, meta.at("/counts/TFC1/pairs").asInt());
    assertEquals(42, meta.path("seed").asInt());
    assertEquals("minilm", meta.at("/model/name").asText());
  }

  @Test
  void tokensOfAPairAreAlignedAndHaveRoles() throws IOException {
    Path output = temp.resolve("tokens.jsonl");
    Shell shell =
        judged(
            output, "-perturbation", "TFC1", "-model", "minilm", "-filler", "the", "-grades", "2");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    JsonNode tokens =
        new ObjectMapper().readTree(Files.readAllLines(output).getFirst()).path("tokens");
    int length = tokens.path("base").size();
    assertEquals(length, tokens.path("perturbed").size());
    assertEquals("the", tokens.path("filler").asText());
    assertEquals(length, tokens.path("base_roles").size());
    int changed = 0;
    for (int i = 0; i < length; i++) {
      boolean differs = !tokens.path("base").get(i).equals(tokens.path("perturbed").get(i));
      changed += differs ? 1 : 0;
      assertEquals(differs, tokens.path("base_roles").get(i).asText().equals("filler"));
      assertEquals(differs, tokens.path("perturbed_roles").get(i).asText().equals("injected"));
    }
    assertTrue(changed > 0);
    assertEquals(length - 1 - changed, tokens.at("/changed/0/0").asInt());
    assertEquals(length - 1, tokens.at("/changed/0/1").asInt());
  }

  @Test
  void sameSeedSameFile() throws IOException {
    String[] options = {
      "-perturbation", "TFC1,LNC1,SHUFFLE-WORDS,REPLACE,TYPO,STMC1", "-model", "minilm"
    };
    Path one = temp.resolve("one.jsonl");
    Path two = temp.resolve("two.jsonl");
    Path other = temp.resolve("other.jsonl");
    assertEquals(ExitCode.DONE, judged(one, options).code());
    assertEquals(ExitCode.DONE, judged(two, options).code());
    List<String> reseeded = new ArrayList<>(List.of(options));
    reseeded.addAll(List.of("-seed", "43"));
    assertEquals(ExitCode.DONE, judged(other, reseeded.toArray(String[]::new)).code());
    assertEquals(Files.readString(one), Files.readString(two));
    assertFalse(Files.readString(one).equals(Files.readString(other)));
  }

  /** A draw is part of the whole file, in its order; what gave no pair is listed as without it. */
  @Test
  void drawsFromAllPairsEvenlyOverTopics() throws IOException {
    String[] options = {
      "-collection", "bundled", "-index", index.toString(), "-run", run.toString(), "-depth", "5"
    };
    List<String> whole = new ArrayList<>(List.of(options));
    whole.addAll(List.of("-perturbation", "TFC1,AND,TFC2"));
    Path all = temp.resolve("whole.jsonl");
    assertEquals(ExitCode.DONE, perturb(all, whole.toArray(String[]::new)).code());
    List<String> lines = Files.readAllLines(all);
    Path some = temp.resolve("drawn.jsonl");
    whole.addAll(List.of("-maxPairs", "50", "-seed", "42"));
    Shell shell = perturb(some, whole.toArray(String[]::new));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    List<String> drawn = Files.readAllLines(some);
    assertEquals(50, drawn.size());
    assertEquals(drawn, lines.stream().filter(drawn::contains).toList());
    List<PairDraw.Key> keys = ContrastPairs.read(all).stream().map(PairDraw.Key::of).toList();
    Set<String> ids = new HashSet<>();
    Map<String, Integer> topics = new HashMap<>();
    Map<String, Integer> names = new HashMap<>();
    for (ContrastPair pair : ContrastPairs.read(some)) {
      ids.add(pair.id());
      topics.merge(pair.qid(), 1, Integer::sum);
      names.merge(pair.perturbation(), 1, Integer::sum);
    }
    assertEquals(PairDraw.ids(keys, 50, 42), ids);
    int most = Collections.max(topics.values());
    assertTrue(Collections.min(topics.values()) >= most - 1, topics.toString());
    long possible = ContrastPairs.read(all).stream().map(ContrastPair::qid).distinct().count();
    assertEquals(Math.min(50, possible), topics.size());
    assertEquals(Set.of("TFC1", "AND", "TFC2"), names.keySet());
    assertEquals(
        Files.readString(temp.resolve("whole.jsonl.left.tsv")),
        Files.readString(temp.resolve("drawn.jsonl.left.tsv")));
    assertTrue(
        shell.err().contains("50 of " + lines.size() + " pairs drawn by seed 42"), shell.err());
    JsonNode meta = new ObjectMapper().readTree(temp.resolve("drawn.jsonl.meta.json").toFile());
    assertEquals(50, meta.path("maxPairs").asInt());
    int counted = 0;
    for (JsonNode one : meta.path("counts")) {
      counted += one.path("pairs").asInt();
    }
    assertEquals(50, counted);
  }

  /** The words of the embeddings are whole tokens, and no word that only joins others. */
  @Test
  void similarWordsHaveAMeaning() throws IOException {
    Path output = temp.resolve("similar.jsonl");
    String[] options = {
      "-collection",
      "bundled",
      "-index",
      index.toString(),
      "-run",
      run.toString(),
      "-depth",
      "20",
      "-model",
      "minilm",
      "-perturbation"
    };
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("STMC1,STMC2,STMC3");
    Shell shell = perturb(output, arguments.toArray(String[]::new));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Set<String> words = new HashSet<>();
    for (ContrastPair pair : ContrastPairs.read(output)) {
      words.addAll(pair.terms());
    }
    assertTrue(words.size() > 20, words.toString());
    for (String none : List.of("how", "why", "what", "do", "doe", "can", "you", "which", "from")) {
      assertFalse(words.contains(none), none);
    }
    arguments.set(arguments.size() - 1, "STMC1:1,STMC2:1");
    Shell strict = perturb(output, arguments.toArray(String[]::new));
    assertEquals(ExitCode.FAILED, strict.code(), strict.err());
    assertTrue(strict.out().contains("STMC2:1 not applicable: "), strict.out());
    assertTrue(strict.out().contains("no word is similar enough to a query term"), strict.out());
  }

  /** A document that is judged or ranked for a topic is about it, at any grade or depth. */
  @Test
  void noDonorIsKnownForTheTopic() throws IOException {
    Path two = Files.writeString(temp.resolve("two.tsv"), "a\tcanal locks\nb\tboats\n");
    Path grades =
        Files.writeString(
            temp.resolve("known.txt"), "a 0 L0159 2\na 0 L0020 0\nb 0 L0020 2\nb 0 L0021 -1\n");
    Path ranks =
        Files.writeString(
            temp.resolve("known.run"), "a Q0 L0159 1 2 x\na Q0 L0020 2 1 x\nb Q0 L0020 1 1 x\n");
    Path output = temp.resolve("known.jsonl");
    String[] options = {
      "-topics", two.toString(), "-index", index.toString(), "-perturbation", "ADD-SENTENCE"
    };
    Map<List<String>, String> sources =
        Map.of(
            List.of("-qrels", grades.toString(), "-grades", "2"),
            "those judged in " + grades + " whose grade is 2\n",
            List.of("-run", ranks.toString(), "-depth", "1"),
            "the first of each in " + ranks + "\n");
    for (Map.Entry<List<String>, String> source : sources.entrySet()) {
      List<String> arguments = new ArrayList<>(List.of(options));
      arguments.addAll(source.getKey());
      Shell shell = perturb(output, arguments.toArray(String[]::new));
      assertEquals(ExitCode.DONE, shell.code(), shell.err());
      String chosen = "chosen: 2 passages of 2 topics, " + source.getValue();
      assertTrue(shell.err().contains(chosen), shell.err());
      assertEquals(
          List.of("b/L0020/ADD-SENTENCE"),
          ContrastPairs.read(output).stream().map(ContrastPair::id).toList());
      assertTrue(
          Files.readString(temp.resolve("known.jsonl.left.tsv"))
              .contains("there is no passage of another topic to take a sentence of"));
    }
  }

  @Test
  void readyPairsGetScoresAndTermsOfTheIndex() throws IOException {
    Path pairs =
        Files.writeString(
            temp.resolve("ready.tsv"),
            "q\tcanal locks\td1\tBoats rise.\tBoats rise. locks\t1\nq\tcanal\td2\tsame\tsame\n");
    Path output = temp.resolve("ready.jsonl");
    Shell shell = perturb(output, "-pairs", pairs.toString(), "-index", index.toString());
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    ContrastPair pair = ContrastPairs.read(output).getFirst();
    assertEquals(List.of("lock"), pair.terms());
    assertEquals(0, pair.bm25Base().getAsDouble());
    assertTrue(pair.bm25Perturbed().getAsDouble() > 0);
    assertTrue(
        Files.readString(temp.resolve("ready.jsonl.left.tsv"))
            .endsWith("q/d2\tq\td2\tcustom\tunchanged\tthe text does not change\n"));
    // What perturb writes, it reads.
    Shell again = perturb(temp.resolve("again.jsonl"), "-pairs", output.toString());
    assertEquals(ExitCode.DONE, again.code(), again.err());
    assertEquals(Files.readString(output), Files.readString(temp.resolve("again.jsonl")));
  }

  /** What MechIR publishes does not say what it is; what perturb wrote does. */
  @Test
  void readyPairsAreNamedUnlessTheySayWhatTheyAre() throws IOException {
    Path pairs =
        Files.writeString(temp.resolve("unnamed.tsv"), "q\tcanal\td1\tBoats.\tBoats. canal\n");
    Path output = temp.resolve("named.jsonl");
    Shell shell = perturb(output, "-pairs", pairs.toString(), "-perturbation", "tfc1");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals("TFC1", ContrastPairs.read(output).getFirst().perturbation());
    JsonNode meta = new ObjectMapper().readTree(temp.resolve("named.jsonl.meta.json").toFile());
    assertEquals("TFC1", meta.path("perturbation").asText());
    Path none = temp.resolve("renamed.jsonl");
    Shell again = perturb(none, "-pairs", output.toString(), "-perturbation", "TDC");
    assertEquals(ExitCode.INPUT, again.code(), again.err());
    assertTrue(
        again.err().contains("named.jsonl:1: the pairs say themselves what their perturbation is"),
        again.err());
    Shell wrong = perturb(none, "-pairs", pairs.toString(), "-perturbation", "TFC1,TDC");
    assertEquals(ExitCode.USAGE, wrong.code(), wrong.err());
    assertTrue(wrong.err().contains("called by one word"), wrong.err());
    assertFalse(Files.exists(none));
  }

  @Test
  void rolesAgreeWithTheIndex() {
    IndexTerms terms = new IndexTerms();
    assertEquals(Optional.of("lock"), terms.of("Locks"));
    assertEquals(Optional.of("lamp"), terms.of("lamp's"));
    assertEquals(Optional.empty(), terms.of("the"));
    assertEquals(Optional.empty(), terms.of("."));
    assertEquals(terms.analysis().terms("raising raised"), List.of("rais", "rais"));
    assertTrue(new RoleTagger(terms).terms().of("raises").isPresent());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "USAGE | -perturbation is needed | -",
        "USAGE | there is no perturbation 'X'; there are TFC1 | -perturbation X",
        "USAGE | perturbation TFC1 is named twice | -perturbation TFC1,tfc1",
        "USAGE | STMC1 needs -model | -perturbation STMC1",
        "USAGE | -maxPairs must be at least 1, got 0 | -perturbation TFC1 -maxPairs 0",
        "USAGE | STMC1:2': a number from 0 to 1 is needed, not '2' | -perturbation STMC1:2 -model minilm",
        "USAGE | -depth must be at least 1, got 0 | -perturbation TFC1 -depth 0",
        "USAGE | -grades must be numbers or ranges | -perturbation TFC1 -grades high",
        "USAGE | -grades: '3-1' is not a range | -perturbation TFC1 -grades 3-1",
        "INPUT | -depth and -grades leave no passages | -perturbation TFC1 -grades 9",
        "FAILED | no pair was made; | -perturbation PROX3",
        "MODEL | nowhere: no such model | -perturbation TFC1 -model nowhere",
        "USAGE | filler 'lamplighters' is 3 tokens of minilm; it must be one | -perturbation TFC1 -model minilm -filler lamplighters",
        "USAGE | -passage | -perturbation TFC1 -passage.clean thoroughly",
      })
  void refusesWithCodeAndMessage(ExitCode code, String message, String options) {
    Path output = temp.resolve("refused.jsonl");
    Shell shell = judged(output, options == null ? new String[0] : options.split(" "));
    assertEquals(code, shell.code(), shell.err());
    assertTrue(
        shell.err().contains(message.equals("-passage") ? "thoroughly" : message), shell.err());
    assertFalse(Files.exists(output));
    assertFalse(shell.err().contains("\tat "), shell.err());
  }

  @Test
  void inputsThatAreMissingAreNamed() throws IOException {
    Path output = temp.resolve("missing.jsonl");
    Shell none =
        perturb(
            output,
            "-topics",
            topics.toString(),
            "-index",
            index.toString(),
            "-perturbation",
            "TFC1");
    assertEquals(ExitCode.USAGE, none.code());
    assertTrue(
        none.err().contains("the passages are missing: give -qrels, -run, -input or -pairs"),
        none.err());
    Shell both = perturb(output, "-pairs", "p.tsv", "-qrels", qrels.toString());
    assertEquals(ExitCode.USAGE, both.code(), both.err());
    Shell collection =
        perturb(output, "-collection", "cran", "-index", index.toString(), "-perturbation", "TFC1");
    assertEquals(ExitCode.INPUT, collection.code());
    assertTrue(
        collection.err().contains("cran: no such collection; collections known by name are"),
        collection.err());
    Path twice = Files.writeString(temp.resolve("twice.txt"), "t1 0 L0159 2\nt1 0 L0159 1\n");
    Shell judgedTwice =
        perturb(
            output,
            "-topics",
            topics.toString(),
            "-qrels",
            twice.toString(),
            "-index",
            index.toString(),
            "-perturbation",
            "TFC1");
    assertEquals(ExitCode.INPUT, judgedTwice.code());
    assertTrue(
        judgedTwice.err().contains("twice.txt:2: document L0159 is judged twice"),
        judgedTwice.err());
  }

  @Test
  void indexOfOtherAnalysisIsNoticed() throws IOException {
    Path other = temp.resolve("unstemmed");
    Shell.succeed(
        "index", "-collection", "bundled", "-index", other.toString(), "-stemmer", "none");
    String warning = "is it of this collection, and made with Anserini's default analyzer?";
    String[] options = {"-collection", "bundled", "-perturbation", "TFC1", "-depth", "1"};
    List<String> wrong = new ArrayList<>(List.of(options));
    wrong.addAll(List.of("-index", other.toString()));
    List<String> right = new ArrayList<>(List.of(options));
    right.addAll(List.of("-index", index.toString()));
    Path output = temp.resolve("analysis.jsonl");
    Shell warned = perturb(output, wrong.toArray(String[]::new));
    assertEquals(ExitCode.DONE, warned.code(), warned.err());
    assertTrue(warned.err().contains(warning), warned.err());
    assertFalse(perturb(output, right.toArray(String[]::new)).err().contains(warning));
  }

  @Test
  void indexWithoutTextsSaysHowToMakeOne() throws IOException {
    Path corpus = Files.createDirectories(temp.resolve("corpus"));
    Files.writeString(
        corpus.resolve("c.jsonl"), "{\"id\":\"L0159\",\"contents\":\"canal locks\"}\n");
    Path bare = temp.resolve("bare");
    Shell.index(corpus.toString(), bare.toString());
    Shell shell =
        perturb(
            temp.resolve("bare.jsonl"),
            "-topics",
            topics.toString(),
            "-qrels",
            qrels.toString(),
            "-index",
            bare.toString(),
            "-perturbation",
            "TFC1");
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(
        shell.err().contains("no text is stored for document L0159; index again with -storeRaw"),
        shell.err());
  }
}
