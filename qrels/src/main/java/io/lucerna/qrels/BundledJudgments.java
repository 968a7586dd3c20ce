package io.lucerna.qrels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** The judgments of the collection that comes with Lucerna, each with its kind and its reason. */
public final class BundledJudgments {
  /** The file name of the judgments in TREC form. */
  public static final String QRELS_FILE = "qrels.txt";

  private BundledJudgments() {}

  /** How a passage was meant to relate to its topic. */
  public enum Kind {
    /** Answers the topic, in words that may be the topic's. */
    ANSWER,
    /** Answers the topic with few or none of its words. */
    PARAPHRASE,
    /** From the topic's field, but at best touching the question. */
    NEAR,
    /** Repeats the topic's words and does not answer it. */
    DECOY
  }

  /**
   * One judgment.
   *
   * @param qid the topic's id
   * @param docid the passage's id
   * @param grade 3 answers fully, 2 answers in part, 1 touches the question, 0 does not
   * @param kind how the passage was meant
   * @param reason why the grade was given
   */
  public record Judgment(String qid, String docid, int grade, Kind kind, String reason) {}

  /** {@return all judgments, by topic and then by passage id} */
  public static List<Judgment> judgments() {
    try (InputStream in = open("judgments.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(BundledJudgments::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the judgments in TREC form into a folder, which is created if need be.
   *
   * @param folder where the file goes; one that is there is replaced
   * @return the file
   * @throws IOException if it cannot be written
   */
  public static Path writeQrels(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(QRELS_FILE);
    try (InputStream in = open(QRELS_FILE)) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }

  private static Judgment parse(String line) {
    String[] f = line.split("\t", -1);
    Kind kind = Kind.valueOf(f[3].toUpperCase(Locale.ROOT));
    return new Judgment(f[0], f[1], Integer.parseInt(f[2]), kind, f[4]);
  }

  private static InputStream open(String name) {
    InputStream in = BundledJudgments.class.getResourceAsStream("bundled/" + name);
    if (in == null) {
      throw new IllegalStateException("the jar lacks io/lucerna/qrels/bundled/" + name);
    }
    return in;
  }
}
