package io.lucerna.studies.work;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Internal;
import io.lucerna.qrels.Qrels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Judgments beside a shard, for whoever makes the tables. */
@Internal
public final class Judgments {
  /** The file. */
  public static final String FILE = "judgments.txt";

  private Judgments() {}

  /**
   * Writes them into a folder in TREC's format, in their order.
   *
   * @param qrels may be none
   * @param folder where the file goes
   * @throws IOException if it cannot be written
   */
  public static void write(Qrels qrels, Path folder) throws IOException {
    AtomicFile.write(
        folder.resolve(FILE),
        out -> {
          for (String topic : qrels.topics()) {
            for (Map.Entry<String, Integer> judged : qrels.judged(topic).entrySet()) {
              out.write(topic + " 0 " + judged.getKey() + " " + judged.getValue() + "\n");
            }
          }
        });
  }

  /**
   * {@return the judgments in a folder; none where the file is empty}
   *
   * @param folder where the file is
   * @throws IOException if it cannot be read
   */
  public static Qrels read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    return Files.size(file) == 0 ? Qrels.of(Map.of()) : Qrels.read(file);
  }
}
