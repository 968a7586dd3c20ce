package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.PostNormBlock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DistilBERT (Sanh et al. 2019), as vectors, classifier and term weights (SPLADE): BERT's blocks
 * under other names, no token types, and a classifier with a rectifier in the pooler's place.
 */
final class DistilBert {
  static final Family FAMILY =
      new Family(
          "distilbert",
          "DistilBertModel",
          Map.of(
              "DistilBertModel",
              Task.VECTOR,
              "DistilBertForSequenceClassification",
              Task.LABELS,
              "DistilBertForMaskedLM",
              Task.TERMS),
          DistilBert::load);

  private static final BlockNames NAMES =
      new BlockNames(
          "transformer.layer.",
          "attention.q_lin",
          "attention.k_lin",
          "attention.v_lin",
          "attention.out_lin",
          "sa_layer_norm",
          "ffn.lin1",
          "ffn.lin2",
          "output_layer_norm");

  /** The head of pre-training, which a file whose vectors are used may still have. */
  private static final String LEFT = Encoder.LEFT + "|vocab_(transform|layer_norm|projector)\\..*";

  /** No key of the configuration says another. */
  private static final double EPSILON = 1e-12;

  private DistilBert() {}

  private static Network load(Loading loading) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    weights.prefix("distilbert.", loading.task() == Task.VECTOR);
    ModelConfig config = Encoder.sizes(loading, 0, 0);
    Activation activation = settings.activation("activation", "gelu");
    Embeddings embeddings = weights.embeddings("embeddings.", config, config.width(), 0, EPSILON);
    List<PostNormBlock> blocks = NAMES.load(weights, config, EPSILON, activation);
    @Nullable Reference pooled = null;
    OutputHead head =
        switch (loading.task()) {
          case LABELS -> {
            pooled = Reference.before(Activation.RELU, "out:pre_classifier");
            yield classifier(weights, config);
          }
          case TERMS ->
              TermWeights.load(
                  loading,
                  embeddings,
                  activation,
                  EPSILON,
                  new TermWeights.Names(
                      "vocab_transform",
                      "vocab_layer_norm",
                      "vocab_projector.weight",
                      "vocab_projector.bias"));
          default -> Encoder.vector(loading, config);
        };
    weights.finish(LEFT);
    return new Encoder(
        config, weights.prefix(), embeddings, null, null, NAMES, blocks, head, pooled);
  }

  private static OutputHead classifier(Weights weights, ModelConfig config) {
    long h = config.width();
    return new OutputHead.Classifier(
        Pooling.CLS,
        weights.headLinear("pre_classifier", h, h),
        Activation.RELU,
        null,
        weights.headLinear("classifier", weights.labels("classifier.bias"), h));
  }
}
