package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A hundred thousand pairs through a small cross-encoder: memory stays where it was. */
@Tag("soak")
class MemorySoakTest {
  private static final int CALLS = 1000;
  private static final int PAIRS_PER_CALL = 100;
  private static final int WARM = 100;

  @Test
  void aHundredThousandPairsInTwoGigabytes() throws IOException {
    Path folder = Checkout.goldens("bert-cross").findFirst().orElseThrow();
    Random random = new Random(3);
    long afterWarmUp = 0;
    try (CrossEncoder scorer =
        (CrossEncoder) Rankers.open(folder, "soak", ScorerOptions.defaults())) {
      int weights = scorer.reading().model().liveArrays();
      for (int call = 0; call < CALLS; call++) {
        scorer.score("memory of the system", passages(random));
        assertEquals(
            weights, scorer.reading().model().liveArrays(), "live arrays after call " + call);
        if (call == WARM) {
          afterWarmUp = residentMegabytes();
        }
      }
    }
    long end = residentMegabytes();
    System.out.println(
        CALLS * PAIRS_PER_CALL
            + " pairs: resident memory "
            + afterWarmUp
            + " MB after warm-up, "
            + end
            + " MB at the end");
    assertTrue(end < 2048, end + " MB");
    assertTrue(end - afterWarmUp < 200, "grew from " + afterWarmUp + " to " + end + " MB");
  }

  private static List<String> passages(Random random) {
    List<String> passages = new ArrayList<>(PAIRS_PER_CALL);
    for (int i = 0; i < PAIRS_PER_CALL; i++) {
      passages.add("water and disk memory ".repeat(1 + random.nextInt(25)));
    }
    return passages;
  }

  static long residentMegabytes() throws IOException {
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
