package io.lucerna.spark;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/** What Spark is told unless the user says otherwise. */
final class Settings {
  /** The path of {@code lucerna.jar} on the driver's machine. */
  static final String JAR = "spark.lucerna.jar";

  private static final String NAME = "spark.app.name";
  private static final String CORES = "spark.executor.cores";
  private static final Pattern LOCAL = Pattern.compile("local\\[(\\d+)(,.*)?\\]");

  private Settings() {}

  static SparkConf complete(SparkConf conf, List<String> words) {
    // One item at a time uses all cores of an executor, as in a program of its own.
    cores(conf).ifPresent(cores -> conf.setIfMissing("spark.task.cpus", "" + cores));
    // Outcomes go to disk as they come: how large they are in all does not matter.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    conf.setIfMissing("spark.log.level", "WARN");
    // The name that spark-submit gives unless the user does.
    if (conf.get(NAME, "").equals(Main.class.getName())) {
      conf.setAppName(words.isEmpty() ? "lucerna" : "lucerna " + words.getFirst());
    }
    return conf;
  }

  /** The cores of an executor, where they are known; else it takes all of its machine's. */
  static OptionalInt cores(SparkConf conf) {
    String master = conf.get("spark.master", "");
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      return OptionalInt.of(Integer.parseInt(local.group(1)));
    }
    if (master.equals("local")) {
      return OptionalInt.of(1);
    }
    return conf.contains(CORES) ? OptionalInt.of(conf.getInt(CORES, 1)) : OptionalInt.empty();
  }

  /** Where {@code lucerna.jar} is: as the user says, or next to the jar of this class. */
  static Path jar(SparkConf conf) {
    Path jar = conf.contains(JAR) ? Path.of(conf.get(JAR)) : here().resolveSibling("lucerna.jar");
    if (!Files.isRegularFile(jar)) {
      throw new IllegalArgumentException(
          jar + ": no such file; --conf " + JAR + "=PATH says where lucerna.jar is");
    }
    return jar.toAbsolutePath();
  }

  private static Path here() {
    try {
      return Path.of(Settings.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
