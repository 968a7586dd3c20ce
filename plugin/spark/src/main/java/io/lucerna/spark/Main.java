package io.lucerna.spark;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;

/**
 * A command of Lucerna, its items run by Spark: {@code spark-submit --class io.lucerna.spark.Main
 * lucerna-spark.jar study -model minilm ...}. It prints, writes and returns what the command does.
 */
public final class Main {
  /** Lucerna's own exit code for it. */
  private static final int USAGE = 2;

  private Main() {}

  /**
   * Runs one command; ends the program with its exit code where that is not 0.
   *
   * @param arguments the command and its options, as {@code ./lucerna} takes them
   */
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    int status = run(Settings.complete(new SparkConf(), words), words);
    if (status != 0) {
      System.exit(status);
    }
  }

  private static int run(SparkConf conf, List<String> words) {
    Path jar;
    Lucerna lucerna;
    try {
      jar = Settings.jar(conf);
      lucerna = Lucerna.of(jar, conf);
    } catch (IllegalArgumentException e) {
      System.err.println("lucerna: " + e.getMessage());
      return USAGE;
    }
    try (Cluster cluster = new Cluster(conf, jar, words)) {
      return lucerna.drive(words, cluster);
    }
  }
}
