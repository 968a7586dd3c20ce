package io.lucerna.plugin.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs all benchmarks against ONNX Runtime and prints the ratios. */
public final class Benchmarks {
  private Benchmarks() {}

  /** No arguments; {@code -Dlucerna.shared} names the folder with the collections. */
  public static void main(String[] arguments) throws Exception {
    System.out.println("ONNX Runtime " + OnnxPeer.version() + ", two threads each");
    forward();
    Path cacm = Path.of(System.getProperty("lucerna.shared", ""), "collections", "cacm");
    if (Files.isDirectory(cacm)) {
      RerankBenchmark.run(cacm, 20);
    } else {
      System.out.println("skipped the benchmark on CACM: no folder " + cacm);
    }
  }

  private static void forward() throws Exception {
    Collection<RunResult> results =
        new Runner(new OptionsBuilder().include(ForwardBenchmark.class.getName()).build()).run();
    Map<String, Map<String, Double>> medians = new TreeMap<>();
    for (RunResult result : results) {
      String name = result.getPrimaryResult().getLabel();
      medians
          .computeIfAbsent(result.getParams().getParam("shape"), s -> new TreeMap<>())
          .put(name, result.getPrimaryResult().getStatistics().getPercentile(50));
    }
    System.out.println("texts x tokens   Lucerna   ONNX Runtime   speed against ONNX Runtime (medians)");
    medians.forEach(
        (shape, ms) -> {
          double own = ms.getOrDefault("lucerna", Double.NaN);
          double peer = ms.getOrDefault("onnxRuntime", Double.NaN);
          System.out.println(
              String.format(
                  Locale.ROOT,
                  "%-14s %6.1f ms %11.1f ms   %.2f",
                  shape,
                  own,
                  peer,
                  peer / own));
        });
  }
}
