package io.lucerna.topics;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The passages and topics that come with Lucerna: a demonstration and a test fixture, not a
 * benchmark. The judgments are in {@code io.lucerna.qrels.BundledJudgments}.
 */
public final class BundledCollection {
  /** What the collection is called. */
  public static final String NAME = "bundled";

  /** The file name of the topics, in {@link TopicFormat#TREC}. */
  public static final String TOPICS_FILE = "topics.txt";

  /** The file name of the passages: JSON lines of {@code id} and {@code contents}. */
  public static final String CORPUS_FILE = "corpus.jsonl";

  private BundledCollection() {}

  /** {@return the topics, read anew} */
  public static TopicSet topics() {
    try (InputStream in = open(TOPICS_FILE)) {
      String content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return TopicReader.parse(NAME, content, TopicFormat.TREC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the topics file into a folder, which is created if need be.
   *
   * @param folder where the file goes; one that is there is replaced
   * @return the file
   * @throws IOException if it cannot be written
   */
  public static Path writeTopics(Path folder) throws IOException {
    return write(TOPICS_FILE, folder);
  }

  /**
   * Writes the passages into a folder that Anserini's JsonCollection can index, which is created if
   * need be and should hold nothing else.
   *
   * @param folder where the file goes; one that is there is replaced
   * @return the file
   * @throws IOException if it cannot be written
   */
  public static Path writeCorpus(Path folder) throws IOException {
    return write(CORPUS_FILE, folder);
  }

  private static Path write(String name, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(name);
    try (InputStream in = open(name)) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }

  private static InputStream open(String name) {
    InputStream in = BundledCollection.class.getResourceAsStream("bundled/" + name);
    if (in == null) {
      throw new IllegalStateException("the jar lacks io/lucerna/topics/bundled/" + name);
    }
    return in;
  }
}
