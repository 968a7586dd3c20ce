package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.BundledCollection;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Collections by name in every command that takes documents, topics or judgments. */
class NamedCollectionsTest {
  private static final Path SHARED = Checkout.shared("collections");

  @TempDir Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Shell run(String... arguments) {
    return Shell.run(Map.of("LUCERNA_CACHE", path("cache")), arguments);
  }

  private Shell done(String... arguments) {
    Shell shell = run(arguments);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    return shell;
  }

  private void fails(ExitCode code, String message, Shell shell) {
    assertEquals(code, shell.code(), shell.err());
    assertTrue(shell.err().contains(message), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
  }

  private Shell rerankedBundled(String... more) {
    String[] words = {
      "rerank",
      "-index",
      path("index"),
      "-topics",
      "bundled",
      "-run",
      path("r"),
      "-rerank.model",
      "fake",
      "-output",
      path("s")
    };
    return done(Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  void theBundledCollectionIsKnownEverywhere() {
    Shell index = done("index", "-collection", "bundled", "-index", path("index"));
    assertTrue(index.out().startsWith("documents: 480\n"), index.out());
    done("search", "-index", path("index"), "-topics", "bundled", "-bm25", "-output", path("r"));
    String inferred = rerankedBundled().err();
    assertTrue(inferred.contains("passages cleaned: none (as collection bundled needs)"), inferred);
    String asked = rerankedBundled("-passage.clean", "markup").err();
    assertTrue(asked.contains("passages cleaned: markup (as asked)"), asked);
    Shell eval = done("eval", "-m", "num_q", "bundled", path("r"));
    assertEquals("num_q                 \tall\t48\n", eval.out());
    Shell compare = done("compare", "-m", "AP", "bundled", path("r"), path("s"));
    assertTrue(compare.out().contains("48 topics"), compare.out());
  }

  @Test
  void whatTheUserSaysGoesBeforeWhatTheCollectionNeeds() throws IOException {
    Files.createDirectories(folder.resolve("own"));
    Files.writeString(
        folder.resolve("own/a.jsonl"), "{\"id\": \"d\", \"contents\": \"one lamp\"}\n");
    Shell own =
        done(
            "index",
            "-collection",
            "bundled",
            "--input",
            path("own"),
            "-index",
            path("index"),
            "-optimize");
    assertEquals("documents: 1\nunique terms: 2\n", own.out());
    Shell generator =
        run("index", "-collection", "bundled", "-index", path("i"), "-generator", "None");
    fails(ExitCode.USAGE, "-generator: Anserini has no class None", generator);
    Path topics = BundledCollection.writeTopics(folder);
    Files.writeString(topics, "1\tlamp\n");
    done(
        "search",
        "-index",
        path("index"),
        "-topics",
        topics.toString(),
        "-bm25",
        "-output",
        path("r"));
    assertTrue(Files.readString(folder.resolve("r")).startsWith("1 Q0 d 1 "));
  }

  @Test
  void unknownNamesListTheKnownOnes() throws IOException {
    Files.writeString(folder.resolve("r"), "1 Q0 d 1 1 t\n");
    String known = "collections known by name are bundled, cacm, ";
    fails(ExitCode.INPUT, "cacmm: no such file; " + known, run("eval", "cacmm", path("r")));
    fails(ExitCode.INPUT, known, run("compare", "cacmm", path("r"), path("r") + "2"));
    fails(
        ExitCode.INPUT,
        known,
        run(
            "rerank", "-topics", "cacmm", "-run", path("r"), "-corpus", path("c"), "-output",
            path("s")));
    fails(
        ExitCode.USAGE,
        "-collection: Anserini has no class cacmm in io.anserini.collection; " + known,
        run("index", "-collection", "cacmm", "-input", path(""), "-index", path("i")));
    fails(
        ExitCode.INPUT,
        "the documents of dl19 cannot be fetched by name; name their folder",
        run("index", "-collection", "dl19", "-index", path("i")));
    assertFalse(Files.exists(folder.resolve("s")));
    assertFalse(Files.exists(folder.resolve("i")));
  }

  @Test
  void withoutTheNetworkTheMessageSaysWhatToDo() throws IOException {
    Files.writeString(folder.resolve("r"), "1 Q0 d 1 1 t\n");
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress("localhost", 1)));
    try {
      fails(
          ExitCode.INPUT,
          "put qrels.cacm.txt into a folder and name it with LUCERNA_COLLECTIONS",
          run("eval", "cacm", path("r")));
      fails(
          ExitCode.INPUT,
          "put cacm.tar.gz into a folder",
          run("index", "-collection", "cacm", "-index", path("i")));
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  @Test
  void aLocalFolderIsLookedIntoFirstAndChecked() throws IOException {
    Files.writeString(folder.resolve("r"), "1 Q0 CACM-1410 1 1 t\n");
    fails(
        ExitCode.INPUT,
        "nowhere: the folder of collections does not exist",
        run("eval", "-collections", path("nowhere"), "cacm", path("r")));
    Files.createDirectories(folder.resolve("local/cacm"));
    Files.writeString(folder.resolve("local/cacm/qrels.cacm.txt"), "1 0 a 1\n");
    fails(
        ExitCode.INPUT,
        "this is not the file of cacm: its checksum is md5",
        run("eval", "-collections", path("local"), "cacm", path("r")));
    assumeTrue(Files.isDirectory(SHARED), "skipped the real judgments of CACM: no " + SHARED);
    Shell eval =
        Shell.run(
            Map.of("LUCERNA_COLLECTIONS", SHARED.toString(), "LUCERNA_CACHE", path("cache")),
            "eval",
            "-m",
            "num_rel_ret",
            "cacm",
            path("r"));
    assertEquals("num_rel_ret           \tall\t1\n", eval.out(), eval.err());
  }

  private Shell shared(String... arguments) {
    Shell shell =
        Shell.run(
            Map.of("LUCERNA_COLLECTIONS", SHARED.toString(), "LUCERNA_CACHE", path("cache")),
            arguments);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    return shell;
  }

  @Test
  void whatAFirstStageFoundNeedsNoIndex() throws IOException {
    assumeTrue(Files.isDirectory(SHARED), "skipped the first stages of TREC DL: no " + SHARED);
    String[] wanted = {"dl19", "bm25", "0.5058", "dl20", "splade", "0.7197"};
    for (int i = 0; i < wanted.length; i += 3) {
      shared(
          "rerank",
          "-collection",
          wanted[i],
          "-first",
          wanted[i + 1],
          "-rerank.model",
          "none",
          "-output",
          path("r"));
      Shell eval = shared("eval", "-m", "nDCG@10", wanted[i], path("r"));
      assertEquals("ndcg_cut_10           \tall\t" + wanted[i + 2] + "\n", eval.out());
    }
    // The default is BM25, with judgments and the statistics of all passages that are known.
    Shell perturbed =
        shared(
            "perturb",
            "-collection",
            "dl19+dl20",
            "-depth",
            "1",
            "-perturbation",
            "TFC1",
            "-output",
            path("p"));
    assertTrue(perturbed.out().contains("TFC1              97        97     97"), perturbed.out());
    assertTrue(perturbed.err().contains("index: 19158 documents"), perturbed.err());
    // An index beside it is what terms are counted in, and chooses no other passages.
    done("index", "-collection", "bundled", "-index", path("index"));
    Shell counted =
        shared(
            "perturb",
            "-collection",
            "dl19+dl20",
            "-index",
            path("index"),
            "-depth",
            "1",
            "-perturbation",
            "TFC1",
            "-output",
            path("q"));
    assertTrue(counted.err().contains("index: 480 documents"), counted.err());
    String chosen = "chosen: 97 passages of 97 topics, the first of each in ";
    for (Shell shell : List.of(perturbed, counted)) {
      assertTrue(shell.err().contains(chosen), shell.err());
    }
    assertEquals(texts("p"), texts("q"));
  }

  private Map<String, String> texts(String pairs) throws IOException {
    return ContrastPairs.read(folder.resolve(pairs)).stream()
        .collect(Collectors.toMap(ContrastPair::id, ContrastPair::perturbed));
  }

  /** By its name a collection has its own level; its file counts from 1, which is said. */
  @Test
  void comparedByNameItHasTheLevelOfItsStudies() {
    assumeTrue(Files.isDirectory(SHARED), "skipped the judgments of TREC DL: no " + SHARED);
    for (String stage : List.of("bm25", "tasb")) {
      shared(
          "rerank",
          "-collection",
          "dl19",
          "-first",
          stage,
          "-rerank.model",
          "none",
          "-output",
          path(stage));
    }
    String file = SHARED.resolve("msmarco-dl/qrels.dl19-passage.txt").toString();
    Shell named = shared("compare", "-m", "AP", "dl19", path("bm25"), path("tasb"));
    Shell second = shared("compare", "-m", "AP", "-l", "2", file, path("bm25"), path("tasb"));
    Shell first = shared("compare", "-m", "AP", file, path("bm25"), path("tasb"));
    assertEquals(second.out(), named.out());
    assertNotEquals(first.out(), named.out());
    String counts = "relevant is grade 2 and up; -l changes it";
    assertTrue(named.err().contains(counts), named.err());
    assertTrue(first.err().contains("relevant is grade 1 and up; -l changes it"), first.err());
    assertFalse(second.err().contains("relevant"), second.err());
    // trec_eval's level is 1, whatever the judgments are called.
    assertEquals(
        shared("eval", "-l", "1", "-m", "map", file, path("bm25")).out(),
        shared("eval", "-m", "map", "dl19", path("bm25")).out());
  }

  @Test
  void aFirstStageThatThereIsNotIsRefused() {
    fails(
        ExitCode.USAGE,
        "cacm has no first stages; leave out -first",
        run("rerank", "-collection", "cacm", "-first", "bm25", "-output", path("s")));
    fails(
        ExitCode.USAGE,
        "bm26: no such first stage; there are bm25, tasb, splade",
        run("score", "-collection", "dl20", "-first", "bm26", "-output", path("s")));
    fails(
        ExitCode.USAGE,
        "\"-first\" cannot be used with the option(s) [-run]",
        run(
            "rerank",
            "-collection",
            "dl19",
            "-first",
            "bm25",
            "-run",
            path("r"),
            "-output",
            path("s")));
    fails(
        ExitCode.USAGE,
        "-rerank.model none: there is no model to intervene in",
        run(
            "rerank",
            "-collection",
            "dl19",
            "-rerank.model",
            "none",
            "-intervene",
            "zero hook_embed",
            "-output",
            path("s")));
  }
}
