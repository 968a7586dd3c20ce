package io.lucerna.plugin;

import io.lucerna.instrumentation.model.Pooling;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.collections.PassageCleaning;
import io.lucerna.reranker.Label;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.Similarity;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** The options of neural reranking, which {@code search} and {@code rerank} share. */
final class RerankOptions {
  @Option(
      name = "-rerank.model",
      metaVar = "[model]",
      usage = "Neural ranker: minilm, a Hugging Face folder, or org/name on the hub.")
  @Nullable String model;

  @Option(
      name = "-rerank.depth",
      metaVar = "[num]",
      usage = "How many candidates of a topic are scored; those below stay below, in their order.")
  int depth = 100;

  @Option(name = "-rerank.batch", metaVar = "[num]", usage = "Texts per forward pass.")
  int batch = ScorerOptions.DEFAULT_BATCH;

  @Option(
      name = "-rerank.maxLength",
      metaVar = "[num]",
      usage = "Most tokens of one input; the model's own limit, at most 512, if not given.")
  @Nullable Integer maxLength;

  @Option(
      name = "-rerank.label",
      metaVar = "[label]",
      usage = "Which output of a classifier with two labels scores: 0, 1, difference.")
  String label = "1";

  @Option(
      name = "-rerank.pooling",
      metaVar = "[how]",
      usage =
          "How a bi-encoder makes one vector of a text: cls, mean; as the model's folder says, or"
              + " mean, if not given.")
  @Nullable String pooling;

  @Option(
      name = "-rerank.similarity",
      metaVar = "[how]",
      usage =
          "How a bi-encoder compares vectors: cosine, dot; as the model's folder says, or cosine,"
              + " if not given.")
  @Nullable String similarity;

  @Option(
      name = "-passage.clean",
      metaVar = "[how]",
      usage =
          "How stored text becomes a passage: none, markup, cacm; told from the collection if not"
              + " given, and printed.")
  @Nullable String clean;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  ScorerOptions scorerOptions() {
    if (depth < 1) {
      throw new IllegalArgumentException("-rerank.depth must be at least 1, got " + depth);
    }
    return scorerOptions(batch, label, maxLength, pooling, similarity);
  }

  /** The same for a command with options of the same meaning and other names. */
  static ScorerOptions scorerOptions(
      int batch,
      String label,
      @Nullable Integer maxLength,
      @Nullable String pooling,
      @Nullable String similarity) {
    ScorerOptions options =
        ScorerOptions.defaults().withBatchSize(batch).withLabel(Label.parse(label));
    options = maxLength == null ? options : options.withMaxTokens(maxLength);
    options = pooling == null ? options : options.withPooling(Pooling.parse(pooling));
    return similarity == null ? options : options.withSimilarity(Similarity.parse(similarity));
  }

  /** The cleaning that was asked for, if one was. */
  Optional<PassageCleaning> cleaning() {
    return Optional.ofNullable(clean).map(PassageCleaning::parse);
  }

  /**
   * How the passages of these candidates are cleaned.
   *
   * @param collection the collection whose topics were named, if one was
   */
  CleaningChoice cleaning(
      Optional<NamedCollection> collection, List<Candidates> topics, TextSource texts)
      throws IOException {
    if (cleaning().isEmpty() && collection.isPresent()) {
      return CleaningChoice.of(collection.get());
    }
    for (Candidates topic : topics) {
      if (topic.ranking().size() > 0) {
        String docno = topic.ranking().docno(0);
        return CleaningChoice.of(cleaning(), docno, texts.text(topic.topic(), docno));
      }
    }
    return CleaningChoice.of(cleaning(), "none", "");
  }
}
