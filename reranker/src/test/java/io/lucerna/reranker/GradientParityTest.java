package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients are those that transformers' autograd gives. */
class GradientParityTest {
  private static final Path NONE = Path.of("none");

  static Stream<Path> goldens() throws IOException {
    List<Path> found =
        Checkout.goldens(".*")
            .filter(folder -> Files.exists(folder.resolve("gradients.safetensors")))
            .toList();
    if (found.isEmpty()) {
      System.out.println("no golden gradients: there is no folder shared beside the checkout");
      return Stream.of(NONE);
    }
    return found.stream();
  }

  private static List<Parity.Difference> differences(Path model, Path reference)
      throws IOException {
    try (Ranker ranker = Rankers.open(model, "gradients", ScorerOptions.defaults());
        Checkpoint numbers = Checkpoints.openFile(reference.resolve("reference.safetensors"));
        Checkpoint gradients = Checkpoints.openFile(reference.resolve("gradients.safetensors"))) {
      return GradientParity.of(ranker, numbers, gradients);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("goldens")
  void theyAreThoseOfTheReference(Path folder) throws IOException {
    assumeTrue(!folder.equals(NONE), "no golden gradients are at hand");
    List<Parity.Difference> differences = differences(folder, folder);
    assertTrue(differences.size() >= 10, differences.size() + " points compared");
    for (Parity.Difference difference : differences) {
      assertTrue(difference.holds(), difference.toString());
    }
  }

  /** Both are of the same sizes. */
  @Test
  void thoseOfAnotherModelAreNot() throws IOException {
    Path cross = Checkout.shared("goldens/bert-bi");
    Path other = Checkout.shared("goldens/bert-colbert");
    assumeTrue(Files.exists(cross), "no golden gradients are at hand");
    List<Parity.Difference> differences = differences(cross, other);
    assertFalse(differences.stream().allMatch(Parity.Difference::holds), differences.toString());
  }
}
