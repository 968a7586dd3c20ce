package io.lucerna.plugin.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs all benchmarks against ONNX Runtime and prints the ratios. */
public final class Benchmarks {
  private static final int ROUNDS = 3;
  private static final List<String> SHAPES = List.of("1x73", "16x73", "16x128", "32x73", "16x205");
  private static final List<String> BASE_SHAPES = List.of("16x73", "16x128", "16x205");

  private Benchmarks() {}

  /**
   * No arguments; {@code -Dlucerna.shared} names the folder with the collections, {@code
   * -Dlucerna.base} what {@code make_base.py} has made.
   */
  public static void main(String[] arguments) throws Exception {
    System.out.println("ONNX Runtime " + OnnxPeer.version() + ", two threads each");
    forward(ForwardBenchmark.MINILM, SHAPES);
    Path base = Path.of(System.getProperty("lucerna.base", ""));
    if (Files.isRegularFile(base.resolve("model.onnx"))) {
      forward(base.toAbsolutePath().toString(), BASE_SHAPES);
    } else {
      System.out.println(
          "skipped the benchmark of a cross-encoder of 12 layers of 768: -Dlucerna.base names no"
              + " folder that make_base.py has made");
    }
    Path pairs =
        Path.of(
            System.getProperty("lucerna.shared", ""),
            "collections",
            "msmarco-dl",
            "sebastian-hofstaetter-distilbert-dot-tas_b-b256-msmarco_bi_TFC1_topk_4000.tsv.gz");
    if (Files.isRegularFile(pairs)) {
      SweepBenchmark.run(pairs, 3, 20);
    } else {
      System.out.println("skipped the benchmark of sweeps: no file " + pairs);
    }
    EditBenchmark.run();
    ServiceBenchmark.run();
    Path cacm = Path.of(System.getProperty("lucerna.shared", ""), "collections", "cacm");
    if (Files.isDirectory(cacm)) {
      StudyBenchmark.run(cacm, 10, 50);
      StudyBenchmark.predict(cacm, 4, 50);
      RerankBenchmark.run(cacm, 20);
    } else {
      System.out.println("skipped the benchmark on CACM: no folder " + cacm);
    }
  }

  /** In turns, so that what else the machine does hits both alike. */
  private static void forward(String model, List<String> shapes) throws Exception {
    Map<String, Map<String, List<Double>>> medians = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (String shape : shapes) {
        OptionsBuilder options = new OptionsBuilder();
        options.include(ForwardBenchmark.class.getName());
        options.param("model", model).param("shape", shape);
        for (RunResult result : new Runner(options.build()).run()) {
          medians
              .computeIfAbsent(shape, s -> new TreeMap<>())
              .computeIfAbsent(result.getPrimaryResult().getLabel(), l -> new ArrayList<>())
              .add(result.getPrimaryResult().getStatistics().getPercentile(50));
        }
      }
    }
    System.out.println(model);
    System.out.println(
        "texts x tokens   Lucerna   ONNX Runtime   speed against ONNX Runtime (median of medians)");
    medians.forEach(
        (shape, ms) -> {
          double own = median(ms.getOrDefault("lucerna", List.of()));
          double peer = median(ms.getOrDefault("onnxRuntime", List.of()));
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

  private static double median(List<Double> values) {
    return values.isEmpty()
        ? Double.NaN
        : values.stream().sorted().toList().get(values.size() / 2);
  }
}
