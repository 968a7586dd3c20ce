package io.lucerna.plugin.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The program that computes with transformers, with a real Python: -Dlucerna.python=PROGRAM. */
class ReferenceProgramTest {
  private static final String CODE =
      """
      import sys

      sys.path.insert(0, sys.argv[1])
      import reference
      import torch

      mask = torch.tensor([[True, True, False], [True, True, True]])
      for kind in ("", "encoder_", "cross_"):
          queries = 1 if kind == "cross_" else 3
          heads = reference.stored(f"{kind}attentions.0", torch.ones(2, 3, queries, 3), mask)
          print(heads.sum((1, 3)).tolist())
      print(reference.stored("hidden_states.0", torch.ones(2, 3, 4), mask).sum(2).tolist())
      """;

  /** Also where there are as many heads as positions. */
  @Test
  void rowsOfPaddingAreZeroAndNoHeadIs() throws IOException, InterruptedException {
    String python = System.getProperty("lucerna.python", "");
    Assumptions.assumeFalse(python.isEmpty(), "no Python is named with -Dlucerna.python");
    String folder =
        Checkout.root()
            .resolve("plugin/app/src/main/resources/io/lucerna/plugin/certify")
            .toString();
    Process process =
        new ProcessBuilder(python, "-B", "-c", CODE, folder)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals(
        """
        [[9.0, 9.0, 0.0], [9.0, 9.0, 9.0]]
        [[9.0, 9.0, 0.0], [9.0, 9.0, 9.0]]
        [[9.0], [9.0]]
        [[4.0, 4.0, 0.0], [4.0, 4.0, 4.0]]
        """,
        said);
  }
}
