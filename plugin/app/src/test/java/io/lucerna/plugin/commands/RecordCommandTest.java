package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class RecordCommandTest {
  public static final Path MODELS = Checkout.models();
  private static final String HEADER = "qid\tquery\tdocid\ttext\n";
  private static final String SMALL =
      HEADER + "1\tred water\ta\tred disk\n1\tred water\tb\tmemory of water\n";

  @TempDir Path folder;

  private Path pairs(String text) throws IOException {
    return Files.writeString(folder.resolve("pairs.tsv"), text);
  }

  private Shell record(String model, String... more) {
    List<String> command = new ArrayList<>(List.of("record", "-model", model(model)));
    command.addAll(List.of("-pairs", folder.resolve("pairs.tsv").toString()));
    command.addAll(List.of(more));
    if (!command.contains("-output")) {
      command.addAll(List.of("-output", folder.resolve("out").toString()));
    }
    return Shell.run(command.toArray(String[]::new));
  }

  private static String model(String name) {
    return MODELS.resolve(name).toString();
  }

  private List<JsonNode> index() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("out/index.jsonl"))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  /** Queries with many passages of uneven length, some of them repeated, in batches of 3. */
  private static String manyPairs() {
    StringBuilder table = new StringBuilder(HEADER);
    for (int i = 0; i < 40; i++) {
      String query = i < 15 ? "memory of the system" : i < 18 ? "disk" : "water and disk";
      String text = "water and disk memory ".repeat(i * 7 % 5) + (i % 4 == 0 ? "red" : "w" + i);
      table.append(i < 15 ? 1 : i < 18 ? 2 : 3).append('\t').append(query);
      table.append('\t').append(i).append('\t').append(text).append('\n');
    }
    return table.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-bi", "bert-cross", "bert-cross-2labels"})
  void scoresAreThoseOfScoreBitForBit(String model) throws IOException {
    pairs(manyPairs());
    Shell recorded = record(model, "-hooks", "*", "-positions", "all", "-batch", "3");
    assertEquals(ExitCode.DONE, recorded.code(), recorded.err());
    Path scores = folder.resolve("scores.tsv");
    Shell.succeed(
        "score",
        "-model",
        model(model),
        "-batch",
        "3",
        "-pairs",
        folder.resolve("pairs.tsv").toString(),
        "-output",
        scores.toString());
    Map<String, Float> expected = new HashMap<>();
    for (String line : Files.readAllLines(scores).subList(1, 41)) {
      String[] fields = line.split("\t");
      expected.put(fields[0] + "/" + fields[1], Float.parseFloat(fields[2]));
    }
    Map<String, Float> actual = new HashMap<>();
    Set<String> queries = new LinkedHashSet<>();
    for (JsonNode line : index()) {
      if (line.has("id")) {
        assertEquals(
            line.path("id").asText(),
            line.path("qid").asText() + "/" + line.path("docid").asText());
        actual.put(line.path("id").asText(), Float.parseFloat(line.path("score").asText()));
      } else {
        assertTrue(queries.add(line.path("qid").asText()), "a query is recorded once");
      }
    }
    assertEquals(expected, actual);
    assertEquals(model.equals("bert-bi") ? Set.of("1", "2", "3") : Set.of(), queries);
  }

  /** Of both sides of a bi-encoder, for each pair; what is recorded besides stays as it is. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-bi", "bert-cross", "families/bert-colbert"})
  void gradientsAreThoseOfTheScores(String model) throws IOException {
    pairs(manyPairs());
    Shell plain = record(model, "-hooks", "*", "-positions", "all");
    assertEquals(ExitCode.DONE, plain.code(), plain.err());
    Files.move(folder.resolve("out"), folder.resolve("plain"));
    Shell shell = record(model, "-hooks", "*", "-positions", "all", "-gradients");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    try (Recording recording = Recording.open(folder.resolve("out"));
        Recording before = Recording.open(folder.resolve("plain"));
        Ranker ranker =
            Rankers.open(MODELS.resolve(model), "gradients", ScorerOptions.defaults())) {
      assertEquals(before.ids(), recording.ids());
      String query = "memory of the system";
      List<String> ids = recording.ids().stream().filter(id -> id.startsWith("1/")).toList();
      Map<String, String> texts = new HashMap<>();
      for (String line : manyPairs().lines().skip(1).toList()) {
        String[] fields = line.split("\t", -1);
        texts.put(fields[0] + "/" + fields[2], fields[3]);
      }
      Map<String, InputActivations> expected = new ConcurrentHashMap<>();
      Hooks hooks =
          InputActivations.gradients(
              ranker.reading().model().registry(),
              List.of("*"),
              input -> expected.put(input.side() + ids.get(input.number()), input));
      ranker.score(query, ids.stream().map(texts::get).toList(), hooks);
      for (String id : ids) {
        for (Side side : ranker.reading().sides()) {
          for (HookPoint point : recording.points(side)) {
            Slice found = recording.gradient(id, side, point);
            Slice gradient = Objects.requireNonNull(expected.get(side + id)).get(point);
            String what = id + " " + side + " " + point;
            assertArrayEquals(gradient.shape(), found.shape(), what);
            double largest = 1;
            for (float value : gradient.values()) {
              largest = Math.max(largest, Math.abs(value));
            }
            assertArrayEquals(gradient.values(), found.values(), (float) (1e-5 * largest), what);
            assertArrayEquals(
                before.get(id, side, point).values(), recording.get(id, side, point).values());
          }
        }
      }
    }
    try (Checkpoint shard = Checkpoints.openFile(folder.resolve("out/shard-00000.safetensors"))) {
      Set<String> names = shard.names();
      boolean apart = !model.equals("bert-cross");
      String side = apart ? "passage" : "pair";
      assertArrayEquals(
          shard.shape(side + "/blocks.0.attn.hook_z"),
          shard.shape(side + "/blocks.0.attn.hook_z.grad"));
      assertTrue(names.contains(side + "/blocks.0.attn.hook_pattern.grad/3"), names.toString());
      assertEquals(apart, names.contains("query/blocks.0.attn.hook_z.grad/3"));
    }
    Shell mean = record(model, "-hooks", "*", "-positions", "mean", "-gradients");
    assertEquals(ExitCode.USAGE, mean.code());
    assertTrue(mean.err().contains("not by their mean"), mean.err());
  }

  /** By hand from the recording's rows; the vectors then do what the same numbers elsewhere do. */
  @Test
  void aDifferenceOfGroupMeansIsReadyToAdd() throws IOException {
    pairs(manyPairs());
    StringBuilder grades = new StringBuilder();
    for (int i = 0; i < 40; i += 1 + i % 3) {
      grades.append((i < 15 ? 1 : i < 18 ? 2 : 3) + " 0 " + i + " " + i % 4 + "\n");
    }
    Path qrels = Files.writeString(folder.resolve("qrels"), grades.toString());
    String point = "blocks.0.hook_resid_post";
    String[] difference = {
      "-hooks",
      point + ",blocks.1.attn.hook_z",
      "-positions",
      "passage",
      "-qrels",
      qrels.toString(),
      "-difference",
      "relevant:2"
    };
    Shell shell = record("bert-bi", difference);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Path file = folder.resolve("out/difference.safetensors");
    int[] counts = new int[2];
    double[][] sums = new double[2][];
    try (Recording recording = Recording.open(folder.resolve("out"))) {
      for (JsonNode line : index()) {
        if (line.has("grade")) {
          String id = line.path("id").asText();
          int group = line.path("grade").intValue() >= 2 ? 0 : 1;
          ActivationSource.Slice rows =
              recording.get(id, Side.PASSAGE, HookPoint.parse(point).orElseThrow());
          int width = (int) rows.shape()[1];
          sums[group] = sums[group] == null ? new double[width] : sums[group];
          counts[group]++;
          for (int i = 0; i < width; i++) {
            for (int row = 0; row < rows.positions().length; row++) {
              sums[group][i] += rows.at(row, i) / rows.positions().length;
            }
          }
        }
      }
    }
    assertTrue(
        shell
            .err()
            .contains(
                "difference.safetensors: 5 vectors, grade 2 and above minus lower grades ("
                    + counts[0]
                    + " minus "
                    + counts[1]
                    + " passages)"),
        shell.err());
    try (Checkpoint vectors = Checkpoints.openFile(file)) {
      assertEquals(
          Set.of(
              point,
              "blocks.1.attn.hook_z/0",
              "blocks.1.attn.hook_z/1",
              "blocks.1.attn.hook_z/2",
              "blocks.1.attn.hook_z/3"),
          vectors.names());
      float[] vector = vectors.floats(point);
      ByteBuffer npy = ByteBuffer.allocate(128 + 4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
      npy.put(
          ("?NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': ("
                  + vector.length
                  + ",), }")
              .getBytes(StandardCharsets.US_ASCII));
      npy.put(0, (byte) 0x93);
      while (npy.position() < 127) {
        npy.put((byte) ' ');
      }
      npy.put((byte) '\n');
      for (int i = 0; i < vector.length; i++) {
        double wanted = sums[0][i] / counts[0] - sums[1][i] / counts[1];
        assertEquals(wanted, vector[i], 1e-6 * Math.max(1, Math.abs(wanted)));
        npy.putFloat(vector[i]);
      }
      Files.write(folder.resolve("v.npy"), npy.array());
    }
    String scores = added(point + " vector=" + file + "#" + point);
    assertNotEquals(added(point + " dose=0 vector=" + file + "#" + point), scores);
    assertEquals(scores, added(point + " vector=" + folder.resolve("v.npy")));
    added("blocks.1.attn.hook_z head=1 vector=" + file + "#blocks.1.attn.hook_z/1");
    byte[] before = Files.readAllBytes(file);
    Files.delete(file);
    Shell again =
        record(
            "bert-bi",
            Stream.concat(Stream.of(difference), Stream.of("-resume")).toArray(String[]::new));
    assertEquals(ExitCode.DONE, again.code(), again.err());
    assertArrayEquals(before, Files.readAllBytes(file), "of a recording that was complete");
  }

  /** The scores with a vector added to what passages have. */
  private String added(String what) throws IOException {
    Path scores = folder.resolve("scores.tsv");
    Shell.succeed(
        "score",
        "-model",
        model("bert-bi"),
        "-pairs",
        folder.resolve("pairs.tsv").toString(),
        "-intervene",
        "add " + what + " side=passage",
        "-output",
        scores.toString());
    return Files.readString(scores);
  }

  @Test
  void theDifferenceOfContrastPairsIsThatOfTheirMeans() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      lines.append(
          "{\"id\":\"p"
              + i
              + "\",\"qid\":\"1\",\"query\":\"red water\",\"docid\":\"d"
              + i
              + "\",\"perturbation\":\"TFC1\",\"base\":\"memory of disk "
              + i
              + "\",\"perturbed\":\"memory of disk "
              + i
              + " water\"}\n");
    }
    pairs(lines.toString());
    Shell shell =
        record(
            "bert-cross", "-hooks", "*pooler*", "-positions", "mean", "-difference", "perturbed");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.err().contains("perturbed minus base (5 minus 5 passages)"), shell.err());
    HookPoint pooler = HookPoint.parse("pooler.hook_pooler_out").orElseThrow();
    try (Recording recording = Recording.open(folder.resolve("out"));
        Checkpoint vectors = Checkpoints.openFile(folder.resolve("out/difference.safetensors"))) {
      float[] vector = vectors.floats(pooler.toString());
      for (int i = 0; i < vector.length; i++) {
        double sum = 0;
        for (int pair = 0; pair < 5; pair++) {
          sum += recording.get("p" + pair + "/perturbed", Side.PAIR, pooler).values()[i];
          sum -= recording.get("p" + pair + "/base", Side.PAIR, pooler).values()[i];
        }
        assertEquals(sum / 5, vector[i], 1e-6);
      }
    }
  }

  @Test
  void differencesThatCannotBeMadeAreRefusedBeforeTheWork() throws IOException {
    pairs(SMALL);
    Path qrels = Files.writeString(folder.resolve("qrels"), "1 0 a 2\n1 0 b 1\n");
    for (String[] wrong :
        new String[][] {
          {"better", "a difference is relevant, relevant:GRADE or perturbed, got 'better'"},
          {"relevant:x", "a difference is relevant, relevant:GRADE or perturbed, got 'relevant:x'"},
          {"perturbed", "-difference perturbed needs contrast pairs in JSON lines: -pairs"},
          {"relevant", "-difference relevant needs judgments: -qrels or -collection"}
        }) {
      Shell shell =
          record("bert-bi", "-hooks", "*resid_post", "-positions", "mean", "-difference", wrong[0]);
      assertEquals(ExitCode.USAGE, shell.code(), shell.err());
      assertTrue(shell.err().contains(wrong[1]), shell.err());
    }
    Shell keys =
        record(
            "bert-bi",
            "-hooks",
            "*pattern",
            "-positions",
            "mean",
            "-qrels",
            qrels.toString(),
            "-difference",
            "relevant");
    assertEquals(ExitCode.USAGE, keys.code(), keys.err());
    assertTrue(
        keys.err().contains("blocks.0.attn.hook_pattern has positions as its last dimension"),
        keys.err());
    assertFalse(Files.exists(folder.resolve("out")));
    Shell none =
        record(
            "bert-bi",
            "-hooks",
            "*resid_post",
            "-positions",
            "mean",
            "-qrels",
            qrels.toString(),
            "-difference",
            "relevant");
    assertEquals(ExitCode.INPUT, none.code(), none.err());
    assertTrue(
        none.err()
            .contains("no difference of grade 1 and above minus lower grades: 2 passages minus 0"),
        none.err());
  }

  /** In their mean one may cancel another. */
  @Test
  void theDifferenceOfSeveralPerturbationsIsRefusedBeforeTheWork() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String name : List.of("TFC1", "LB1", "TFC1")) {
      lines.append(
          "{\"id\":\"p"
              + lines.length()
              + "\",\"qid\":\"1\",\"query\":\"red\",\"docid\":\"d\",\"perturbation\":\""
              + name
              + "\",\"base\":\"water\",\"perturbed\":\"water red\"}\n");
    }
    pairs(lines.toString());
    String[] recorded = {"-hooks", "*resid_post", "-positions", "mean"};
    Shell refused =
        record(
            "bert-bi",
            Stream.concat(Stream.of(recorded), Stream.of("-difference", "perturbed"))
                .toArray(String[]::new));
    assertEquals(ExitCode.INPUT, refused.code(), refused.err());
    assertTrue(
        refused
            .err()
            .contains("pairs.tsv: has pairs of several perturbations, LB1, TFC1, whose mean"),
        refused.err());
    assertFalse(Files.exists(folder.resolve("out")));
    Shell without = record("bert-bi", recorded);
    assertEquals(ExitCode.DONE, without.code(), without.err());
  }

  @Test
  void gradesComeWithTheJudgedPairsAndDecideWhatIsResumed() throws IOException {
    pairs(SMALL + "1\tred water\tc\tdisk\n");
    Path qrels = Files.writeString(folder.resolve("qrels"), "1 0 a 2\n1 0 c -1\n9 0 b 1\n");
    String[] graded = {"-hooks", "*pooler*", "-positions", "cls", "-qrels", qrels.toString()};
    Shell shell = record("bert-bi", graded);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    Map<String, Integer> grades = new HashMap<>();
    for (JsonNode line : index()) {
      if (line.has("grade")) {
        grades.put(line.path("id").asText(), line.path("grade").intValue());
      }
    }
    assertEquals(Map.of("1/a", 2), grades);
    Shell without = record("bert-bi", "-hooks", "*pooler*", "-positions", "cls", "-resume");
    assertEquals(ExitCode.INPUT, without.code(), without.err());
    assertTrue(without.err().contains("qrels"), without.err());
    Files.writeString(qrels, "1 0 a 1\n");
    List<String> again = new ArrayList<>(List.of(graded));
    again.add("-resume");
    Shell other = record("bert-bi", again.toArray(String[]::new));
    assertEquals(ExitCode.INPUT, other.code(), other.err());
    assertTrue(other.err().contains("qrels"), other.err());
  }

  @Test
  void bothSidesOfABiEncoderGiveTheScore() throws IOException {
    pairs(manyPairs());
    Shell shell = record("bert-bi", "-hooks", "*pooler*", "-positions", "cls");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    HookPoint pooled = HookPoint.of(Site.POOLER_OUT);
    try (Recording recording = Recording.open(folder.resolve("out"))) {
      assertEquals(40, recording.ids().size());
      for (JsonNode line : index()) {
        if (line.has("id")) {
          String id = line.path("id").asText();
          float[] query = recording.get(id, Side.QUERY, pooled).values();
          float[] passage = recording.get(id, Side.PASSAGE, pooled).values();
          double cosine =
              dot(query, passage) / Math.sqrt(dot(query, query) * dot(passage, passage));
          assertEquals(cosine, line.path("score").asDouble(), 1e-6);
        }
      }
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void aRunsCandidatesAreRecordedToTheDepth() throws IOException {
    Files.writeString(folder.resolve("topics.tsv"), "t1\tred water\nt2\tdisk\n");
    Files.writeString(
        folder.resolve("run.txt"), "t1 Q0 a 1 3 x\nt1 Q0 b 2 2 x\nt1 Q0 c 3 1 x\nt2 Q0 b 1 1 x\n");
    Files.writeString(
        folder.resolve("corpus.jsonl"),
        "{\"id\": \"a\", \"contents\": \"red disk\"}\n{\"id\": \"b\", \"contents\": \"memory\"}\n");
    Shell shell =
        Shell.succeed(
            "record",
            "-model",
            model("bert-cross"),
            "-run",
            folder.resolve("run.txt").toString(),
            "-topics",
            folder.resolve("topics.tsv").toString(),
            "-corpus",
            folder.resolve("corpus.jsonl").toString(),
            "-depth",
            "2",
            "-hooks",
            "hook_logits",
            "-positions",
            "cls",
            "-output",
            folder.resolve("out").toString());
    assertTrue(shell.err().contains("to record: 3 pairs, 3 inputs, "), shell.err());
    try (Recording recording = Recording.open(folder.resolve("out"))) {
      assertEquals(Set.of("t1/a", "t1/b", "t2/b"), Set.copyOf(recording.ids()));
    }
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("out/manifest.json").toFile());
    assertEquals(2, manifest.path("data").path("depth").asInt());
    assertEquals(64, manifest.path("data").path("run").path("sha256").asText().length());
    assertTrue(manifest.path("command").toString().contains("\"-output\",\"DIR\""));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothPassagesOfContrastPairsAreRecorded(boolean gzip) throws IOException {
    String lines =
        """
        \uFEFF{"id": "c1", "qid": "1", "query": "red", "docid": "d", "perturbation": "TFC1", "base": "water", "perturbed": "water red"}

        {"id": "c2", "qid": "1", "query": "red", "docid": "d", "perturbation": "TFC1", "base": "water", "perturbed": "disk"}
        """;
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(folder.resolve("pairs.tsv"));
        OutputStream text = gzip ? new GZIPOutputStream(out) : out) {
      text.write(bytes);
    }
    Shell shell = record("bert-bi", "-hooks", "*pooler*", "-positions", "cls");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    HookPoint pooled = HookPoint.of(Site.POOLER_OUT);
    try (Recording recording = Recording.open(folder.resolve("out"))) {
      assertEquals(
          Set.of("c1/base", "c1/perturbed", "c2/base", "c2/perturbed"),
          Set.copyOf(recording.ids()));
      assertArrayEquals(
          recording.get("c1/base", Side.PASSAGE, pooled).values(),
          recording.get("c2/base", Side.PASSAGE, pooled).values());
      List<Token> base = recording.tokens("c1/base", Side.PASSAGE);
      List<Token> perturbed = recording.tokens("c1/perturbed", Side.PASSAGE);
      assertEquals(
          List.of(Role.MATCH, Role.MATCH, Role.MATCH),
          perturbed.subList(base.size() - 1, perturbed.size() - 1).stream()
              .map(Token::role)
              .toList(),
          "r, e and d of the word that was added");
    }
  }

  @Test
  void saysWhatItDidAndWhatWasMissing() throws IOException {
    pairs(SMALL + "1\tred water\tc\t\n");
    Shell shell =
        record("bert-cross", "-hooks", "hook_logits", "-positions", "role:match,cls", "-half");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.err().contains("to record: 3 pairs, 3 inputs, "), shell.err());
    assertTrue(shell.err().contains("recorded 3 pairs ("), shell.err());
    assertTrue(shell.err().contains("0 truncated to 40 tokens, 1 empty"), shell.err());
    assertTrue(shell.err().contains("1 of 3 inputs without a position match"), shell.err());
  }

  @Test
  void aPointOfTwoGlobsIsRecordedOnce() throws IOException {
    pairs(SMALL);
    Shell shell =
        record("bert-cross", "-hooks", "*hook_z,blocks.1.*_z,*hook_z", "-positions", "cls");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    try (Recording recording = Recording.open(folder.resolve("out"))) {
      assertEquals(
          List.of("blocks.0.attn.hook_z", "blocks.1.attn.hook_z"),
          recording.points(Side.PAIR).stream().map(HookPoint::toString).toList());
    }
  }

  @Test
  void strangeIdsComeBack() throws IOException {
    String id = "a/b \u2028\u0085\ud83d\ude00\\\"{";
    pairs(HEADER + id + "\tred\t" + id + "\twater\nx\tred\t\tdisk\n");
    Shell shell = record("bert-bi", "-hooks", "*pooler*", "-positions", "cls");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    try (Recording recording = Recording.open(folder.resolve("out"))) {
      assertEquals(Set.of(id + "/" + id, "x/"), Set.copyOf(recording.ids()));
      assertArrayEquals(
          recording.get(id + "/" + id, Side.QUERY, HookPoint.of(Site.POOLER_OUT)).values(),
          recording.get("x/", Side.QUERY, HookPoint.of(Site.POOLER_OUT)).values());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*hook_y | cls | USAGE | no hook point matches '*hook_y'; nearest: ",
        "hook_score | cls | USAGE | hook_score is not an activation of the model; index.jsonl has every",
        "*hook_z, | cls | USAGE | no hook point matches ''; ",
        "*hook_z | role:matches | USAGE | positions, column 1: expected all, passage, a role (cls, ",
        "*hook_z | cls,1.5 | USAGE | positions, column 5: expected all, passage, a role (cls, sep,",
        "*hook_z | 2,39,500-600 | USAGE | positions 2,39,500-600: no text has 39, 500-600",
        "*hook_z | role:filler,cls | USAGE | positions cls,filler: no text has filler",
      })
  void wrongWishesAreRefusedBeforeAnythingIsWritten(
      String hooks, String positions, ExitCode code, String message) throws IOException {
    pairs(SMALL);
    Shell shell = record("bert-cross", "-hooks", hooks, "-positions", positions);
    assertEquals(code, shell.code());
    assertTrue(shell.err().contains("lucerna record: " + message), shell.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1;red;a;x%1;red;b;y%1;red;a;z | the pair 1/a occurs twice; ids must differ",
        "1/2;red;a;x%1;red;2/a;y | the pair 1/2/a occurs twice; ids must differ",
        "1;red;a;x%2;red;a;x%1;blue;b;y | topic 1 has two queries: 'red' and 'blue'",
        "'' | there are no pairs to record",
        "1;red;a | expected 4 columns separated by tabs, got 3",
      })
  void wrongPairsAreRefusedBeforeAnythingIsWritten(String rows, String message) throws IOException {
    pairs(HEADER + rows.replace(';', '\t').replace('%', '\n') + "\n");
    Shell shell = record("bert-cross", "-hooks", "*hook_z", "-positions", "cls");
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void wrongPlacesAreRefused() throws IOException {
    pairs(SMALL);
    String[] what = {"-hooks", "*hook_z", "-positions", "cls", "-output"};
    Files.createDirectory(folder.resolve("there"));
    refused(what, folder.resolve("there"), ": exists already; record into a new folder");
    Files.writeString(folder.resolve("file"), "x");
    refused(what, folder.resolve("file"), ": exists already and is not a folder");
    refused(what, folder.resolve("file/in"), ": -output must be in a writable folder");
    Shell resumed = record("bert-cross", with(what, folder.resolve("there").toString(), "-resume"));
    assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
  }

  private void refused(String[] what, Path output, String message) {
    Shell shell = record("bert-cross", with(what, output.toString()));
    assertEquals(ExitCode.USAGE, shell.code());
    assertTrue(shell.err().contains("lucerna record: " + output + message), shell.err());
  }

  private static String[] with(String[] what, String... more) {
    List<String> all = new ArrayList<>(List.of(what));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void resumingAnotherRecordingIsRefused() throws IOException {
    pairs(SMALL);
    String[] z = {"-hooks", "*hook_z", "-positions", "cls"};
    assertEquals(ExitCode.DONE, record("bert-cross", z).code());
    Shell again = record("bert-cross", with(z, "-resume", "-model.label", "Tiny"));
    assertEquals(ExitCode.DONE, again.code(), again.err());
    assertTrue(again.err().contains("already holds the complete recording"), again.err());
    other(record("bert-cross-2labels", with(z, "-resume")), "model.scorer was ");
    other(record("bert-cross", with(z, "-resume", "-batch", "2")), "model.settings.batch was ");
    other(record("bert-cross", with(z, "-resume", "-half")), "dtype was \"F32\" and is \"F16\"");
    other(
        record("bert-cross", "-hooks", "*hook_q", "-positions", "cls", "-resume"), "points was [");
    pairs(SMALL + "1\tred water\tc\tmore\n");
    other(record("bert-cross", with(z, "-resume")), "data.pairs.sha256 was ");
  }

  private void other(Shell shell, String difference) {
    assertEquals(ExitCode.INPUT, shell.code());
    assertTrue(
        shell
            .err()
            .contains(folder.resolve("out/manifest.json") + ": cannot be resumed: " + difference),
        shell.err());
  }

  @Test
  void optionsThatWouldBeIgnoredAreRefused() throws IOException {
    pairs(SMALL);
    Shell both = record("bert-cross", "-hooks", "*", "-positions", "cls", "-depth", "5");
    assertEquals(ExitCode.USAGE, both.code(), both.err());
    Shell neither =
        Shell.run("record", "-hooks", "*", "-positions", "cls", "-output", folder + "/out");
    assertEquals(ExitCode.USAGE, neither.code());
    assertTrue(neither.err().contains("give the pairs: -pairs, -run or -input"), neither.err());
    Shell size = record("bert-cross", "-hooks", "*", "-positions", "cls", "-shard.size", "0");
    assertTrue(size.err().contains("-shard.size must be at least 1, got 0"), size.err());
  }
}
