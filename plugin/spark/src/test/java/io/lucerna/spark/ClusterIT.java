package io.lucerna.spark;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Commands as {@code spark-submit} runs them write what they write alone, whatever is killed. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(600)
class ClusterIT {
  private static final int TOPICS = 120;
  private static final int DOCS = 40;
  private static final List<String> WORDS =
      List.of("the lamp is old light of oil glass house river stone bread water".split(" "));
  private static final Pattern ADDRESS = Pattern.compile("spark://127\\.0\\.0\\.1:\\d+");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  /** A thirtieth of the work is done. */
  private static final Pattern UNDER_WAY = Pattern.compile("ing \\[#");

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
      pairs.append("q" + topic % 9 + "\t" + words(random, 2) + "\td" + topic + "\t");
      pairs.append(words(random, 8)).append('\n');
    }
    write("topics.tsv", topics);
    write("corpus.jsonl", corpus);
    write("run.txt", run);
    write("qrels.txt", qrels);
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
    List<String> words = new ArrayList<>(List.of("study", "-model", Checkout.model("bert-bi")));
    words.addAll(List.of("-topics", path("topics.tsv"), "-corpus", path("corpus.jsonl")));
    words.addAll(List.of("-run", path("run.txt"), "-qrels", path("qrels.txt"), "-depth", "10"));
    words.addAll(List.of("-rounds", "50", "-output", path(output)));
    words.addAll(Arrays.asList(more));
    return words;
  }
}
