package io.lucerna.plugin.options;

import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.plugin.anserini.IndexTerms;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.reranker.Label;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.Similarity;
import io.lucerna.reranker.input.Truncation;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * Which ranker scores, and how: the options of every command with a model. Beside Anserini's own
 * they are better named in full, {@code -rerank.model}.
 */
public final class ModelOptions {
  @Option(
      name = "-model",
      aliases = "-rerank.model",
      metaVar = "[model]",
      usage =
          "Neural ranker: minilm, e5-small-v2-q, a Hugging Face folder, or org/name on the hub.")
  public @Nullable String model;

  @Option(
      name = "-model.label",
      aliases = "-rerank.model.label",
      metaVar = "[words]",
      usage =
          "What tables, pictures, reports and tags of runs call the model; its name if not given.")
  public @Nullable String modelLabel;

  @Option(
      name = "-batch",
      aliases = "-rerank.batch",
      metaVar = "[num]",
      usage = "Texts per forward pass; of more than 8 only as many as have 1,024 tokens.")
  public int batch = ScorerOptions.DEFAULT_BATCH;

  @Option(
      name = "-maxLength",
      aliases = "-rerank.maxLength",
      metaVar = "[num]",
      usage = "Most tokens of one input; the model's own limit, at most 512, if not given.")
  @Nullable Integer maxLength;

  @Option(
      name = "-truncate",
      aliases = "-rerank.truncate",
      metaVar = "[how]",
      usage =
          "What a pair that is too long loses: passage (the passage's end, and that of a query longer"
              + " than half of the room), longest (the longer text's end, as transformers'"
              + " longest_first), strict (the passage's; a query that is too long is an error);"
              + " passage if not given.")
  @Nullable String truncate;

  @Option(
      name = "-label",
      aliases = "-rerank.label",
      metaVar = "[label]",
      usage =
          "Which of two outputs scores: 0, 1, difference, logprob; logprob, the log of label 1's"
              + " softmax, if not given.")
  @Nullable String label;

  @Option(
      name = "-answers",
      aliases = "-rerank.answers",
      metaVar = "[no,yes]",
      usage =
          "The two words, each a single token, whose logits make the score of a model that "
              + "answers, the one for not relevant first: no,yes (' no, yes' if the tokens begin"
              + " with a space); the prompt's if not given.")
  @Nullable String answers;

  @Option(
      name = "-pooling",
      aliases = "-rerank.pooling",
      metaVar = "[how]",
      usage =
          "How a bi-encoder makes one vector of a text: cls, mean; as the model's folder says, or"
              + " mean, if not given.")
  @Nullable String pooling;

  @Option(
      name = "-similarity",
      aliases = "-rerank.similarity",
      metaVar = "[how]",
      usage =
          "How a bi-encoder compares vectors: cosine, dot; as the model's folder says, or cosine,"
              + " if not given.")
  @Nullable String similarity;

  @Option(
      name = "-prompt",
      aliases = "-rerank.prompt",
      metaVar = "[text]",
      usage =
          "The prompt of a ranker that reads both texts in one, with {query} and {passage}; the "
              + "architecture's if not given (\"models -model\" shows it).")
  @Nullable String prompt;

  @Option(
      name = "-query.prefix",
      aliases = "-rerank.query.prefix",
      metaVar = "[text]",
      usage =
          "What is read before a query, such as \"query: \" with its space; as the"
              + " model's folder says, or nothing, if not given.")
  @Nullable String queryPrefix;

  @Option(
      name = "-passage.prefix",
      aliases = "-rerank.passage.prefix",
      metaVar = "[text]",
      usage = "What is read before a passage, in the same way.")
  @Nullable String passagePrefix;

  @Option(
      name = "-precision",
      aliases = "-rerank.precision",
      metaVar = "[type]",
      usage = "Numbers of the forward pass: fp32, fp64; fp32 if not given.")
  @Nullable String precision;

  @Option(
      name = "-device",
      aliases = "-rerank.device",
      metaVar = "[device]",
      usage = "Where to compute: cpu, gpu; if not given, gpu if there is one.")
  @Nullable String device;

  /** The model's name, or the built-in one's if none was given. */
  public String modelOrDefault() {
    return model == null ? ModelRegistry.DEFAULT : model;
  }

  /**
   * Checks the values. Roles of tokens are decided by the index's terms.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public ScorerOptions scorerOptions() {
    ScorerOptions options =
        ScorerOptions.defaults().withBatchSize(batch).withTerms(new IndexTerms());
    options = modelLabel == null ? options : options.withModelLabel(modelLabel);
    options = label == null ? options : options.withLabel(Label.parse(label));
    options = truncate == null ? options : options.withTruncation(Truncation.parse(truncate));
    options = answers == null ? options : withAnswers(options, answers);
    options = precision == null ? options : options.withPrecision(Precision.parse(precision));
    options = device == null ? options : options.withProcessor(Processor.parse(device));
    options = maxLength == null ? options : options.withMaxTokens(maxLength);
    options = pooling == null ? options : options.withPooling(Pooling.parse(pooling));
    options = prompt == null ? options : options.withPrompt(prompt);
    options = queryPrefix == null ? options : options.withQueryPrefix(queryPrefix);
    options = passagePrefix == null ? options : options.withPassagePrefix(passagePrefix);
    return similarity == null ? options : options.withSimilarity(Similarity.parse(similarity));
  }

  private static ScorerOptions withAnswers(ScorerOptions options, String answers) {
    String[] words = answers.split(",", -1);
    if (words.length != 2) {
      throw new IllegalArgumentException(
          "answers must be two words with a comma between, such as no,yes; got " + answers);
    }
    // A space before both words is part of a token, one after the comma alone is punctuation.
    String no = words[0].stripTrailing();
    String yes = words[1].stripTrailing();
    return options.withAnswers(no, no.startsWith(" ") ? yes : yes.stripLeading());
  }
}
