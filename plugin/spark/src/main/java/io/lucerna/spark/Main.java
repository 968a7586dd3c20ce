package io.lucerna.spark;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;

/**
 * A command of Lucerna, its items run by Spark: {@code spark-submit --class io.lucerna.spark.Main
 * lucerna-spark.jar study -model minilm ...}. It prints, writes and returns what the command does.
 */
public final class Main {
  private Main() {}

  /**
   * Runs one command; ends the program with its exit code where that is not 0.
   *
   * @param arguments the command and its options, as {@code ./lucerna} takes them
   */
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    SparkConf conf = Settings.complete(new SparkConf(), words);
    Path jar = Settings.jar(conf);
    int status;
    try (Cluster cluster = new Cluster(conf, jar, words)) {
      status = Lucerna.of(jar, conf).drive(words, cluster);
    }
    if (status != 0) {
      System.exit(status);
    }
  }
}
