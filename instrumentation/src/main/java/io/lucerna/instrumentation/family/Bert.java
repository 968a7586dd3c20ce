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
 * BERT (Devlin et al. 2019), as vectors, classifier, term weights (SPLADE) and token vectors
 * (ColBERT).
 */
final class Bert {
  static final Family FAMILY =
      new Family(
          "bert",
          "BertModel",
          Map.of(
              "BertModel",
              Task.VECTOR,
              "BertForSequenceClassification",
              Task.LABELS,
              "BertForMaskedLM",
              Task.TERMS,
              "HF_ColBERT",
              Task.TOKEN_VECTORS),
          Bert::load);

  /** Of pre-training; a file whose vectors are used may still have it. */
  private static final String LEFT = Encoder.LEFT + "|cls\\..*";

  private Bert() {}

  private static Network load(Loading loading) {
    Settings settings = loading.settings();
    settings.require("model_type", "bert");
    Encoder.requirePlain(settings);
    Weights weights = loading.weights();
    weights.prefix("bert.", loading.task() == Task.VECTOR);
    ModelConfig config = Encoder.sizes(loading, settings.integer("type_vocab_size"), 0);
    double epsilon = settings.epsilon("layer_norm_eps", 1e-12);
    Activation activation = settings.activation("hidden_act", "gelu");
    Embeddings embeddings = weights.embeddings("embeddings.", config, config.width(), 0, epsilon);
    List<PostNormBlock> blocks = BlockNames.BERT.load(weights, config, epsilon, activation);
    String prefix = weights.prefix();
    @Nullable Reference pooled = null;
    OutputHead head =
        switch (loading.task()) {
          case LABELS -> {
            pooled = Reference.before(Activation.TANH, "out:" + prefix + "pooler.dense");
            yield classifier(weights, config);
          }
          case TERMS ->
              TermWeights.load(
                  loading,
                  embeddings,
                  activation,
                  epsilon,
                  new TermWeights.Names(
                      "cls.predictions.transform.dense",
                      "cls.predictions.transform.LayerNorm",
                      "cls.predictions.decoder.weight",
                      "cls.predictions.bias"));
          case TOKEN_VECTORS -> {
            prefix = ""; // the reference is of the body alone
            yield TokenVectors.load(loading, "linear.weight", config.width());
          }
          default -> Encoder.vector(loading, config);
        };
    weights.finish(LEFT);
    return new Encoder(
        config, prefix, embeddings, null, null, BlockNames.BERT, blocks, head, pooled);
  }

  private static OutputHead classifier(Weights weights, ModelConfig config) {
    long h = config.width();
    return new OutputHead.Classifier(
        Pooling.CLS,
        weights.linear("pooler.dense", h, h),
        Activation.TANH,
        null,
        weights.headLinear("classifier", weights.labels("classifier.bias"), h));
  }
}
