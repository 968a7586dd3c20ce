package io.lucerna.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Spark is told, and what is left to the user. */
class SettingsTest {
  private static SparkConf conf(String master) {
    return new SparkConf(false).setMaster(master);
  }

  @ParameterizedTest
  @CsvSource({
    "local, , 1",
    "local[3], , 3",
    "'local[3,2]', , 3",
    "local[*], , 0",
    "spark://head:7077, , 0",
    "spark://head:7077, 8, 8",
    "yarn, 4, 4"
  })
  void oneItemHasAllCoresOfAnExecutor(String master, @Nullable String executor, int cores) {
    SparkConf conf = conf(master);
    if (executor != null) {
      conf.set("spark.executor.cores", executor);
    }
    Settings.complete(conf, List.of("study"));
    assertEquals(cores, Settings.cores(conf).orElse(0));
    assertEquals(cores, conf.getInt("spark.task.cpus", 0));
  }

  @Test
  void theUserHasTheLastWord() {
    SparkConf conf = conf("local[2]").setAppName("mine");
    conf.set("spark.task.cpus", "1").set("spark.log.level", "INFO");
    Settings.complete(conf, List.of("study"));
    assertEquals("1", conf.get("spark.task.cpus"));
    assertEquals("INFO", conf.get("spark.log.level"));
    assertEquals("mine", conf.get("spark.app.name"));
    SparkConf submitted = conf("local[2]").setAppName(Main.class.getName());
    assertEquals(
        "lucerna study", Settings.complete(submitted, List.of("study")).get("spark.app.name"));
  }

  @Test
  void aMissingJarIsNamed() {
    SparkConf conf = conf("local").set(Settings.JAR, "/nowhere/lucerna.jar");
    assertEquals(
        "/nowhere/lucerna.jar: no such file; --conf spark.lucerna.jar=PATH says where lucerna.jar"
            + " is",
        assertThrows(IllegalArgumentException.class, () -> Settings.jar(conf)).getMessage());
    // Next to the classes of this program.
    String said =
        "" + assertThrows(IllegalArgumentException.class, () -> Settings.jar(conf("local")));
    assertTrue(said.contains("lucerna.jar: no such file"), said);
  }
}
