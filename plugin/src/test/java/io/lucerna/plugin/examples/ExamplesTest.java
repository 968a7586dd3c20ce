package io.lucerna.plugin.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.lucerna.plugin.ExitCode;
import io.lucerna.plugin.FakeScorer;
import io.lucerna.plugin.Main;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
            folder.resolve("index"), "lamp", new FakeScorer(ScorerOptions.defaults())));
  }
}
