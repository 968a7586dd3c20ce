package io.lucerna.studies.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.instrumentation.recording.RecordingSpec;
import io.lucerna.instrumentation.recording.RecordingWriter;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ActivationCache;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.work.Item;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code Ranker.cache} has on the heap is what {@code record} writes, bit for bit. */
class CachedAndRecordedTest {
  private static final String QUERY = "memory of the system";

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"bert-cross", "bert-bi", "families/t5-monot5", "families/bert-colbert"})
  void areEqual(String model) throws IOException {
    List<String> passages = new ArrayList<>();
    List<PairSource.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      passages.add("water and disk memory ".repeat(i * 7 % 5) + "number " + i);
      pairs.add(new PairSource.Pair("q/" + i, "q", "d" + i, passages.get(i)));
    }
    try (Ranker ranker =
        Rankers.open(Path.of(Checkout.model(model)), model, ScorerOptions.defaults())) {
      record(ranker, pairs);
      ActivationCache cache = ranker.cache(QUERY, passages, "*");
      try (Recording recording = Recording.open(temp.resolve("recorded"))) {
        for (int i = 0; i < passages.size(); i++) {
          equal(recording, "q/" + i, cache.passages().get(i));
        }
        cache.query().ifPresent(query -> equal(recording, "q/0", query));
      }
    }
  }

  private void record(Ranker ranker, List<PairSource.Pair> pairs) throws IOException {
    RecordingSpec spec =
        RecordingSpec.of(ranker.reading().model(), List.of("*")).withShardBytes(1_000_000);
    Map<String, ?> head = Map.of("model", Map.of("sha256", "abc"), "data", Map.of("pairs", "p"));
    try (RecordingWriter writer =
        RecordingWriter.open(temp.resolve("recorded"), head, spec, false).orElseThrow()) {
      new RecordJob(ranker, writer, Qrels.of(Map.of()), () -> {})
          .record(new PairSource.Group(QUERY, pairs), part(ranker, pairs), 0);
      writer.finish(Map.of());
    }
  }

  private static RecordPlan.Part part(Ranker ranker, List<PairSource.Pair> pairs) {
    boolean apart = ranker.reading().sides().contains(Side.QUERY);
    List<String> queries = apart ? List.of("q") : List.of();
    return new RecordPlan.Part(new Item("q/0", 1), queries, pairs.size() + queries.size(), 1);
  }

  private static void equal(Recording recording, String id, InputActivations cached) {
    assertEquals(recording.tokens(id, cached.side()), cached.tokens());
    for (HookPoint point : recording.points(cached.side())) {
      Slice written = recording.get(id, cached.side(), point);
      Slice kept = cached.get(point);
      String where = id + " at " + point;
      assertArrayEquals(written.positions(), kept.positions(), where);
      assertArrayEquals(written.shape(), kept.shape(), where);
      assertArrayEquals(written.values(), kept.values(), where);
    }
  }
}
