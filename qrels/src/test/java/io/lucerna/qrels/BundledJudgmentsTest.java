package io.lucerna.qrels;

import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.qrels.BundledJudgments.Judgment;
import io.lucerna.qrels.BundledJudgments.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laws of the bundled judgments. */
class BundledJudgmentsTest {
  private static final List<Judgment> ALL = BundledJudgments.judgments();

  @Test
  void everyPassageIsJudgedOnceWithAReason() {
    assertTrue(ALL.size() >= 400, "only " + ALL.size());
    Set<String> docids = new HashSet<>();
    for (Judgment judgment : ALL) {
      assertTrue(docids.add(judgment.docid()), judgment.toString());
      assertTrue(judgment.reason().split(" ").length >= 5, judgment.toString());
    }
  }

  @Test
  void gradesGoWithKinds() {
    for (Judgment judgment : ALL) {
      int grade = judgment.grade();
      boolean fits =
          switch (judgment.kind()) {
            case ANSWER, PARAPHRASE -> grade == 2 || grade == 3;
            case NEAR -> grade == 0 || grade == 1;
            case DECOY -> grade == 0;
          };
      assertTrue(fits, judgment.toString());
    }
  }

  @Test
  void everyTopicHasRelevantPassagesDecoysParaphrasesAndNearMisses() {
    Map<String, List<Judgment>> topics = ALL.stream().collect(groupingBy(Judgment::qid));
    assertTrue(topics.size() >= 40, "only " + topics.size());
    topics.forEach(
        (qid, judgments) -> {
          assertTrue(judgments.stream().filter(j -> j.grade() >= 2).count() >= 2, qid);
          assertTrue(count(judgments, Kind.DECOY) >= 2, qid);
          assertTrue(count(judgments, Kind.PARAPHRASE) >= 1, qid);
          assertTrue(count(judgments, Kind.NEAR) >= 1, qid);
        });
  }

  private static long count(List<Judgment> judgments, Kind kind) {
    return judgments.stream().filter(j -> j.kind() == kind).count();
  }

  @Test
  void theTrecFileSaysTheSame(@TempDir Path dir) throws IOException {
    List<String> expected =
        ALL.stream().map(j -> j.qid() + " 0 " + j.docid() + " " + j.grade()).toList();
    assertEquals(expected, Files.readAllLines(BundledJudgments.writeQrels(dir)));
  }
}
