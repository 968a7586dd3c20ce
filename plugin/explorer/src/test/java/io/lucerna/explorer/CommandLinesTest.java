package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.intervene.InterventionSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of specs that read the candidates at hand. */
class CommandLinesTest {
  private static final String MEAN = "mean blocks.2.attn.hook_z head=5 from=candidates per=role";
  private static final Topic TOPIC = SmallCollection.TOPIC;

  private static CommandsAnswer of(Launch launch, Topic topic, int depth, String spec) {
    return new CommandLines(launch, List.of("AP"), 1)
        .of(topic, true, depth, InterventionSpec.parse(spec), "", Optional.empty());
  }

  private static List<String> lines(CommandsAnswer answer) {
    return answer.lines().stream().map(CommandsAnswer.Line::line).toList();
  }

  private static List<String> lines(Topic topic, int depth, String spec) {
    return lines(of(SmallCollection.LAUNCH, topic, depth, spec));
  }

  /** The one line that has these words. */
  private static String with(String words, List<String> lines) {
    List<String> found = lines.stream().filter(line -> line.contains(words)).toList();
    assertEquals(1, found.size(), lines.toString());
    return found.getFirst();
  }

  /** That of the one line with these words, which takes up what is there when it is run again. */
  private static String folder(String words, List<String> lines) {
    String line = with(words, lines);
    assertTrue(line.endsWith(" -resume"), line);
    return line.split(" -output ", 2)[1].replace(" -resume", "");
  }

  /** Another's recording would be read in its place, without a word. */
  @Test
  void noTwoRecordingsHaveOneFolder() {
    List<List<String>> all =
        List.of(
            lines(TOPIC, 5, MEAN),
            lines(new Topic("t2", TOPIC.query()), 5, MEAN),
            lines(new Topic("", TOPIC.query()), 5, MEAN),
            lines(new Topic("", "bread"), 5, MEAN),
            lines(TOPIC, 4, MEAN),
            lines(TOPIC, 5, MEAN.replace("blocks.2", "blocks.3")));
    Set<String> folders = new HashSet<>();
    for (List<String> lines : all) {
      String folder = folder("lucerna record", lines);
      String changed = with("-intervene", lines);
      assertTrue(changed.contains(" from=" + folder + " "), changed);
      folders.add(folder);
    }
    assertEquals(all.size(), folders.size(), folders.toString());
    assertEquals(all.getFirst(), lines(TOPIC, 5, MEAN));
  }

  /** One that holds the study of another state is refused. */
  @Test
  void noTwoStudiesHaveOneFolder() {
    String cut = "zero blocks.2.attn.hook_z head=5";
    Set<String> folders = new HashSet<>();
    for (int depth : new int[] {4, 5}) {
      for (String spec : List.of(cut, "zero blocks.3.attn.hook_z head=5")) {
        folders.add(folder("lucerna study", lines(TOPIC, depth, spec)));
      }
    }
    assertEquals(4, folders.size(), folders.toString());
    assertTrue(folders.contains(folder("lucerna study", lines(TOPIC, 4, cut))));
  }

  /** {@code patch} has no donors for other topics, and a mean over theirs is another. */
  @Test
  void whatReadsCandidatesRanksTheirTopicAlone() {
    CommandsAnswer answer =
        of(SmallCollection.LAUNCH, TOPIC, 5, "patch blocks.0.hook_resid_pre from=candidates");
    List<String> lines = lines(answer);
    String changed = with("-intervene", lines);
    assertTrue(changed.contains(" -run run.topic.txt "), changed);
    assertEquals("./lucerna eval -q -l 1 -m AP 'bees'\\'' qrels' run.changed.txt", lines.getLast());
    assertEquals(
        List.of(
            "They rank every topic; this page shows topic t1.",
            "The changed model is the exception: the spec reads this topic's candidates, so it"
                + " ranks this topic alone, and there is no study."),
        answer.notes());
  }

  @Test
  void requestsHaveNoLinesOfOneTopic() {
    Launch requests =
        new Launch(
            List.of(),
            List.of(),
            List.of("-run", "requests.jsonl"),
            List.of(),
            List.of("-model", "minilm"),
            "qrels.txt");
    CommandsAnswer answer = of(requests, TOPIC, 5, MEAN);
    assertEquals(
        List.of(
            "./lucerna rerank -run requests.jsonl -model none -output run.first.txt",
            "./lucerna rerank -run requests.jsonl -model minilm -rerank.depth 5"
                + " -output run.plain.txt",
            "./lucerna eval -q -l 1 -m AP qrels.txt run.first.txt",
            "./lucerna eval -q -l 1 -m AP qrels.txt run.plain.txt"),
        lines(answer));
    assertEquals(
        "No line changes the model: the spec reads the candidates of this topic alone, and no"
            + " command takes one topic out of requests.",
        answer.notes().getLast());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "01", "1.0", "it's", "a\\tb"})
  void theTopicIsNoOther(String topic, @TempDir Path folder) throws Exception {
    StringBuilder run = new StringBuilder();
    for (String one : List.of("1", "01", "1.0", "it's", "a\\tb")) {
      run.append(one).append(" Q0 bees 1 2.5 bm25\n");
    }
    Files.writeString(folder.resolve("run.first.txt"), run);
    String line = with(" > run.topic.txt", lines(new Topic(topic, "bees"), 5, MEAN));
    Process shell = new ProcessBuilder("sh", "-c", line).directory(folder.toFile()).start();
    assertEquals(0, shell.waitFor());
    assertEquals(
        topic + " Q0 bees 1 2.5 bm25\n", Files.readString(folder.resolve("run.topic.txt")));
  }
}
