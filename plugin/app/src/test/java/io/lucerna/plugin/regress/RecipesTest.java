package io.lucerna.plugin.regress;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.Similarity;
import io.lucerna.studies.patch.HeadMaps;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every recipe from end to end, against a hub with small random models of the same architectures.
 * Its numbers are replaced by those of these models, computed without hub and recipe; with other
 * models on the hub they must not come out.
 */
class RecipesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TASB = "sebastian-hofstaetter/distilbert-dot-tas_b-b256-msmarco";
  private static final List<String> CROSS =
      List.of("TinyBERT-L2", "MiniLM-L2", "MiniLM-L4", "MiniLM-L6", "MiniLM-L12");
  private static final List<String> WORDS =
      List.of("the", "of", "and", "is", "in", "oil", "sea", "old", "red", "fog", "gas", "log");

  @TempDir Path folder;
  private final Map<String, Path> models = new LinkedHashMap<>();
  private final Random random = new Random(5);
  private Path data;
  private int hubs;

  @BeforeEach
  void models() throws IOException {
    data = Files.createDirectory(folder.resolve("data"));
    models.putAll(models(1));
  }

  /** A model for every name of the recipes. */
  private Map<String, Path> models(int seed) throws IOException {
    Map<String, Path> all = new LinkedHashMap<>();
    Path parent = Files.createDirectory(folder.resolve("models" + seed));
    all.put(
        TASB,
        RandomModel.write(
            "families/distilbert-cross", "DistilBertModel", seed, parent.resolve("tasb")));
    for (String name : CROSS) {
      all.put(
          "cross-encoder/ms-marco-" + name + "-v2",
          RandomModel.write(
              "bert-cross",
              "BertForSequenceClassification",
              seed + name.hashCode(),
              parent.resolve(name)));
    }
    return all;
  }

  private static ScorerOptions vectors() {
    return ScorerOptions.defaults().withPooling(Pooling.CLS).withSimilarity(Similarity.DOT);
  }

  private float[] scores(String model, String query, List<String> passages) {
    ScorerOptions options = model.equals(TASB) ? vectors() : ScorerOptions.defaults();
    try (Ranker ranker = Rankers.open(requireNonNull(models.get(model)), model, options)) {
      return ranker.score(query, passages).scores();
    }
  }

  private String text(int words) {
    return random
        .ints(words, 0, WORDS.size())
        .mapToObj(WORDS::get)
        .collect(Collectors.joining(" "));
  }

  private List<String> passages(int count) {
    Set<String> all = new LinkedHashSet<>();
    while (all.size() < count) {
      all.add(text(6 + random.nextInt(9)));
    }
    return List.copyOf(all);
  }

  private static String recipe(String name) throws IOException {
    return RegressionSource.named(name).content();
  }

  private static String replaced(String text, String old, String fresh) {
    assertTrue(text.contains(old), old + " in " + text);
    return text.replace(old, fresh);
  }

  /** Runs a recipe with models as the hub's; what it downloads is its own. */
  private Shell run(String recipe, Map<String, Path> served) throws IOException {
    hubs++;
    Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe);
    Path home = Files.createDirectory(folder.resolve("home" + hubs));
    try (StandInHub hub = new StandInHub(served)) {
      ModelRegistry registry =
          new ModelRegistry(
              Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", home.resolve("hf").toString()),
              home);
      return Shell.run(
          registry,
          "regress",
          "-config",
          file.toString(),
          "-corpora",
          data.toString(),
          "-output",
          folder.resolve("out" + hubs).toString());
    }
  }

  /** All numbers are well with the models that they are of, and the named ones with no others. */
  private void holds(String recipe, int numbers, List<String> failing) throws IOException {
    Shell well = run(recipe, models);
    assertEquals(ExitCode.DONE, well.code(), well.err() + well.out());
    assertTrue(
        well.out()
            .endsWith(
                numbers
                    + (numbers == 1 ? " number: " : " numbers: ")
                    + numbers
                    + " OK, 0 OK* (higher than expected), 0 FAIL\n"),
        well.out());
    Shell other = run(recipe, models(2));
    assertEquals(ExitCode.FAILED, other.code(), other.err() + other.out());
    for (String line : failing) {
      assertTrue(
          other.out().lines().anyMatch(l -> l.startsWith("FAIL") && l.contains(line)),
          line + other.out());
    }
  }

  private record Request(String qid, String query, List<String> passages, float[] scores) {}

  /** Requests whose scores are those of a model; some passages are judged. */
  private void write(String name, List<Request> requests) throws IOException {
    StringBuilder lines = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    List<Ranking> rankings = new ArrayList<>();
    for (Request request : requests) {
      ObjectNode json = JSON.createObjectNode();
      json.putObject("query").put("qid", request.qid).put("text", request.query);
      ArrayNode candidates = json.putArray("candidates");
      List<RankedDoc> docs = new ArrayList<>();
      for (int i = 0; i < request.passages.size(); i++) {
        candidates
            .addObject()
            .put("docid", "d" + i)
            .put("score", request.scores[i])
            .putObject("doc")
            .put("contents", request.passages.get(i));
        docs.add(new RankedDoc("d" + i, request.scores[i]));
        qrels.append(request.qid + " 0 d" + i + " " + i % 4 + "\n");
      }
      rankings.add(Ranking.of(request.qid, docs));
      lines.append(json).append('\n');
    }
    Files.writeString(data.resolve(name + ".jsonl"), lines);
    Files.writeString(data.resolve(name + ".qrels"), qrels);
    Run.of("expected", rankings).write(data.resolve(name + ".run"));
  }

  private Request request(String model, String qid, int count) {
    String query = text(4);
    List<String> passages = passages(count);
    return new Request(qid, query, passages, scores(model, query, passages));
  }

  private String measured(String name) {
    Shell shell =
        Shell.succeed(
            "eval",
            "-m",
            "ndcg_cut.10",
            data.resolve(name + ".qrels").toString(),
            data.resolve(name + ".run").toString());
    return shell.out().strip().split("\t")[2];
  }

  @Test
  void tasb() throws IOException {
    String recipe = recipe("tasb");
    for (String year : List.of("dl19", "dl20")) {
      write(year, List.of(request(TASB, "1", 30), request(TASB, "2", 30)));
      recipe =
          replaced(
              recipe,
              "-collection " + year + " -first tasb",
              "-input " + data.resolve(year + ".jsonl"));
      recipe = replaced(recipe, "qrels: " + year, "qrels: " + data.resolve(year + ".qrels"));
      recipe = replaced(recipe, year.equals("dl19") ? "0.7210" : "0.6854", measured(year));
    }
    holds(recipe, 6, List.of("dl19                  -           largest difference", "dl20"));
  }

  @Test
  void lu2025() throws IOException {
    String query = "what is the acceptance rate at wellesley";
    String base = "College acceptance rates in the USA are becoming more competitive.";
    float[] scores =
        scores(
            "cross-encoder/ms-marco-MiniLM-L12-v2",
            query,
            List.of(base + " a", base + " wellesley"));
    String recipe = replaced(recipe("lu2025"), "-5.6513", "" + scores[0]);
    recipe = replaced(recipe, "4.3892", "" + scores[1]);
    holds(recipe, 2, List.of("pair"));
  }

  @Test
  void crossEncoders() throws IOException {
    String recipe =
        replaced(recipe("cross-encoders"), "judged: dl19", "judged: " + data.resolve("own.qrels"));
    recipe = replaced(recipe, "qrels: dl19", "qrels: " + data.resolve("own.qrels"));
    String query = text(4);
    List<String> passages = passages(40);
    StringBuilder table = new StringBuilder("7\td0\tanother query\tunjudged\n");
    for (int i = 0; i < passages.size(); i++) {
      table.append("1\td" + i + "\t" + query + "\t" + passages.get(i) + "\n");
    }
    Files.writeString(data.resolve("msmarco-passagetest2019-top1000.tsv"), table);
    List<String> cards = List.of("0.6984", "0.7101", "0.7304", "0.7430", "0.7431");
    for (int i = 0; i < CROSS.size(); i++) {
      String model = "cross-encoder/ms-marco-" + CROSS.get(i) + "-v2";
      write("own", List.of(new Request("1", query, passages, scores(model, query, passages))));
      recipe = replaced(recipe, cards.get(i), measured("own"));
    }
    holds(recipe, 5, List.of("nDCG@10"));
  }

  @Test
  void mechirHeads() throws IOException {
    String recipe = recipe("mechir-heads");
    for (String axiom : List.of("TFC1", "TDC")) {
      String file = axiom.equals("TFC1") ? "published.csv" : "published-tdc.csv";
      String resource = "mechir-tasb-" + axiom.toLowerCase(Locale.ROOT) + ".csv";
      recipe =
          replaced(
              recipe,
              "{file: " + file + ", resource: " + resource + "}",
              "file: " + file + "\n    lines: |\n" + published(axiom));
    }
    holds(
        recipe,
        6,
        List.of(
            "TFC1, grade 1",
            "TFC1, grade 2",
            "TFC1, grade 3",
            "TDC, grade 1",
            "TDC, grade 2",
            "TDC, grade 3"));
  }

  /** The maps of pairs in MechIR's form, which are written where the recipe looks for them. */
  private String published(String axiom) throws IOException {
    Path pairs = data.resolve(TASB.replace('/', '-') + "_bi_" + axiom + "_topk_4000.tsv");
    StringBuilder table =
        new StringBuilder("qid\tdocno\tscore_delta\ttext\tperturbed_text\tquery\trelevance\n");
    for (int i = 0; i < 12; i++) {
      String query = text(3);
      String passage = text(6 + i);
      String term = query.split(" ")[0];
      table.append(
          String.join(
              "\t",
              "q" + i,
              "d" + i,
              "1.0",
              passage,
              passage + " " + term,
              query,
              "" + (1 + i % 3)));
      table.append('\n');
    }
    Files.writeString(pairs, table);
    Path direct = folder.resolve("direct-" + axiom);
    Shell.succeed(
        "patch",
        "-model",
        requireNonNull(models.get(TASB)).toString(),
        "-pooling",
        "cls",
        "-similarity",
        "dot",
        "-pairs",
        pairs.toString(),
        "-sweep",
        "head",
        "-mechir",
        "-floor",
        "0",
        "-output",
        direct.toString());
    return Files.readAllLines(direct.resolve("heads.denoise.csv")).stream()
        .map(line -> line.replaceFirst("^[^,]*,[^,]*,(rel_[0-9])", "tasb," + axiom + ",$1"))
        .filter(line -> line.startsWith("model") || line.startsWith("tasb"))
        .map(line -> "      " + line + "\n")
        .collect(Collectors.joining());
  }

  /** The maps that come with the recipe are the reference's, to six digits. */
  @ParameterizedTest
  @ValueSource(strings = {"TFC1", "TDC"})
  void publishedMapsAreThoseOfTheReference(String axiom) throws IOException {
    Path shared = Checkout.shared("reference/mechir_published_heads.csv");
    assumeTrue(Files.exists(shared), "no " + shared);
    Path file = folder.resolve("published.csv");
    String resource = "mechir-tasb-" + axiom.toLowerCase(Locale.ROOT) + ".csv";
    try (InputStream in = requireNonNull(Recipe.class.getResourceAsStream(resource))) {
      Files.write(file, in.readAllBytes());
    }
    HeadMaps ours = HeadMaps.read(file);
    HeadMaps reference = HeadMaps.read(shared);
    List<HeadMaps.Name> names =
        Stream.of("rel_1", "rel_2", "rel_3")
            .map(grade -> new HeadMaps.Name("tasb", axiom, grade))
            .toList();
    assertEquals(Set.copyOf(names), ours.maps().keySet());
    for (HeadMaps.Name name : names) {
      Map<Head, Double> expected = requireNonNull(reference.maps().get(name));
      Map<Head, Double> map = requireNonNull(ours.maps().get(name));
      assertEquals(72, map.size());
      assertEquals(expected.keySet(), map.keySet());
      expected.forEach(
          (head, value) ->
              assertEquals(value, map.getOrDefault(head, Double.NaN), 5.01e-6 * Math.abs(value)));
    }
  }

  /** Mean, standard deviation and share above zero. */
  private static double[] statistics(List<Double> changes) {
    double mean = changes.stream().mapToDouble(c -> c).average().orElseThrow();
    double spread =
        changes.stream().mapToDouble(c -> (c - mean) * (c - mean)).average().orElseThrow();
    double raised = changes.stream().mapToDouble(c -> c > 0 ? 1 : 0).average().orElseThrow();
    return new double[] {mean, Math.sqrt(spread), raised};
  }

  @Test
  void chen2024() throws IOException {
    ObjectNode file = JSON.createObjectNode();
    ObjectNode corpus = file.putObject("corpus");
    ObjectNode terms = JSON.createObjectNode();
    StringBuilder queries = new StringBuilder();
    Map<String, StringBuilder> csv = new LinkedHashMap<>();
    Map<String, Map<Integer, List<Double>>> changes = new LinkedHashMap<>();
    for (String place : List.of("append", "prepend")) {
      csv.put(place, new StringBuilder("qid,doc_id,og_score,p_score\n"));
      changes.put(place, new LinkedHashMap<>());
    }
    for (String qid : List.of("11", "12")) {
      String term = qid.equals("11") ? "sea" : "fog";
      String query = qid.equals("11") ? "who, is \"at\" sea" : "fog in the log";
      queries.append(qid.equals("11") ? "11,\"who, is \"\"at\"\" sea\"\n" : "12,fog in the log\n");
      terms.put(qid, term);
      List<String> bare = passages(100);
      float[] base = scores(TASB, query, bare.stream().map(text -> "a " + text).toList());
      Map<String, float[]> changed =
          Map.of(
              "append", scores(TASB, query, bare.stream().map(text -> text + " " + term).toList()),
              "prepend",
                  scores(TASB, query, bare.stream().map(text -> term + " " + text).toList()));
      List<Integer> order = new ArrayList<>();
      ObjectNode texts = corpus.putObject(qid);
      for (int i = 0; i < bare.size(); i++) {
        order.add(i);
        texts.putObject("" + i).put("text", "a " + bare.get(i));
        for (String place : csv.keySet()) {
          requireNonNull(csv.get(place))
              .append(
                  qid
                      + ","
                      + i
                      + ","
                      + base[i]
                      + ","
                      + requireNonNull(changed.get(place))[i]
                      + "\n");
        }
      }
      Collections.sort(order, (one, other) -> Float.compare(base[other], base[one]));
      for (int rank = 0; rank < order.size(); rank++) {
        int at = order.get(rank);
        for (String place : csv.keySet()) {
          requireNonNull(changes.get(place))
              .computeIfAbsent(rank, r -> new ArrayList<>())
              .add((double) requireNonNull(changed.get(place))[at] - base[at]);
        }
      }
    }
    Files.writeString(data.resolve("tfc1_add_baseline_final_dd_corpus.json"), file.toString());
    Files.writeString(data.resolve("chen2024_selected_query_terms.json"), terms.toString());
    Files.writeString(data.resolve("tfc1_add_qids_with_text.csv"), queries);
    String recipe = recipe("chen2024");
    for (String place : csv.keySet()) {
      Files.writeString(
          data.resolve("tfc1_add_" + place + "_target_qids_scores.csv"),
          requireNonNull(csv.get(place)));
      for (int[] band : new int[][] {{1, 100}, {1, 10}, {11, 20}, {91, 100}}) {
        List<Double> all = new ArrayList<>();
        requireNonNull(changes.get(place))
            .forEach(
                (rank, values) -> {
                  if (rank >= band[0] - 1 && rank < band[1]) {
                    all.addAll(values);
                  }
                });
        double[] own = statistics(all);
        boolean whole = band[1] - band[0] == 99;
        String start =
            whole ? place + ", change" : place + ", ranks " + band[0] + "-" + band[1] + "\"";
        String numbers =
            String.format(
                Locale.ROOT,
                whole ? "{mean: %f, sd: %f, raised: %f}" : "{mean: %1$f, raised: %3$f}",
                own[0],
                own[1],
                own[2]);
        recipe =
            recipe
                .lines()
                .map(
                    line ->
                        line.contains(start)
                            ? line.replaceFirst("results: \\{[^}]*\\}", "results: " + numbers)
                            : line)
                .collect(Collectors.joining("\n", "", "\n"));
      }
    }
    holds(
        recipe,
        24,
        List.of("base", "append ", "prepend ", "append, ranks 1-10", "prepend, ranks 91-100"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "commands: '' | commands: rernk -input a | commands: 'rernk' is no step of a recipe; there are rerank, patch; did you mean rerank?",
        "tolerance: 1 | tolerance: 1, more: 2 | checks[0].more: unknown key; known are name, scores, of, tolerance",
        "scores: b, of: c | measure: foo, run: b, qrels: q, result: 1 | checks[0].measure: is not a measure of eval",
        "scores: b, of: c | change: b, from: c, ranks: 5, results: {mean: 1} | checks[0].ranks: must be two numbers such as 1-10, got '5'",
        "scores: b, of: c | change: b, from: c, results: {median: 1} | checks[0].results.median: unknown key; did you mean mean?",
        "scores: b | shores: b | checks[0].name: one of scores, change, measure, heads must say what is compared",
        "lines: x | top1000: zz, judged: dl19 | inputs[0].top1000: zz is not one of the recipe's files",
        "lines: x | nothing: x | inputs[0].file: one of lines, resource, top1000, tfc1 must say what is in it",
        "file: a | file: ../a | inputs[0].file: must be a name without folders, got '../a'",
        "recipe: x | corpus: x | models: missing",
      })
  void saysWhatIsWrongWithTheFile(String old, String fresh, String message) throws IOException {
    String well =
        """
        recipe: x
        inputs: [{file: a, lines: x}]
        commands: ''
        checks: [{name: n, scores: b, of: c, tolerance: 1}]
        """;
    Shell shell = run(replaced(well, old, fresh), models);
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(shell.err().contains("recipe.yaml: " + message), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
  }

  /** What a recipe prints of two numbers, which compares nothing but what it writes itself. */
  private List<String> compared(String inputs, String checks) throws IOException {
    String recipe = "recipe: x\ninputs:\n" + inputs + "commands: ''\nchecks:\n" + checks;
    Shell shell = run(recipe, models);
    assertTrue(shell.out().contains("2 numbers: "), shell.err());
    return shell.out().lines().toList().subList(0, 2);
  }

  @Test
  void scoresAreComparedOverTheDocumentsOfBothRuns() throws IOException {
    String all = "1 Q0 a 1 3 x\\n1 Q0 b 2 2 x\\n2 Q0 a 1 1 x";
    String less = "1 Q0 a 1 3 x";
    String others = "1 Q0 a 1 3 x\\n1 Q0 c 2 2 x\\n2 Q0 a 1 1 x";
    String form = "  - {file: %s, lines: \"%s\"}\n";
    String[][] runs = {
      {all, all, "OK    ", "expected 3  measured 3"},
      {less, all, "FAIL  ", "expected 3  measured 1"},
      {all, less, "FAIL  ", "expected 3  measured 1"},
      {others, all, "FAIL  ", "expected 4  measured 2"},
    };
    String start = "n                     -           ";
    for (String[] each : runs) {
      assertEquals(
          List.of(
              each[2] + start + "documents in both      " + each[3] + "  tolerance 0",
              "OK    "
                  + start
                  + "largest difference     expected 0.000000  measured 0.000000  tolerance 0.001"),
          compared(
              String.format(Locale.ROOT, form, "run", each[0])
                  + String.format(Locale.ROOT, form, "of", each[1]),
              "  - {name: n, scores: run, of: of, tolerance: 0.001}\n"));
    }
  }

  /** A map that does not vary has no r, which is no r that is high enough. */
  @Test
  void headsThatDoNotVaryFail() throws IOException {
    String form = "  - {file: %s, lines: \"%s\"}\n";
    String head = "model,axiom,grade,layer,head,value";
    String row = "\\nm,TFC1,rel_1,0,";
    String check =
        "  - {name: n, heads: %s, published: varied, model: m, axiom: TFC1, grade: rel_1, least:"
            + " 0.99}\n";
    String start = "  n                     -           Pearson's r            expected 1.0000  ";
    assertEquals(
        List.of(
            "OK  " + start + "measured 1.0000  tolerance 0.01",
            "FAIL" + start + "measured NaN  tolerance 0.01"),
        compared(
            String.format(Locale.ROOT, form, "varied", head + row + "0,0.5" + row + "1,0.25")
                + String.format(Locale.ROOT, form, "flat", head + row + "0,0.5" + row + "1,0.5"),
            String.format(Locale.ROOT, check, "varied")
                + String.format(Locale.ROOT, check, "flat")));
  }

  @Test
  void filesThatAreMissingAreNamedWithTheirSource() throws IOException {
    Shell shell = run(recipe("cross-encoders"), models);
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(
        shell
            .err()
            .contains(
                "msmarco-passagetest2019-top1000.tsv from https://msmarco.z22.web.core.windows.net/"),
        shell.err());
    assertTrue(shell.err().contains("-corpora"), shell.err());
    assertTrue(Files.notExists(folder.resolve("out1/top1000.jsonl")));
  }

  private String broken(String file, String content) throws IOException {
    Files.writeString(data.resolve(file), content);
    Shell shell = run(recipe("chen2024"), models);
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
    return shell.err();
  }

  @Test
  void filesThatAreBrokenAreNamed() throws IOException {
    String corpus = "tfc1_add_baseline_final_dd_corpus.json";
    String terms = "chen2024_selected_query_terms.json";
    String scores = "tfc1_add_append_target_qids_scores.csv";
    Files.writeString(data.resolve("tfc1_add_qids_with_text.csv"), "1,the sea\n");
    Files.writeString(data.resolve("tfc1_add_prepend_target_qids_scores.csv"), "qid\n");
    Files.writeString(data.resolve(terms), "{}");
    Files.writeString(data.resolve(scores), "qid,doc_id,og_score,p_score\n1,d,1,2\n");
    String unclosed = broken(corpus, "{\"corpus\": {");
    assertTrue(unclosed.contains(corpus + ":1: "), unclosed);
    String none = broken(corpus, "{}");
    assertTrue(none.contains("no topic of the recipe is in its files"), none);
    String term = broken(corpus, "{\"corpus\": {\"1\": {\"d\": {\"text\": \"a sea\"}}}}");
    assertTrue(term.contains(terms + ":1: no term of query 1"), term);
    String header = broken(scores, "qid,doc_id\n1,d\n");
    assertTrue(header.contains(scores + ":1: expected the columns [qid, doc_id, "), header);
    Files.writeString(data.resolve(terms), "{\"1\": \"sea\"}");
    String read = broken(scores, "qid,doc_id,og_score,p_score\n1,d,high,2\n");
    assertTrue(read.contains(scores + ":2: og_score is not a finite number: 'high'"), read);
  }

  @Test
  void aTableOfCandidatesWithoutPassagesIsNamed() throws IOException {
    Files.writeString(data.resolve("own.qrels"), "1 0 d 1\n");
    Files.writeString(data.resolve("msmarco-passagetest2019-top1000.tsv"), "1\td\tsea\n");
    String recipe =
        replaced(recipe("cross-encoders"), "judged: dl19", "judged: " + data.resolve("own.qrels"));
    Shell shell = run(recipe, models);
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(
        shell.err().endsWith("top1000.tsv:1: expected qid, pid, query and passage, with tabs\n"),
        shell.err());
  }

  @Test
  void aRecipeHasNoStepsToChooseFrom() {
    Shell shell = Shell.run("regress", "-regression", "lu2025", "-rerank");
    assertEquals(ExitCode.USAGE, shell.code(), shell.err());
    Shell plan = Shell.succeed("regress", "-regression", "lu2025", "-dryRun", "-output", "o");
    assertTrue(
        plan.out().startsWith("./lucerna rerank -input o/pair.jsonl -rerank.model none "),
        plan.out());
  }

  /** The published scores give the published table: that part of the recipe has been seen. */
  @Test
  void publishedScoresGiveThePublishedTable() throws IOException {
    Path shared = Checkout.shared("collections/tfc1-chen2024");
    assumeTrue(Files.isDirectory(shared), "no " + shared);
    data = shared;
    String recipe =
        recipe("chen2024")
            .replaceAll(
                "-rerank.model sebastian\\S+ -rerank.pooling cls -rerank.similarity dot",
                "-rerank.model none");
    Shell shell = run(recipe, models);
    assertEquals(ExitCode.DONE, shell.code(), shell.err() + shell.out());
    assertTrue(shell.out().contains("24 numbers: 24 OK"), shell.out());
  }
}
