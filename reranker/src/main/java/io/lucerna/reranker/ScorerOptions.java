package io.lucerna.reranker;

import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.instrumentation.nn.Pooling;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.reranker.input.TextOptions;
import io.lucerna.reranker.input.Truncation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

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
    TextOptions texts,
    Truncation truncation) {

  /** The most token ids of one input by default. */
  public static final int DEFAULT_MAX_TOKENS = 512;

  /**
   * TextOptions of one forward pass by default: enough to keep a core's arithmetic busy, few enough
   * for several passes at once and little padding.
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
        TextOptions.NONE,
        Truncation.PASSAGE);
  }

  /** Whether inputs and answers are those that the folder states. */
  boolean asStated() {
    return answers.isEmpty() && texts.equals(TextOptions.NONE);
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

  /** Where options are changed before they are fixed again. */
  private static final class Draft {
    private OptionalInt maxTokens;
    private int batchSize;
    private Optional<Label> label;
    private Optional<List<String>> answers;
    private Optional<Pooling> pooling;
    private Optional<Similarity> similarity;
    private Precision precision;
    private Optional<Processor> processor;
    private TermForm terms;
    private TextOptions texts;
    private Truncation truncation;

    Draft(ScorerOptions from) {
      maxTokens = from.maxTokens;
      batchSize = from.batchSize;
      label = from.label;
      answers = from.answers;
      pooling = from.pooling;
      similarity = from.similarity;
      precision = from.precision;
      processor = from.processor;
      terms = from.terms;
      texts = from.texts;
      truncation = from.truncation;
    }
  }

  private ScorerOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new ScorerOptions(
        draft.maxTokens,
        draft.batchSize,
        draft.label,
        draft.answers,
        draft.pooling,
        draft.similarity,
        draft.precision,
        draft.processor,
        draft.terms,
        draft.texts,
        draft.truncation);
  }

  /** The same with another bound on the tokens of one input. */
  public ScorerOptions withMaxTokens(int tokens) {
    return with(draft -> draft.maxTokens = OptionalInt.of(tokens));
  }

  /** The same with another batch size. */
  public ScorerOptions withBatchSize(int size) {
    return with(draft -> draft.batchSize = size);
  }

  /** The same with another scoring output. */
  public ScorerOptions withLabel(Label scoring) {
    return with(draft -> draft.label = Optional.of(scoring));
  }

  /**
   * The same with other answers, for a model that answers.
   *
   * @param no the word for not relevant, a single token
   * @param yes that for relevant
   */
  public ScorerOptions withAnswers(String no, String yes) {
    return with(draft -> draft.answers = Optional.of(List.of(no, yes)));
  }

  /** The same with another pooling than the folder says. */
  public ScorerOptions withPooling(Pooling kind) {
    return with(draft -> draft.pooling = Optional.of(kind));
  }

  /** The same with another similarity than the folder says. */
  public ScorerOptions withSimilarity(Similarity kind) {
    return with(draft -> draft.similarity = Optional.of(kind));
  }

  /** The same in another precision. */
  public ScorerOptions withPrecision(Precision type) {
    return with(draft -> draft.precision = type);
  }

  /** The same on another processor. */
  public ScorerOptions withProcessor(Processor other) {
    return with(draft -> draft.processor = Optional.of(other));
  }

  /** The same with another notion of what is the same word. */
  public ScorerOptions withTerms(TermForm form) {
    return with(draft -> draft.terms = form);
  }

  /** The same with a prompt, for a ranker that reads one: it has both places once each. */
  public ScorerOptions withPrompt(String prompt) {
    return texts(new TextOptions(Optional.of(prompt), texts.queryPrefix(), texts.passagePrefix()));
  }

  /** The same with another text before each query than the bi-encoder's folder says. */
  public ScorerOptions withQueryPrefix(String prefix) {
    return texts(new TextOptions(texts.prompt(), Optional.of(prefix), texts.passagePrefix()));
  }

  /** The same with another text before each passage than the bi-encoder's folder says. */
  public ScorerOptions withPassagePrefix(String prefix) {
    return texts(new TextOptions(texts.prompt(), texts.queryPrefix(), Optional.of(prefix)));
  }

  private ScorerOptions texts(TextOptions others) {
    return with(draft -> draft.texts = others);
  }

  /** The same with another way to cut pairs that are too long. */
  public ScorerOptions withTruncation(Truncation kind) {
    return with(draft -> draft.truncation = kind);
  }
}
