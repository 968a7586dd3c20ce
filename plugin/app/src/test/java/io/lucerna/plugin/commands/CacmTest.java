package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.Shell;
import io.lucerna.qrels.Qrels;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole road on a published collection: Anserini's numbers for CACM exactly, and the neural
 * numbers that Hugging Face gives within two thousandths.
 */
class CacmTest {
  private static final Path DATA = Checkout.shared("collections/cacm");

  @TempDir static Path temp;
  private static Path index;
  private static Path bm25;

  /** The same without the twelve topics that no measure counts. */
  private static Path judged;

  @BeforeAll
  static void indexAndSearch() throws IOException {
    assumeTrue(Files.isDirectory(DATA), "skipped the numbers on CACM: no folder " + DATA);
    Path corpus = unpack();
    index = temp.resolve("index");
    bm25 = temp.resolve("run.bm25.txt");
    Shell indexed =
        Shell.succeed(
            "index",
            "-collection",
            "HtmlCollection",
            "-generator",
            "DefaultLuceneDocumentGenerator",
            "-input",
            corpus.toString(),
            "-index",
            index.toString(),
            "-threads",
            "2",
            "-storeRaw",
            "-storeDocvectors",
            "-optimize");
    assertTrue(indexed.out().contains("documents: 3204"), indexed.out());
    assertTrue(indexed.out().contains("unique terms: 14363"), indexed.out());
    Shell.succeed(search(bm25, "-bm25"));
    judged = temp.resolve("run.judged.txt");
    Set<String> topics = Qrels.read(DATA.resolve("qrels.cacm.txt")).topics();
    Files.write(
        judged,
        Files.readAllLines(bm25).stream()
            .filter(line -> topics.contains(line.substring(0, line.indexOf(' '))))
            .toList());
  }

  private static Path unpack() throws IOException {
    Path corpus = Files.createDirectory(temp.resolve("corpus"));
    try (InputStream in = Files.newInputStream(DATA.resolve("cacm.tar.gz"));
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
      TarArchiveEntry entry;
      while ((entry = tar.getNextEntry()) != null) {
        if (entry.isFile()) {
          Files.copy(tar, corpus.resolve(Path.of(entry.getName()).getFileName().toString()));
        }
      }
    }
    return corpus;
  }

  private static String[] search(Path output, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "search",
                "-index",
                index.toString(),
                "-topics",
                DATA.resolve("topics.cacm.txt").toString(),
                "-topicReader",
                "Cacm",
                "-output",
                output.toString()));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  private static Run rerank(int depth, String... more) throws IOException {
    Path output = temp.resolve("run." + depth + "." + more.length + ".txt");
    List<String> command = new ArrayList<>(rerankCommand("cacm", depth, output));
    command.addAll(List.of(more));
    Shell.succeed(command.toArray(String[]::new));
    return Run.read(output);
  }

  private static List<String> rerankCommand(String cleaning, int depth, Path output) {
    return List.of(
        "rerank",
        "-index",
        index.toString(),
        "-topics",
        DATA.resolve("topics.cacm.txt").toString(),
        "-topicReader",
        "Cacm",
        "-run",
        judged.toString(),
        "-passage.clean",
        cleaning,
        "-rerank.depth",
        Integer.toString(depth),
        "-output",
        output.toString());
  }

  private static String measure(Run run, String measure) throws IOException {
    return String.format(Locale.ROOT, "%.4f", value(run, measure));
  }

  private static double value(Run run, String name) throws IOException {
    Measure measure = Measure.parse(name);
    Qrels qrels = Qrels.read(DATA.resolve("qrels.cacm.txt"));
    return Evaluation.of(run, qrels, List.of(measure), Evaluation.Options.DEFAULT).summary(measure);
  }

  /** What reranking only the first {@code depth} candidates gives, from the scores of more. */
  private static Run within(Run reranked, Run first, int depth) {
    List<Ranking> rankings = new ArrayList<>();
    for (Ranking ranking : first.rankings()) {
      Set<String> candidates = new HashSet<>(ranking.top(depth).docnos());
      rankings.add(
          Ranking.of(
              ranking.topic(),
              reranked.ranking(ranking.topic()).orElseThrow().stream()
                  .filter(doc -> candidates.contains(doc.docno()))
                  .toList()));
    }
    return Run.of("within", rankings);
  }

  @Test
  void bm25GivesAnserinisNumbers() throws IOException {
    Run run = Run.read(bm25);
    assertEquals("0.3123", measure(run, "map"));
    assertEquals("0.1942", measure(run, "P_30"));
    assertEquals("0.4543", measure(run, "ndcg_cut_10"));
  }

  @Test
  void rm3GivesTheNumbersOfThisMachineAndOfLaterVersions() throws IOException {
    Path rm3 = temp.resolve("run.rm3.txt");
    Shell.succeed(search(rm3, "-bm25", "-rm3"));
    assertEquals("0.3648", measure(Run.read(rm3), "map"));
    assertEquals("0.2224", measure(Run.read(rm3), "P_30"));
  }

  /** The quick suite leaves it to the regression {@code cacm}, which goes the same road deeper. */
  @Test
  @Tag("soak")
  void minilmGivesHuggingFacesNumbers() throws IOException {
    Run fifty = within(rerank(50), Run.read(judged), 50);
    assertEquals(.5131, value(fifty, "nDCG@10"), .002);
    assertEquals(.2199, value(fifty, "P_30"), .002);
  }

  /** The regression {@code cacm} holds these too. */
  @Test
  @Tag("soak")
  void minilmGivesHuggingFacesNumbersAtDepth100() throws IOException {
    Run hundred = within(rerank(100), Run.read(judged), 100);
    assertEquals(.4850, value(hundred, "nDCG@10"), .002);
    assertEquals(.3093, value(hundred, "map"), .002);
    assertEquals(.2224, value(hundred, "P_30"), .002);
  }

  @Test
  @Tag("soak")
  void withoutAnyHeadsTheNumberIsThatOfMeanPooledWords() throws IOException {
    Run zeroed = rerank(50, "-intervene", "zero blocks.*.attn.hook_z");
    assertEquals(.3511, value(within(zeroed, Run.read(judged), 50), "nDCG@10"), .002);
  }

  /** What published numbers call uncleaned: tags and entities as in cacm, citation lines kept. */
  @Test
  @Tag("soak")
  void textWithItsCitationsGivesLess() throws IOException {
    Path texts = temp.resolve("uncleaned.jsonl");
    ObjectMapper json = new ObjectMapper();
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(temp.resolve("corpus"))) {
      for (Path file : files.sorted().toList()) {
        String text = Files.readString(file).replaceAll("<[^>]*>", " ");
        String plain = Parser.unescapeEntities(text, false).replaceAll("\\s+", " ").strip();
        String id = file.getFileName().toString().replace(".html", "");
        lines.add(json.writeValueAsString(Map.of("id", id, "contents", plain)));
      }
    }
    Files.write(texts, lines);
    Path output = temp.resolve("run.uncleaned.txt");
    List<String> command = new ArrayList<>(rerankCommand("none", 100, output));
    command.set(command.indexOf("-index"), "-corpus");
    command.set(command.indexOf(index.toString()), texts.toString());
    Shell.succeed(command.toArray(String[]::new));
    Run hundred = Run.read(output);
    assertEquals(.4766, value(within(hundred, Run.read(judged), 100), "nDCG@10"), .002);
    assertEquals(.5020, value(within(hundred, Run.read(judged), 50), "nDCG@10"), .002);
  }
}
