package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program that uses rankers has its standard output and standard error to itself, and reaches for
 * no network: left alone, DJL asks whether it runs on Amazon's machines, which takes a second where
 * nobody answers, and reports to its makers there.
 */
class SilenceTest {
  @TempDir Path work;

  /** A program that says nothing, and uses all that loads native code. */
  static final class Quiet {
    private Quiet() {}

    public static void main(String[] arguments) {
      for (String folder : arguments) {
        try (Ranker ranker = Rankers.open(Path.of(folder), "quiet", ScorerOptions.defaults())) {
          ranker.score("what is a lamp", List.of("a lamp .", "light , of oil"));
          ranker.score("what is a lamp", List.of("oil ".repeat(10_000)));
        }
      }
    }
  }

  @Test
  void nothingIsPrintedAndNobodyAsked() throws IOException, InterruptedException {
    Path models = Checkout.models();
    Path out = work.resolve("out.txt");
    Path err = work.resolve("err.txt");
    Path classes = work.resolve("classes.txt");
    ProcessBuilder program =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of("-Xlog:class+load:file=" + classes),
                    Quiet.class,
                    Checkout.model("bert-cross"),
                    Checkout.model("bert-bi")))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    program.environment().remove("OPT_OUT_TRACKING");
    int code = program.start().waitFor();
    assertEquals("", Files.readString(out));
    // That a program has no logging says SLF4J, and that a library uses sun.misc.Unsafe, Java.
    List<String> said =
        Files.readAllLines(err).stream()
            .filter(line -> !line.startsWith("SLF4J") && !line.startsWith("WARNING: "))
            .toList();
    assertEquals(List.of(), said);
    assertEquals(0, code);
    String loaded = Files.readString(classes);
    assertTrue(loaded.contains(" ai.djl.util.Ec2Utils "), "the log does not have all classes");
    assertFalse(loaded.contains(" sun.net.www.protocol.http.HttpURLConnection "), "it connected");
  }
}
