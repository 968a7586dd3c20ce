package io.lucerna.studies.ranking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.Intervention;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.Touched;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.Shards;
import io.lucerna.studies.work.StudyException;
import io.lucerna.testkit.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of an item, without a chance to tidy up. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class KilledStudyTest {
  private static final ModelCard MODEL =
      new ModelCard("m", "m", "", "", 2, 3, 4, 0, 8, "", Map.of(), Map.of());
  private static final int TOPICS = 20;
  private static final int DEPTH = 7;
  private static final int KILLED_AT = 8;
  private static final Intervention DONE =
      InterventionSpec.parse("zero hook_embed").interventions().getFirst();

  @TempDir Path temporary;

  /** Studies some topics, then says so and never ends the next. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      int[] done = {0};
      study(
          Path.of(arguments[0]),
          Arrays.stream(arguments).skip(1).map(Shard::parse).findFirst(),
          item -> {
            if (done[0]++ == KILLED_AT) {
              stick();
            }
            return scores(item);
          });
    }

    private static void stick() {
      System.err.println("stuck");
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static List<Condition> conditions() throws IOException {
    return Conditions.of(List.of("heads"), MODEL, 8, 1, SpecSources.withoutRecordings());
  }

  /**
   * Scores by chance that depend on the pair and the condition alone. Of ten positions the first
   * condition leaves none as it was, the next one, and so on.
   */
  private static ConditionScores scores(WorkItem item) {
    List<float[]> scores = new ArrayList<>();
    for (int condition = 0; condition < 7; condition++) {
      float[] own = new float[item.passages().size()];
      for (int i = 0; i < own.length; i++) {
        own[i] = (item.passages().get(i).id() + condition).hashCode() % 1000 / 10f;
      }
      scores.add(own);
    }
    List<List<Touched>> touched = new ArrayList<>();
    touched.add(List.of());
    for (int condition = 1; condition < 7; condition++) {
      touched.add(List.of(new Touched(DONE, 1, 1, 10, condition - 1)));
    }
    return new ConditionScores(scores, touched);
  }

  private static void study(Path folder, Study.Work work) throws IOException {
    study(folder, Optional.empty(), work);
  }

  private static void study(Path folder, Optional<Shard> shard, Study.Work work)
      throws IOException {
    List<StudyTopic> topics = new ArrayList<>();
    Map<String, Map<String, Integer>> judgments = new HashMap<>();
    for (int t = 0; t < TOPICS; t++) {
      List<RankedDoc> docs = new ArrayList<>();
      Map<String, Integer> grades = new HashMap<>();
      for (int d = 0; d < 10; d++) {
        docs.add(new RankedDoc("d" + d, 20 - d));
        grades.put("d" + d, d % 3);
      }
      topics.add(new StudyTopic("query " + t, Ranking.of("t" + t, docs)));
      judgments.put("t" + t, grades);
    }
    List<Condition> conditions = conditions();
    boolean[] perItem = new boolean[conditions.size()];
    Arrays.fill(perItem, true);
    JournalSettings settings = new JournalSettings().put("model", "m");
    try (FolderLock lock = FolderLock.take(folder, "study");
        StudyFolder study =
            StudyFolder.open(
                conditions, perItem, topics, DEPTH, (t, d) -> d, work, lock, settings, shard)) {
      StudyEnd end =
          study.end(
              new Identity(List.of("study"), Map.of(), MODEL, Map.of()),
              Map.of(),
              Qrels.of(judgments),
              new StudySettings(
                  List.of(Measure.parse("nDCG@10"), Measure.parse("AP")),
                  1,
                  Correction.BH,
                  new Comparison.Settings(1, 100, .01)));
      study.begin(Run.of("first", topics.stream().map(StudyTopic::first).toList()), end);
      study.work(ItemRunner.HERE, passages -> assertEquals(DEPTH, passages));
      if (shard.isEmpty()) {
        study.write(end);
      }
    }
  }

  @Test
  void losesTheItemInWorkAndNoMore() throws Exception {
    Path killed = temporary.resolve("killed");
    assertEquals(137, ChildJvm.killedWhen("stuck", Child.class, killed.toString()));
    assertEquals(1 + KILLED_AT, Files.readAllLines(killed.resolve("journal.jsonl")).size());
    Path whole = temporary.resolve("whole");
    study(whole, KilledStudyTest::scores);
    int[] left = {0};
    study(
        killed,
        item -> {
          left[0]++;
          return scores(item);
        });
    assertEquals(TOPICS - KILLED_AT, left[0]);
    same(whole, killed);
    assertTrue(Files.isRegularFile(whole.resolve("heads.csv")), "a screen of all heads");
    JsonNode conditions =
        new ObjectMapper()
            .readTree(Files.readString(killed.resolve("study.json")))
            .path("conditions");
    for (int i = 0; i < 7; i++) {
      JsonNode one = conditions.path(i);
      boolean some = i > 1;
      assertEquals(some, one.has("positions"), one.toString());
      assertEquals(some ? 10 * TOPICS : 0, one.path("positions").asInt(), "summed over topics");
      assertEquals(some ? (i - 1) * TOPICS : 0, one.path("missing").asInt());
    }
  }

  /** The first version had no counts of positions. */
  @Test
  void aJournalOfTheFirstVersionIsRefused() throws IOException {
    Path folder = temporary.resolve("study");
    study(folder, KilledStudyTest::scores);
    Path journal = folder.resolve("journal.jsonl");
    String lines = Files.readString(journal);
    Files.writeString(journal, lines.replaceFirst("\"version\":2,", "\"version\":1,"));
    StudyException e =
        assertThrows(StudyException.class, () -> study(folder, KilledStudyTest::scores));
    String said = String.valueOf(e.getMessage());
    assertTrue(
        said.startsWith(
            journal + ": holds scores of version 1, this program reads version 2; use the program"),
        said);
  }

  private static void same(Path whole, Path other) throws IOException {
    try (Stream<Path> files = Files.walk(whole)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertArrayEquals(
            Files.readAllBytes(file),
            Files.readAllBytes(other.resolve(whole.relativize(file))),
            file.toString());
      }
    }
  }

  @Test
  void aShardThatWasKilledIsFinishedAndJoined() throws Exception {
    Path whole = temporary.resolve("whole");
    study(whole, KilledStudyTest::scores);
    Path joined = temporary.resolve("joined");
    Path second = temporary.resolve("second");
    assertEquals(137, ChildJvm.killedWhen("stuck", Child.class, second.toString(), "2/2"));
    Path first = temporary.resolve("first");
    study(first, Optional.of(new Shard(1, 2)), KilledStudyTest::scores);
    List<Path> parts = List.of(second, first);
    StudyException e = assertThrows(StudyException.class, () -> merge(parts, joined));
    String said = String.valueOf(e.getMessage());
    assertTrue(said.contains("(shard 2/2): is unfinished, 2 of 10 items left: "), said);
    study(second, Optional.of(new Shard(2, 2)), KilledStudyTest::scores);
    merge(parts, joined);
    same(whole, joined);
  }

  private static void merge(List<Path> parts, Path joined) throws IOException {
    try (FolderLock lock = FolderLock.take(joined, "merge")) {
      StudyShards.merge(Shards.read(parts), lock);
    }
  }

  @Test
  void writesNoMoreIntoAFolderThatAnotherHasMadeMeanwhile() throws IOException {
    Path folder = temporary.resolve("study");
    int[] done = {0};
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                study(
                    folder,
                    item -> {
                      if (done[0]++ == 3) {
                        replace(folder);
                      }
                      return scores(item);
                    }));
    assertEquals(folder + ": was removed or replaced while it was in use", e.getMessage());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
    assertEquals(1 + 3, Files.readAllLines(temporary.resolve("away/journal.jsonl")).size());
  }

  private void replace(Path folder) {
    try {
      Files.move(folder, temporary.resolve("away"));
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
