package io.lucerna.plugin.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.lucerna.eval.Comparison;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.plugin.Main;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.reranker.FakeScorer;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
  @TempDir Path folder;

  @Test
  void cascade() throws IOException {
    Files.createDirectories(folder.resolve("corpus"));
    Files.writeString(
        folder.resolve("corpus/c.jsonl"),
        """
        {"id": "long", "contents": "a lamp of old brass, a lamp of clear glass, a lamp"}
        {"id": "short", "contents": "lamp"}
        {"id": "other", "contents": "boat"}
        """);
    PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    ExitCode code =
        new Main(quiet, quiet, false)
            .run(
                "index",
                "-collection",
                "JsonCollection",
                "-input",
                folder.resolve("corpus").toString(),
                "-index",
                folder.resolve("index").toString(),
                "-storeRaw");
    Assertions.assertEquals(ExitCode.DONE, code);
    assertArrayEquals(
        new String[] {"short", "long"},
        CascadeExample.search(
            folder.resolve("index"), "lamp", FakeScorer.ofWords(ScorerOptions.defaults())));
  }

  @Test
  void comparison() throws IOException {
    Path before = folder.resolve("before.txt");
    Path after = folder.resolve("after.txt");
    Path qrels = folder.resolve("qrels.txt");
    Files.writeString(before, "1 Q0 b 1 2.0 x\n1 Q0 a 2 1.0 x\n2 Q0 a 1 1.0 x\n");
    Files.writeString(after, "1 Q0 a 1 2.0 x\n1 Q0 b 2 1.0 x\n2 Q0 a 1 1.0 x\n");
    Files.writeString(qrels, "1 0 a 1\n2 0 a 1\n");
    Comparison comparison = CompareExample.compare(before, after, qrels);
    Assertions.assertEquals(1, comparison.wins());
    Assertions.assertEquals(1, comparison.ties());
  }

  @Test
  void recording() throws IOException {
    Files.writeString(
        folder.resolve("pairs.tsv"),
        "qid\tquery\tdocid\ttext\n1\tred water\ta\twater and disk\n1\tred water\tb\tred water red\n");
    PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    ExitCode code =
        new Main(quiet, quiet, false)
            .run(
                "record",
                "-model",
                Checkout.model("bert-cross"),
                "-pairs",
                folder.resolve("pairs.tsv").toString(),
                "-hooks",
                "blocks.1.attn.hook_z",
                "-positions",
                "passage",
                "-output",
                folder.resolve("recorded").toString());
    Assertions.assertEquals(ExitCode.DONE, code);
    HookPoint z = HookPoint.of(1, Site.Z);
    double[] mean = RecordingExample.mean(folder.resolve("recorded"), Side.PAIR, z, Role.MATCH);
    try (Recording recording = Recording.open(folder.resolve("recorded"))) {
      // The first word of the first passage, and all words of the second.
      List<Token> tokens = recording.tokens("1/a", Side.PAIR);
      int word = (int) tokens.stream().filter(t -> t.segment() == 1 && t.word() == 0).count();
      float[] first = recording.get("1/a", Side.PAIR, z).values();
      float[] second = recording.get("1/b", Side.PAIR, z).values();
      int rows = word + second.length / mean.length;
      for (int i = 0; i < mean.length; i++) {
        double sum = 0;
        for (int at = i; at < word * mean.length; at += mean.length) {
          sum += first[at];
        }
        for (int at = i; at < second.length; at += mean.length) {
          sum += second[at];
        }
        Assertions.assertEquals(sum / rows, mean[i], 1e-6);
      }
    }
  }
}
