package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.eval.Run;
import io.lucerna.topics.BundledCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real model, the run does not depend on the number of search threads, in any bit. */
class ThreadsTest {
  private static final int TOPICS = 8;

  @TempDir Path temp;

  @Test
  void oneThreadAndFourGiveTheSameRun() throws IOException {
    Path corpus = temp.resolve("corpus");
    BundledCollection.writeCorpus(corpus);
    Path topics = temp.resolve("some.topics");
    String end = "</top>";
    String[] all = Files.readString(BundledCollection.writeTopics(temp)).split(end);
    Files.writeString(topics, String.join(end, Arrays.copyOf(all, TOPICS)) + end);
    String index = temp.resolve("index").toString();
    Shell.index(corpus.toString(), index, "-storeContents");
    Path[] runs = new Path[2];
    String[] threads = {"1", "4"};
    for (int i = 0; i < runs.length; i++) {
      runs[i] = temp.resolve("run." + i + ".txt");
      Shell.succeed(
          "search",
          "-index",
          index,
          "-topics",
          topics.toString(),
          "-topicReader",
          "Trec",
          "-bm25",
          "-threads",
          threads[i],
          "-rerank.model",
          "minilm",
          "-rerank.depth",
          "10",
          "-output",
          runs[i].toString());
    }
    assertArrayEquals(Files.readAllBytes(runs[0]), Files.readAllBytes(runs[1]));
    assertEquals(TOPICS, Run.read(runs[0]).rankings().size());
  }
}
