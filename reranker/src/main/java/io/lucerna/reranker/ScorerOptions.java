package io.lucerna.reranker;

import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.reranker.input.TextOptions;
import io.lucerna.reranker.input.Truncation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * How a ranker is loaded: {@link #defaults()}, changed step by step. What is left empty is read
 * from the model's folder. Immutable. There is no constructor that takes all of them, so that one
 * more option breaks nobody.
 */
public final class ScorerOptions {
  /** The most token ids of one input by default. */
  public static final int DEFAULT_MAX_TOKENS = 512;

  /**
   * Inputs of one forward pass by default: enough to keep a core's arithmetic busy, few enough for
   * several passes at once and little padding.
   */
  public static final int DEFAULT_BATCH = 8;

  private OptionalInt maxTokens = OptionalInt.empty();
  private int batchSize = DEFAULT_BATCH;
  private Optional<String> modelLabel = Optional.empty();
  private Optional<Label> label = Optional.empty();
  private Optional<List<String>> answers = Optional.empty();
  private Optional<Pooling> pooling = Optional.empty();
  private Optional<Similarity> similarity = Optional.empty();
  private Precision precision = Precision.FP32;
  private Optional<Processor> processor = Optional.empty();
  private TermForm terms = TermForm.LOWER_CASE;
  private TextOptions texts = TextOptions.NONE;
  private Truncation truncation = Truncation.PASSAGE;

  private ScorerOptions() {}

  /**
   * {@return options that take the model's own limit, batches of 8, label, pooling, similarity,
   * prompt and prefixes as the folder says, and fp32}
   */
  public static ScorerOptions defaults() {
    return new ScorerOptions();
  }

  /**
   * {@return the upper bound on the token ids of one input; empty for the model's own limit, at
   * most 512}
   */
  public OptionalInt maxTokens() {
    return maxTokens;
  }

  /** {@return how many inputs go through the network at once, at most} */
  public int batchSize() {
    return batchSize;
  }

  /** {@return what tables, pictures and tags of runs call the model; empty for its name} */
  public Optional<String> modelLabel() {
    return modelLabel;
  }

  /**
   * {@return the output of a classifier, or of answers, that scores; empty for the only label of a
   * classifier, the log probability of the last of two, and that of answers}
   */
  public Optional<Label> label() {
    return label;
  }

  /**
   * {@return the words whose logits make the score of a model that answers, that for not relevant
   * first; empty for those of the prompt}
   */
  public Optional<List<String>> answers() {
    return answers;
  }

  /** {@return how a bi-encoder pools; empty for what the folder says} */
  public Optional<Pooling> pooling() {
    return pooling;
  }

  /** {@return how a bi-encoder compares; empty for what the folder says} */
  public Optional<Similarity> similarity() {
    return similarity;
  }

  /** {@return the number type of the forward pass} */
  public Precision precision() {
    return precision;
  }

  /** {@return what computes it; empty for the best that there is} */
  public Optional<Processor> processor() {
    return processor;
  }

  /** {@return when a word of a passage is one of the query's, for the roles of tokens} */
  public TermForm terms() {
    return terms;
  }

  /** {@return what surrounds query and passage} */
  public TextOptions texts() {
    return texts;
  }

  /** {@return what a pair that is too long loses} */
  public Truncation truncation() {
    return truncation;
  }

  /** Whether inputs and answers are those that the folder states. */
  boolean asStated() {
    return answers.isEmpty() && texts.equals(TextOptions.NONE);
  }

  /** A copy, changed before anybody sees it. */
  private ScorerOptions with(Consumer<ScorerOptions> change) {
    ScorerOptions copy = new ScorerOptions();
    copy.maxTokens = maxTokens;
    copy.batchSize = batchSize;
    copy.modelLabel = modelLabel;
    copy.label = label;
    copy.answers = answers;
    copy.pooling = pooling;
    copy.similarity = similarity;
    copy.precision = precision;
    copy.processor = processor;
    copy.terms = terms;
    copy.texts = texts;
    copy.truncation = truncation;
    change.accept(copy);
    return copy;
  }

  /**
   * {@return these options with another bound on the tokens of one input}
   *
   * @param tokens the most token ids, special tokens included
   * @throws IllegalArgumentException if it is less than 4
   */
  public ScorerOptions withMaxTokens(int tokens) {
    if (tokens < 4) {
      throw new IllegalArgumentException("max tokens must be at least 4, got " + tokens);
    }
    return with(o -> o.maxTokens = OptionalInt.of(tokens));
  }

  /**
   * {@return these options with another batch size}
   *
   * @param size the most inputs that go through the network at once
   * @throws IllegalArgumentException if it is less than 1
   */
  public ScorerOptions withBatchSize(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("batch size must be at least 1, got " + size);
    }
    return with(o -> o.batchSize = size);
  }

  /**
   * {@return these options with a label for the model}
   *
   * @param words one line that is not blank; no score depends on it
   * @throws IllegalArgumentException if it is anything else
   */
  public ScorerOptions withModelLabel(String words) {
    if (words.isBlank() || words.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a model's label must be one line that is not blank, got '" + words + "'");
    }
    return with(o -> o.modelLabel = Optional.of(words));
  }

  /**
   * {@return these options with another scoring output}
   *
   * @param scoring which output of a classifier, or of answers, is the score
   */
  public ScorerOptions withLabel(Label scoring) {
    return with(o -> o.label = Optional.of(scoring));
  }

  /**
   * {@return these options with other answers, for a model that answers}
   *
   * @param no the word for not relevant, a single token
   * @param yes that for relevant
   * @throws IllegalArgumentException if both are the same
   */
  public ScorerOptions withAnswers(String no, String yes) {
    if (no.equals(yes)) {
      throw new IllegalArgumentException(
          "the answers must be two different words, the one for not relevant first, got "
              + List.of(no, yes));
    }
    return with(o -> o.answers = Optional.of(List.of(no, yes)));
  }

  /**
   * {@return these options with another pooling than the folder says}
   *
   * @param kind how a bi-encoder pools
   */
  public ScorerOptions withPooling(Pooling kind) {
    return with(o -> o.pooling = Optional.of(kind));
  }

  /**
   * {@return these options with another similarity than the folder says}
   *
   * @param kind how a bi-encoder compares
   */
  public ScorerOptions withSimilarity(Similarity kind) {
    return with(o -> o.similarity = Optional.of(kind));
  }

  /**
   * {@return these options in another precision}
   *
   * @param type the number type of the forward pass
   */
  public ScorerOptions withPrecision(Precision type) {
    return with(o -> o.precision = type);
  }

  /**
   * {@return these options on another processor}
   *
   * @param other what computes the forward pass
   */
  public ScorerOptions withProcessor(Processor other) {
    return with(o -> o.processor = Optional.of(other));
  }

  /**
   * {@return these options with another notion of what is the same word}
   *
   * @param form the terms of words; roles of tokens go by it, and no score does
   */
  public ScorerOptions withTerms(TermForm form) {
    return with(o -> o.terms = form);
  }

  /**
   * {@return these options with a prompt, for a ranker that reads one}
   *
   * @param prompt the whole text, with {@code {query}} and {@code {passage}} once each
   */
  public ScorerOptions withPrompt(String prompt) {
    return texts(new TextOptions(Optional.of(prompt), texts.queryPrefix(), texts.passagePrefix()));
  }

  /**
   * {@return these options with another text before each query than the bi-encoder's folder says}
   *
   * @param prefix the text, a space at its end included; empty for none
   */
  public ScorerOptions withQueryPrefix(String prefix) {
    return texts(new TextOptions(texts.prompt(), Optional.of(prefix), texts.passagePrefix()));
  }

  /**
   * {@return these options with another text before each passage than the bi-encoder's folder says}
   *
   * @param prefix the text, a space at its end included; empty for none
   */
  public ScorerOptions withPassagePrefix(String prefix) {
    return texts(new TextOptions(texts.prompt(), texts.queryPrefix(), Optional.of(prefix)));
  }

  private ScorerOptions texts(TextOptions others) {
    return with(o -> o.texts = others);
  }

  /**
   * {@return these options with another way to cut pairs that are too long}
   *
   * @param kind what such a pair loses
   */
  public ScorerOptions withTruncation(Truncation kind) {
    return with(o -> o.truncation = kind);
  }
}
