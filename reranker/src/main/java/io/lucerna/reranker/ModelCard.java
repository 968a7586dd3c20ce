package io.lucerna.reranker;

import java.util.Map;

/**
 * What a loaded ranker is.
 *
 * @param name the name it was asked for by, such as {@code minilm} or a folder
 * @param label what tables, pictures and tags of runs call it; the name if {@link
 *     ScorerOptions#modelLabel} is empty
 * @param architecture the Hugging Face class, such as {@code BertForSequenceClassification}
 * @param scorer how text becomes a score, in words, such as {@code bi-encoder, mean pooling,
 *     cosine}
 * @param layers number of transformer blocks
 * @param heads attention heads per block
 * @param width size of the residual stream
 * @param parameters number of weights
 * @param maxTokens the most token ids one input may have
 * @param sha256 hash of the weight files, in hex
 * @param settings further settings that decide the score, in a stable order
 * @param files hashes of the other files that decide the score, such as {@code config.json}, by
 *     their paths in the model's folder
 */
public record ModelCard(
    String name,
    String label,
    String architecture,
    String scorer,
    int layers,
    int heads,
    int width,
    long parameters,
    int maxTokens,
    String sha256,
    Map<String, String> settings,
    Map<String, String> files) {
  /** {@return the label as one word, for tags of runs} */
  public String tag() {
    return label.replaceAll("[^A-Za-z0-9.+_-]+", "_");
  }
}
