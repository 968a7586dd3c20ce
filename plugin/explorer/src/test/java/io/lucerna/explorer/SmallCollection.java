package io.lucerna.explorer;

import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.qrels.Qrels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A few passages, one of them hostile, that any query finds in one order, but for a few. */
final class SmallCollection implements Explored {
  static final String HOSTILE = "<img src=x onerror=alert(1)>";
  static final Topic TOPIC = new Topic("t1", "how do bees find flowers");

  static final Qrels QRELS =
      Qrels.of(Map.of(TOPIC.id(), Map.of("bees", 3, "wasps", 1, HOSTILE, 0)));

  static final Launch LAUNCH =
      new Launch(
          List.of("-index", "an index"),
          List.of("-topics", "topics.tsv"),
          List.of("-index", "an index"),
          List.of(),
          List.of("-model", "minilm"),
          "bees' qrels");

  /** Whether somebody has asked for {@code waits}, who does so until {@link #go}. */
  final CountDownLatch waits = new CountDownLatch(1);

  final CountDownLatch go = new CountDownLatch(1);

  private final Map<String, String> passages = new LinkedHashMap<>();

  SmallCollection() {
    passages.put(HOSTILE, "</script><script>alert(1)</script> Flowers and bees, bees and flowers.");
    passages.put("wasps", "Wasps visit flowers late in summer.");
    passages.put("trains", "The night train leaves at ten and calls at every station.");
    passages.put(
        "bees", "A bee sees ultraviolet marks on petals and smells the blossom from afar.");
    passages.put("bread", "Bread rises because yeast makes gas.");
  }

  @Override
  public String name() {
    return "small";
  }

  @Override
  public List<Topic> topics() {
    return List.of(TOPIC);
  }

  @Override
  public boolean searches() {
    return true;
  }

  @Override
  public int deepest() {
    return passages.size();
  }

  @Override
  public Ranking candidates(Topic topic) throws IOException {
    switch (topic.query()) {
      case "waits" -> await();
      case "unsearchable" -> throw new IllegalArgumentException("not that query");
      case "broken" -> throw new IOException("the index is broken");
      case "odd" -> throw new IllegalStateException("a bug");
      case "large" -> throw new OutOfMemoryError("no memory");
      default -> {}
    }
    List<RankedDoc> docs = new ArrayList<>();
    for (String docno : passages.keySet()) {
      docs.add(new RankedDoc(docno, 10 - docs.size()));
    }
    return Ranking.of(topic.id(), topic.query().equals("nothing") ? List.of() : docs);
  }

  /** Until somebody says so. */
  private void await() {
    waits.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Optional<String> passage(String topic, String docno) {
    return Optional.ofNullable(passages.get(docno));
  }

  List<String> texts() {
    return List.copyOf(passages.values());
  }

  @Override
  public void close() {}
}
