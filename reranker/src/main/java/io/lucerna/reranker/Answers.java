package io.lucerna.reranker;

import io.lucerna.instrumentation.family.Architecture;
import java.nio.file.Path;
import java.util.List;

/** The two words whose logits make the score of a model that answers. */
final class Answers {
  private Answers() {}

  /**
   * The word for not relevant, then that for relevant: those that the folder's reference.json
   * names, else those of the prompt.
   */
  static List<String> words(Path folder, Architecture architecture, InputForm form) {
    List<String> named = ReferenceForm.answers(folder);
    if (!named.isEmpty()) {
      return named;
    }
    // With sentencepiece's space, for vocabularies where these words are tokens of their own.
    if (architecture.family().equals("t5")) {
      return List.of("\u2581false", "\u2581true");
    }
    if (architecture.family().equals("mt5")) {
      return List.of("\u2581no", "\u2581yes");
    }
    return ofYes(form) ? List.of("No", "Yes") : List.of("no", "yes");
  }

  /** Which of them scores by default: FlagEmbedding's rerankers take the logit of Yes alone. */
  static Label label(InputForm form) {
    return ofYes(form) ? Label.LAST : Label.LOG_PROBABILITY;
  }

  private static boolean ofYes(InputForm form) {
    return form.equals(new InputForm.Prompt(InputForms.BGE));
  }
}
