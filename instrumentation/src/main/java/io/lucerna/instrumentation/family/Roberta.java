package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.nn.Embeddings;
import java.util.Map;

/**
 * RoBERTa (Liu et al. 2019), and what differs from it by vocabulary alone: XLM-RoBERTa (Conneau et
 * al. 2020) and CamemBERT (Martin et al. 2020). BERT's blocks; positions are counted from the
 * padding's id on, and the classifier reads the first token without a pooler.
 */
final class Roberta {
  /** The head of pre-training, which a file whose vectors are used may still have. */
  private static final String LEFT = Encoder.LEFT + "|lm_head\\..*";

  private Roberta() {}

  /**
   * One of these families.
   *
   * @param type what {@code model_type} says
   * @param name what the names of its classes start with
   */
  static Family family(String type, String name) {
    return new Family(
        type,
        name + "Model",
        Map.of(name + "Model", Task.VECTOR, name + "ForSequenceClassification", Task.LABELS),
        Roberta::load);
  }

  private static Network load(Loading loading) {
    Settings settings = loading.settings();
    Encoder.requirePlain(settings);
    Weights weights = loading.weights();
    weights.prefix("roberta.", loading.task() == Task.VECTOR);
    int first = settings.integer("pad_token_id", 1) + 1;
    ModelConfig config = Encoder.sizes(loading, settings.integer("type_vocab_size", 2), first);
    double epsilon = settings.epsilon("layer_norm_eps", 1e-12);
    Embeddings embeddings =
        weights.embeddings("embeddings.", config, config.width(), first, epsilon);
    return Encoder.pooledByFirst(loading, config, embeddings, null, BlockNames.BERT, epsilon, LEFT);
  }
}
