package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.instrumentation.nn.Pooling;
import io.lucerna.instrumentation.text.TermForm;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a ranker is loaded. What is left empty is read from the model's folder.
 *
 * @param maxTokens upper bound on the token ids of one input; empty for the model's own limit, at
 *     most 512
 * @param batchSize how many inputs go through the network at once
 * @param label the output of a classifier, or of answers, that scores; empty for the only label of
 *     a classifier, the log probability of the last of two, and that of answers
 * @param answers the words whose logits make the score of a model that answers, that for not
 *     relevant first; empty for those of the prompt
 * @param pooling how a bi-encoder pools
 * @param similarity how a bi-encoder compares
 * @param precision the number type of the forward pass
 * @param processor what computes it; empty for the best that there is
 * @param terms when a word of a passage is one of the query's, for the roles of tokens
 * @param texts what surrounds query and passage
 * @param truncation what a pair that is too long loses
 */
public record ScorerOptions(
    OptionalInt maxTokens,
    int batchSize,
    Optional<Label> label,
    Optional<List<String>> answers,
    Optional<Pooling> pooling,
    Optional<Similarity> similarity,
    Precision precision,
    Optional<Processor> processor,
    TermForm terms,
    Texts texts,
    Truncation truncation) {

  /**
   * What surrounds query and passage, where it is not as the folder or the architecture says.
   *
   * @param prompt the text of which both are a part, with {@code {query}} and {@code {passage}}
   * @param queryPrefix what precedes a query that is read alone
   * @param passagePrefix what precedes a passage that is read alone
   */
  public record Texts(
      Optional<String> prompt, Optional<String> queryPrefix, Optional<String> passagePrefix) {
    private static final Texts NONE =
        new Texts(Optional.empty(), Optional.empty(), Optional.empty());

    /** Whether there is a prefix. */
    boolean prefixed() {
      return queryPrefix.isPresent() || passagePrefix.isPresent();
    }
  }

  /** The most token ids of one input by default. */
  public static final int DEFAULT_MAX_TOKENS = 512;

  /**
   * Texts of one forward pass by default: enough to keep a core's arithmetic busy, few enough for
   * several passes at once and little padding.
   */
  public static final int DEFAULT_BATCH = 8;

  /**
   * The model's own limit, batches of 8, label, pooling, similarity, prompt and prefixes as the
   * folder says, fp32.
   */
  public static ScorerOptions defaults() {
    return new ScorerOptions(
        OptionalInt.empty(),
        DEFAULT_BATCH,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Precision.FP32,
        Optional.empty(),
        TermForm.LOWER_CASE,
        Texts.NONE,
        Truncation.PASSAGE);
  }

  /** Whether inputs and answers are those that the folder states. */
  boolean asStated() {
    return answers.isEmpty() && texts.equals(Texts.NONE);
  }

  /** Checks the bounds. */
  public ScorerOptions {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
    }
    if (maxTokens.isPresent() && maxTokens.getAsInt() < 4) {
      throw new IllegalArgumentException(
          "max tokens must be at least 4, got " + maxTokens.getAsInt());
    }
    answers = answers.map(List::copyOf);
    if (answers.isPresent() && answers.get().stream().distinct().count() != 2) {
      throw new IllegalArgumentException(
          "the answers must be two different words, the one for not relevant first, got "
              + answers.get());
    }
  }

  /** The same with another bound on the tokens of one input. */
  public ScorerOptions withMaxTokens(int tokens) {
    return new ScorerOptions(
        OptionalInt.of(tokens),
        batchSize,
        label,
        answers,
        pooling,
        similarity,
        precision,
        processor,
        terms,
        texts,
        truncation);
  }

  /** The same with another batch size. */
  public ScorerOptions withBatchSize(int size) {
    return new ScorerOptions(
        maxTokens,
        size,
        label,
        answers,
        pooling,
        similarity,
        precision,
        processor,
        terms,
        texts,
        truncation);
  }

  /** The same with another scoring output. */
  public ScorerOptions withLabel(Label scoring) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        Optional.of(scoring),
        answers,
        pooling,
        similarity,
        precision,
        processor,
        terms,
        texts,
        truncation);
  }

  /**
   * The same with other answers, for a model that answers.
   *
   * @param no the word for not relevant, a single token
   * @param yes that for relevant
   */
  public ScorerOptions withAnswers(String no, String yes) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        Optional.of(List.of(no, yes)),
        pooling,
        similarity,
        precision,
        processor,
        terms,
        texts,
        truncation);
  }

  /** The same with another pooling than the folder says. */
  public ScorerOptions withPooling(Pooling kind) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        Optional.of(kind),
        similarity,
        precision,
        processor,
        terms,
        texts,
        truncation);
  }

  /** The same with another similarity than the folder says. */
  public ScorerOptions withSimilarity(Similarity kind) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        pooling,
        Optional.of(kind),
        precision,
        processor,
        terms,
        texts,
        truncation);
  }

  /** The same in another precision. */
  public ScorerOptions withPrecision(Precision type) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        pooling,
        similarity,
        type,
        processor,
        terms,
        texts,
        truncation);
  }

  /** The same on another processor. */
  public ScorerOptions withProcessor(Processor other) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        pooling,
        similarity,
        precision,
        Optional.of(other),
        terms,
        texts,
        truncation);
  }

  /** The same with another notion of what is the same word. */
  public ScorerOptions withTerms(TermForm form) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        pooling,
        similarity,
        precision,
        processor,
        form,
        texts,
        truncation);
  }

  /** The same with a prompt, for a ranker that reads one: it has both places once each. */
  public ScorerOptions withPrompt(String prompt) {
    return with(new Texts(Optional.of(prompt), texts.queryPrefix, texts.passagePrefix));
  }

  /** The same with another text before each query than the bi-encoder's folder says. */
  public ScorerOptions withQueryPrefix(String prefix) {
    return with(new Texts(texts.prompt, Optional.of(prefix), texts.passagePrefix));
  }

  /** The same with another text before each passage than the bi-encoder's folder says. */
  public ScorerOptions withPassagePrefix(String prefix) {
    return with(new Texts(texts.prompt, texts.queryPrefix, Optional.of(prefix)));
  }

  /** The same with another way to cut pairs that are too long. */
  public ScorerOptions withTruncation(Truncation kind) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        pooling,
        similarity,
        precision,
        processor,
        terms,
        texts,
        kind);
  }

  private ScorerOptions with(Texts others) {
    return new ScorerOptions(
        maxTokens,
        batchSize,
        label,
        answers,
        pooling,
        similarity,
        precision,
        processor,
        terms,
        others,
        truncation);
  }
}
