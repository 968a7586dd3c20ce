package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the {@code eval} command with the trec_eval 9.0.4 that Anserini carries, line by line,
 * on random runs: ties, unjudged documents, negative grades, missing and extra topics, topics
 * without relevant documents, and all the flags.
 */
public class TrecEvalParityTest {
  private static final int CASES = 1_000;

  private static final List<List<String>> MEASURES =
      List.of(
          List.of(),
          List.of("official"),
          List.of("all_trec"),
          List.of("set"),
          List.of("map", "ndcg", "recip_rank", "gm_map"),
          List.of("P.7,3", "recall.1,10", "map_cut.5", "ndcg_cut.10,1", "success.2", "P.9"),
          List.of("iprec_at_recall.0.05,.5", "11pt_avg.0.2,0.5,0.8", "Rprec_mult.0.5,3"),
          List.of("set_F.2.5", "utility.1,-0.5,-2,0", "relstring.4", "relative_P.2", "runid"),
          List.of("ndcg.1=3,3=10", "Rndcg.2=5", "ndcg_rel.1=4", "G.2=7", "num_q", "infAP"));

  @TempDir Path folder;

  private Path binary = Path.of("trec_eval");

  @BeforeEach
  void unpack() throws IOException {
    Optional<String> name = binaryName();
    Assumptions.assumeTrue(
        name.isPresent(),
        "trec_eval parity skipped: Anserini carries no trec_eval for "
            + System.getProperty("os.name")
            + " on "
            + System.getProperty("os.arch"));
    binary = folder.resolve("trec_eval");
    try (InputStream in =
        TrecEvalParityTest.class.getResourceAsStream("/trec_eval/" + name.orElseThrow())) {
      if (in == null) {
        fail("Anserini's jar lacks trec_eval/" + name.orElseThrow());
      } else {
        Files.copy(in, binary);
      }
    }
    assertTrue(binary.toFile().setExecutable(true));
  }

  /** The resource for this machine; the Windows binary prints other line ends and is left out. */
  private static Optional<String> binaryName() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    boolean amd64 = arch.equals("amd64") || arch.equals("x86_64");
    if (os.contains("linux") && amd64) {
      return Optional.of("trec_eval-linux-amd64");
    }
    if (os.contains("mac")) {
      return Optional.of("trec_eval-macosx-" + (amd64 ? "x86_64" : "aarch64"));
    }
    return Optional.empty();
  }

  @Test
  void printsTheSameLines() throws Exception {
    for (int seed = 0; seed < CASES; seed++) {
      Random random = new Random(seed);
      writeFiles(random);
      List<String> flags = flags(random);
      check(seed, flags);
    }
  }

  private void check(int seed, List<String> flags) throws Exception {
    List<String> files =
        List.of(folder.resolve("qrels").toString(), folder.resolve("run").toString());
    List<String> theirs = trecEval(flags, files);
    List<String> command = new ArrayList<>(List.of("eval"));
    command.addAll(flags);
    command.addAll(files);
    Shell shell = Shell.run(command.toArray(String[]::new));
    String where = "seed " + seed + ", flags " + flags;
    assertEquals("", shell.err(), where);
    List<String> ours = shell.out().lines().toList();
    assertEquals(theirs.size(), ours.size(), where);
    for (int i = 0; i < ours.size(); i++) {
      if (theirs.get(i).endsWith("nan")) {
        // There trec_eval divides 0 by 0 (-J without judged documents); no NaN is printed here.
        assertTrue(ours.get(i).matches(".*\t[0-9.]+"), where + ": " + ours.get(i));
      } else {
        assertEquals(theirs.get(i), ours.get(i), where);
      }
    }
  }

  private List<String> trecEval(List<String> flags, List<String> files) throws Exception {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(flags);
    command.addAll(files);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), command + ": " + out);
    return out.lines().toList();
  }

  private static List<String> flags(Random random) {
    List<String> flags = new ArrayList<>();
    for (String measure : MEASURES.get(random.nextInt(MEASURES.size()))) {
      flags.addAll(List.of("-m", measure));
    }
    if (random.nextBoolean()) {
      flags.add("-q");
    }
    if (random.nextBoolean()) {
      flags.add("-c");
    }
    if (random.nextInt(10) == 0) {
      flags.add("-n");
    }
    if (random.nextInt(6) == 0) {
      flags.add("-J");
    }
    if (random.nextBoolean()) {
      flags.addAll(List.of("-l", "" + (1 + random.nextInt(4))));
    }
    if (random.nextInt(3) == 0) {
      flags.addAll(List.of("-M", "" + (1 + random.nextInt(30))));
    }
    return flags;
  }

  private void writeFiles(Random random) throws IOException {
    int docs = 2 + random.nextInt(random.nextInt(10) == 0 ? 1_200 : 50);
    int grades = 1 + random.nextInt(5);
    int distinctScores = 1 + random.nextInt(3 * docs);
    double judgedShare = random.nextDouble();
    double retrievedShare = random.nextDouble();
    // One topic that both have, or there would be nothing to print.
    StringBuilder qrels = new StringBuilder("t5 0 common 1\n");
    StringBuilder run = new StringBuilder("t5 Q0 common 1 0.5 first\n");
    for (int t = 1 + random.nextInt(9); t > 0; t--) {
      boolean judged = random.nextInt(6) > 0;
      boolean retrieved = random.nextInt(6) > 0;
      if (judged) {
        // trec_eval crashes on a topic that has nothing but negative grades.
        qrels.append("t" + t + " 0 graded " + random.nextInt(grades) + "\n");
      }
      for (int d = 0; d < docs; d++) {
        if (judged && random.nextDouble() < judgedShare) {
          int grade = random.nextInt(8) == 0 ? -1 - random.nextInt(2) : random.nextInt(grades);
          qrels.append("t" + t + " 0 doc" + d + "\t" + grade + "\n");
        }
        if (retrieved && random.nextDouble() < retrievedShare) {
          String score = "" + (random.nextInt(distinctScores) / 7.0 - 1);
          run.append("t" + t + " Q0 doc" + d + " " + d + " " + score + " tag" + t + "\n");
        }
      }
    }
    Files.writeString(folder.resolve("qrels"), qrels);
    Files.writeString(folder.resolve("run"), run);
  }
}
