package io.lucerna.plugin.options;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.reranker.ScorerOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Options of the model that are read before a model is opened. */
class ModelOptionsTest {
  private static ScorerOptions options(Consumer<ModelOptions> change) {
    ModelOptions model = new ModelOptions();
    change.accept(model);
    return model.scorerOptions();
  }

  private static String refusal(Consumer<ModelOptions> change) {
    return requireNonNull(
        assertThrows(IllegalArgumentException.class, () -> options(change)).getMessage());
  }

  @Test
  void whatIsNotGivenIsLeftToTheModel() {
    ScorerOptions plain = options(model -> {});
    assertEquals(Optional.empty(), plain.answers());
    assertEquals(Optional.empty(), plain.processor());
    assertEquals(Precision.FP32, plain.precision());
  }

  @Test
  void whatIsGivenIsTaken() {
    assertEquals(List.of("No", "Yes"), options(m -> m.answers = "No,Yes").answers().orElseThrow());
    assertEquals(Precision.FP64, options(m -> m.precision = "fp64").precision());
    assertEquals(Processor.CPU, options(m -> m.device = "cpu").processor().orElseThrow());
  }

  /** For a byte-level vocabulary " yes" is another token than "yes". */
  @Test
  void aSpaceAfterTheCommaOfAnswersIsPartOfAWordOnlyIfBothHaveOne() {
    assertEquals(
        List.of("No", "Yes"), options(m -> m.answers = "No , Yes ").answers().orElseThrow());
    assertEquals(
        List.of(" no", " yes"), options(m -> m.answers = " no, yes").answers().orElseThrow());
  }

  @Test
  void otherValuesAreRefused() {
    assertEquals(
        "answers must be two words with a comma between, such as no,yes; got yes",
        refusal(m -> m.answers = "yes"));
    assertEquals(
        "the answers must be two different words, the one for not relevant first, got [yes, yes]",
        refusal(m -> m.answers = "yes, yes"));
    assertEquals("precision must be fp32 or fp64, got bf16", refusal(m -> m.precision = "bf16"));
    assertEquals("device must be cpu or gpu, got tpu", refusal(m -> m.device = "tpu"));
  }

  @Test
  void aGpuThatIsNotThereIsAskedForInVain() {
    assumeTrue(Processor.best() == Processor.CPU, "skipped: there is a GPU here");
    assertEquals(
        "device gpu: PyTorch finds none here. It needs an NVIDIA card, its driver, and DJL's "
            + "pytorch-native with CUDA instead of the one for the CPU; or use -device cpu",
        refusal(m -> m.device = "gpu"));
  }
}
