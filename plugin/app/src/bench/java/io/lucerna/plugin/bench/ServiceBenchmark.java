package io.lucerna.plugin.bench;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtException;
import io.lucerna.minilm.Minilm;
import io.lucerna.plugin.bench.RerankBenchmark.Candidates;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * 200 texts of 60 words and 200 of 250, in one call and in eight calls at once of 25 each: this
 * project and ONNX Runtime in the same JVM, in turns, by the clock and in processor time. The first
 * call of each is not counted.
 */
final class ServiceBenchmark {
  private static final int TEXTS = 200;
  private static final int CALLERS = 8;
  private static final int ROUNDS = 3;
  private static final int PEER_BATCH = 16;
  private static final String QUERY = "virtual memory of an operating system";
  private static final List<String> WORDS =
      List.of(
          "the", "of", "a", "memory", "disk", "program", "language", "computer", "storage", "page",
          "compiler", "matrix", "data", "query", "index", "retrieval", "network", "process", "file",
          "record", "hash", "tree", "sort", "graph", "grammar", "parser", "logic", "proof");

  private interface Scoring {
    void score(List<String> texts) throws OrtException;
  }

  private ServiceBenchmark() {}

  static void run() throws IOException, OrtException, InterruptedException, ExecutionException {
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    Map<String, String> plain = Map.of("truncation", "true", "maxLength", "256", "padding", "false");
    try (Ranker lucerna = Rankers.open(folder, "minilm", ScorerOptions.defaults());
        OnnxPeer onnx = new OnnxPeer(folder);
        HuggingFaceTokenizer tokenizer =
            HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"), plain);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      Scoring own = texts -> lucerna.score(QUERY, texts);
      Scoring peer =
          texts -> RerankBenchmark.peer(onnx, tokenizer, new Candidates(QUERY, texts), PEER_BATCH);
      for (int words : new int[] {60, 250}) {
        List<String> texts = texts(words);
        own.score(texts);
        peer.score(texts);
        for (int round = 0; round < ROUNDS; round++) {
          report("Lucerna", words, 1, () -> own.score(texts));
          report("ONNX Runtime", words, 1, () -> peer.score(texts));
          report("Lucerna", words, CALLERS, () -> together(callers, own, texts));
          report("ONNX Runtime", words, CALLERS, () -> together(callers, peer, texts));
        }
      }
    }
  }

  private interface Work {
    void run() throws OrtException, InterruptedException, ExecutionException;
  }

  private static void report(String name, int words, int callers, Work work)
      throws OrtException, InterruptedException, ExecutionException {
    Duration before = processor();
    long begin = System.nanoTime();
    work.run();
    double clock = (System.nanoTime() - begin) / 1e9;
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-13s %d texts of %3d words, callers %d: %6.2f s, %6.2f s of processors",
            name,
            TEXTS,
            words,
            callers,
            clock,
            processor().minus(before).toMillis() / 1e3));
  }

  private static Duration processor() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static void together(ExecutorService callers, Scoring scoring, List<String> texts)
      throws InterruptedException, ExecutionException {
    List<Future<?>> calls = new ArrayList<>();
    for (int from = 0; from < TEXTS; from += TEXTS / CALLERS) {
      List<String> some = texts.subList(from, from + TEXTS / CALLERS);
      calls.add(
          callers.submit(
              () -> {
                scoring.score(some);
                return null;
              }));
    }
    for (Future<?> call : calls) {
      call.get();
    }
  }

  private static List<String> texts(int words) {
    Random random = new Random(words);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < TEXTS; i++) {
      List<String> drawn =
          random.ints(words, 0, WORDS.size()).mapToObj(WORDS::get).toList();
      texts.add(String.join(" ", drawn));
    }
    return texts;
  }
}
