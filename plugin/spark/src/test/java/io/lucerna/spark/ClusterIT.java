package io.lucerna.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Commands as {@code spark-submit} runs them write what they write alone, whatever is killed. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(600)
class ClusterIT {
  private static final int TOPICS = 300;
  private static final int DOCS = 40;
  private static final List<String> WORDS =
      List.of("the lamp is old light of oil glass house river stone bread water".split(" "));
  private static final Pattern ADDRESS = Pattern.compile("spark://127\\.0\\.0\\.1:\\d+");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  /** A thirtieth of the work is done. */
  private static final Pattern UNDER_WAY = Pattern.compile("ing \\[#");

  private static final String[] HEADS = {"-conditions", "heads"};
  private static final String[] LAYERS = {"-conditions", "layers"};

  @TempDir static Path folder;

  private static SparkHome spark;

  @BeforeAll
  static void inputs() throws IOException {
    assertTrue(Files.exists(SparkHome.lucerna()), "build plugin/app first");
    spark = new SparkHome(Files.createDirectory(folder.resolve("spark")));
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder corpus = new StringBuilder();
    StringBuilder topics = new StringBuilder();
    StringBuilder run = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    StringBuilder pairs = new StringBuilder();
    for (int doc = 0; doc < DOCS; doc++) {
      corpus.append("{\"id\": \"d" + doc + "\", \"contents\": \"");
      corpus.append(words(random, 4 + random.nextInt(14))).append("\"}\n");
    }
    for (int topic = 0; topic < TOPICS; topic++) {
      topics.append(topic).append('\t').append(words(random, 3)).append('\n');
      int candidates = 2 + random.nextInt(10);
      for (int place = 0; place < candidates; place++) {
        int doc = (topic + place) % DOCS;
        run.append(topic + " Q0 d" + doc + " 1 " + (20 - place) + " first\n");
        qrels.append(topic + " 0 d" + doc + " " + random.nextInt(3) + "\n");
      }
      String base = words(random, 8);
      pairs.append("{\"id\": \"p" + topic + "\", \"qid\": \"q" + topic % 9);
      pairs.append("\", \"query\": \"lamp oil\", \"docid\": \"d" + topic);
      pairs.append("\", \"perturbation\": \"TFC1\", \"base\": \"" + base);
      pairs.append("\", \"perturbed\": \"" + base + " oil\", \"edits\": [[" + base.length());
      pairs.append(", " + base.length() + ", " + base.length() + ", " + (base.length() + 4));
      pairs.append("]], \"terms\": [\"oil\"]}\n");
    }
    write("topics.tsv", topics);
    write("corpus.jsonl", corpus);
    write("run.txt", run);
    write("qrels.txt", qrels);
    write("pairs.jsonl", pairs);
  }

  private static String words(SplittableRandom random, int count) {
    return String.join(" ", random.ints(count, 0, WORDS.size()).mapToObj(WORDS::get).toList());
  }

  private static void write(String name, CharSequence content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static List<String> study(String output, String... more) {
    List<String> words = new ArrayList<>(List.of("study", "-model", Checkout.model("bert-cross")));
    words.addAll(List.of("-topics", path("topics.tsv"), "-corpus", path("corpus.jsonl")));
    words.addAll(List.of("-run", path("run.txt"), "-qrels", path("qrels.txt"), "-depth", "10"));
    words.addAll(List.of("-rounds", "50", "-output", path(output)));
    words.addAll(Arrays.asList(more));
    return words;
  }

  private static List<String> patch(String output) {
    List<String> words = new ArrayList<>(List.of("patch", "-model", Checkout.model("bert-cross")));
    words.addAll(List.of("-pairs", path("pairs.jsonl"), "-sweep", "head", "-direction", "both"));
    words.addAll(List.of("-rounds", "50", "-output", path(output)));
    return words;
  }

  private static List<String> record(String output) {
    List<String> words = new ArrayList<>(List.of("record", "-model", Checkout.model("bert-bi")));
    words.addAll(List.of("-topics", path("topics.tsv"), "-corpus", path("corpus.jsonl")));
    words.addAll(List.of("-run", path("run.txt"), "-hooks", "blocks.*.hook_resid_post"));
    words.addAll(List.of("-positions", "all", "-shard.size", "1", "-output", path(output)));
    return words;
  }

  private static Map<String, String> files(String output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder.resolve(output))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            folder.resolve(output).relativize(file).toString(),
            Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return files;
  }

  private static void assertSame(String one, String other) throws IOException {
    Map<String, String> files = files(one);
    assertTrue(files.size() > 2, "" + files.keySet());
    assertEquals(files, files(other));
  }

  private static void alone(List<String> command) throws Exception {
    try (Program plain = spark.plain(command)) {
      plain.ends(0);
    }
  }

  @Test
  void aWorkerThatIsKilledIsDoneWithout() throws Exception {
    try (Program master = spark.master()) {
      String address = master.awaits(ADDRESS);
      try (Program one = spark.worker("one", address);
          Program two = spark.worker("two", address)) {
        one.awaits(REGISTERED);
        two.awaits(REGISTERED);
        try (Program driver = spark.submit(address, study("killed", HEADS))) {
          driver.awaits(UNDER_WAY);
          one.kill();
          String said = driver.ends(0);
          assertTrue(said.contains("Lost executor"), said);
        }
        for (List<String> command : List.of(patch("patched"), record("recorded"))) {
          try (Program driver = spark.submit(address, command)) {
            driver.ends(0);
          }
        }
      }
    }
    alone(study("alone", HEADS));
    assertSame("alone", "killed");
    alone(patch("patch"));
    assertSame("patch", "patched");
    alone(record("record"));
    assertSame("record", "recorded");
  }

  @Test
  void aDriverThatIsKilledIsResumed() throws Exception {
    try (Program driver = spark.submit("local[2]", study("resumed", LAYERS))) {
      driver.awaits(UNDER_WAY);
      driver.kill();
    }
    long done = Files.readAllLines(folder.resolve("resumed/journal.jsonl")).size() - 1L;
    assertTrue(0 < done && done < TOPICS, done + " topics were done");
    try (Program driver = spark.submit("local[2]", study("resumed", LAYERS))) {
      String said = driver.ends(2);
      assertTrue(said.contains("holds a study already; give -resume"), said);
      assertFalse(said.contains("SparkContext"), said);
    }
    List<String> resumed = study("resumed", LAYERS);
    resumed.add("-resume");
    try (Program driver = spark.submit("local[2]", resumed)) {
      String said = driver.ends(0);
      assertTrue(said.contains(" of " + TOPICS + " topics done already"), said);
    }
    alone(study("layers", LAYERS));
    assertSame("layers", "resumed");
  }

  @Test
  void aFailedItemEndsTheCommand() throws Exception {
    String nan = "spec:add blocks.1.hook_resid_pre unit=0 vector=[1] dose=1e30";
    try (Program driver = spark.submit("local[2]", study("failed", "-conditions", nan))) {
      String said = driver.ends(1);
      List<String> lines = said.lines().toList();
      String last = lines.getLast();
      assertTrue(
          last.matches("(?s).*lucerna study: topic \\d+: the model gave the score NaN under .*"),
          said);
    }
  }
}
