package io.lucerna.reranker;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Which form the inputs of a model have: by its architecture, its folder, and the options. */
final class InputForms {
  /** Nogueira et al. 2020, "Document Ranking with a Pretrained Sequence-to-Sequence Model". */
  static final String MONO_T5 = "Query: {query} Document: {passage} Relevant:";

  /** Of rerankers with a head on a decoder's last token (Ma et al. 2023, RankLLaMA). */
  static final String RANK = "query: {query} document: {passage}";

  /** Of bge-reranker-v2-gemma; the answer is Yes. */
  static final String BGE =
      "A: {query}\nB: {passage}\nGiven a query A and a passage B, determine whether the passage"
          + " contains an answer to the query by providing a prediction of either 'Yes' or 'No'.";

  /** Of Qwen3-Reranker, with the instruction that it has by default; the answer is yes or no. */
  static final String QWEN3 =
      "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and"
          + " the Instruct provided. Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n"
          + "<|im_start|>user\n<Instruct>: Given a web search query, retrieve relevant passages that"
          + " answer the query\n<Query>: {query}\n<Document>: {passage}<|im_end|>\n"
          + "<|im_start|>assistant\n<think>\n\n</think>\n\n";

  private InputForms() {}

  /**
   * The form of a model's inputs. What the options do not say is as the folder's reference.json
   * says that its texts were read, else as the folder or the architecture has it.
   *
   * @param architecture as in config.json
   * @throws IllegalArgumentException if the options give something that the form does not have, or
   *     a prompt without a place for query and passage
   * @throws CheckpointException if the folder's files contradict each other
   */
  static InputForm of(
      Path folder, String architecture, SentenceConfig sentence, ScorerOptions options) {
    ScorerOptions.Texts texts = options.texts();
    boolean labels = architecture.endsWith("ForSequenceClassification");
    Optional<String> usual = prompt(architecture);
    if (texts.prefixed() && (texts.prompt().isPresent() || (usual.isPresent() && !labels))) {
      throw new IllegalArgumentException(
          folder + ": a prompt contains everything around the texts, so no prefix can be given");
    }
    if (texts.prompt().isPresent() && usual.isEmpty()) {
      throw new IllegalArgumentException(
          folder + ": " + architecture + " is read without a prompt, so none can be given");
    }
    if (architecture.equals("HF_ColBERT")) {
      return markers(folder, options);
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
                architecture));
      }
      return reference
          .or(() -> usual.map(InputForm.Prompt::new))
          .orElse(new InputForm.Pair(first, ""));
    }
    return apart(folder, sentence, texts);
  }

  private static InputForm apart(Path folder, SentenceConfig sentence, ScorerOptions.Texts texts) {
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
  private static InputForm markers(Path folder, ScorerOptions options) {
    if (options.texts().prefixed()) {
      throw new IllegalArgumentException(
          folder + ": ColBERT has markers before the texts, so no prefix can be given");
    }
    InputForm.Markers markers = ArtifactMetadata.read(folder);
    if (!ArtifactMetadata.isIn(folder)
        && !(TokenizerFiles.has(folder, markers.query())
            && TokenizerFiles.has(folder, markers.passage()))) {
      return new InputForm.Apart("", "");
    }
    return options.maxTokens().isPresent()
        ? markers.withPassageLength(options.maxTokens().getAsInt())
        : markers;
  }

  /** What a model reads that has both texts in a prompt; empty for others. */
  private static Optional<String> prompt(String architecture) {
    boolean decoder = architecture.matches("(Llama|Mistral|Gemma|Qwen)\\d*For.*");
    if (architecture.matches("M?T5For.*")) {
      return Optional.of(MONO_T5);
    } else if (decoder && architecture.startsWith("Qwen3")) {
      return Optional.of(QWEN3);
    } else if (decoder && architecture.endsWith("ForSequenceClassification")) {
      return Optional.of(RANK);
    } else if (decoder) {
      return Optional.of(BGE);
    }
    return Optional.empty();
  }
}
