package io.lucerna.plugin.bench;

import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.ranking.Condition;
import io.lucerna.studies.ranking.Conditions;
import io.lucerna.studies.ranking.StudyEnd;
import io.lucerna.studies.ranking.StudyFolder;
import io.lucerna.studies.ranking.StudySettings;
import io.lucerna.studies.ranking.StudyShards;
import io.lucerna.studies.ranking.StudyTopic;
import io.lucerna.studies.report.StudyReport;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.Shards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A study of many topics without a model, whose scores are drawn: journal, shards, merge, tables
 * and report, with the seconds of each. The heap is what Java is given:
 *
 * <pre>
 * java -Xmx2g -cp plugin/app/target/lucerna.jar \
 *   plugin/app/src/bench/java/io/lucerna/plugin/bench/ManyItems.java [TOPICS [CANDIDATES [HEADS]]]
 * </pre>
 */
public final class ManyItems {
  private static final int PARTS = 4;

  private final int topics;
  private final int candidates;
  private final ModelCard model;
  private final Path folder;

  private ManyItems(int topics, int candidates, int heads, Path folder) {
    this.topics = topics;
    this.candidates = candidates;
    this.folder = folder;
    this.model =
        new ModelCard("drawn", "drawn", "", "", 1, heads, 4, 0, 8, "", Map.of(), Map.of());
  }

  /** Runs it. */
  public static void main(String[] arguments) throws IOException {
    int[] sizes = {10_000, 100, 10};
    for (int i = 0; i < arguments.length; i++) {
      sizes[i] = Integer.parseInt(arguments[i]);
    }
    Path folder = Files.createTempDirectory("many");
    try {
      new ManyItems(sizes[0], sizes[1], sizes[2], folder).run();
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Something whose time is taken. */
  private interface Phase {
    void run() throws IOException;
  }

  private static void time(String name, Phase phase) throws IOException {
    long start = System.nanoTime();
    phase.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.println(String.format(Locale.ROOT, "%-24s %7.1f s", name, seconds));
  }

  private void run() throws IOException {
    System.out.println(
        String.format(
            Locale.ROOT,
            "%d topics, %d candidates, %d conditions; heap of at most %d MB",
            topics,
            candidates,
            1 + model.heads(),
            Runtime.getRuntime().maxMemory() >> 20));
    time("one process, its report", () -> work("whole", Optional.empty()));
    time(
        PARTS + " shards",
        () -> {
          for (int number = 1; number <= PARTS; number++) {
            work("part" + number, Optional.of(new Shard(number, PARTS)));
          }
        });
    time("merge", this::merge);
    time("report of the whole", () -> StudyReport.write(folder.resolve("merged"), OptionalInt.empty()));
    compare();
    double processor =
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
    System.out.println(String.format(Locale.ROOT, "processor time %.1f s in all", processor));
  }

  private void work(String name, Optional<Shard> shard) throws IOException {
    List<Condition> conditions =
        Conditions.of(List.of("heads"), model, 8, 1, SpecSources.withoutRecordings());
    boolean[] perItem = new boolean[conditions.size()];
    Arrays.fill(perItem, true);
    Random random = new Random(7);
    List<StudyTopic> all = new ArrayList<>();
    Map<String, Map<String, Integer>> judgments = new LinkedHashMap<>();
    for (int t = 0; t < topics; t++) {
      List<RankedDoc> docs = new ArrayList<>();
      Map<String, Integer> grades = new LinkedHashMap<>();
      for (int d = 0; d < candidates; d++) {
        String docno = "" + (random.nextInt(80_000) * 100L + d);
        docs.add(new RankedDoc(docno, 1000 - d));
        if (d % 7 == 0) {
          grades.put(docno, random.nextInt(4));
        }
      }
      all.add(new StudyTopic("query " + t, Ranking.of("t" + t, docs)));
      judgments.put("t" + t, grades);
    }
    Run first = Run.of("first", all.stream().map(StudyTopic::first).toList());
    try (FolderLock lock = FolderLock.take(folder.resolve(name), "study");
        StudyFolder study =
            StudyFolder.open(
                conditions,
                perItem,
                all,
                candidates,
                (topic, docno) -> docno,
                item -> scores(item, conditions.size()),
                lock,
                new JournalSettings().put("model", "drawn"),
                shard)) {
      StudyEnd end =
          study.end(
              new Identity(List.of("study"), Map.of(), model, Map.of()),
              Map.of(),
              Qrels.of(judgments),
              new StudySettings(
                  StudySettings.MEASURES.stream().map(Measure::parse).toList(),
                  1,
                  Correction.BH,
                  Comparison.Settings.DEFAULT));
      study.begin(first, end);
      study.work(ItemRunner.HERE, passages -> {});
      if (shard.isEmpty()) {
        study.write(end);
        StudyReport.write(lock.path(), OptionalInt.empty());
      }
    }
  }

  /** Drawn, by pair and condition. */
  private static ConditionScores scores(WorkItem item, int conditions) {
    List<float[]> scores = new ArrayList<>();
    for (int condition = 0; condition < conditions; condition++) {
      float[] own = new float[item.passages().size()];
      for (int i = 0; i < own.length; i++) {
        int hash = item.passages().get(i).id().hashCode();
        own[i] = new Random(hash).nextFloat() + new Random(hash * 31L + condition).nextFloat() / 9;
      }
      scores.add(own);
    }
    return new ConditionScores(scores, Collections.nCopies(conditions, List.of()));
  }

  private void merge() throws IOException {
    List<Path> parts = new ArrayList<>();
    for (int number = PARTS; number >= 1; number--) {
      parts.add(folder.resolve("part" + number));
    }
    try (FolderLock lock = FolderLock.take(folder.resolve("merged"), "merge")) {
      StudyShards.merge(Shards.read(parts), lock);
    }
  }

  private void compare() throws IOException {
    Path whole = folder.resolve("whole");
    long bytes = 0;
    try (Stream<Path> files = Files.walk(whole)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path other = folder.resolve("merged").resolve(whole.relativize(file));
        if (Files.mismatch(file, other) >= 0) {
          throw new IOException(other + " is not what one process wrote");
        }
        bytes += Files.size(file);
      }
    }
    System.out.println(
        String.format(Locale.ROOT, "the same bytes, %d MB in all", bytes >> 20));
  }
}
