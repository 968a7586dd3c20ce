package io.lucerna.spark;

import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * What a distribution of Spark is to its processes, made of the jars of the test's class path; and
 * these processes, on this machine alone.
 */
final class SparkHome {
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final String HERE = "127.0.0.1";

  private final Path folder;

  /** Makes it in a folder, in which the processes run too. */
  SparkHome(Path folder) throws IOException {
    this.folder = folder;
    List<String> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toString());
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", urls));
    // A worker gives its executors all jars of this folder.
    Path all = Files.createDirectory(folder.resolve("jars")).resolve("all.jar");
    new JarOutputStream(Files.newOutputStream(all), manifest).close();
  }

  /** Starts a master; it is reachable when it has said at which address. */
  Program master() throws IOException {
    return start(List.of(), Master.class, "--host", HERE, "--port", "0", "--webui-port", "0");
  }

  /** Starts a worker of one core; its executors are its children. */
  Program worker(String name, String master) throws IOException {
    Path work = Files.createDirectory(folder.resolve(name));
    return start(
        List.of(),
        Worker.class,
        "--host",
        HERE,
        "--webui-port",
        "0",
        "--cores",
        "1",
        "--memory",
        "1g",
        "--work-dir",
        work.toString(),
        master);
  }

  /** Starts {@code spark-submit}, with one command of Lucerna. */
  Program submit(String master, List<String> command) throws IOException {
    List<String> words = new ArrayList<>(List.of("--master", master));
    words.addAll(List.of("--executor-cores", "1", "--executor-memory", "700m"));
    // No item begins before both workers have an executor.
    words.addAll(List.of("--total-executor-cores", "2"));
    words.addAll(List.of("--conf", "spark.scheduler.minRegisteredResourcesRatio=1"));
    words.addAll(List.of("--conf", "spark.lucerna.jar=" + lucerna()));
    words.add(Checkout.root().resolve("plugin/spark/target/lucerna-spark.jar").toString());
    words.addAll(command);
    return start(
        List.of("-Dlucerna.terminal=true"), SparkSubmit.class, words.toArray(String[]::new));
  }

  /** Starts the same command without Spark. */
  Program plain(List<String> command) throws IOException {
    List<String> words = new ArrayList<>(ChildJvm.command(List.of(), SparkHome.class));
    words.subList(words.indexOf("-cp"), words.size()).clear();
    words.addAll(List.of("-jar", lucerna().toString()));
    words.addAll(command);
    return start(words);
  }

  static Path lucerna() {
    return Checkout.root().resolve("plugin/app/target/lucerna.jar");
  }

  private Program start(List<String> more, Class<?> main, String... arguments) throws IOException {
    List<String> options =
        new ArrayList<>(SPACE.splitAsStream(JavaModuleOptions.defaultModuleOptions()).toList());
    options.add("-Xmx512m");
    options.addAll(more);
    return start(ChildJvm.command(options, main, arguments));
  }

  private Program start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                folder.toString(),
                "SPARK_LOCAL_IP",
                HERE,
                "SPARK_SCALA_VERSION",
                "2.13"));
    return new Program(builder);
  }
}
