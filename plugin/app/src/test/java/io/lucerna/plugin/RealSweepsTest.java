package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.minilm.Minilm;
import io.lucerna.plugin.anserini.IndexTerms;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.SweepEngine;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sweeps of the pairs that were published with MechIR, in minilm. */
class RealSweepsTest {
  private static final Path PAIRS = Checkout.shared("collections/msmarco-dl");

  private static List<Path> files() throws IOException {
    assumeTrue(Files.isDirectory(PAIRS), "skipped: the pairs of MechIR are not in " + PAIRS);
    try (Stream<Path> all = Files.list(PAIRS)) {
      return all.filter(file -> file.toString().endsWith(".tsv.gz")).sorted().toList();
    }
  }

  private static Ranker minilm() throws IOException {
    Path folder = new Minilm().folder(Path.of(System.getProperty("user.home"), ".cache/lucerna"));
    ScorerOptions options = ScorerOptions.defaults().withTerms(new IndexTerms());
    return Rankers.open(folder, "minilm", options);
  }

  private static SweepSettings heads(boolean plain, boolean mechir) {
    return settings(SweepKind.HEAD, plain, mechir);
  }

  private static SweepSettings settings(SweepKind kind, boolean plain, boolean mechir) {
    return SweepSettings.of(kind)
        .methods(List.of(plain ? Method.PLAIN : Method.FAST))
        .mechir(mechir)
        .build();
  }

  /** Every n-th pair, so that all grades are among them. */
  private static List<ContrastPair> spread(Path file, int count) throws IOException {
    List<ContrastPair> all = ContrastPairs.read(file);
    List<ContrastPair> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(all.get((int) ((long) i * all.size() / count)));
    }
    return some;
  }

  private static PairOutcome.Patched swept(SweepEngine engine, ContrastPair pair, Method method) {
    PairOutcome outcome = engine.sweep(pair, Optional.empty(), List.of(method));
    PairOutcome.Patched patched =
        assertInstanceOf(PairOutcome.Swept.class, outcome, pair.id() + " " + outcome)
            .ways()
            .getFirst();
    assertEquals(patched.result().recipient(), patched.empty(), pair.id());
    assertEquals(patched.result().donor(), patched.full(), pair.id());
    return patched;
  }

  @Test
  void withMechirsSettingsTheFastSweepIsThePlainOne() throws IOException {
    fastIsPlain(SweepKind.MLP, 6);
  }

  /** Twelve times as many passes of 300 tokens, through the same code. */
  @Test
  @Tag("soak")
  void andForEveryHead() throws IOException {
    fastIsPlain(SweepKind.HEAD, 6 * 12);
  }

  private static void fastIsPlain(SweepKind kind, int cells) throws IOException {
    Path file = files().getFirst();
    try (SweepEngine fast = new SweepEngine(minilm(), settings(kind, false, true));
        SweepEngine plain = new SweepEngine(minilm(), settings(kind, true, true))) {
      ContrastPair pair = ContrastPairs.read(file).getFirst();
      float[] expected = swept(plain, pair, Method.PLAIN).result().patched();
      float[] actual = swept(fast, pair, Method.FAST).result().patched();
      assertEquals(cells, actual.length);
      for (int cell = 0; cell < actual.length; cell++) {
        assertEquals(expected[cell], actual[cell], 1e-6, pair.id() + " cell " + cell);
      }
    }
  }

  @Test
  @Tag("soak")
  void aHundredPairsOfEveryFileWithMechirsSettings() throws IOException {
    try (SweepEngine engine = new SweepEngine(minilm(), heads(false, true))) {
      for (Path file : files()) {
        for (ContrastPair pair : spread(file, 100)) {
          assertEquals(6 * 12, swept(engine, pair, Method.FAST).result().patched().length);
        }
      }
    }
  }

  @Test
  @Tag("soak")
  void aThousandPairsLeaveMemoryWhereItWas() throws IOException {
    Ranker ranker = minilm();
    long afterWarmUp = 0;
    try (SweepEngine engine = new SweepEngine(ranker, heads(false, false))) {
      int live = ranker.reading().model().liveArrays();
      int done = 0;
      for (ContrastPair pair : spread(files().getLast(), 1000)) {
        if (engine.sweep(pair, Optional.empty(), List.of(Method.FAST))
            instanceof PairOutcome.Unusable unusable) {
          System.out.println(pair.id() + " left out: " + unusable.reason());
        }
        assertEquals(live, ranker.reading().model().liveArrays(), "live arrays after " + pair.id());
        if (++done == 200) {
          afterWarmUp = residentMegabytes();
        }
      }
    }
    long end = residentMegabytes();
    System.out.println(
        "1000 pairs: resident memory " + afterWarmUp + " MB after 200, " + end + " MB at the end");
    assertTrue(end - afterWarmUp < 200, "grew from " + afterWarmUp + " to " + end + " MB");
  }

  private static long residentMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "skipped: this system does not tell resident memory");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    }
  }
}
