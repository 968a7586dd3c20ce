package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCommandTest {
  @TempDir Path folder;

  private Shell index(String... more) {
    String[] base = {
      "index",
      "-collection",
      "JsonCollection",
      "--input",
      folder.resolve("corpus").toString(),
      "-index",
      folder.resolve("index").toString(),
      "-threads",
      "2"
    };
    String[] all = java.util.Arrays.copyOf(base, base.length + more.length);
    System.arraycopy(more, 0, all, base.length, more.length);
    return Shell.run(all);
  }

  private void corpus(String lines) throws IOException {
    Files.createDirectories(folder.resolve("corpus"));
    Files.writeString(folder.resolve("corpus/a.jsonl"), lines);
  }

  @Test
  void countsDocumentsAndTerms() throws IOException {
    corpus(
        """
        {"id": "d1", "contents": "a lamp gives light"}
        {"id": "d2", "contents": "the light of a lamp"}
        """);
    Shell shell = index("-storeRaw", "-optimize");
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals("documents: 2\nunique terms: 3\n", shell.out());
  }

  @Test
  void brokenDocumentsFail() throws IOException {
    corpus(
        """
        {"id": "d1", "contents": "a lamp gives light"}
        {"id": "d2", "contents":
        """);
    Shell shell = index();
    assertEquals(ExitCode.FAILED, shell.code(), shell.out());
    assertTrue(shell.err().contains("not all documents were indexed"), shell.err());
  }

  @Test
  void missingFolderWrongClassAndEmptyFolderFail() throws IOException {
    Shell missing = index();
    assertEquals(ExitCode.INPUT, missing.code());
    assertTrue(missing.err().contains("corpus: -input must be an existing folder"), missing.err());
    corpus("");
    Shell wrong = index("-generator", "NoGenerator");
    assertEquals(ExitCode.USAGE, wrong.code());
    assertTrue(wrong.err().contains("-generator: Anserini has no class NoGenerator"), wrong.err());
    Shell empty = index();
    assertEquals(ExitCode.INPUT, empty.code(), empty.err());
    assertTrue(empty.err().contains("no document for JsonCollection was found"), empty.err());
    corpus("{\"id\": \"d1\", \"contents\": \" \"}\n");
    Shell blank = index();
    assertEquals(ExitCode.INPUT, blank.code(), blank.err());
    assertTrue(
        blank.err().contains("no document has text where JsonCollection reads it (documents: 1)"),
        blank.err());
    assertEquals(ExitCode.USAGE, index("-append").code());
    Files.writeString(folder.resolve("file"), "");
    Shell file = index("-index", folder.resolve("file").toString());
    assertEquals(ExitCode.USAGE, file.code());
    assertTrue(file.err().contains("file: exists already and is not a folder"), file.err());
  }
}
