package io.lucerna.instrumentation.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DesignExampleTest {
  private static final Path FOLDER = Checkout.models().resolve("bert-cross");
  private static final long[] TYPES = {0, 0, 0, 0, 1, 1, 1, 1};
  private static final TokenSequence BASE =
      TokenSequence.ofIds(new long[] {2, 88, 86, 3, 83, 91, 86, 3}, TYPES);
  private static final TokenSequence PERTURBED =
      TokenSequence.ofIds(new long[] {2, 88, 86, 3, 83, 88, 86, 3}, TYPES);
  private static final TokenBatch BATCH = TokenBatch.of(List.of(BASE), 0, Side.PAIR);

  private static HookedModel model;

  @BeforeAll
  static void open() throws IOException {
    model = HookedModel.open(FOLDER, Precision.FP32);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void largestProbabilitiesAreAtLeastThoseOfEvenAttention() {
    Map<HookPoint, float[]> sharpness = DesignExample.record(model, BATCH);
    assertEquals(model.config().layers(), sharpness.size());
    for (float[] heads : sharpness.values()) {
      assertEquals(model.config().heads(), heads.length);
      for (float largest : heads) {
        assertTrue(largest >= 1f / BASE.length() && largest <= 1, "largest " + largest);
      }
    }
  }

  @Test
  void flatAttentionMovesTheScore() {
    float plain = model.forward(BATCH, Hooks.none())[0][0];
    assertNotEquals(plain, DesignExample.intervene(model, BATCH)[0][0]);
  }

  @Test
  void everyHeadHasAnEffect() {
    float[] effects = DesignExample.sweep(model, new AlignedPair(BASE, PERTURBED));
    assertEquals(model.config().layers() * model.config().heads(), effects.length);
    assertTrue(Arrays.toString(effects).matches("[-\\d.E, \\[\\]]+"), "finite numbers");
    assertNotEquals(effects[0], effects[1]);
  }
}
