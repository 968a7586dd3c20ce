package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import java.util.List;
import java.util.Set;

/**
 * What of a model's output its weights do not decide.
 *
 * @param pooling how a {@link Task#VECTOR} is made of the hidden states
 * @param answers the token ids whose logits {@link Task#ANSWERS} gives, in this order
 * @param skipped the token ids that have no vector in {@link Task#TOKEN_VECTORS}
 */
public record OutputSettings(Pooling pooling, List<Long> answers, Set<Long> skipped) {
  /** Copies the collections. */
  public OutputSettings {
    answers = List.copyOf(answers);
    skipped = Set.copyOf(skipped);
  }

  /** Mean pooling, no answers, nothing skipped. */
  public static OutputSettings defaults() {
    return new OutputSettings(Pooling.MEAN, List.of(), Set.of());
  }

  /** The same with another pooling. */
  public OutputSettings withPooling(Pooling other) {
    return new OutputSettings(other, answers, skipped);
  }

  /** The same with other answers. */
  public OutputSettings withAnswers(List<Long> others) {
    return new OutputSettings(pooling, others, skipped);
  }

  /** The same with other tokens skipped. */
  public OutputSettings withSkipped(Set<Long> others) {
    return new OutputSettings(pooling, answers, others);
  }
}
