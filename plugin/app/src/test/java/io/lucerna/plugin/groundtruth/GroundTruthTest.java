package io.lucerna.plugin.groundtruth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A compiled ranker ranks as it should, and its decoys do not matter. */
class GroundTruthTest {
  @TempDir Path folder;

  private static Ranker open(Path folder) {
    return Rankers.open(folder, "compiled", ScorerOptions.defaults());
  }

  @Test
  void bm25IsLucenes() throws IOException {
    GroundTruth truth = new GroundTruth(Rule.BM25, 0, 7);
    truth.write(folder);
    Collection collection = Collection.of(7);
    try (Ranker ranker = open(folder);
        ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, new IndexWriterConfig(new WhitespaceAnalyzer()))) {
        for (List<Integer> passage : collection.passages()) {
          Document document = new Document();
          document.add(new TextField("text", collection.text(passage), Field.Store.NO));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity((float) Rule.K1, (float) Rule.B));
        for (List<Integer> query : collection.queries().subList(0, 5)) {
          BooleanQuery.Builder terms = new BooleanQuery.Builder();
          for (int word : query) {
            Term term = new Term("text", collection.words().get(word));
            terms.add(new TermQuery(term), BooleanClause.Occur.SHOULD);
          }
          double[] lucene = new double[collection.passages().size()];
          for (ScoreDoc hit : searcher.search(terms.build(), lucene.length).scoreDocs) {
            lucene[hit.doc] = hit.score;
          }
          same(collection, ranker, query, lucene);
        }
      }
    }
  }

  private static void same(
      Collection collection, Ranker ranker, List<Integer> query, double[] lucene) {
    List<String> texts = collection.passages().stream().map(collection::text).toList();
    float[] scores = ranker.score(collection.text(query), texts).scores();
    double[] own = new double[scores.length];
    double largest = 0;
    for (int i = 0; i < own.length; i++) {
      own[i] = GroundTruth.byRule(scores[i], query.size());
      assertEquals(lucene[i], own[i], 2e-6 * Math.max(1, lucene[i]), "passage " + i);
      largest = Math.max(largest, lucene[i]);
    }
    assertEquals(1, GroundTruth.tau(lucene, own, 1e-5 * largest));
  }

  @ParameterizedTest
  @EnumSource(value = Rule.class, mode = EnumSource.Mode.EXCLUDE, names = "BM25")
  void everyKindRanksByItsRule(Rule rule) throws IOException {
    new GroundTruth(rule, 3, 11).write(folder);
    Collection collection = Collection.of(11);
    List<List<Integer>> passages = collection.passages().subList(0, 100);
    List<String> texts = passages.stream().map(collection::text).toList();
    try (Ranker ranker = open(folder)) {
      for (List<Integer> query : collection.queries().subList(0, 3)) {
        float[] scores = ranker.score(collection.text(query), texts).scores();
        double[] expected = new double[scores.length];
        double[] found = new double[scores.length];
        double largest = 0;
        for (int i = 0; i < scores.length; i++) {
          expected[i] = rule.score(query, passages.get(i), collection);
          found[i] = GroundTruth.byRule(scores[i], query.size());
          largest = Math.max(largest, expected[i]);
        }
        assertArrayEquals(expected, found, 2e-5 * largest);
        assertEquals(1, GroundTruth.tau(expected, found, 1e-5 * largest));
      }
    }
  }

  /** Each true node decides, and no decoy does, though its activations are large. */
  @Test
  void whatIsCutTells() throws IOException {
    new GroundTruth(Rule.BM25, 3, 5).write(folder);
    JsonNode json = new ObjectMapper().readTree(folder.resolve("truth.json").toFile());
    Collection collection = Collection.of(5);
    List<String> texts =
        collection.passages().subList(0, 100).stream().map(collection::text).toList();
    String query = collection.text(collection.queries().getFirst());
    try (Ranker ranker = open(folder)) {
      float[] plain = ranker.score(query, texts).scores();
      List<String> nodes = new ArrayList<>();
      json.path("nodes").fieldNames().forEachRemaining(nodes::add);
      List<String> decoys = new ArrayList<>();
      json.path("decoys").forEach(name -> decoys.add(name.asText()));
      assertEquals(3, nodes.size());
      assertEquals(7, decoys.size());
      for (String node : nodes) {
        assertTrue(largest(plain, cut(ranker, query, texts, node)) > 0.1, node);
      }
      for (String decoy : decoys) {
        assertTrue(largest(plain, cut(ranker, query, texts, decoy)) < 1e-5, decoy);
      }
    }
  }

  private static float[] cut(Ranker ranker, String query, List<String> texts, String node) {
    String spec =
        node.endsWith("mlp")
            ? "zero blocks." + node.charAt(1) + ".hook_mlp_out"
            : "zero blocks." + node.charAt(1) + ".attn.hook_z head=" + node.substring(3);
    return ranker.score(query, texts, ranker.compile(spec).hooks()).scores();
  }

  private static double largest(float[] one, float[] other) {
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      largest = Math.max(largest, Math.abs((double) one[i] - other[i]));
    }
    return largest;
  }

  /** Exact patching finds the true nodes, whatever the rule and the direction. */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void exactPatchingFindsTheTrueNodes(Rule rule) throws IOException {
    new GroundTruth(rule, 2, 13).write(folder);
    try (Ranker ranker = open(folder)) {
      List<NodeTrial.Row> rows = NodeTrial.of(folder, ranker).rows(4);
      assertEquals(13, rows.size());
      assertEquals(2, NodeTrial.exact(rows).count());
      NodeTrial.exact(rows)
          .forEach(
              row -> {
                assertEquals(1, row.auroc().orElseThrow(), row.toString());
                assertEquals(1, row.precision(), row.toString());
                assertEquals(
                    new PatchingSweep.Cost(6 + 2 + 2 + 2, 0), row.cost(), "heads and MLPs");
              });
      for (NodeTrial.Row row : rows) {
        // Only L1H0 writes to the score; the others write what it reads.
        boolean writes = row.method().startsWith("explain");
        assertEquals(writes ? 1 / 3.0 : 1, row.precision(), row.toString());
        assertEquals(writes ? 2 / 3.0 : 1, row.auroc().orElseThrow(), 1e-12, row.toString());
        // A ReLU at rest has no slope, though the patch would wake it.
        boolean asleep = row.method().contains(" atp") && row.of().equals("denoise");
        if (row.share().isPresent() && !asleep) {
          assertEquals(1, row.share().getAsDouble(), 1e-3, row.toString());
        } else if (asleep) {
          assertTrue(row.share().orElseThrow() < .9, row.toString());
        }
      }
    }
  }

  @Test
  void theCommandWritesAFolderThatTheOthersRead() throws IOException {
    Path output = folder.resolve("truth");
    Shell shell = Shell.succeed("groundtruth", "-output", output.toString(), "-seed", "3");
    assertTrue(shell.err().contains("Kendall's tau 1.0000"), shell.err());
    byte[] weights = Files.readAllBytes(output.resolve("model.safetensors"));
    Path again = folder.resolve("again");
    new GroundTruth(Rule.BM25, 3, 3).write(again);
    for (String file :
        List.of("model.safetensors", "corpus.jsonl", "topics.tsv", "qrels.txt", "truth.json")) {
      assertEquals(
          -1, Files.mismatch(output.resolve(file), again.resolve(file)), file + " is repeated");
    }
    assertTrue(weights.length > 100_000);
    assertEquals(ExitCode.USAGE, Shell.run("groundtruth", "-output", output.toString()).code());
    for (String[] wrong : new String[][] {{"-kind", "pagerank"}, {"-decoys", "-1"}}) {
      Shell refused =
          Shell.run("groundtruth", "-output", folder.resolve("x").toString(), wrong[0], wrong[1]);
      assertEquals(ExitCode.USAGE, refused.code(), refused.err());
    }
    assertThrows(IllegalArgumentException.class, () -> new GroundTruth(Rule.TF, 99, 1));
    Shell evaluated = Shell.succeed("groundtruth", "-evaluate", output.toString(), "-pairs", "3");
    assertTrue(evaluated.out().contains("\npatch -method exact     noise"), evaluated.out());
    assertEquals(
        evaluated.out().lines().count(),
        Files.readAllLines(output.resolve("evaluation.csv")).size());
    assertEquals(ExitCode.USAGE, Shell.run("groundtruth").code(), "nothing to do");
    assertEquals(
        ExitCode.USAGE,
        Shell.run("groundtruth", "-evaluate", output.toString(), "-pairs", "0").code());
    assertEquals(ExitCode.INPUT, Shell.run("groundtruth", "-evaluate", folder.toString()).code());
    Files.writeString(output.resolve("truth.json"), "{\"seed\": 3}");
    Shell wrong = Shell.run("groundtruth", "-evaluate", output.toString());
    assertTrue(wrong.err().contains("names 0 heads and MLPs; the model has 10"), wrong.err());
  }
}
