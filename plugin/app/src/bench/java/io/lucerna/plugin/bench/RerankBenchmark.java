package io.lucerna.plugin.bench;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtException;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Main;
import io.lucerna.anserini.PassageCleaning;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.topics.Topic;
import io.lucerna.topics.TopicFormat;
import io.lucerna.topics.TopicReader;
import io.lucerna.topics.TopicSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pairs per second on real CACM candidates, from text to score: this project's reranker, and ONNX
 * Runtime fed in arrival order at batch 16 and 32, padded to the longest. No document is reused
 * from one topic to the next.
 */
final class RerankBenchmark {
  private static final int DEPTH = 100;
  private static final int MAX_TOKENS = 256;

  record Candidates(String query, List<String> passages) {}

  private RerankBenchmark() {}

  /** Runs over the first topics, one after the other, in turns, so that noise hits all alike. */
  static void run(Path cacm, int topics) throws IOException, OrtException {
    List<Candidates> work = candidates(cacm, topics, DEPTH);
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    Map<String, String> plain = Map.of("truncation", "true", "maxLength", "" + MAX_TOKENS, "padding", "false");
    Map<String, Double> seconds = new TreeMap<>();
    try (Ranker lucerna = Rankers.open(folder, "minilm", ScorerOptions.defaults());
        OnnxPeer onnx = new OnnxPeer(folder);
        HuggingFaceTokenizer tokenizer =
            HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"), plain)) {
      lucerna.score(work.get(0).query, work.get(0).passages.subList(0, 32));
      peer(onnx, tokenizer, work.get(0), 32);
      int pairs = 0;
      for (Candidates topic : work) {
        pairs += topic.passages.size();
        long start = System.nanoTime();
        lucerna.score(topic.query, topic.passages);
        long first = System.nanoTime();
        peer(onnx, tokenizer, topic, 16);
        long second = System.nanoTime();
        peer(onnx, tokenizer, topic, 32);
        long third = System.nanoTime();
        seconds.merge("Lucerna", (first - start) / 1e9, Double::sum);
        seconds.merge("ONNX Runtime, batch 16", (second - first) / 1e9, Double::sum);
        seconds.merge("ONNX Runtime, batch 32", (third - second) / 1e9, Double::sum);
      }
      for (var entry : seconds.entrySet()) {
        System.out.println(
            String.format(
                Locale.ROOT,
                "%-24s %7.1f pairs/s (%d pairs of CACM, %.1f s)",
                entry.getKey(),
                pairs / entry.getValue(),
                pairs,
                entry.getValue()));
      }
    }
  }

  static void peer(
      OnnxPeer onnx, HuggingFaceTokenizer tokenizer, Candidates topic, int batch)
      throws OrtException {
    onnx.encode(new long[][] {tokenizer.encode(topic.query).getIds()});
    for (int from = 0; from < topic.passages.size(); from += batch) {
      List<String> texts = topic.passages.subList(from, Math.min(from + batch, topic.passages.size()));
      Encoding[] encodings = tokenizer.batchEncode(texts);
      long[][] ids = new long[encodings.length][];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = encodings[i].getIds();
      }
      onnx.encode(ids);
    }
  }

  /** BM25's best of the first topics. */
  static List<Candidates> candidates(Path cacm, int topics, int depth) throws IOException {
    Path work = Files.createTempDirectory("lucerna-bench");
    Path run = work.resolve("run.txt");
    Path corpus = work.resolve("corpus");
    Files.createDirectory(corpus);
    Cacm.unpack(cacm.resolve("cacm.tar.gz"), corpus);
    Path topicFile = cacm.resolve("topics.cacm.txt");
    String index = work.resolve("index").toString();
    Main main = new Main(System.out, System.err, false);
    main.run(
        "index", "-collection", "HtmlCollection", "-input", corpus.toString(), "-index", index,
        "-storeRaw");
    main.run(
        "search", "-index", index, "-topics", topicFile.toString(), "-topicReader", "Cacm",
        "-bm25", "-hits", "" + depth, "-output", run.toString());
    TopicSet set = TopicReader.read(topicFile, TopicFormat.CACM);
    List<Candidates> candidates = new ArrayList<>();
    for (Ranking ranking : Run.read(run).rankings()) {
      if (candidates.size() == topics) {
        break;
      }
      Topic topic = set.get(ranking.topic()).orElseThrow();
      List<String> passages = new ArrayList<>();
      for (String docno : ranking.docnos()) {
        String raw = Files.readString(corpus.resolve(docno + ".html"));
        passages.add(PassageCleaning.CACM.apply(raw));
      }
      candidates.add(new Candidates(topic.text(), passages));
    }
    return candidates;
  }
}
