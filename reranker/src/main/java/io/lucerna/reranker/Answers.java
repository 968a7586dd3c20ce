package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Architecture;
import java.util.List;

/** The two words whose logits make the score of a model that answers. */
final class Answers {
  private Answers() {}

  /** The word for not relevant, then that for relevant. */
  static List<String> words(Architecture architecture) {
    return architecture.family().equals("t5") ? List.of("false", "true") : List.of("no", "yes");
  }
}
