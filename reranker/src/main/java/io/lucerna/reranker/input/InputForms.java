package io.lucerna.reranker.input;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.Prompt;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Which form the inputs of a model have: by its architecture, its folder, and the options. */
@Internal
public final class InputForms {
  private InputForms() {}

  /**
   * Decides the form of a model's inputs. What the options do not say is as the folder's
   * reference.json says that its texts were read, else as the folder or the architecture has it.
   *
   * @param folder the model's folder, for reference.json and ColBERT's settings
   * @param architecture what config.json describes
   * @param sentence what the folder's sentence-transformers files say
   * @param texts what the options say of prompt and prefixes
   * @param maxTokens the most token ids of an input that the options ask for; empty for the model's
   *     own
   * @return what the inputs are made of
   * @throws IllegalArgumentException if the options give something that the form does not have, or
   *     a prompt without a place for query and passage
   * @throws CheckpointException if the folder's files contradict each other
   */
  public static InputForm of(
      Path folder,
      Architecture architecture,
      SentenceConfig sentence,
      TextOptions texts,
      OptionalInt maxTokens) {
    boolean labels = architecture.task() == Task.LABELS;
    Optional<String> usual = architecture.prompt().map(Prompt::text);
    if (texts.prefixed() && (texts.prompt().isPresent() || (usual.isPresent() && !labels))) {
      throw new IllegalArgumentException(
          folder + ": a prompt contains everything around the texts, so no prefix can be given");
    }
    if (texts.prompt().isPresent() && usual.isEmpty()) {
      throw new IllegalArgumentException(
          folder + ": " + architecture.name() + " is read without a prompt, so none can be given");
    }
    if (architecture.task() == Task.TOKEN_VECTORS) {
      return markers(folder, texts, maxTokens);
    }
    if (texts.prompt().isPresent()) {
      return new InputForm.Prompt(texts.prompt().get());
    }
    String first = sentence.usualPrefix();
    if (texts.prefixed() && labels) {
      return new InputForm.Pair(
          texts.queryPrefix().orElse(first), texts.passagePrefix().orElse(""));
    }
    if (labels || usual.isPresent()) {
      Optional<InputForm> reference = ReferenceForm.read(folder);
      if (reference.isEmpty() && usual.isPresent() && !usual.get().contains(first)) {
        throw new CheckpointException(
            String.format(
                Locale.ROOT,
                "%s: config_sentence_transformers.json has the default prompt '%s', but %s reads both"
                    + " texts in a prompt; give the whole with -prompt",
                folder,
                first,
                architecture.name()));
      }
      return reference
          .or(() -> usual.map(InputForm.Prompt::new))
          .orElse(new InputForm.Pair(first, ""));
    }
    return apart(folder, sentence, texts);
  }

  private static InputForm apart(Path folder, SentenceConfig sentence, TextOptions texts) {
    InputForm.Apart apart =
        new InputForm.Apart(
            texts.queryPrefix().orElse(sentence.queryPrefix()),
            texts.passagePrefix().orElse(sentence.passagePrefix()));
    boolean prefixed = !apart.queryPrefix().isEmpty() || !apart.passagePrefix().isEmpty();
    if (prefixed && !sentence.prefixPooled()) {
      throw new CheckpointException(
          folder
              + ": the pooling module says include_prompt false, which is not supported: the tokens"
              + " of a prefix are pooled with the others");
    }
    return apart;
  }

  /** ColBERT's markers; plain texts where neither its settings nor the default markers exist. */
  private static InputForm markers(Path folder, TextOptions texts, OptionalInt maxTokens) {
    if (texts.prefixed()) {
      throw new IllegalArgumentException(
          folder + ": ColBERT has markers before the texts, so no prefix can be given");
    }
    InputForm.Markers markers = ArtifactMetadata.read(folder);
    if (!ArtifactMetadata.isIn(folder)
        && !(TokenizerFiles.has(folder, markers.query())
            && TokenizerFiles.has(folder, markers.passage()))) {
      return new InputForm.Apart("", "");
    }
    return maxTokens.isPresent() ? markers.withPassageLength(maxTokens.getAsInt()) : markers;
  }
}
